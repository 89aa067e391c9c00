"""How spun a document is, and each of its blocks, from what the first pass found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

#: Probability from which a choice counts as evidence: below it the clean text's chance hits dominate.
SURE = 0.8

#: Pseudo-matches that pull a share towards the share of its surroundings.
INERTIA = 4.0


def share(changing: float, places: int, around: float = 0.3, inertia: float = INERTIA) -> float:
    """Give the share of places that are to change, pulled towards ``around`` while there are few.

    ``changing``: the sum of their probabilities.

    >>> round(share(6.0, 10), 2)
    0.51
    """
    return (changing + inertia * around) / (places + inertia)


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


def best_pack(chosen: Iterable[tuple[str, float]]) -> str:
    """Give the pack that most of the changes come from, by packs and probabilities; ties go to the first by name.

    >>> best_pack([("web", 0.9), ("news", 0.6), ("news", 0.7)])
    'news'
    """
    counts: dict[str, float] = {}
    for pack, chance in chosen:
        if pack:
            counts[pack] = counts.get(pack, 0.0) + chance
    return min(counts, key=lambda name: (-round(counts[name], 6), name)) if counts else ""


def stands_apart(found: float, words: int) -> bool:
    """Tell whether a block of a spun document is so free of evidence that it was not spun with the rest.

    Blocks of spun documents have ten sure hits and more in a hundred words;
    thirty words without one are a quotation or a section left alone.

    >>> stands_apart(0.0, 40), stands_apart(0.0, 12), stands_apart(3.0, 40)
    (True, False, False)
    """
    return words >= 30 and found < 0.02 * words
