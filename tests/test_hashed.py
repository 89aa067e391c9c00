"""Numbers that are looked up by hashing."""

import numpy as np
import pytest

from unspin.restore.hashed import Hashed, slots_of, table_of


@pytest.mark.parametrize("count", [0, 1, 3, 1000, 70_000])
def test_every_number_is_found_where_it_stands_and_no_other(count):
    draw = np.random.default_rng(5)
    numbers = np.unique(draw.integers(0, 1 << 50, count))
    table = table_of(numbers)
    assert 2 * len(numbers) <= len(table)
    found = Hashed(numbers, table)
    order = draw.permutation(len(numbers))
    assert (found.find(numbers[order]) == order).all()
    others = np.setdiff1d(draw.integers(-9, 1 << 50, 5000), numbers)
    assert (found.find(others) == -1).all()


def test_numbers_that_want_the_same_slot_are_all_found():
    every = np.arange(200_000)
    last = every[slots_of(every, 128) == 127]
    numbers, others = last[:50], last[50:]
    assert len(others) > 1000
    found = Hashed(numbers, table_of(numbers))
    assert (found.find(numbers) == np.arange(50)).all()  # the others went on at the beginning
    assert (found.find(others) == -1).all()
