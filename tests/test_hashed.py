"""Numbers that are looked up by hashing."""

import numpy as np
import pytest

from unspin.restore.hashed import Hashed, laid_out


@pytest.mark.parametrize("count", [0, 1, 3, 1000, 70_000])
def test_every_number_is_found_where_it_stands_and_no_other(count):
    draw = np.random.default_rng(5)
    numbers = np.unique(draw.integers(0, 1 << 50, count))
    table = laid_out(numbers)
    assert 2 * len(numbers) <= len(table)
    found = Hashed(numbers, table)
    order = draw.permutation(len(numbers))
    assert (found.find(numbers[order]) == order).all()
    others = np.setdiff1d(draw.integers(-9, 1 << 50, 5000), numbers)
    assert (found.find(others) == -1).all()


def test_numbers_that_want_the_same_slot_are_all_found():
    numbers = np.arange(0, 1 << 40, 1 << 34)  # far apart, and in few slots
    found = Hashed(numbers, laid_out(numbers))
    assert (found.find(numbers) == np.arange(len(numbers))).all()
    assert (found.find(numbers + 1) == -1).all()
