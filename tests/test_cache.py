"""What takes long to make is kept, and does not grow for ever."""

import os

import numpy as np
import pytest

from unspin import cache


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


class Maker:
    """Makes what is to be kept, and counts how often."""

    def __init__(self, what):
        self.what, self.calls = what, 0

    def __call__(self):
        self.calls += 1
        return self.what


ARRAYS = {
    "long": np.arange(100_000),
    "short": np.array(["army", "navy"]),
    "one": np.array(7),
    "none": np.zeros(0, np.int32),
}


def test_arrays_come_back_as_they_were_made():
    make = Maker(ARRAYS)
    cache.kept_arrays("places-1", "mark", make)
    found = cache.kept_arrays("places-1", "mark", make)
    assert make.calls == 1
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert type(found[name]) is np.ndarray
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
    with pytest.raises(ValueError, match="read-only"):
        found["long"][0] = 1  # it is the file
    cache.kept_arrays("places-1", "another mark", make)
    assert make.calls == 2


def test_arrays_that_cannot_be_read_are_made_anew(folder):
    make = Maker(ARRAYS)
    cache.kept_arrays("places-1", "mark", make)
    (kept,) = folder.iterdir()
    (kept / "long.npy").write_bytes(b"\x93NUMPY")
    assert np.array_equal(cache.kept_arrays("places-1", "mark", make)["long"], ARRAYS["long"])
    cache.kept_arrays("places-1", "mark", make)
    assert make.calls == 2
    assert list(folder.iterdir()) == [kept]


def test_what_was_not_asked_for_for_longest_goes_and_other_kinds_stay(folder):
    def names():
        return {path.name for path in folder.iterdir()}

    for number in range(cache.KEPT):
        cache.kept_arrays("places-1", str(number), Maker(ARRAYS))
        path = cache.cache_path("places-1", str(number), "arrays")
        os.utime(path, (number + 1, number + 1))
    cache.kept("verbs", "mark", Maker(["go"]))
    cache.remember(folder / "forms-6.json", {})
    cache.kept_arrays("places-1", "0", Maker(None))  # asked for again
    before = names()
    cache.kept_arrays("places-2", "new", Maker(ARRAYS))  # a new version counts with the old one
    gone = cache.cache_path("places-1", "1", "arrays").name
    assert names() == before - {gone} | {cache.cache_path("places-2", "new", "arrays").name}


@pytest.mark.parametrize("keep", [cache.kept, cache.kept_arrays])
def test_a_cache_that_cannot_be_written_does_no_harm(folder, keep):
    folder.write_text("a file where the folder should be")
    assert keep("places-1", "mark", Maker(ARRAYS)) is ARRAYS
