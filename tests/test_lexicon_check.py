"""`lexicon check` finds every fault planted, names its line, and mends what it can."""

import gzip
import json

import pytest

from unspin.cli import main
from unspin.lexicon.check import check, read_clean, wilson
from unspin.lexicon.read import LexiconError, read_pack

HEADER = "spun\tplain\tform\texample\toften\n"
GOOD = [
    "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9",
    "top-degree\thigh-level\tphrase\tThe two sides held [top-degree|high-level] talks in the capital.\t9",
]


@pytest.fixture
def pack(tmp_path):
    """Give a function that writes a pack outside the installation and returns its folder."""

    def write(lines, keep="", name="mine"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "pack.toml").write_text('title = "Mine"\nfamily = "backwater"\nsubject = "x"\n')
        (folder / "entries.tsv").write_text(HEADER + "".join(line + "\n" for line in lines))
        (folder / "keep.txt").write_text(keep)
        return folder

    return write


def faults(folder, **more):
    return {(f.code, f.line) for f in check([folder], **more) if f.fault}


def test_a_good_pack_has_no_fault(pack):
    assert faults(pack(GOOD, keep="# why\n\nThe cat sat on the mat.\n")) == set()


LOOP = ["nuclear energy\tnuclear power\tphrase\tA [nuclear energy|nuclear power] plant was built.\t",
        "nuclear power\tnuclear energy\tphrase\tA [nuclear power|nuclear energy] plant was built.\t"]
SWAP = ["country\tnation\tnoun\tThe [country|nation] voted on Sunday.\t6",
        "nation\tcountry\tnoun\tThe [nation|country] voted on Sunday.\t6"]

PLANTED = {
    "schema": ([*GOOD, "zeal\tardour\tnoun\tno mark here\t"], 4),
    "self-map": ([*GOOD, "zeal\tzeal\tnoun\tHis [zeal|zeal] is great.\t"], 4),
    "duplicate": ([GOOD[0], GOOD[0], GOOD[1]], 3),
    "unsorted": ([GOOD[1], GOOD[0]], 3),
    "loop": (LOOP, 2),
    "swap": (SWAP, 2),
    "chain": (["army\tforce\tnoun\tThe [army|force] left on Sunday.\t5",
               "force\tmilitary\tnoun\tThe [force|military] left on Sunday.\t9"], 2),
    "example": ([*GOOD, "zeal\tardour\tnoun\tHis [zealot|ardour] is great.\t"], 4),
    "covered": ([GOOD[0], "demanding situations\tchallenges\tphrase\tThey [demanding situations|challenges].\t9"],
                3),
    "missed": ([*GOOD, "zeal's\tardour's\tphrase\tHis [zeal's|ardour's] end is near.\t"], 4),
    "never": ([GOOD[0], "in the long time that has passed since then\tsince\tphrase\t"
               "Little [in the long time that has passed since then|since] was heard.\t5"], 3),
    "shadowed": (["demanding\tdifficult\tadj\tThey face [demanding|difficult] situations in the region.\t1", *GOOD], 2),
}


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_fault_is_found_at_its_line(pack, code):
    lines, line = PLANTED[code]
    assert (code, line) in faults(pack(lines))


def test_an_entry_without_a_chance_in_its_own_example_never_wins(pack, monkeypatch):
    folder = pack([*GOOD, "top-degree\tof the\tphrase\tThe two sides held [top-degree|of the] talks.\t1"])
    monkeypatch.setattr("unspin.lexicon.proofs.NEVER", 0.99)
    assert faults(folder) == {("never", 4)}
    monkeypatch.setattr("unspin.lexicon.proofs.NEVER", 0.0)
    assert faults(folder) == set()


def test_an_example_that_shorter_entries_restore_just_so_is_no_remark(pack):
    words = ["armed\tmilitary\tadj\tThe [armed|military] coup failed.\t9",
             "armed coaching\tmilitary training\tphrase\tThey offered [armed coaching|military training].\t1",
             "coaching\ttraining\tnoun\tThe army gave them weapons and [coaching|training].\t9"]
    assert [f.code for f in check([pack(words)]) if f.line == 3] == []
    words[1] = "armed coaching\tvelvet teaspoon\tphrase\tThey offered [armed coaching|velvet teaspoon].\t1"
    assert [f.code for f in check([pack(words)]) if f.line == 3] in (["weak"], ["never"])


RIVALS = ["eye specialist\teye doctor\tphrase\tThe [eye specialist|eye doctor] tested his sight on Monday.\t8",
          "eye specialist\tophthalmologist\tphrase\tThe [eye specialist|ophthalmologist] tested his sight.\t8"]


def test_two_readings_that_cannot_both_hold_are_a_warning_and_fix_lowers_the_one_that_loses(pack, capsys):
    folder = pack(RIVALS)
    (found,) = [f for f in check([folder]) if f.warning]
    assert (found.code, found.fault) == ("rival", False)
    assert f"for {found.plain!r} at 8 of ten places and for" in found.message
    with pytest.raises(SystemExit) as ended:
        main(["lexicon", "check", "--pack", str(folder)])
    assert ended.value.code == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"{found.path}:{found.line}: rival: ")
    assert out[-1].startswith("0 faults, 1 warning, ")
    with pytest.raises(SystemExit):
        main(["lexicon", "check", "--pack", str(folder), "--fix"])
    assert {e.plain: e.often for e in read_pack(folder).entries} == {
        plain: 2 if plain == found.plain else 8 for plain in ("eye doctor", "ophthalmologist")
    }
    assert not any(f.warning for f in check([folder]))


def test_an_honest_low_judgement_that_loses_is_a_remark_and_no_warning(pack, capsys):
    example = "The [eye specialist|eye doctor] asked me to read the letters on the wall."
    folder = pack([f"eye specialist\teye doctor\tphrase\t{example}\t9", RIVALS[1][:-1] + "2"])
    assert {(f.code, f.warning) for f in check([folder])} == {("weak", False)}
    with pytest.raises(SystemExit):
        main(["lexicon", "check", "--pack", str(folder)])
    assert capsys.readouterr().out == "0 faults, 0 warnings, 1 remark (--remarks shows them)\n"


@pytest.mark.parametrize("code", ["loop", "swap", "chain"])
def test_judging_decides_which_way_two_phrases_go(pack, code):
    lines = [line.rpartition("\t")[0] + f"\t{often}" for line, often in zip(PLANTED[code][0], "72", strict=True)]
    assert code not in {c for c, _ in faults(pack(lines))}


def test_a_keep_sentence_is_named_by_its_line_in_the_file(pack):
    text = ("They face demanding situations and top-degree talks. " * 6).strip()
    folder = pack(GOOD, keep=f"# a comment\n\nThe cat sat on the mat.\n{text}\n")
    assert ("keep", 4) in faults(folder)


def test_entries_that_spoil_clean_text_are_demoted(pack, tmp_path, capsys, monkeypatch):
    # Right places in gold articles count for an entry; with the strictest budget they cannot save one.
    monkeypatch.setattr("unspin.lexicon.check.BUDGET", 1.0)
    folder = pack(GOOD)
    clean = tmp_path / "clean.jsonl.gz"
    spoilt = "They face demanding situations and top-degree talks. " * 6
    with gzip.open(clean, "wt") as handle:
        handle.write(json.dumps({"text": "The cat sat on the mat."}) + "\n" + json.dumps({"text": spoilt}) + "\n")
    (found,) = [f for f in check([folder], clean) if f.line == 3]
    assert (found.code, found.fault) == ("budget", True)
    assert "6 false on clean text" in found.message
    with pytest.raises(SystemExit) as ended:
        main(["lexicon", "check", "--pack", str(folder), "--clean", str(clean), "--fix"])
    assert ended.value.code == 0
    capsys.readouterr()
    assert [e.suspect for e in read_pack(folder).entries] == [True, True]
    assert faults(folder, clean=clean) == set()


def test_fix_sorts_and_leaves_comments_above_their_entry(pack, capsys):
    folder = pack([GOOD[1], "# about challenges", GOOD[0]])
    with pytest.raises(SystemExit):
        main(["lexicon", "check", "--pack", str(folder), "--fix"])
    capsys.readouterr()
    assert (folder / "entries.tsv").read_text() == HEADER + "\n".join(["# about challenges", *GOOD, ""])


def test_the_command_gives_json(pack, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["lexicon", "check", "--pack", str(pack(SWAP)), "--json"])
    assert ended.value.code == 1
    swap = [f for f in json.loads(capsys.readouterr().out) if f["code"] == "swap"]
    assert [(f["line"], f["spun"], f["plain"]) for f in swap] == [(2, "country", "nation")]


def test_the_bound_grows_with_the_evidence():
    assert wilson(1, 1) < wilson(9, 10) < wilson(90, 100) < 0.9


def test_the_shipped_packs_have_neither_fault_nor_warning():
    found = check()
    assert [f"{f.path}:{f.line}: {f.code}" for f in found if f.fault or f.warning] == []
    assert {f.code for f in found} == {"weak"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl.gz", gzip.compress(b'{"text": "A"}\n' * 999, mtime=0)[:-9], r"a\.jsonl\.gz: is no whole gzip file"),
        ("a.jsonl.gz", b"hello", r"a\.jsonl\.gz: is no whole gzip file"),
        ("a.jsonl", b'{"text": "A"}\n{"text": "\xff"}\n', r"a\.jsonl:2: is no JSON object in UTF-8"),
        ("a.jsonl", b'{"text": "A"}\n\n["A"]\n', r"a\.jsonl:3: is no JSON object in UTF-8"),
    ],
    ids=["cut short", "not gzip", "not UTF-8", "no object"],
)
def test_clean_text_that_cannot_be_read_is_told(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LexiconError, match=told):
        list(read_clean(tmp_path / name))
