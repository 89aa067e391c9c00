"""Prove entries: run each example as a place of a spun document and see what is restored there."""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple, TypeVar

from unspin.lexicon.read import MARK, Entry
from unspin.restore import KNOWN_SPUN, Restorer, candidates, decoder, features, passes
from unspin.restore.candidates import Trie
from unspin.restore.language_model import words_for
from unspin.restore.tokens import Token, tokens

#: Below this chance at its own example an entry is taken never to win: no context was kinder to it than that one.
NEVER = 0.01

#: The feature "present" where the spun phrase stands once and the plain one nowhere, as in most examples.
ALONE = math.log(0.5 / 1.5)


class Proof(NamedTuple):
    """What became of an entry's marked place in a spun document."""

    outcome: str  #: ``wins weak never shadowed missed``
    probability: float  #: of the entry's own plain phrase
    winner: str  #: what stands there after restoring
    rule: str = ""  #: of the reading that won instead of the entry's


def spun_example(entry: Entry) -> tuple[str, int, int]:
    """Give an entry's example as spun text, and where the marked place stands in it."""
    mark = MARK.search(entry.example)
    assert mark is not None
    text = entry.example[: mark.start()] + mark[1] + entry.example[mark.end() :]
    return text, mark.start(), mark.start() + len(mark[1])


def is_findable(entry: Entry) -> bool:
    """Tell whether the decoder could find the entry's spun phrase anywhere: an example cannot mend what it cannot.

    >>> made = Entry("sun farm", "solar farm", "noun", "A [sun farm|solar farm].", None, False, "p", "x", 2)
    >>> is_findable(made), is_findable(made._replace(spun="weak, old farm"))
    (True, False)
    """
    found = tokens(entry.spun, 0, len(entry.spun))
    return (
        tuple(t.word + t.suffix for t in found[:-1]) + tuple(t.word for t in found[-1:])
        == candidates.key_words(entry.spun)
        and not any(t.shielded for t in found)
        and all(t.joint and not t.breaks for t in found[1:])
    )


def prove(entry: Entry, restorer: Restorer, trie: Trie) -> Proof:
    """Run an entry's example as a place of a spun document, with the sentence around it as it stands.

    The entry wins where the marked words come out as the example says, be it by
    its own reading or by shorter or longer ones that say the same.  Only
    readings that touch the marked place compete; this is what makes thousands
    of examples run in seconds.
    """
    mark = MARK.search(entry.example)
    assert mark is not None
    text, start, end = spun_example(entry)
    found = tokens(text, 0, len(text))
    place = [i for i, t in enumerate(found) if t.start < end and t.end > start]
    if not place:
        return Proof("missed", 0.0, mark[1])
    first, last = place[0], place[-1] + 1
    low, high = max(0, first - candidates.LONGEST_KEY), last + candidates.LONGEST_KEY
    matches = [m._replace(first=m.first + low, last=m.last + low)
               for m in candidates.find_matches(found[low:high], trie)
               if m.first + low < last and m.last + low > first]
    want = mark[2].lower()
    if not any((m.first, m.last) == (first, last) and any(c.plain.lower() == want for c in m.candidates)
               for m in matches):
        return Proof("missed", 0.0, mark[1])
    piece = restorer.piece(found, matches, {})
    piece.early[:, features.INDEX["present"]] = ALONE
    document = restorer.document([piece])
    path, weighed = restorer.solve(document, restorer.weights.third, passes.given(document, KNOWN_SPUN))
    choices = decoder.choices(document.spots, weighed, [piece.lattice])[0]
    own = sum(p for choice in choices if (choice.first, choice.last) == (first, last)
              for p, c in choice.others if c is not None and c.plain.lower() == want)
    over = [o for o in map(piece.lattice.options.__getitem__, path) if o.first < last and o.last > first]
    if over and restored(found, over, first, last) == wanted(found, over, first, last, want):
        made = {(o.first, o.last) for o in over}
        least = min(c.probability for c in choices if (c.first, c.last) in made)
        return Proof("wins" if least >= restorer.weights.changed else "weak", own, mark[2])
    for choice in choices:
        if (choice.first, choice.last) == (first, last):
            plain, rule = (choice.candidate.plain, choice.candidate.rule) if choice.candidate else (mark[1], "")
            return Proof("never" if own < NEVER else "weak", own, plain, rule)
    if over:
        longer = over[0].last - over[0].first > last - first
        return Proof("shadowed" if longer else "weak", 0.0, over[0].candidate.plain, over[0].candidate.rule)
    return Proof("weak", 0.0, mark[1])


def restored(found: Sequence[Token], over: Sequence[decoder.Option], first: int, last: int) -> list[str]:
    """Give the words of tokens ``[first, last)`` and of what the options touch besides, as the options make them."""
    starts = {o.first: o for o in over}
    words: list[str] = []
    at = min(first, over[0].first)
    while at < max(last, over[-1].last):
        option = starts.get(at)
        if option is None:
            words += decoder.token_words(found[at])
            at += 1
        else:
            words += decoder.option_words(option.candidate, found[option.last - 1].suffix)
            at = option.last
    return words


def wanted(found: Sequence[Token], over: Sequence[decoder.Option], first: int, last: int, plain: str) -> list[str]:
    """Give the words of the same stretch as the example has them, kept around the marked place."""
    def kept(a: int, b: int) -> list[str]:
        return [word for token in found[a:b] for word in decoder.token_words(token)]

    words = list(words_for(plain))
    if words and found[last - 1].suffix:
        words[-1] += found[last - 1].suffix
    return [*kept(over[0].first, first), *words, *kept(last, over[-1].last)]


Item = TypeVar("Item")
Result = TypeVar("Result")

#: What a forked worker runs: models and packs are shared with it, never sent.
_WORK: list[Callable[[Any], Any]] = []


def _hold(work: Callable[[Any], Any]) -> None:
    _WORK[:] = [work]


def _run(items: Sequence[Any]) -> list[Any]:
    return [_WORK[0](item) for item in items]


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], least: int = 1_000) -> list[Result]:
    """Give ``[work(item) for item in items]``, in their order, on all processors where that is worth its start.

    >>> side_by_side(len, ["a", "bc"])
    [1, 2]
    """
    workers = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if len(items) < least or workers < 2:
        return [work(item) for item in items]
    size = -(-len(items) // (4 * workers))
    parts = [items[at : at + size] for at in range(0, len(items), size)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _hold, (work,)) as pool:
        return [result for part in pool.map(_run, parts) for result in part]
