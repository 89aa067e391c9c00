"""Stretches of an array, numbered one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def ends(counts: npt.NDArray[np.integer | np.bool_]) -> Ints:
    """Give where each of several stretches begins, and the end of all.

    >>> ends(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def runs(begins: Ints, counts: Ints) -> Ints:
    """Give the numbers of stretches one after the other.

    >>> runs(np.array([5, 1]), np.array([2, 3])).tolist()
    [5, 6, 1, 2, 3]
    """
    after = ends(counts)
    return np.repeat(begins - after[:-1], counts) + np.arange(after[-1])
