"""How spun a document is, and each of its blocks, from what the first pass found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from unspin.restore.decoder import Choice

#: Probability from which a choice counts as evidence: below it the clean text's chance hits dominate.
SURE = 0.8

#: Pseudo-matches that pull a share towards the share of its surroundings.
INERTIA = 4.0


def change_chance(choice: Choice) -> float:
    """Give the probability that the stretch is not to stay as it is."""
    for chance, candidate in choice.others:
        if candidate is None:
            return 1.0 - chance
    return 1.0


def share(choices: Iterable[Choice], around: float = 0.3, inertia: float = INERTIA) -> float:
    """Give the share of stretches that are to change, pulled towards ``around`` while there are few."""
    total, count = 0.0, 0
    for choice in choices:
        total += change_chance(choice)
        count += 1
    return (total + inertia * around) / (count + inertia)


def evidence(choices: Iterable[Choice]) -> float:
    """Give the number of sure changes, phrases counting double since chance seldom makes them.

    Terms of the glossary do not count: it is no phrase that a spinner was seen to write, and with them one more
    in 300 documents of clean news was taken to be spun.
    """
    total = 0.0
    for choice in choices:
        if choice.candidate is not None and choice.probability >= SURE and choice.candidate.channel != "glossary":
            total += 2.0 if choice.last - choice.first > 1 else 1.0
    return total


def spin_score(found: float, words: int, weights: Sequence[float]) -> float:
    """Give the probability that a text with this evidence was spun.

    ``weights``: intercept and slope over the logarithm of the evidence per
    100 words (one pseudo-word of evidence in 400 added, so that a single hit in
    a short text does not convince).

    >>> spin_score(0, 300, (-4.0, 3.0)) < 0.05 < 0.95 < spin_score(60, 300, (-4.0, 3.0))
    True
    """
    rate = 100.0 * (found + 0.25) / (words + 60.0)
    return 1.0 / (1.0 + math.exp(-(weights[0] + weights[1] * math.log(rate))))


def best_pack(choices: Iterable[Choice]) -> str:
    """Give the pack that most of the sure changes come from; ties go to the first by name."""
    counts: Counter[str] = Counter()
    for choice in choices:
        if choice.candidate is not None and choice.candidate.pack:
            counts[choice.candidate.pack] += choice.probability  # type: ignore[assignment]
    return min(counts, key=lambda name: (-round(counts[name], 6), name)) if counts else ""
