"""How spun a document is, and each of its blocks, from what the first pass found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from unspin.restore.arrays import Floats, Ints
from unspin.restore.graph import Flags

#: Probability from which a choice counts as a sure hit: below it the clean text's chance hits dominate.
SURE = 0.8

#: Share of the places of a spun document that were replaced, as it is taken to be at first: mild spinners replace few.
#: Of .05 to .4, .1 called most mild articles spun at the same share of clean news (2026-11-29).
REPLACED = 0.1

#: Log-odds beyond which a place says no more of its document: with 6 a single hit in a short sentence outweighed three
#: likely ones in another.  Of 4 to 6, 5 left the plain texts of other registers alone and called most passages and mild
#: articles spun, at the same share of clean news (2026-11-30).
MOST_ODDS = 5.0

#: Pseudo-matches that pull a share towards the share of its surroundings.
INERTIA = 4.0


def share(changing: float, places: int, around: float = 0.3, inertia: float = INERTIA) -> float:
    """Give the share of places that are to change, pulled towards ``around`` while there are few.

    ``changing``: the sum of their probabilities.

    >>> round(share(6.0, 10), 2)
    0.51
    """
    return (changing + inertia * around) / (places + inertia)


def bayes_factors(change: Floats) -> Floats:
    """Give what each place says of whether its document was spun: the log of how much likelier that makes it.

    ``change``: the probability that the place is not to stay, as judged without
    knowing the document.  Of a spun document one place in ten is taken to have
    been replaced, in a clean one none.

    >>> bayes_factors(np.array([0.02, 0.5, 0.98])).round(2)
    array([-0.1 ,  0.  ,  1.76])
    """
    change = np.clip(change, 1e-6, 1.0 - 1e-6)
    odds = np.log(change / (1.0 - change))
    factors: Floats = np.log(1.0 - REPLACED + REPLACED * np.exp(np.minimum(odds, MOST_ODDS)))
    return factors


def evidence(factors: Floats, keys: Ints, phrases: Flags, groups: Ints, count: int) -> Floats:
    """Give the sum of places' factors in each of ``count`` groups, (groups,).

    ``keys``: number of the words at each place; ``phrases``: whether they are several.
    A word that stands in many places tells little more for spinning than in one, as
    jargon and names do: its second place counts a half, the third a third.  Phrases count
    each time: dividing them too called as much clean news spun (2026-11-29), and left a text
    spun with a few phrases over and over undetected.  What tells against spinning counts in full.

    >>> factors, keys = np.array([1.0, 3.0, 2.0, -0.5]), np.array([7, 7, 8, 7])
    >>> evidence(factors, keys, np.zeros(4, np.bool_), np.array([0, 0, 0, 0]), 2)
    array([5., 0.])
    """
    order = np.lexsort((-factors, keys, groups))
    key, group, factor = keys[order], groups[order], factors[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (key[1:] != key[:-1]) | (group[1:] != group[:-1])
    begins = np.flatnonzero(new)
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    told = np.where((factor > 0.0) & ~phrases[order], factor / (rank + 1.0), factor)
    return np.bincount(group, told, count).astype(np.float64)


def spin_score(found: float, words: int, weights: Sequence[float]) -> float:
    """Give the probability that a text with this evidence was spun.

    ``weights``: intercept and slope over the evidence in proportion to the text,
    which counts a little less than its words do: the longer a text, the surer.

    >>> spin_score(0, 300, (-4.0, 1.0)) < 0.05 < 0.95 < spin_score(90, 300, (-4.0, 1.0))
    True
    """
    at = weights[0] + weights[1] * proportion(found, words)
    return 1.0 / (1.0 + math.exp(-max(at, -700.0)))


def proportion(found: float, words: int) -> float:
    """Give the evidence of a text in proportion to its words, as if there were 45 more that say nothing."""
    return 10.0 * found / math.pow(words + 45.0, 0.75)


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
    """Tell whether a block of a spun document was not spun with the rest, as quotations and sections left alone are.

    ``found``: its evidence; thirty words or more must tell against it, or say nothing.

    >>> stands_apart(-1.2, 40), stands_apart(-1.2, 12), stands_apart(3.0, 40)
    (True, False, False)
    """
    return words >= 30 and found <= 0.0
