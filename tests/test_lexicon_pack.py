"""A pack folder outside the installation is linted, used and reported like a shipped one."""

import csv

import pytest

from unspin.cli import main
from unspin.lexicon.read import shipped

HEADER = "spun\tplain\tform\texample\toften\n"
LINES = (
    "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9\n"
    "give a boost to\tsupport\tverb\tThe pledge to [give a boost to|support] the force was kept.\t9\n"
    "top-degree\thigh-level\tphrase\tThe two sides held [top-degree|high-level] talks in the capital.\t9\n"
)
TEXT = ("The two sides held top-degree talks in the capital. They face demanding situations in the region. "
        "The pledge to give a boost to the force was kept. ") * 4


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "elsewhere" / "mine"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "backwater"\nsubject = "x"\n')
    (folder / "entries.tsv").write_text(HEADER + LINES)
    (tmp_path / "spun.txt").write_text(TEXT)
    assert not folder.is_relative_to(shipped())
    return folder


@pytest.fixture
def call(capsys):
    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(list(map(str, words)))
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return run


def test_it_is_linted(pack, call):
    code, out, _ = call("lexicon", "check", "--pack", pack)
    assert code == 0
    assert out.startswith("0 faults, ")
    assert call("lexicon", "list", "--pack", pack)[1].split()[:2] == ["mine", "3"]


def test_it_is_used_and_its_family_named(pack, call, tmp_path):
    _, out, _ = call("restore", tmp_path / "spun.txt", "--pack", pack)
    assert out.startswith("The two sides held high-level talks in the capital. They face challenges in the region. ")
    row = call("score", tmp_path / "spun.txt", "--pack", pack)[1].splitlines()[1]
    assert row.split()[2:5] == ["mine", "backwater", "spun.txt"]


def test_it_is_reported(pack, call, tmp_path):
    run = tmp_path / "run"
    assert call("run", tmp_path / "spun.txt", "-o", run, "--pack", pack, "--workers", "1", "-q")[0] == 0
    with open(run / "edits.csv", encoding="utf-8", newline="") as handle:
        rules = {row["rule"].split(" | ")[0] for row in csv.DictReader(handle)}
    assert "mine/demanding situation>challenge:noun" in rules
    with open(run / "documents.csv", encoding="utf-8", newline="") as handle:
        assert [row["pack"] for row in csv.DictReader(handle)] == ["mine"]
    assert "mine/demanding situation" in (run / "report.html").read_text(encoding="utf-8")


BAD = {
    "pack.toml": ('title = "Mine"\n', ": has no family; add a line family"),
    "entries.tsv": (HEADER + "army\tmilitary\tnuon\tThe [army|military] left.\n",
                    ":2: unknown form 'nuon'; use one of noun, verb, adj, adv, phrase"),
    "keep.txt": ("fine\n" + "x" * 3000 + "\n", ":2: longer than 2000 characters; write one sentence a line"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_gives_file_line_and_remedy(pack, call, tmp_path, name):
    content, message = BAD[name]
    (pack / name).write_text(content)
    for words in (["restore", tmp_path / "spun.txt"], ["score", tmp_path / "spun.txt"]):
        code, _, err = call(*words, "--pack", pack)
        assert code == 2
        assert err.startswith(f"unspin: {pack / name}{message}")
    code, out, _ = call("lexicon", "check", "--pack", pack)
    assert code == 1
    assert f"{pack / name}:" in out
    assert message.split(": ", 1)[1] in out


def test_a_folder_that_is_no_pack_is_told(call, tmp_path):
    code, _, err = call("lexicon", "check", "--pack", tmp_path)
    assert code == 2
    assert err.startswith(f"unspin: {tmp_path}: is no pack (a folder with pack.toml); shipped packs: ")
