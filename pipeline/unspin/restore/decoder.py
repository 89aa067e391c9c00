"""Choose among candidates: the best path through the lattice, and how sure each choice on it is.

The score of a path is the sum over its options of a channel part (what this
candidate is worth whatever stands around it) and a language-model part (how
its words read after the two words before).  Keeping a token is always possible.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from unspin.restore.candidates import Candidate
from unspin.restore.graph import Spots, Weighed
from unspin.restore.language_model import BITS, PAIR, START, STOP, Vocabulary
from unspin.restore.lattice import Lattice, Option, lattice, option_words, token_words

__all__ = [
    "Choice",
    "Lattice",
    "Option",
    "Place",
    "choices",
    "lattice",
    "on_path",
    "option_words",
    "places",
    "read",
    "token_words",
]


class Choice(NamedTuple):
    """A stretch of tokens with what was chosen for it and what else there was."""

    first: int
    last: int
    candidate: Candidate | None  #: None: the tokens stay
    probability: float  #: of this choice among all for the stretch, its neighbours given
    others: tuple[tuple[float, Candidate | None], ...]  #: all, best first, with their probability


def choices(spots: Spots, weighed: Weighed, lattices: Sequence[Lattice]) -> list[list[Choice]]:
    """Give the choices of lattices that were weighed together, those of each by themselves."""
    found: list[list[Choice]] = [[] for _ in lattices]
    candidates: list[Candidate | None] = [option.candidate for lattice in lattices for option in lattice.options]
    candidates.append(None)  # number -1
    of = np.searchsorted(spots.lattices, weighed.places, "right") - 1
    rows = zip(
        of.tolist(),
        (spots.first[weighed.places] - spots.shift[of]).tolist(),
        (spots.last[weighed.places] - spots.shift[of]).tolist(),
        weighed.taken.tolist(),
        weighed.begins[:-1].tolist(),
        weighed.begins[1:].tolist(),
        strict=True,
    )
    chances, options = weighed.chances.tolist(), weighed.options.tolist()
    for number, first, last, taken, low, high in rows:
        ranked = [(chances[at], candidates[options[at]]) for at in range(low, high)]
        chance = next(chances[at] for at in range(low, high) if options[at] == taken)
        ranked.sort(key=_rank)
        found[number].append(Choice(first, last, candidates[taken], chance, tuple(ranked)))
    return found


def on_path(path: Sequence[int], lattices: Sequence[Lattice]) -> list[list[Option]]:
    """Give the options on the path through lattices that were decoded together, those of each by themselves."""
    ends = list(accumulate(len(lattice.options) for lattice in lattices))
    found: list[list[Option]] = [[] for _ in lattices]
    for number in path:
        at = bisect_right(ends, number)
        found[at].append(lattices[at].options[number - ends[at]])  # counted from the end of its lattice
    return found


class Place(NamedTuple):
    """A stretch of a path that could read otherwise, with the words around it."""

    first: int
    last: int
    chosen: int  #: the option that the path takes, -1 where the tokens stay
    left: int  #: number of the two words before
    right: tuple[int, ...]
    kept: tuple[int, ...]  #: the words that stand there
    rivals: list[int]  #: every option for the same tokens


def places(lattice: Lattice, path: Sequence[int], vocabulary: Vocabulary) -> Iterator[Place]:
    """Give the places of a path that have options, chosen or not.

    Where a phrase was kept word by word, the phrase is a place of its own.
    """
    options, words, kept, breaks, _ = lattice
    starts: dict[int, list[int]] = {}
    for number, option in enumerate(options):
        starts.setdefault(option.first, []).append(number)
    start, stop = vocabulary[START], vocabulary[STOP]
    count = len(kept)
    chosen = {options[number].first: number for number in path}
    inside = [False] * (count + 1)  # no word of the path begins here
    line: list[int] = []  # the words of the path
    begins = [0] * (count + 1)  # where each token's words begin in it
    at = 0
    while at < count:
        if breaks[at]:
            if at:
                line.append(stop)
            line.append(start)
        begins[at] = len(line)
        number = chosen.get(at, -1)
        if number < 0:
            line += kept[at]
            at += 1
        else:
            line += words[number]
            for within in range(at + 1, options[number].last):
                inside[within] = True
            at = options[number].last
    begins[count] = len(line)
    line.append(stop)
    for first, begun in starts.items():
        if inside[first]:
            continue
        taken = chosen.get(first, -1)
        spans: dict[int, list[int]] = {}
        for number in begun:
            spans.setdefault(options[number].last, []).append(number)
        at = begins[first]
        previous = line[at - 1] if at else 0
        left = previous if at < 2 or previous == start else line[at - 2] << BITS | previous
        for last in sorted(spans, reverse=True) if len(spans) > 1 else spans:
            if taken >= 0:
                if last != options[taken].last:
                    continue
            elif last > first + 1 and any(within in chosen for within in range(first + 1, last)):
                continue
            ends = begins[last] - (2 if last < count and breaks[last] else 0)  # not into the next sentence
            right = tuple(line[ends : ends + 2])
            if right[0] == stop:
                right = (stop,)
            stays = kept[first] if last == first + 1 else tuple([w for words in kept[first:last] for w in words])
            yield Place(first, last, taken, left, right, stays, spans[last])


def _rank(weighed: tuple[float, Candidate | None]) -> tuple[float, str]:
    chance, candidate = weighed
    return -chance, candidate.plain if candidate else ""


def read(left: int, words: Sequence[int], right: Sequence[int], scores: Mapping[int, float]) -> float:
    """Score words and the words right of them after a history."""
    total = 0.0
    for word in words:
        key = left << BITS | word
        total += scores[key]
        left = key & PAIR
    for word in right:
        key = left << BITS | word
        total += scores[key]
        left = key & PAIR
    return total
