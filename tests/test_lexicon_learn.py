"""Learning from pairs: sentences first, then minimal phrases, evidence, gates; accepting moves lines into a pack."""

import pytest

from unspin.cli import main
from unspin.lexicon.accept import accept
from unspin.lexicon.learn import align, propose, sentence
from unspin.lexicon.read import LexiconError, read_pack

PLAIN = "The military met in the region. It rained all day long in the hills. Leaders face many challenges there."
SPUN = "The army met in the area. Leaders face many demanding situations there."


def call(*words):
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, words)))
    return ended.value.code


def test_a_sentence_that_is_missing_shifts_nothing():
    assert [(p.spun, p.plain) for p in align(SPUN, PLAIN)] == [
        ("army", "military"), ("area", "region"), ("demanding situations", "challenges")]


def test_the_sentence_around_a_place_keeps_its_first_letter():
    (pair, *_) = align("Sure winners left.", "Certain winners left.")
    assert (pair.before, pair.after) == ("", " winners left.")
    assert sentence("He left. Certain men stayed. They slept.", 17, 20) == (9, 28)


def test_neighbours_that_were_both_replaced_are_cut_apart():
    pairs = [("a", p) for p in align(SPUN, PLAIN)]
    pairs += [("b", p) for p in align("He leads the army area office.", "He leads the military region office.")]
    assert {(p.spun, p.plain): p.places for p in propose(pairs)}[("army", "military")] == 2
    assert not any(" " in p.spun and "army" in p.spun for p in propose(pairs))


def test_the_form_is_that_of_the_plain_phrase_in_its_sentence():
    plain = "They promise to keep to the plan.\nThe promise was kept.\nThe organic milk was sold."
    spun = "They guarantee to stick to the plan.\nThe vow was kept.\nThe natural milk was sold."
    found = {(p.spun, p.plain): p.form for p in propose(("a", p) for p in align(spun, plain))}
    assert found[("guarantee", "promise")] == "verb"
    assert found[("vow", "promise")] == "noun"
    assert found[("natural", "organic")] == "adj"


def test_function_words_alone_teach_nothing():
    assert propose(("a", p) for p in align("He went of the house on it.", "He went in the house by it.")) == []


def test_places_that_stayed_lower_how_often(capsys):
    pairs = [("a", p) for p in align(SPUN, PLAIN)]
    (army,) = [p for p in propose(pairs, [SPUN, "The army. The army. The army."]) if p.spun == "army"]
    assert (army.kept, army.often) == (3, 3)  # (1 + 1) of (4 + 2)


def test_what_is_usual_in_clean_text_is_gated():
    pairs = [("a", p) for p in align(SPUN, PLAIN)]
    found = {p.spun: p.gated for p in propose(pairs, [SPUN], ["An army of ants.", "The army left."])}
    assert found["army"]
    assert not found["demanding situation"]


@pytest.fixture
def proposals(tmp_path, monkeypatch, capsys):
    """Learn from one pair into a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spun.txt").write_text(SPUN + "\n")
    (tmp_path / "plain.txt").write_text(PLAIN + "\n")
    assert call("lexicon", "learn", "--spun", "spun.txt", "--plain", "plain.txt", "-o", "p.tsv") == 0
    assert capsys.readouterr().out.startswith("p.tsv: 3 proposals;")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    return tmp_path


def test_a_pack_is_no_proposals_file(proposals, capsys):
    assert call("lexicon", "accept", proposals / "p.tsv", "--pack", "mine") == 0
    path = proposals / "mine/entries.tsv"
    text = path.read_text()
    assert call("lexicon", "accept", path, "--pack", "mine") == 2
    assert "mine/entries.tsv: is part of a pack; name a proposals file" in capsys.readouterr().err
    assert path.read_text() == text


def test_accepted_lines_move_into_the_pack_sorted(proposals, capsys):
    path = proposals / "p.tsv"
    text = path.read_text().replace("demanding situation\t", "# demanding situation\t", 1)
    path.write_text(text)
    assert call("lexicon", "accept", path, "--pack", "mine") == 0
    assert capsys.readouterr().out == "mine/entries.tsv: 2 entries added\n"
    entries = read_pack(proposals / "mine").entries
    assert [(e.spun, e.plain, e.example) for e in entries] == [
        ("area", "region", "The military met in the [area|region]."),
        ("army", "military", "The [army|military] met in the region.")]
    _, left = path.read_text().splitlines()
    assert left.startswith("# demanding situation\tchallenge\tnoun\t")
    path.write_text(text)
    assert [len(part) for part in accept(path, proposals / "mine")[1:]] == [0, 2]


def test_a_line_that_a_pack_would_refuse_changes_nothing(proposals):
    path = proposals / "p.tsv"
    path.write_text(path.read_text().replace("\tnoun\t", "\tnuon\t", 1))
    with pytest.raises(LexiconError, match=r"p\.tsv:\d+: unknown form 'nuon'"):
        accept(path, proposals / "mine")
    assert not (proposals / "mine/entries.tsv").exists()


def test_gold_articles_teach(tmp_path, capsys):
    (tmp_path / "a.marked.txt").write_text("The [[army=>military]] met within the [[area=>region|zone]].\n")
    assert call("lexicon", "learn", "--gold", tmp_path) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[:4] for row in rows] == [
        ["area", "region", "noun", "The military met within the [area|region]."],
        ["army", "military", "noun", "The [army|military] met within the region."]]


def test_files_of_several_texts_must_hold_as_many(tmp_path, capsys):
    one, two = tmp_path / "spun.jsonl", tmp_path / "plain.jsonl"
    one.write_text('{"text": "The army met."}\n{"text": "The army left the area."}\n')
    two.write_text('{"text": "The military met."}\n')
    assert call("lexicon", "learn", "--spun", one, "--plain", two) == 2
    assert "has other documents than its original, from the one numbered 2 on" in capsys.readouterr().err


def test_a_title_ends_no_sentence_and_a_lemma_is_the_one_meant():
    plain = "He left. Dr. Ann Lee of the U.S. Army saw the leaves fall."
    spun = "He left. Dr. Ann Lee of the U.S. Army saw the foliage fall."
    (found,) = propose(("a", p) for p in align(spun, plain))
    assert found[:4] == ("foliage", "leaf", "noun", "Dr. Ann Lee of the U.S. Army saw the [foliage|leaves] fall.")
