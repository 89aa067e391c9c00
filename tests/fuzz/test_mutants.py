"""Mutants of a corpus go through each reader, a few hundred here; ``mutants.py`` sends millions by hand."""

import time

import laws
import mutants
import pytest


@pytest.mark.parametrize("reader", mutants.SEEDS)
def test_no_mutant_breaks_a_law(reader, tmp_path):
    assert list(mutants.findings(reader, 300, 1, tmp_path)) == []


#: What mutants found, each mended since.
FOUND = {
    "too long a name of a pack": ("settings", b'packs = ["n' + 300 * b"9" + b'"]\n'),
    "brackets nested too deep for the settings": ("settings", b"packs = " + 600 * b"["),
    "brackets nested too deep for a pack": ("pack", b"title = " + 600 * b"["),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_was_found_stays_mended(case, tmp_path):
    reader, data = FOUND[case]
    laws.READERS[reader](data, tmp_path)


def test_every_reader_has_a_corpus():
    assert mutants.SEEDS.keys() == laws.READERS.keys()


def test_what_breaks_a_law_is_found_and_the_rest_goes_on(tmp_path, monkeypatch):
    met = []

    def broken(data, folder):
        met.append(data)
        assert b"\0" not in data
        return ()

    monkeypatch.setitem(laws.READERS, "tidy", broken)
    found = list(mutants.findings("tidy", 400, 1, tmp_path))
    assert len(met) == 400
    assert [data for data, _ in found] == [data for data in met if b"\0" in data] != []
    assert "AssertionError" in found[0][1]


def test_a_hang_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "SLOWEST", 0.05)
    monkeypatch.setitem(laws.READERS, "tidy", lambda data, folder: time.sleep(30))
    ((_, how),) = mutants.findings("tidy", 1, 1, tmp_path)
    assert "Hang" in how


def test_what_comes_to_something_new_is_mutated_in_turn(tmp_path, monkeypatch):
    """A law that tells the longest run of x apart is led there step by step."""
    best = [0]

    def run(data, folder):
        longest = max(len(part) for part in data.replace(b"x", b" x").split(b" "))
        best[0] = max(best[0], data.count(b"x"))
        return (str(data.count(b"x") // 4), str(longest > 9))

    monkeypatch.setitem(laws.READERS, "tidy", run)
    monkeypatch.setitem(mutants.SEEDS, "tidy", ["x"])
    list(mutants.findings("tidy", 2_000, 1, tmp_path))
    led = best[0]
    best[0] = 0
    monkeypatch.setitem(laws.READERS, "tidy", lambda data, folder: run(data, folder)[:0])
    list(mutants.findings("tidy", 2_000, 1, tmp_path))
    assert led > 2 * best[0]
