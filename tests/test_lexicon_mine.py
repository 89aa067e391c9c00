"""Mining finds what reads unlikely where a neighbour reads likely, and gives its evidence."""

from pathlib import Path

import pytest

from unspin.cli import main
from unspin.lexicon.mine import GAIN, Miner
from unspin.lexicon.read import find_packs, read_pack
from unspin.restore import Restorer

HERE = Path(__file__).parent

ROWS = {
    "cash": frozenset({"money"}),
    "marketplace": frozenset({"market"}), "market": frozenset({"marketplace"}),
    "worth": frozenset({"value"}), "value": frozenset({"worth"}),
    "chilly": frozenset({"cold", "frigid"}), "cold": frozenset({"chilly"}),
}
TEXTS = [("a", "It was a chilly war between the two powers. Its marketplace worth rose to five billion dollars."),
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
    assert cold.gain >= GAIN


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


def test_phrases_of_other_subjects_tell_what_a_word_stands_for(pack):
    """A thesaurus has many neighbours; the one that a spinner's phrases attest comes first."""
    texts = [("a", "The doctors treated the illness in the frosty winter.")]
    rows = {"illness": frozenset({"sickness", "disease"}), "disease": frozenset({"illness"}),
            "sickness": frozenset({"illness"})}
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\n"
                                      "heart illness\theart disease\tnoun\tHe died of [heart illness|heart disease].\n")
    attested = [m for m in Miner([read_pack(pack)], rows).mine(texts) if m.spun == "illness"]
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\n")
    alone = [m for m in Miner([read_pack(pack)], rows).mine(texts) if m.spun == "illness"]
    assert [m.plain for m in attested] == ["disease"]
    assert attested[0].gain - max((m.gain for m in alone if m.plain == "disease"), default=0.0) > 1.0


def test_most_of_the_first_hundred_mined_without_the_news_pack_are_right():
    """The list was judged line by line against the gold articles; packs grow, so only lines still proposed count."""
    rows = (HERE / "data" / "mined" / "without-news.tsv").read_text(encoding="utf-8").splitlines()[1:]
    judged = {tuple(cells[1:4]): cells[0] == "right" for cells in (row.split("\t") for row in rows)}
    assert len(judged) == 100
    restorer = Restorer.load([folder for folder in find_packs() if folder.name != "news"])
    seeds = sorted((HERE.parent / "seeds").glob("*.txt"))
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in seeds]
    first = Miner(restorer.packs, restorer=restorer).mine(texts)[:100]
    still = [judged[m.spun, m.plain, m.form] for m in first if (m.spun, m.plain, m.form) in judged]
    assert len(still) >= 45
    assert sum(still) >= 0.6 * len(still)
