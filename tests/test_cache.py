"""What takes long to make is kept, and does not grow for ever."""

import json
import os
from concurrent.futures import ProcessPoolExecutor

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


def spoilt(whole):
    """Give what may be found in the place of a file of arrays."""
    line, _, rest = whole.partition(b"\n")
    told = json.loads(line)
    yield b""
    yield b"["  * 100_000
    yield whole[:-1]
    yield whole + b" "
    yield line
    yield b"PK\x03\x04" + whole
    for name, kind, shape, at in (
        ("long", "|O", [100_000], 0), ("long", "<i8", [1 << 60], 0), ("long", "<i8", [-1], 0), ("long", "((", [1], 0),
        ("long", "<i8", [100_000], 1 << 40), ("long", "<i8", [100_000], 1), ("long", "<i8", ["x"], 0),
    ):  # fmt: skip
        other = json.dumps({**told, "arrays": {name: [kind, shape, at]}}).encode()
        yield other.ljust(len(line)) + b"\n" + rest
    yield json.dumps([1]).encode().ljust(len(line)) + b"\n" + rest
    yield json.dumps({"bytes": told["bytes"]}).encode().ljust(len(line)) + b"\n" + rest


def test_arrays_that_cannot_be_read_are_made_anew(folder):
    cache.kept_arrays("places-1", "mark", Maker(ARRAYS))
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    for made in spoilt(whole):
        kept.write_bytes(made)
        make = Maker(ARRAYS)
        assert np.array_equal(cache.kept_arrays("places-1", "mark", make)["long"], ARRAYS["long"])
        assert make.calls == 1, made[:80]
        assert kept.read_bytes() == whole
    assert list(folder.iterdir()) == [kept]


def test_what_was_not_asked_for_for_longest_goes_where_the_cache_is_full(folder, monkeypatch):
    def names():
        return {path.name for path in folder.iterdir()}

    for number in range(5):
        cache.kept_arrays("places-1", str(number), Maker(ARRAYS))
        os.utime(cache.cache_path("places-1", str(number), "arrays"), (number + 1, number + 1))
    cache.remember(folder / "forms-6.json", {})
    left = folder / f"left{cache.UNFINISHED}"
    left.write_text("begun long ago")
    os.utime(left, (1, 1))
    (folder / f"begun{cache.UNFINISHED}").write_text("somebody is at it")
    size = cache.cache_path("places-1", "0", "arrays").stat().st_size
    monkeypatch.setattr(cache, "FULL", 4 * size + size // 2)
    cache.kept_arrays("places-1", "0", Maker(None))  # asked for again
    before = names()
    cache.kept_arrays("places-2", "new", Maker(ARRAYS))
    gone = {cache.cache_path("places-1", str(number), "arrays").name for number in (1, 2)} | {left.name}
    assert names() == before - gone | {cache.cache_path("places-2", "new", "arrays").name}


def test_what_is_read_again_is_not_the_oldest(folder):
    for name in ("verbs", "spelling"):
        cache.kept(name, "mark", Maker([name]))
        os.utime(cache.cache_path(name, "mark"), (1, 1))
    cache.kept("verbs", "mark", Maker(None))
    used, other = (cache.cache_path(name, "mark").stat().st_mtime for name in ("verbs", "spelling"))
    assert used > other == 1


def test_processes_that_write_and_read_at_once_see_whole_files(folder):
    with ProcessPoolExecutor(3) as pool:
        assert all(pool.map(ask_often, [300] * 3))


def ask_often(times):
    """Ask for arrays that are removed and made anew again and again."""
    for at in range(times):
        found = cache.kept_arrays("places-1", "mark", Maker(ARRAYS))
        if not all(np.array_equal(found[name], array) for name, array in ARRAYS.items()):
            return False
        if at % 7 == 0:
            cache.cache_path("places-1", "mark", "arrays").unlink(missing_ok=True)
    return True


@pytest.mark.parametrize(("keep", "what"), [(cache.kept, ["go"]), (cache.kept_arrays, ARRAYS)])
def test_a_cache_that_cannot_be_written_does_no_harm(folder, keep, what):
    folder.write_text("a file where the folder should be")
    assert keep("places-1", "mark", Maker(what)) is what
