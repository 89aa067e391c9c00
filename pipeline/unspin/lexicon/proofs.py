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
from unspin.restore import FAR, KNOWN_SPUN, Piece, Restorer, candidates, decoder, features, passes
from unspin.restore.candidates import Trie
from unspin.restore.language_model import words_for
from unspin.restore.tokens import Token, tokens

#: Below this chance at its own example an entry is taken never to win: no context was kinder to it than that one.
NEVER = 0.01

#: The feature "present" where the spun phrase stands once and the plain one nowhere, as in most examples.
ALONE = math.log(0.5 / 1.5)


#: Examples that are decoded together: 2,000 took a third of the time of one by one (2026-11-29).
TOGETHER = 200


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
        len(found) <= candidates.LONGEST_KEY
        and tuple(t.word + t.suffix for t in found[:-1]) + tuple(t.word for t in found[-1:])
        == candidates.key_words(entry.spun)
        and not any(t.shielded for t in found)
        and all(t.joint and not t.breaks for t in found[1:])
    )


class Staged(NamedTuple):
    """An entry's example, laid out for decoding."""

    marked: str  #: what stands at the marked place
    want: str  #: what is to stand there
    first: int  #: first token of the place
    last: int  #: and the one after it
    piece: Piece


def prove(entry: Entry, restorer: Restorer, trie: Trie) -> Proof:
    """Run an entry's example as a place of a spun document, with the sentence around it as it stands.

    The entry wins where the marked words come out as the example says, be it by
    its own reading or by shorter or longer ones that say the same.  Only
    readings that touch the marked place compete; this is what makes thousands
    of examples run in seconds.
    """
    return prove_all([entry], restorer, trie)[0]


def prove_all(entries: Sequence[Entry], restorer: Restorer, trie: Trie) -> list[Proof]:
    """Run the examples of many entries, each by itself; that they are decoded together is only for speed."""
    proofs: list[Proof] = []
    for at in range(0, len(entries), TOGETHER):
        staged = [stage(entry, restorer, trie) for entry in entries[at : at + TOGETHER]]
        laid = [s for s in staged if isinstance(s, Staged)]
        pieces = [s.piece._replace(block=number) for number, s in enumerate(laid)]
        document = restorer.document(pieces)
        path, weighed = restorer.solve(document, restorer.weights.later, passes.given(document, KNOWN_SPUN), later=True)
        lattices = [piece.lattice for piece in pieces]
        taken = iter(zip(
            laid, decoder.choices(document.spots, weighed, lattices), decoder.on_path(path, lattices), strict=True
        ))
        proofs += [s if isinstance(s, Proof) else outcome(*next(taken), restorer.weights.changed) for s in staged]
    return proofs


def stage(entry: Entry, restorer: Restorer, trie: Trie) -> Staged | Proof:
    """Lay out an entry's example, or tell that nothing finds the entry in it."""
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
    piece = restorer.piece(found, matches, {}, FAR)
    piece.signs.early[:, features.INDEX["present"]] = ALONE
    return Staged(mark[1], mark[2], first, last, piece)


def outcome(staged: Staged, choices: Sequence[decoder.Choice], over: Sequence[decoder.Option], least: float) -> Proof:
    """Tell what became of the marked place, by the choices there and the options on the best path.

    ``least``: the least probability of a change that is made.
    """
    marked, want, first, last, piece = staged
    found = piece.found
    lower = want.lower()
    own = sum(p for choice in choices if (choice.first, choice.last) == (first, last)
              for p, c in choice.others if c is not None and c.plain.lower() == lower)
    over = [o for o in over if o.first < last and o.last > first]
    if over and restored(found, over, first, last) == wanted(found, over, first, last, lower):
        made = {(o.first, o.last) for o in over}
        surest = min(c.probability for c in choices if (c.first, c.last) in made)
        return Proof("wins" if surest >= least else "weak", own, want)
    for choice in choices:
        if (choice.first, choice.last) == (first, last):
            plain, rule = (choice.candidate.plain, choice.candidate.rule) if choice.candidate else (marked, "")
            return Proof("never" if own < NEVER else "weak", own, plain, rule)
    if over:
        longer = over[0].last - over[0].first > last - first
        return Proof("shadowed" if longer else "weak", 0.0, over[0].candidate.plain, over[0].candidate.rule)
    return Proof("weak", 0.0, marked)


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
    made: list[Any] = _WORK[0](items)
    return made


def side_by_side(
    work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], least: int = 1_000
) -> list[Result]:
    """Give ``work(items)``, a result for each, on all processors where that is worth its start.

    >>> side_by_side(lambda words: [len(word) for word in words], ["a", "bc"])
    [1, 2]
    """
    workers = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if len(items) < least or workers < 2:
        return work(items) if items else []
    size = -(-len(items) // (4 * workers))
    parts = [items[at : at + size] for at in range(0, len(items), size)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _hold, (work,)) as pool:
        return [result for part in pool.map(_run, parts) for result in part]
