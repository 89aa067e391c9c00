"""How well a plain phrase does where another was meant: ``support`` for ``assistance``, but not ``role`` for ``skill``.

A spun word often has several answers that would all do.  Each by itself may be
doubtful where it is sure that one of them was meant; so a choice is worth the
probability of every answer, times how often readers took the one for the other.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from unspin.restore.candidates import Candidate

#: (answer that was right, another answer of the same place) -> share of such places where the other was right too.
Agreement = Mapping[tuple[str, str], float]

AGREEMENT_PATH = Path(__file__).with_name("agreement.tsv")

#: Pseudo-places and how many of them agree, for pairs that were seldom or never seen.
PLACES, AGREED = 2.0, 0.25

#: The same for two inflections of one answer, counted over all answers: ``include`` for ``included`` is mostly wrong.
INFLECTED = 0.07

#: Probability below which another answer lends nothing: all such ones together would hardly lend a thousandth.
LEAST = 0.001


@functools.lru_cache(maxsize=4)
def load_agreement(path: Path = AGREEMENT_PATH) -> Agreement:
    """Read what ``tests/tuning/fit_weights.py`` counted in gold articles: both right, places where the first was."""
    found: dict[tuple[str, str], float] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        answer, other, both, places = line.split("\t")
        found[answer, other] = smoothed(int(both), int(places))
    return found


def smoothed(both: int, places: int) -> float:
    """Give the share of places that agree, drawn towards the usual one where they are few.

    >>> smoothed(0, 0), smoothed(6, 8)
    (0.125, 0.625)
    """
    return (both + AGREED) / (places + PLACES)


def worth(
    others: Sequence[tuple[float, Candidate | None]], agreement: Agreement
) -> list[tuple[float, Candidate]]:
    """Give for each candidate of a place the probability that it would do there, the best first.

    >>> base = Candidate("help", ("help",), "a", "p", "NN", "pack", False, 0, "favour", "help")
    >>> aid = base._replace(plain="aid", rule="b", answer="aid")
    >>> [round(p, 2) for p, _ in worth([(0.5, base), (0.3, aid), (0.2, None)], {("aid", "help"): 0.9})]
    [0.77, 0.36]
    """
    known = [(chance, candidate, candidate.answer) for chance, candidate in others if candidate is not None]
    lending = [(chance, candidate, answer) for chance, candidate, answer in known if chance >= LEAST]
    found: list[tuple[float, Candidate]] = []
    for chance, candidate, answer in known:
        whole = chance
        for besides, other, another in lending:
            if other is candidate:
                continue
            if another == answer:
                whole += besides * INFLECTED
            else:
                whole += besides * agreement.get((another, answer), AGREED / PLACES)
        found.append((whole, candidate))
    return sorted(found, key=lambda weighed: (-weighed[0], weighed[1].plain, weighed[1].rule))
