"""Mining finds what reads unlikely where a neighbour reads likely, and gives its evidence."""

import pytest

from unspin.cli import main
from unspin.lexicon.mine import Miner
from unspin.lexicon.read import read_pack

ROWS = {
    "cash": frozenset({"money"}),
    "marketplace": frozenset({"market"}), "market": frozenset({"marketplace"}),
    "worth": frozenset({"value"}), "value": frozenset({"worth"}),
    "chilly": frozenset({"cold", "frigid"}),
}
TEXTS = [("a", "It was a chilly war between the two powers. The company has a marketplace worth of five billion."),
         ("b", "During the chilly war both sides built rockets.")]


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    (folder / "terms.txt").write_text("market value\n")
    return folder


def test_words_and_glossary_terms_are_proposed_with_evidence(pack):
    found = {(m.spun, m.plain): m for m in Miner([read_pack(pack)], ROWS).mine(TEXTS)}
    cold = found["chilly", "cold"]
    assert (cold.form, cold.places, cold.documents, cold.by) == ("adj", 2, 2, "thesaurus")
    assert "During the [chilly|cold] war both sides built rockets." in cold.contexts
    assert found["marketplace worth", "market value"].by == "glossary"
    assert cold.gain > 2.5


def test_what_a_pack_has_already_is_not_proposed(pack):
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\nchilly\tcold\tadj\tA [chilly|cold] day.\n")
    assert ("chilly", "cold") not in {(m.spun, m.plain) for m in Miner([read_pack(pack)], ROWS).mine(TEXTS)}


def test_plain_text_gives_nothing(pack):
    assert Miner([read_pack(pack)], ROWS).mine([("a", "The cold war. He has the market value in cash.")]) == []


def test_the_proposals_can_be_accepted(pack, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("unspin.lexicon.mine.moby", lambda: ROWS)
    (tmp_path / "a.txt").write_text(" ".join(text for _, text in TEXTS))
    for words in (["mine", tmp_path / "a.txt", "-o", tmp_path / "p.tsv"], ["accept", tmp_path / "p.tsv"]):
        with pytest.raises(SystemExit) as ended:
            main(["lexicon", *map(str, words), "--pack", str(pack)])
        assert ended.value.code == 0
    capsys.readouterr()
    assert ("chilly", "cold") in {(e.spun, e.plain) for e in read_pack(pack).entries}
