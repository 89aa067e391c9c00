"""Find many numbers among millions, by hashing: two places of memory are touched, by a binary search twenty."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from unspin.restore.arrays import Ints

Table = npt.NDArray[np.int32]

#: Knuth's multiplicative hashing: 2 ** 64 over the golden ratio.
FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Hashed:
    """Numbers, each once, and the hash table that tells where each stands.

    >>> numbers = np.array([3, 5, 900])
    >>> Hashed(numbers, table_of(numbers)).find(np.array([900, 4, 3])).tolist()
    [2, -1, 0]
    """

    def __init__(self, numbers: Ints, table: Table) -> None:
        self._numbers, self._table = numbers, table

    def find(self, wanted: Ints) -> Ints:
        """Give the places of numbers, -1 for those that are not there."""
        slots = slots_of(wanted, len(self._table))
        places = self._table[slots].astype(np.int64)
        left = np.flatnonzero(places >= 0)
        left = left[self._numbers[places[left]] != wanted[left]]
        for _ in range(len(self._table)):
            if not len(left):
                break
            slots[left] = slots[left] + 1 & len(self._table) - 1
            places[left] = self._table[slots[left]]
            left = left[places[left] >= 0]
            left = left[self._numbers[places[left]] != wanted[left]]
        return places


def table_of(numbers: Ints) -> Table:
    """Give the hash table of different numbers: of each slot the place of its number, -1 where there is none.

    It is filled to a half at most, and a number whose slot is taken has the next free one.

    >>> sorted(table_of(np.array([3, 5, 900])).tolist())
    [-1, -1, -1, -1, -1, 0, 1, 2]
    """
    size = 1 << max(3, int(2 * len(numbers) - 1).bit_length())
    table = np.full(size, -1, np.int32)
    slots = slots_of(numbers, size)
    left = np.arange(len(numbers))
    while len(left):
        here = slots[left]
        free = table[here] < 0
        table[here[free]] = left[free]  # where several want one, the last has it
        left = left[table[here] != left]
        slots[left] = slots[left] + 1 & size - 1
    return table


def slots_of(numbers: Ints, size: int) -> Ints:
    """Give the slots at which numbers are looked for first in a table of a power of two slots."""
    shift = np.uint64(64 - (size.bit_length() - 1))
    slots: Ints = (numbers.astype(np.uint64) * FACTOR >> shift).astype(np.int64)
    return slots
