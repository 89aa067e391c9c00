"""Find, for every stretch of tokens, what it may stand for."""

from __future__ import annotations

import functools
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from unspin.cache import cache_folder, kept_arrays, remember, remembered
from unspin.layout import MONTH_NAMES
from unspin.lexicon import forms
from unspin.lexicon.read import Entry, Pack
from unspin.restore.language_model import words_for
from unspin.restore.recent import Recent
from unspin.restore.tokens import Token, fold

#: Raised when what the cache holds changes its meaning.
CACHE_VERSION = 6

#: Beside these a number is written in figures, and before these.
MONTHS = frozenset(names.split()[0] for names in MONTH_NAMES)
# fmt: off
UNITS = frozenset([
    "a.m.", "p.m.", "am", "pm", "percent", "per", "p.c", "p.c.", "pc", "min", "g", "kg", "mg", "ml", "m", "mm", "cm",
    "km", "mph", "kw", "kwh", "mw", "gw", "kb", "mb", "gb", "tb", "mhz", "ghz", "hz", "bn", "billion",
])
# fmt: on

#: Before these a number tells things of a kind apart (*type 2*).
KINDS = frozenset({"chapter", "figure", "phase", "sort", "table", "type", "version"})

#: The longest spun phrase in tokens; longer ones would cost every position a longer walk.
LONGEST_KEY = 8


class Candidate(NamedTuple):
    """A plain phrase that a spun phrase may stand for."""

    plain: str  #: as written in the lexicon, inflected
    words: tuple[str, ...]  #: for the language model
    rule: str
    pack: str
    form: str  #: Penn tag of the inflection, ``XX`` for fixed phrases
    channel: str  #: ``pack``, ``fuzzy``, ``glossary`` or ``open``
    suspect: bool  #: only ever proposed
    often: int  #: of ten places in spun text, how many stand for this plain phrase; 0: not judged
    spun: str = ""  #: the entry's spun phrase, lower case, not inflected: records are kept under it
    answer: str = ""  #: the entry's plain phrase, likewise
    changed_odds: float = 0.0  #: log-odds that the spun phrase is a replacement at all, by all its ``often``
    answer_share: float = 0.0  #: log of this entry's part in that, times the number of entries
    slip: float = 0.0  #: channel ``fuzzy``: log-probability of the text's misspelt word less that of the word meant
    science: bool = False  #: channel ``glossary``: a term of a science pack


class Match(NamedTuple):
    """Tokens ``[first, last)`` of a block and what they may stand for."""

    first: int
    last: int
    candidates: tuple[Candidate, ...]


Trie = dict[str, Any]


#: First words of keys of which what lies below them is kept ready, in each of two generations (4 KB a word).
ROOM = 3072


class Written(Trie):
    """A trie as it is compiled: what lies below a first word is written, read when a text has the word.

    >>> rows = b'[[["army"], "military", ["military"], "news/army>military:noun", "news", "NN", false, 7]]'
    >>> trie = Written({"army": memoryview(rows)})
    >>> [row[1] for row in trie.below("army")[""]], trie.below("navy")
    (['military'], None)
    """

    def __init__(self, written: Mapping[str, memoryview]) -> None:
        super().__init__(written)
        self._met: Recent[str, Trie] = Recent(self.read, ROOM)

    def read(self, word: str) -> Trie:
        """Give what lies below a first word that is there, without remembering it."""
        return build_trie(json.loads(bytes(self[word])))[word]  # type: ignore[no-any-return]

    def below(self, word: str) -> Trie | None:
        """Give what lies below a first word."""
        return self._met[word] if word in self else None

    def turn(self) -> None:
        """Forget what texts before the last ones had, where that is much."""
        self._met.turn()


#: What an entry that nobody judged counts as: between the two commonest judgements of careful readers.
NOT_JUDGED = 2


def weighed(entries: Sequence[Candidate]) -> list[Candidate]:
    """Give the candidates of one key with what their judgements come to together.

    Entries that give the same plain phrase (a noun's and a verb's) count once.

    >>> base = Candidate("military", ("military",), "r", "p", "NN", "pack", False, 7, "army", "military")
    >>> [round(c.changed_odds, 2) for c in weighed([base, base._replace(plain="forces", often=1)])]
    [0.81, 0.81]
    """
    if len(entries) == 1:
        return [Candidate(*entries[0][:10], _odds(entries[0].often or NOT_JUDGED), 0.0)]
    shares: dict[str, int] = {}
    for entry in entries:
        shares[entry.answer] = max(shares.get(entry.answer, 0), entry.often or NOT_JUDGED)
    whole = sum(shares.values())
    odds = _odds(whole)
    return [
        e._replace(changed_odds=odds, answer_share=math.log(shares[e.answer] / whole * len(shares))) for e in entries
    ]


@functools.lru_cache(maxsize=100)
def _odds(whole: int) -> float:
    part = min(whole / 10.0, 0.95)
    return math.log((part + 0.02) / (1.02 - part))


def key_words(phrase: str) -> tuple[str, ...]:
    """Cut a spun phrase into the words of its key: lower case, hyphens are joints.

    >>> key_words("Top-degree talks")
    ('top', 'degree', 'talks')
    """
    return tuple(fold(w) for w in phrase.replace("-", " ").split())


def inflected(entry: Entry, known: Forms) -> list[Any]:
    """Give (spun, plain, tag) of every form of an entry, from what is known or added to it."""
    name = "\t".join((entry.spun, entry.plain, entry.form))
    if name not in known:
        known[name] = forms.pairs(entry.spun, entry.plain, entry.form)
    return known[name]


def expand(entry: Entry, known: Forms) -> list[tuple[tuple[str, ...], str, str]]:
    """Give (key, plain, tag) of every inflected form of an entry."""
    found: dict[tuple[tuple[str, ...], str], str] = {}
    for spun, plain, tag in inflected(entry, known):
        found.setdefault((key_words(spun), plain), tag)
    return [(key, plain, tag) for (key, plain), tag in found.items()]


FORMS_FILE = f"forms-{CACHE_VERSION}.json"

#: Phrases and form of an entry -> its inflections as (spun, plain, tag).
Forms = dict[str, list[Any]]


def compile_rows(packs: Sequence[Pack], known: Forms | None = None) -> list[list[Any]]:
    """Expand all entries into JSON rows ``[key, plain, words, rule, pack, tag, suspect, often]``, sorted.

    Where two entries give the same plain phrase for the same key, the first in
    order of rule id stands, so that neither the order of packs nor of lines matters.
    ``known``: inflections of entries seen before; new ones are added to it.
    """
    known = {} if known is None else known
    rows: dict[tuple[tuple[str, ...], str], list[Any]] = {}
    for entry in sorted((e for pack in packs for e in pack.entries), key=lambda e: e.rule):
        for key, plain, tag in expand(entry, known):
            if key and len(key) <= LONGEST_KEY and (key, plain) not in rows:
                rows[key, plain] = [
                    list(key),
                    plain,
                    list(words_for(plain)),
                    entry.rule,
                    entry.pack,
                    tag,
                    entry.suspect,
                    entry.often or 0,
                ]
    return [rows[k] for k in sorted(rows)]


def build_trie(rows: Iterable[Sequence[Any]]) -> Trie:
    """Make a trie of dicts over key words; what the candidates are made of hangs under the empty string.

    Most keys are never met: :func:`settled` makes the candidates of one that is.
    """
    trie: Trie = {}
    for row in rows:
        node = trie
        for word in row[0]:
            node = node.setdefault(word, {})
        node.setdefault("", []).append(row)
    return trie


def settled(rows: Iterable[Sequence[Any]]) -> tuple[Candidate, ...]:
    """Make the candidates of one key, weighed against each other."""
    made: list[Candidate] = []
    for _, plain, words, rule, pack, tag, suspect, often in rows:
        spun, _, answer = rule.partition("/")[2].rpartition(":")[0].lower().partition(">")
        spun = spun.rstrip(".")  # ``p.c.`` is ``p.c`` where records are kept
        made.append(Candidate(plain, tuple(words), rule, pack, tag, "pack", bool(suspect), int(often), spun, answer))
    return tuple(weighed(made))


def load_rows(read: Callable[[], Sequence[Pack]], fingerprint: str) -> list[list[Any]]:
    """Give all compiled rows."""
    return [row for rows in load_trie(read, fingerprint).values() for row in json.loads(bytes(rows))]


def load_trie(read: Callable[[], Sequence[Pack]], fingerprint: str) -> Written:
    """Give the compiled trie.

    It is from the cache while no pack file has changed; else only new entries
    are inflected.
    """

    def make() -> dict[str, Any]:
        known = remembered_forms()
        size = len(known)
        rows = compile_rows(read(), known)
        if len(known) > size:
            remember(cache_folder() / FORMS_FILE, known)
        groups = {word: list(group) for word, group in itertools.groupby(rows, lambda row: row[0][0])}
        written = [json.dumps(group, ensure_ascii=False).encode() for group in groups.values()]
        return {
            "words": np.frombuffer("\n".join(groups).encode(), np.uint8),
            "ends": np.cumsum([0, *map(len, written)]),
            "rows": np.frombuffer(b"".join(written), np.uint8),
        }

    made = kept_arrays(f"lexicon-{CACHE_VERSION}", fingerprint, make)
    words = made["words"].tobytes().decode("utf-8").split("\n")
    rows = made["rows"].data if len(made["rows"]) else memoryview(b"")
    ends = pairwise(made["ends"].tolist())
    return Written({word: rows[low:high] for word, (low, high) in zip(words, ends, strict=False)})


def below(trie: Trie, word: str) -> Trie | None:
    """Give what lies below a first word of a trie."""
    return trie.below(word) if isinstance(trie, Written) else trie.get(word)


def keys(trie: Trie, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the words of all keys of a trie.

    >>> list(keys({"army": {"": [], "corps": {"": []}}}))
    [('army',), ('army', 'corps')]
    """
    for word in trie:
        if word:
            yield from keys(trie.read(word) if isinstance(trie, Written) else trie[word], (*before, word))
        else:
            yield before


def turn(trie: Trie) -> None:
    """Let a trie forget what was read of it for texts before the last ones."""
    if isinstance(trie, Written):
        trie.turn()


def remembered_forms() -> Forms:
    """Give the inflections of all entries that were compiled before."""
    known = remembered(cache_folder() / FORMS_FILE)
    return known if isinstance(known, dict) else {}


#: Verbs whose base is their past participle too and which are hardly ever passive; not *become*, which spinners write
#: for *turned*.
TWOFOLD = frozenset({"come"})

#: What a participle of theirs follows, and what may stand between.
HELPERS = frozenset({
    "have", "has", "had", "having", "haven't", "hasn't", "hadn't", "i've", "we've", "you've", "they've", "i'd", "we'd",
    "you'd", "they'd", "he'd", "she'd",
})
BETWEEN = frozenset({
    "already", "also", "always", "even", "ever", "just", "never", "not", "now", "often", "only", "since", "still",
    "yet",
})


def _fitting(found: Sequence[Token], first: int, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Leave out the inflections that do not fit what stands before: *the points come with* is no participle."""
    apart = helped = False
    at = first
    while at > max(0, first - 4) and not found[at].breaks and not helped:
        at -= 1
        word = found[at].word
        helped = word in HELPERS
        apart = apart or not (helped or word in BETWEEN or word.endswith("ly"))
    if not helped:
        return _without(candidates, "VBN")
    return candidates if apart else _without(candidates, "VB")


@functools.lru_cache(maxsize=1_000)
def _without(candidates: tuple[Candidate, ...], tag: str) -> tuple[Candidate, ...]:
    """Leave out the candidates of an inflection whose answer is there in another one."""
    others = {candidate.answer for candidate in candidates if candidate.form != tag}
    return tuple(c for c in candidates if c.form != tag or c.answer not in others)


def _candidates(node: Trie | None, found: Sequence[Token], first: int) -> tuple[Candidate, ...]:
    """Give the candidates that hang under a node of the trie, as the place lets them; made when first asked for."""
    candidates: Any = node.get("", ()) if node is not None else ()
    if isinstance(candidates, list) and node is not None:
        candidates = node[""] = settled(candidates)
    return _fitting(found, first, candidates) if found[first].word in TWOFOLD else candidates


def is_figure(found: Sequence[Token], at: int) -> bool:
    """Tell whether a number would be written in figures anywhere: in a date, a score, a range, before a unit.

    A ``3-12 months-antique`` boy is one of three years.

    >>> from unspin.restore.tokens import tokens
    >>> found = tokens("On 3 May the 3 men won 6-3 in a 3-day cup; a 3-12 months run of 3 km", 0, 68)
    >>> [is_figure(found, n) for n, token in enumerate(found) if token.word in {"3", "6"}]
    [True, False, True, True, False, False, True]
    >>> found = tokens("3 men have type 3", 0, 17)
    >>> [is_figure(found, n) for n, token in enumerate(found) if token.word == "3"]
    [False, True]
    """

    def fixed(token: Token, hyphen: bool) -> bool:
        return (token.word in MONTHS and token.shape == "Capital") or (hyphen and token.shape == "number")

    after = found[at + 1 : at + 3]
    year = len(after) == 2 and after[0].word == "12" and after[1].word == "months"
    if at and not found[at].breaks and found[at - 1].word in KINDS:
        return True
    return (at > 0 and fixed(found[at - 1], found[at].hyphen)) or (
        bool(after) and not year and (after[0].word in UNITS or fixed(after[0], after[0].hyphen))
    )


def find_matches(found: Sequence[Token], trie: Trie) -> list[Match]:
    """Find every stretch of tokens that is a key, longest first at each place.

    A stretch never runs over a shielded token, a sentence end or any mark but
    a space or a hyphen; a possessive ends it, unless it is part of the key.
    """
    matches: list[Match] = []
    count = len(found)
    for first, token in enumerate(found):
        if token.word not in trie and (not token.suffix or token.word + token.suffix not in trie):
            continue  # most tokens begin no key
        node: Trie | None = trie
        look_up: Callable[[Trie, str], Trie | None] = below
        here: list[Match] = []
        last = first
        while last < count and node is not None:
            token = found[last]
            if token.shielded or (last > first and (token.breaks or not token.joint)):
                break
            whole = look_up(node, token.word + token.suffix) if token.suffix else None
            if whole is not None:  # ``grasp's degree``: the possessive is part of the phrase
                candidates = _candidates(look_up(node, token.word), found, first)
                if candidates:
                    here.append(Match(first, last + 1, candidates))
                node, look_up = whole, dict.get
                last += 1
                continue
            node, look_up = look_up(node, token.word), dict.get
            last += 1
            if node is None:
                break
            candidates = _candidates(node, found, first)
            if candidates:
                here.append(Match(first, last, candidates))
            if token.suffix:
                break
        if here and found[first].shape == "number" and is_figure(found, first):
            here = [match for match in here if match.last - first > 1]
        matches.extend(reversed(here))
    return matches
