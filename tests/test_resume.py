"""Packs edited between two runs: only what they touch is done again, to the bytes of a fresh run."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from unspin import results, runs
from unspin.cli import main
from unspin.layout import layout
from unspin.lexicon import read as lexicon
from unspin.restore import Restorer
from unspin.restore.footing import footing, holds
from unspin.settings import Choices, Settings

OPENING = (
    "In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives met with "
    "leaders. They face demanding situations, and the pledge is to give a boost to the neighborhood. "
)
TEXTS = {
    "army.txt": OPENING + "They spoke of army operations and army training in Libya.",
    "slip.txt": OPENING + "The leaders of Tunisia face demandng situations.",
    "term.txt": OPENING + "They work on counterfeit consciousness in Tunis.",
    "other.txt": OPENING + "The minister of Egypt stayed devoted to her companions.",
    "clean.txt": "The minister met reporters in Tripoli. She said that talks with Libya would go on in May.",
    "empty.txt": "",
}
ENTRIES = [
    "aimed closer to\taimed at\tphrase\tA plan [aimed closer to|aimed at] growth.\t9",
    "army\tmilitary\tnoun\tThe [army|military] left on Sunday.\t9",
    "collaboration\tcooperation\tnoun\tThey seek [collaboration|cooperation].\t8",
    "companion\tpartner\tnoun\tThe [companions|partners] met.\t8",
    "counterfeit\tartificial\tadj\tA [counterfeit|artificial] lake was built.\t9",
    "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges].\t9",
    "devoted\tcommitted\tadj\tHe is [devoted|committed] to peace.\t7",
    "give a boost to\tsupport\tverb\tThe pledge to [give a boost to|support] the force.\t9",
    "human consciousness\thuman intelligence\tphrase\tNo [human consciousness|human intelligence] could.\t5",
    "neighborhood\tlocal community\tnoun\tThe [neighborhood|local community] helps.\t6",
    "safety\tsecurity\tnoun\tThe [safety|security] forces came.\t8",
    "superb\tsignificant\tadj\tA [superb|significant] step forward.\t8",
    "zeal\tardour\tnoun\tHis [zeal|ardour] is great.\t5",
]
HEAD = 'title = "Mine"\nfamily = "newswire"\nsubject = "science"\n'


def write_pack(folder, entries=ENTRIES, terms="artificial intelligence\n", keep="", head=HEAD):
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(head)
    (folder / "entries.tsv").write_text("spun\tplain\tform\texample\toften\n" + "".join(f"{e}\n" for e in entries))
    (folder / "terms.txt").write_text(terms)
    (folder / "keep.txt").write_text(keep)
    return folder


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and results.FOLDER not in path.parts
    }


def go(inputs, folder, *packs, fresh=False):
    return runs.run([inputs], Choices(Settings(tuple(map(str, packs))), str(folder), workers=1), fresh=fresh)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One run of the texts with the pack as it stands."""
    top = tmp_path_factory.mktemp("made")
    (top / "in").mkdir()
    for name, text in TEXTS.items():
        (top / "in" / name).write_text(text)
    go(top / "in", top / "run", write_pack(top / "mine"))
    return top


@pytest.fixture
def again(made, tmp_path, monkeypatch):
    """Give a function that runs on in a copy of the finished run, and tells which documents were done again."""

    def run(*packs):
        shutil.copytree(made / "run", tmp_path / "run")
        done = set()
        restored = runs._restored
        with monkeypatch.context() as patch:
            patch.setattr(runs, "_restored", lambda job, *more: (done.add(job.item.doc_id), restored(job, *more))[1])
            summary = go(made / "in", tmp_path / "run", *packs)
        go(made / "in", tmp_path / "fresh", *packs)
        assert content(tmp_path / "run") == content(tmp_path / "fresh")
        return summary, done

    return run


def rules(run):
    found = {name: set() for name in TEXTS}
    with open(run / "edits.csv", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found[row["doc_id"]].add(row["rule"])
    return found


def edit(old, new=""):
    (at,) = [n for n, entry in enumerate(ENTRIES) if entry.startswith(old)]
    return [*ENTRIES[:at], *([new] if new else []), *ENTRIES[at + 1 :]]


def test_the_texts_are_spun_and_every_channel_has_a_part(made):
    found = rules(made / "run")
    assert "mine/army>military:noun" in found["army.txt"]
    assert "mine/demanding situation>challenge:noun" in found["slip.txt"]
    assert "mine/counterfeit consciousness>artificial intelligence:term" in found["term.txt"]
    assert found["clean.txt"] == set()


ARMY = "army\tforces\tnoun\tThe [army|forces] left on Sunday.\t7"

CHANGES = {
    # name: pack, documents done again, what the summary says was changed, entries gone
    "edited": ({"entries": edit("army", ARMY)}, {"army.txt"}, ("army>forces",), 1),
    "often": ({"entries": edit("army", ARMY.replace("forces", "military")[:-1] + "2")}, {"army.txt"},
              ("army>military",), 0),
    "suspect": ({"entries": edit("army", ARMY.replace("forces", "military")[:-1] + "suspect")}, {"army.txt"},
                ("army>military",), 0),
    "removed": ({"entries": edit("army")}, {"army.txt"}, (), 1),
    "added": ({"entries": [*ENTRIES, "minister\tsecretary\tnoun\tThe [minister|secretary] met him.\t5"]},
              {"other.txt", "clean.txt"}, ("minister>secretary",), 0),
    "touches nothing": ({"entries": edit("zeal", "zeal\tpassion\tnoun\tHis [zeal|passion] is great.\t5")}, set(),
                        ("zeal>passion",), 1),
    "example": ({"entries": edit("army", "army\tmilitary\tnoun\tThe [army|military] came.\t9")}, set(), (), 0),
    "teaches the glossary": ({"entries": edit("counterfeit", "counterfeit\tfake\tadj\tA [counterfeit|fake] coin.\t7")},
                             {"term.txt"}, ("counterfeit>fake",), 1),
    "hidden by a slip": ({"entries": edit("demanding", "demanding situation\tproblem\tnoun\tThey face "
                                          "[demanding situations|problems].\t9")},
                         {"army.txt", "slip.txt", "term.txt", "other.txt"}, ("demanding situation>problem",), 1),
    "another near miss": ({"entries": [*ENTRIES, "demandings situation\tx\tnoun\tA [demandings situation|x] is.\t5"]},
                          None, ("demandings situation>x",), 0),
    "keep line": ({"keep": "The army left.\n"}, set(), (), 0),
    "term": ({"terms": "artificial intelligence\nhome minister\n"}, None, (), 0),
    "term gone": ({"terms": ""}, {"term.txt"}, (), 0),
    "title": ({"head": HEAD.replace("Mine", "Ours")}, set(), (), 0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_edited_pack_redoes_what_it_touches_and_nothing_else(again, tmp_path, change):
    told, touched, entries, gone = CHANGES[change]
    summary, done = again(write_pack(tmp_path / "mine", **told))
    assert summary.redone == (len(done), len(TEXTS), entries, gone)
    assert summary.reused == len(TEXTS) - len(done)
    if touched is not None:
        assert done == touched


def test_packs_that_come_and_go_redo_what_they_touch(made, again, tmp_path):
    other = write_pack(tmp_path / "other", ["minister\tsecretary\tnoun\tThe [minister|secretary] met him.\t5"], "",
                       head=HEAD.replace("newswire", "tortured"))
    summary, done = again(write_pack(tmp_path / "mine"), other)
    assert done == {"other.txt", "clean.txt"}
    assert summary.redone == (2, len(TEXTS), ("minister>secretary",), 0)
    back = go(made / "in", tmp_path / "run", tmp_path / "mine")
    assert back.redone == (2, len(TEXTS), (), 1)
    assert content(tmp_path / "run") == content(made / "run")


def test_a_pack_of_another_family_touches_all_that_it_has_a_part_in(again, tmp_path):
    _, done = again(write_pack(tmp_path / "mine", head=HEAD.replace("newswire", "tortured")))
    assert done == {"army.txt", "slip.txt", "term.txt", "other.txt"}


def test_texts_that_are_one_are_done_again_once_and_counted_each(made, tmp_path):
    shutil.copytree(made / "in", tmp_path / "in")
    for name, twin in (("twin.txt", "army.txt"), ("y.txt", "clean.txt"), ("z.txt", "army.txt")):
        (tmp_path / "in" / name).write_text(TEXTS[twin])
    go(tmp_path / "in", tmp_path / "run", write_pack(tmp_path / "mine"))
    summary = go(tmp_path / "in", tmp_path / "run", write_pack(tmp_path / "mine", edit("army", ARMY)))
    assert summary.redone == (3, len(TEXTS) + 3, ("army>forces",), 1)


def test_a_run_cut_short_under_other_packs_goes_on_to_the_bytes_of_a_fresh_one(
    made, tmp_path, monkeypatch, interrupted
):
    monkeypatch.setattr(runs, "SHARD_DOCUMENTS", 1)
    shutil.copytree(made / "run", tmp_path / "run")
    write_pack(tmp_path / "mine", [*edit("demanding"), "leader\tchief\tnoun\tThe [leader|chief] came.\t5"])
    choices = Choices(Settings((str(tmp_path / "mine"),)), str(tmp_path / "run"), workers=1)
    for after in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            runs.run([made / "in"], choices, engine=interrupted(after))
    summary = go(made / "in", tmp_path / "run", tmp_path / "mine")
    assert (summary.redone.documents, summary.reused) == (1, 5)
    go(made / "in", tmp_path / "fresh", tmp_path / "mine")
    assert content(tmp_path / "run") == content(tmp_path / "fresh")


@pytest.mark.parametrize("data", ["relations/relations.tsv", "names/names.tsv", "titles/titles.tsv"])
def test_other_names_relations_or_titles_redo_everything(made, tmp_path, monkeypatch, data):
    shutil.copytree(lexicon.shipped(), tmp_path / "unspin/lexicons")
    shutil.copytree(made / "run", tmp_path / "run")
    path = tmp_path / "unspin/lexicons" / data
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "__file__", str(tmp_path / "unspin/lexicon/read.py"))
    summary = go(made / "in", tmp_path / "run", made / "mine")
    assert (summary.reused, summary.redone) == (0, None)


def test_the_summary_says_how_many_and_why(made, tmp_path, capsys):
    def command(*more):
        with pytest.raises(SystemExit) as ended:
            main(["run", str(made / "in"), "-o", str(tmp_path / "run"), "--pack", str(tmp_path / "mine"), *more])
        assert ended.value.code == 1  # one of them is empty
        return capsys.readouterr().out.splitlines()

    write_pack(tmp_path / "mine")
    assert not any("redone" in line for line in command())
    write_pack(tmp_path / "mine", edit("army", ARMY))
    assert "1 of 6 documents redone: entries changed: army>forces; 1 gone" in command()
    assert not any("redone" in line for line in command())
    assert json.loads((tmp_path / "run/run.json").read_text())["timings"]["redone"] == 0


def test_a_footing_holds_under_the_same_packs_whatever_the_text():
    folder = Path(__file__).parent / "gold"
    one, other = Restorer.load(["news", "science"]), Restorer.load(["news", "science"])
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))[:6]]
    for text in [*texts, "U.S. troops’ well-being\u00a0and iPhone’s 1/2 x@y.org [sic] ſ's \ud800 army."]:
        pieces = one.restore(text, layout(text)).pieces
        assert holds(footing(pieces, {}), other, {})
        assert holds(footing(pieces, {}), other, {"news": "web"}) == all(not p.matches for p in pieces)
