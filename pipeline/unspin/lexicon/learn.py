"""Learn entries from pairs: spun texts beside their plain originals."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from unspin.lexicon import forms
from unspin.restore.tokens import Token, tokens

#: The longest phrases that are learnt, in words; longer differences are rewritings, not synonyms.
LONGEST = 6

#: Words that a pair may not consist of alone: aligned one to one, they teach nonsense.
FUNCTION = frozenset(
    "a an the of in on at to for from with by as and or but if is are was were be been it its he she they them his her "
    "their this that these those i you we us our my your not no so do does did has have had will would can could may "
    "might shall should must am s t there here what who whom which when where why how than then too very".split()
)


class Pair(NamedTuple):
    """A spun phrase beside the plain one, in a plain sentence."""

    spun: str
    plain: str
    before: str  #: plain text of the sentence, left of the phrase
    after: str


class Proposal(NamedTuple):
    """An entry that the evidence suggests, in the columns of ``entries.tsv`` and what speaks for it."""

    spun: str
    plain: str
    form: str
    example: str
    places: int  #: where it was seen
    documents: int


def align(spun: str, plain: str) -> Iterator[Pair]:
    """Align a spun text with its plain original and give the phrases that differ.

    Sentences are not needed to correspond one to one: the words are aligned as
    one sequence, and each difference between words that agree is a pair.

    >>> [(p.spun, p.plain) for p in align("the army leaders met in the area", "the military leaders met in the region")]
    [('army', 'military'), ('area', 'region')]
    """
    left, right = tokens(spun, 0, len(spun)), tokens(plain, 0, len(plain))
    matcher = difflib.SequenceMatcher(None, [t.word for t in left], [t.word for t in right], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "replace" and b - a <= LONGEST and d - c <= LONGEST and whole(left, a, b) and whole(right, c, d):
            start, end = sentence(plain, right[c].start, right[d - 1].end)
            yield Pair(spun[left[a].start : left[b - 1].end], plain[right[c].start : right[d - 1].end],
                       plain[start : right[c].start], plain[right[d - 1].end : end])


def whole(found: Sequence[Token], start: int, end: int) -> bool:
    """Tell whether tokens stand in one sentence and could be a phrase."""
    return all(t.joint and not t.breaks for t in found[start + 1 : end]) and not any(
        t.shielded or t.shape == "number" for t in found[start:end])


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Give the sentence around a place (a line, or what full stops divide)."""
    low = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start) + 1, text.rfind("|", 0, start),
              text.rfind(": ", 0, start) + 1) + 1
    ends = [at for at in (text.find("\n", end), text.find(". ", end), text.find("|", end)) if at >= 0]
    high = min(ends, default=len(text))
    return low, high + (high < len(text) and text[high] == ".")


def propose(pairs: Iterable[tuple[str, Pair]]) -> list[Proposal]:
    """Make entries of pairs, given with the name of their document; most frequent first.

    Function words alone, names, numbers and mere spellings are left out.
    """
    places: Counter[tuple[str, str, str]] = Counter()
    documents: dict[tuple[str, str, str], set[str]] = {}
    examples: dict[tuple[str, str, str], str] = {}
    for document, pair in pairs:
        entry = entry_of(pair)
        if entry is None:
            continue
        spun, plain, form, example = entry
        key = (spun, plain, form)
        places[key] += 1
        documents.setdefault(key, set()).add(document)
        if key not in examples or quality(example) > quality(examples[key]):
            examples[key] = example
    found = [Proposal(*key, examples[key], n, len(documents[key])) for key, n in places.items()]
    return sorted(found, key=lambda p: (-p.documents, -p.places, p.spun, p.plain, p.form))


def quality(example: str) -> tuple[int, str]:
    """Rank examples: eight to twenty words are best; ties by text, so that order has no effect."""
    count = len(example.split())
    return (-abs(count - 13) if count < 8 or count > 20 else 10, example)


def entry_of(pair: Pair) -> tuple[str, str, str, str] | None:
    """Make one entry of a pair, or None where it teaches nothing.

    >>> entry_of(Pair("demanding situations", "challenges", "It faces ", " this year."))
    ('demanding situation', 'challenge', 'noun', 'It faces [demanding situations|challenges] this year.')
    """
    spun, plain = " ".join(pair.spun.split()), " ".join(pair.plain.split())
    before, after = pair.before, pair.after
    for shared in ("a", "an", "the"):
        words, others = spun.split(), plain.split()
        if len(words) > 1 and len(others) > 1 and words[0].lower() in {"a", "an", "the"} and (
                others[0].lower() in ({"a", "an"} if words[0].lower() != "the" else {"the"})):
            before, spun, plain = f"{before}{others[0]} ", " ".join(words[1:]), " ".join(others[1:])
            break
        del shared
    low, high = spun.lower(), plain.lower()
    if not plain or low == high or re.search(r"[^a-z' -]", low.replace("’", "'") + high.replace("’", "'").replace(".", "")):
        return None
    if low.replace("-", " ").replace(" ", "") == high.replace("-", " ").replace(" ", ""):
        form = "phrase"
    elif all(w in FUNCTION for w in low.split()) and all(w in FUNCTION for w in high.split()):
        return None
    else:
        form = ""
    if any(w[:1].isupper() for w in plain.split()[1:]) or (plain[:1].isupper() and pair.before.strip()):
        return None
    base = (low, high, "phrase") if form else base_forms(low, high, before)
    example = f"{before.lstrip()}[{spun}|{plain}]{after.rstrip()}"
    if "[" in before + after or "|" in before + after or "\t" in example or len(example) > 400:
        return None
    return (*base, " ".join(example.split()))


def base_forms(spun: str, plain: str, before: str) -> tuple[str, str, str]:
    """Give base forms and the form column under which a pair is one of an entry's inflections."""
    from lemminflect import getAllLemmas

    for form, tag, base in (("noun", "NNS", "NOUN"), ("verb", "VBG", "VERB"), ("verb", "VBN", "VERB"),
                            ("verb", "VBD", "VERB"), ("verb", "VBZ", "VERB"), ("noun", "NN", "NOUN"),
                            ("verb", "VB", "VERB")):
        left, right = lemma_at_head(spun, form, base, getAllLemmas), lemma_at_head(plain, form, base, getAllLemmas)
        if not left or not right:
            continue
        if tag in {"NN", "VB"} and (left != spun or right != plain):
            continue
        if form == "noun" and {spun.split()[0], plain.split()[0]} & FUNCTION:
            continue
        if tag == "VB" and not re.search(r"\b(?:to|will|would|can|could|may|might|must|should|not)\s+$", before):
            continue
        if tag == "NN" and "VERB" in getAllLemmas(spun.split()[0]) and re.search(r"\bto\s+$", before):
            continue
        if any((s, p) == (spun, plain) and t == tag for s, p, t in forms.pairs(left, right, form)):
            return left, right, form
    if " " not in spun and " " not in plain:
        for form, base in (("adj", "ADJ"), ("adv", "ADV")):
            if base in getAllLemmas(spun) and base in getAllLemmas(plain):
                return spun, plain, form
    return spun, plain, "phrase"


def lemma_at_head(phrase: str, form: str, base: str, lemmas) -> str:  # type: ignore[no-untyped-def]
    """Give the phrase with its head word in base form, or nothing where the head cannot be of that class."""
    words = tuple(phrase.split(" "))
    at = forms.head_position(words, form)
    found = lemmas(words[at]).get(base)
    return " ".join((*words[:at], found[0], *words[at + 1 :])) if found else ""
