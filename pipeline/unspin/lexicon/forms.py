"""Inflect both sides of a lexicon entry so that one line covers every form."""

from __future__ import annotations

import functools
import re
from typing import Literal, get_args

Form = Literal["noun", "verb", "adj", "adv", "phrase"]
FORMS: tuple[str, ...] = get_args(Form)

#: Penn tags that each form runs through; the first is the line's own spelling.
TAGS: dict[str, tuple[str, ...]] = {
    "noun": ("NN", "NNS"),
    "verb": ("VB", "VBZ", "VBG", "VBD", "VBN"),
    "adj": ("JJ", "JJR", "JJS"),
    "adv": ("RB", "RBR", "RBS"),
    "phrase": ("XX",),
}

#: Words that mean little by themselves: a pair of these alone teaches nonsense, and no term begins or ends with one.
FUNCTION = frozenset(re.findall(
    r"\w+",
    "a an the of in on at to for from with by as and or but if is are was were be been it its he she they them "
    "his her their this that these those i you we us our my your not no so do does did has have had will would "
    "can could may might shall should must am s t there here what who whom which when where why how than then too "
    "very "
))

#: A noun phrase is inflected at the word before the first of these.
LINKS = frozenset("of in for to with on at from by against between over under per into about".split())  # noqa: SIM905

#: Where lemminflect 0.2.3 gives a spelling that news English does not use.
SPELLINGS: dict[tuple[str, str], tuple[str, ...]] = {
    ("program", "VBG"): ("programming",),
    ("program", "VBD"): ("programmed",),
    ("program", "VBN"): ("programmed",),
    ("staff", "NNS"): ("staff", "staffs"),
    ("workforce", "NNS"): ("workforces",),
    ("get", "VBN"): ("gotten", "got"),
    ("media", "NNS"): ("media",),
    ("data", "NNS"): ("data",),
    ("personnel", "NNS"): ("personnel",),
    ("be", "VBD"): ("was", "were"),
    ("be", "VBZ"): ("is",),
    ("wound", "VBD"): ("wounded",),
    ("wound", "VBN"): ("wounded",),
    ("lie", "VBD"): ("lied", "lay"),
    ("hang", "VBD"): ("hung",),
    ("hang", "VBN"): ("hung",),
    ("shine", "VBD"): ("shone",),
    ("learn", "VBD"): ("learned", "learnt"),
    ("learn", "VBN"): ("learned", "learnt"),
    ("person", "NNS"): ("people", "persons"),
}


def head_position(words: tuple[str, ...], form: str) -> int:
    """Give the index of the word that carries the inflection.

    >>> head_position(("member", "of", "the", "family"), "noun")
    0
    >>> head_position(("demanding", "situation"), "noun")
    1
    >>> head_position(("give", "a", "boost", "to"), "verb")
    0
    """
    if form == "noun":
        for at, word in enumerate(words):
            if at and word.lower() in LINKS:
                return at - 1
        return len(words) - 1
    if form in {"adj", "adv"}:
        return len(words) - 1
    return 0


@functools.lru_cache(maxsize=100_000)
def inflect_word(word: str, tag: str) -> tuple[str, ...]:
    """Give the spellings of one word under a Penn tag, the usual one first.

    >>> inflect_word("give", "VBD")
    ('gave',)
    """
    if tag in {"NN", "VB", "JJ", "RB", "XX"}:
        return (word,)
    lower = word.lower()
    if (lower, tag) in SPELLINGS:
        found = SPELLINGS[lower, tag]
    elif "-" in lower and tag == "NNS":
        left, _, right = word.rpartition("-")
        return tuple(f"{left}-{spelling}" for spelling in inflect_word(right, tag))
    else:
        from lemminflect import getInflection

        found = getInflection(lower, tag=tag)
        if tag == "NNS" and len(found) > 1:
            found = tuple(f for f in found if f != lower) or found
        if not found and tag in {"NNS", "VBZ"}:
            found = (lower + "s",)
        if not found and tag in {"JJR", "RBR", "JJS", "RBS"}:
            return ()
    if word[:1].isupper():
        return tuple(f[:1].upper() + f[1:] for f in found)
    return tuple(found)


def inflect(phrase: str, form: str, tag: str) -> tuple[str, ...]:
    """Give the spellings of a phrase under a Penn tag, the usual one first.

    >>> inflect("demanding situation", "noun", "NNS")
    ('demanding situations',)
    >>> inflect("give a boost to", "verb", "VBG")
    ('giving a boost to',)
    """
    words = tuple(phrase.split(" "))
    if tag in {"JJR", "JJS", "RBR", "RBS"} and len(words) > 1:
        return ()
    at = head_position(words, form)
    return tuple(" ".join((*words[:at], spelling, *words[at + 1 :])) for spelling in inflect_word(words[at], tag))


def pairs(spun: str, plain: str, form: str) -> list[tuple[str, str, str]]:
    """Give every (spun form, plain form, tag) of an entry, the line's own first.

    A spun form that stands for two tags (past tense and participle) is listed
    with each; the decoder picks.

    >>> pairs("demanding situation", "challenge", "noun")
    [('demanding situation', 'challenge', 'NN'), ('demanding situations', 'challenges', 'NNS')]
    """
    found: list[tuple[str, str, str]] = []
    seen: set[tuple[str, str]] = set()
    for tag in TAGS[form]:
        right = inflect(plain, form, tag)
        if not right:
            continue
        for left in inflect(spun, form, tag):
            if left != right[0] and (left, right[0]) not in seen:
                seen.add((left, right[0]))
                found.append((left, right[0], tag))
    return found
