"""Each guard is taken away in turn: what it holds back must happen then, and must not happen while it stands."""

import importlib
import re

import pytest

from unspin.edits import apply
from unspin.layout import layout
from unspin.lexicon import check as checking
from unspin.lexicon import read as reading
from unspin.lexicon.check import check
from unspin.lexicon.read import LexiconError, read_packs
from unspin.restore import Restorer, candidates, features, passes
from unspin.restore.candidates import build_trie, compile_rows, find_matches

#: The package has a function of the same name.
tokens = importlib.import_module("unspin.restore.tokens")

HEADER = "spun\tplain\tform\texample\toften\n"
CHALLENGE = "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9\n"
DIFFICULT = "demanding\tdifficult\tadj\tThey face [demanding|difficult] work in the region.\t9\n"
SPUN = "They face demanding situations in the region. " * 8


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "mine"
    path.mkdir()
    (path / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    (path / "entries.tsv").write_text(HEADER + DIFFICULT + CHALLENGE)
    (path / "keep.txt").write_text("")
    return path


@pytest.fixture
def restorer(folder):
    return Restorer.load([folder])


def restored(restorer, text):
    return apply(text, [e for e in restorer.restore(text, layout(text)).edits if e.outcome == "changed"])


def matches(restorer, text):
    trie = build_trie(compile_rows(restorer.packs))
    return [(m.first, m.last) for m in find_matches(tokens.tokens(text, 0, len(text)), trie)]


def test_a_pack_that_is_saved_while_it_is_read_is_not_compiled(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    entries = folder / "entries.tsv"
    whole = entries.read_text()

    def known():
        found = Restorer.load([folder]).matches(tokens.tokens(SPUN, 0, len(SPUN)))
        return {candidate.plain for match in found for candidate in match.candidates}

    def slowly(folders):
        packs = read_packs(folders)
        entries.write_text(HEADER + DIFFICULT)
        return packs

    for call in (lambda: Restorer.load([folder]), lambda: check([folder])):
        entries.write_text(whole)
        with monkeypatch.context() as patched:
            patched.setattr(reading, "read_packs", slowly)
            with pytest.raises(LexiconError, match="saved while it was read"):
                call()
        assert known() == {"difficult"}
        entries.write_text(whole)
        assert known() == {"difficult", "challenges"}


def test_a_pack_from_the_cache_finds_what_it_finds_compiled_anew(folder, monkeypatch, tmp_path):
    text = "They face demanding work, demanding situations, demandng situations and demandingsituations. "
    found = []
    for name in ("a", "a", "b"):
        monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / name))
        found.append(Restorer.load([folder]).restore_spun(text))
    assert found[0] == found[1] == found[2]
    assert [e.replacement for e in found[0]].count("challenges") == 3


def test_the_keep_list_names_an_entry_that_spoils_it(folder):
    assert not [f for f in check([folder]) if f.code == "keep"]
    (folder / "keep.txt").write_text(SPUN + "\n")
    assert [f for f in check([folder]) if f.code == "keep"]


def test_the_shield_keeps_addresses(restorer, monkeypatch):
    text = "See https://example.com/demanding-situations for more."
    assert matches(restorer, text) == []
    monkeypatch.setattr(tokens, "SHIELD", re.compile(r"(?!)"))
    assert matches(restorer, text)


def test_a_phrase_with_a_possessive_leaves_the_word_before_it_its_own_entries():
    keys = (["worker"], ["worker", "day"], ["worker's", "guild"])
    trie = build_trie([[key, "x", ["x"], f"p/{' '.join(key)}>x:noun", "p", "NN", False, 3] for key in keys])
    text = "A worker's guild met; the worker's day began."
    found = tokens.tokens(text, 0, len(text))
    spans = {(m.first, m.last): [c.rule for c in m.candidates] for m in find_matches(found, trie)}
    assert spans == {
        (1, 2): ["p/worker>x:noun"],
        (1, 3): ["p/worker's guild>x:noun"],
        (5, 6): ["p/worker>x:noun"],
    }


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("The points come with maps.", {"include", "had"}),
        ("They will come with maps.", {"include", "had"}),
        ("It has come with maps.", {"included", "had"}),
        ("They had never really come with maps.", {"included", "had"}),
        ("Have they come with maps?", {"include", "included", "had"}),
        ("They had maps. Points come with them.", {"include", "had"}),
    ],
)
def test_a_base_that_is_a_participle_too_is_inflected_by_what_stands_before(text, forms):
    made = (("include", "VB", "include"), ("included", "VBN", "include"), ("had", "VBN", "have"))
    key = ["come", "with"]
    rows = [[key, plain, [plain], f"p/come with>{answer}:verb", "p", tag, False, 3] for plain, tag, answer in made]
    [match] = find_matches(tokens.tokens(text, 0, len(text)), build_trie(rows))
    assert {c.plain for c in match.candidates} == forms


def test_the_prior_keeps_a_document_without_evidence(restorer):
    text = "The cat sat on the mat all day, and nobody in the old house minded it. " * 12 + (
        # A block of its own: long ones without evidence stand apart anyway.
        "\nThey face demanding situations. She faces a demanding situation.")
    assert restored(restorer, text) == text
    restorer.weights = restorer.weights._replace(clean=0.0)
    assert restored(restorer, text) != text
    assert "challenges" in restored(restorer, SPUN)


def test_the_budget_demotes_what_spoils_clean_text(folder, tmp_path, monkeypatch):
    clean = tmp_path / "clean.txt"
    clean.write_text(SPUN)
    monkeypatch.setattr(checking, "BUDGET", 1.0)
    assert any(f.fault for f in check([folder], clean) if f.code == "budget")
    monkeypatch.setattr(checking, "BUDGET", 0.0)
    assert not any(f.fault for f in check([folder], clean) if f.code == "budget")


def test_word_boundaries_keep_words_that_only_hold_a_key(restorer, monkeypatch):
    text = "A demandingness without end."
    assert matches(restorer, text) == []
    monkeypatch.setattr(tokens, "WORD", re.compile(r"demanding|[a-z]+"))
    assert matches(restorer, text)


def test_the_longest_match_wins(restorer, monkeypatch):
    assert restored(restorer, SPUN).count("challenges") == 8
    assert "difficult situations" not in restored(restorer, SPUN)
    monkeypatch.setattr(candidates, "find_matches", lambda found, trie: [
        m for m in find_matches(found, trie) if m.last - m.first == 1])
    assert "challenges" not in restored(restorer, SPUN)


def test_a_pack_of_another_family_has_the_lower_prior_that_its_weight_says(restorer):
    (piece,) = restorer.pieces(SPUN, layout(SPUN))
    plain = list(restorer.weights.later)
    plain[features.INDEX["stranger"]] = 0.0
    weighed = [*plain]
    weighed[features.INDEX["stranger"]] = 2.0
    document = restorer.document([piece])

    def worth(weights, strange):
        known = passes.given(document, features.Context(0.7))
        known.late["stranger"] = strange
        return passes.channel(document, weights, known).tolist()

    home = worth(weighed, 0.0)
    assert home == worth(plain, -1.5)
    assert worth(weighed, -1.5) == pytest.approx([value - 3.0 for value in home])
    _, read = restorer.solve(document, plain, passes.given(document, features.Context(0.7, density=0.7)))
    sure = passes.sure(document, read)
    assert len(sure.options) > 2
    own, other = ({"mine": "a"}, {"mine": "a", "other": "b"})
    known = passes.findings(document, read, sure, {0}, own, ())
    assert set(known.late["stranger"].tolist()) == {0.0}
    none = sure._replace(options=sure.options[:0], where=sure.where[:0], evidence=sure.evidence[:0])
    both = document._replace(names=["other", "mine"], packs=document.packs * 0 + 1)
    both.packs[sure.options] = 0
    told = passes.findings(both, read, sure, {0}, other, ()).late["stranger"]
    assert set(told[sure.options].tolist()) == {0.0}
    assert set(passes.findings(both, read, none, {0}, other, ()).late["stranger"].tolist()) == {0.0}
    assert (told[both.packs == 1] < -0.5).all()
