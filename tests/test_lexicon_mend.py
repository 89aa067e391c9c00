"""`lexicon check --fix` applies every mechanical remedy and leaves a pack without a fault."""

import pytest

from unspin.cli import main
from unspin.lexicon import proofs
from unspin.lexicon.check import Finding
from unspin.lexicon.mend import Examples, mend
from unspin.lexicon.read import read_pack
from unspin.restore import Restorer

HEADER = "spun\tplain\tform\texample\toften"
PLANTED = """
weak, old farm\tsolar farm\tnoun\tThey built a [weak, old farm|solar farm].\t9
zeal's\tardour's\tphrase\tHis [zeal's|ardour's] end is near.\t3
arduous\tdifficult\tadj\tThey find it [arduous|difficult] to sleep.\t9
army\tforce\tnoun\tThe [army|force] left on Sunday.\t5
gusto\tzest\tnoun\tShe sang with [gusto|zest] on Sunday.\t7
demanding\tdifficult\tadj\tThey face [demanding|difficult] situations in the region.\t1
demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9
demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9
demanding situations\tchallenges\tphrase\tThey face [demanding situations|challenges].\t9
force\tmilitary\tnoun\tThe [force|military] left on Sunday.\t9
in the rather long time that has just gone\tsince\tphrase\tIt [in the rather long time that has just gone|since] ran.\t5
in the long time that has passed\tsince\tphrase\tLittle [in the long time that has passed|since] was heard.\t5
won't\twill not\tphrase\tThey [won’t|will not] leave on Sunday.\t5
zeal\tzeal\tnoun\tHis [zeal|zeal] is great.\t
zest\tgusto\tnoun\tShe sang with [zest|gusto] on Sunday.\t6
"""


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    (folder / "entries.tsv").write_text(HEADER + "\narmy\tmilitary\tnoun\tThe [army|military] left on Sunday.\t5\n")
    return folder


@pytest.fixture
def mended(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    (folder / "entries.tsv").write_text(HEADER + PLANTED)
    with pytest.raises(SystemExit) as ended:
        main(["lexicon", "check", "--pack", str(folder), "--fix"])
    told = capsys.readouterr()
    assert told.out.startswith("0 faults"), told.out
    assert ended.value.code == 0
    return folder


def test_every_mechanical_fault_is_mended(mended):
    lines = (mended / "entries.tsv").read_text().splitlines()
    entries = {(e.spun, e.plain): e for e in read_pack(mended).entries}
    assert lines[0] == HEADER
    assert sum(line.startswith("# weak, old farm\t") for line in lines) == 1
    assert sum(line.startswith("# in the rather long time") for line in lines) == 1
    assert entries["won't", "will not"].example == "They [won’t|will not] leave on Sunday."
    assert entries["zeal", "ardour"].example == "His [zeal|ardour]'s end is near."
    assert ("zeal", "zeal") not in entries
    assert ("demanding situations", "challenges") not in entries
    assert sum(line.startswith("demanding situation\t") for line in lines) == 1
    assert entries["force", "military"].often == 7
    assert (entries["gusto", "zest"].often, entries["zest", "gusto"].often) == (7, 4)
    better = "They find it [demanding|difficult] to sleep."
    assert entries["demanding", "difficult"].example == better
    assert [line for line in lines[1:] if line[0] != "#"] == sorted(line for line in lines[1:] if line[0] != "#")


def test_mending_again_changes_nothing(mended, capsys):
    before = (mended / "entries.tsv").read_bytes()
    with pytest.raises(SystemExit):
        main(["lexicon", "check", "--pack", str(mended), "--fix"])
    assert "mended" not in capsys.readouterr().err
    assert (mended / "entries.tsv").read_bytes() == before


def test_a_phrase_that_is_dropped_takes_no_sentence_for_its_example():
    restorer = Restorer.load(["news"])
    entries = [entry for pack in restorer.packs for entry in pack.entries[:400]]
    dropped = entries[0]._replace(spun="needless to say", plain="", form="phrase", example="It [is|] so.")
    assert Examples(entries, restorer).better(dropped) == ""


def test_what_changes_a_keep_sentence_is_judged_lower_and_in_the_end_only_proposed(pack):
    (entry,) = read_pack(pack).entries
    finding = Finding(str(pack / "keep.txt"), 1, "keep", "changes it", True, "army", "military")
    for often in ("2", "1", "suspect"):
        assert mend([finding], [pack]) == {entry.path: 1}
        assert (pack / "entries.tsv").read_text().splitlines()[1].split("\t")[4] == often
    assert mend([finding], [pack]) == {}


def upper(words):
    return [word.upper() for word in words]


def test_work_on_all_processors_keeps_its_order():
    items = [f"item {n}" for n in range(40)]
    assert proofs.side_by_side(upper, items, least=10) == upper(items)


def test_examples_proved_together_come_out_as_each_by_itself(monkeypatch):
    restorer = Restorer.load(["news", "web"])
    trie = restorer._trie
    entries = [entry for pack in restorer.packs for entry in pack.entries[::400]]
    lost = [entry._replace(example="Nothing of it [Tegucigalpa|is] here.") for entry in entries[:9]]
    mixed = [entry for both in zip(entries, lost, strict=False) for entry in both] + entries[9:]
    monkeypatch.setattr(proofs, "TOGETHER", 7)
    each = [proofs.prove(entry, restorer, trie) for entry in mixed]
    assert proofs.prove_all(mixed, restorer, trie) == each
    assert {"wins", "weak", "missed"} <= {proof.outcome for proof in each}
    assert proofs.prove_all(lost, restorer, trie) == each[1:18:2]
    assert proofs.prove_all([], restorer, trie) == []
