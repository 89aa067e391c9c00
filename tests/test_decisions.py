"""What a person decided in the report holds in the next run, on that place and nowhere else."""

import csv
import io
import json
import subprocess
import sys

import pytest

from unspin import runs
from unspin.cli import main
from unspin.compare import Comparison
from unspin.decisions import COLUMNS, MORE, Decision, DecisionError, decide, read_decisions, unheeded
from unspin.edits import apply, changed
from unspin.records import Block, Edit, Metadata, Restoration, Source
from unspin.settings import Choices

SPUN = """Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
met with Libyan leaders on March 3, 2025.They talked about methods for helping balance in the place.
The USA stays devoted to running with its companions to cope with the threats posed by means of
violent extremist groups.
"""


def edit(start, end, original, replacement, outcome="changed", kind="word"):
    return Edit(start, end, original, replacement, outcome, kind, f"news/{original}>{replacement}:noun", "news", 0.7)


TEXT = "The army met.It left at once with its men."
EDITS = (
    edit(4, 8, "army", "military"),
    edit(13, 13, "", " ", kind="spacing"),
    edit(16, 20, "left", "departed", "suspect"),
    edit(38, 41, "men", "soldiers"),
)


def restoration(edits=EDITS, status="done"):
    text = apply(TEXT, edits)
    middle = text.index("It left")
    blocks = (Block("b1", "", "title", 0, middle - 1), Block("b2", "", "paragraph", middle, len(text), body=middle))
    return Restoration(
        Source("a.txt", "a.txt", "ff", TEXT), status, text, edits, blocks, ((0, 13), (13, 42)), Metadata(), 0.5, "news"
    )


def decision(of, word):
    return Decision("a.txt", "ff", of.start, of.end, of.original, of.replacement, of.rule, word)


@pytest.mark.parametrize(
    ("decided", "text"),
    [
        ([(0, "reject")], "The army met. It left at once with its soldiers."),
        ([(1, "reject")], "The military met.It left at once with its soldiers."),
        ([(2, "accept")], "The military met. It departed at once with its soldiers."),
        ([(0, "reject"), (2, "accept"), (3, "reject")], "The army met. It departed at once with its men."),
        ([(0, "accept"), (2, "reject")], "The military met. It left at once with its soldiers."),
    ],
)
def test_decisions_hold_and_everything_moves_along(decided, text):
    found = decide(restoration(), [decision(EDITS[i], word) for i, word in decided])
    assert found.text == text == apply(TEXT, found.edits)
    title, body = found.blocks
    assert found.text[title.start : title.end] == text[: text.index(".") + 1]
    assert found.text[body.start : body.end] == text[text.index("It") :]
    assert found.source_spans == ((0, 13), (13, 42)) or found.source_spans == ((0, 13), (14, 42))


def test_an_accepted_change_says_so_and_is_sure():
    found = decide(restoration(), [decision(EDITS[2], "accept")])
    (made,) = [e for e in found.edits if e.original == "left"]
    assert (made.outcome, made.rule, made.score) == ("changed", "news/left>departed:noun | decision", 1.0)
    again = decide(found, [decision(made, "accept")])
    assert [e.rule for e in again.edits if e.original == "left"] == ["news/left>departed:noun | decision"]


def test_a_rejected_suspect_is_asked_about_no_more():
    found = decide(restoration(), [decision(EDITS[2], "reject")])
    assert found.text == restoration().text
    assert [e.original for e in found.edits] == ["army", "", "men"]


def test_an_accepted_change_holds_where_its_rule_is_gone_or_overlaps_another():
    wider = Decision("a.txt", "ff", 4, 12, "army met", "troops gathered", "news/x", "accept")
    found = decide(restoration(), [wider])
    assert found.text.startswith("The troops gathered. It left")
    assert next((e.kind, e.rule) for e in changed(found.edits)) == ("phrase", "news/x | decision")


def test_what_does_not_fit_the_text_changes_nothing():
    other = decision(EDITS[0], "reject")._replace(original="navy")
    whole = restoration()
    assert decide(whole, [other]) is whole
    assert decide(whole, [decision(EDITS[0], "reject")._replace(replacement="force")]) is whole


def test_a_clean_document_that_a_person_changed_is_clean_no_more():
    found = decide(restoration((), "clean"), [decision(EDITS[0], "accept")])
    assert (found.status, found.text) == ("done", "The military met.It left at once with its men.")
    spaced = decide(restoration((), "clean"), [decision(EDITS[1], "accept")])
    assert spaced.text == "The army met. It left at once with its men."


@pytest.mark.parametrize("at", [4, 8])
def test_an_insertion_beside_a_change_is_made_once(at):
    rows = [Decision("a.txt", "ff", a, b, TEXT[a:b], "X", "r", "accept") for a, b in ((4, 8), (at, at))]
    assert decide(restoration(()), rows).text == "The XX met.It left at once with its men."


def test_decisions_on_a_refused_document_are_told_apart():
    ((_, why),) = unheeded({"ff": [decision(EDITS[0], "accept")]}, {"ff": None})
    assert why == "its document was refused or failed; documents tells why"


def test_decisions_without_effect_are_told_with_the_reason():
    rows = {"ff": (decision(EDITS[0], "accept"), decision(EDITS[3], "reject")), "00": (decision(EDITS[2], "reject"),)}
    told = list(unheeded(rows, {"ff": [(13, 13, " ")]}))
    assert [(row.original, why.split(";")[0]) for row, why in told] == [
        ("army", "the text there is another, or another accepted change overlaps it"),
        ("left", "no document of the run has this content"),
    ]


# ---------------------------------------------------------------- the file


def write(path, *rows, header=COLUMNS):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


def test_a_file_is_read_as_it_was_exported(tmp_path):
    rows = [
        ('a,"b".txt', "ff", 4, 8, "=a\n\u202e", 'x"</script>', "news/r", "reject"),
        ("b", "00", 0, 0, "", " ", "", "accept"),
    ]
    found = read_decisions(write(tmp_path / "d.csv", *rows))
    assert found == {row[1]: (Decision(*row),) for row in rows}
    assert read_decisions(write(tmp_path / "none.csv")) == {}
    longer = [(*rows[0], "pack", "He\n", " left."), (*rows[1], "place", "", "")]
    found = read_decisions(write(tmp_path / "more.csv", *longer, header=COLUMNS + MORE))
    assert found == {row[1]: (Decision(*row),) for row in longer}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("a", "f", 0, 1, "x", "y", "r", "maybe")], r"d\.csv:2: decision 'maybe' cannot be"),
        ([("a", "f", 0, 2, "x", "y", "r", "accept")], r"d\.csv:2: start and end '0', '2' do not span the original"),
        ([("a", "f", -1, 0, "x", "y", "r", "accept")], r"d\.csv:2: start and end"),
        pytest.param(
            [("a", "f", "9" * 5000, "9" * 5000, "", "y", "r", "accept")], r"d\.csv:2: start and end", id="endless"
        ),
        ([("a", "f", 0, 1)], r"d\.csv:2: has 4 cells, not 8"),
        (
            [("a", "f", 0, 1, "x", "y", "r", "accept"), ("a", "f", 0, 1, "x", "y", "r", "reject")],
            r"d\.csv:3: the same change is accepted and rejected",
        ),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_line(tmp_path, rows, told):
    with pytest.raises(DecisionError, match=told):
        read_decisions(write(tmp_path / "d.csv", *rows))


def test_a_scope_that_cannot_be_is_told(tmp_path):
    row = ("a", "f", 0, 1, "x", "y", "r", "accept", "world", "", "")
    with pytest.raises(DecisionError, match=r"d\.csv:2: scope 'world' cannot be; it must be place or pack"):
        read_decisions(write(tmp_path / "d.csv", row, header=COLUMNS + MORE))
    with pytest.raises(DecisionError, match=r"d\.csv:2: has 8 cells, not 11"):
        read_decisions(write(tmp_path / "d.csv", row[:8], header=COLUMNS + MORE))


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\xff\xfe\x00", b'"doc_id'])
def test_a_file_that_is_none_is_told(tmp_path, content):
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    with pytest.raises(DecisionError, match=r"d\.csv.*export"):
        read_decisions(path)
    with pytest.raises(DecisionError, match=r"none\.csv: No such file.*export"):
        read_decisions(tmp_path / "none.csv")


# ---------------------------------------------------------------- a run


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decisions")
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text(SPUN)
    (folder / "in/b.txt").write_text("The minister met reporters in Tripoli. She said that talks would go on in May.\n")
    runs.run([folder / "in"], Choices(output=str(folder / "old"), workers=1))
    return folder


def rows_of(run, name):
    with open(run / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_heeds_decisions_and_the_comparison_says_why(before, tmp_path):
    sha256 = rows_of(before / "old", "documents")[0]["sha256"]
    (bad,) = [row for row in rows_of(before / "old", "edits") if row["original"] == "demanding situations"]
    given = [sha256, *(bad[name] for name in COLUMNS[2:7])]
    path = write(
        tmp_path / "decisions.csv",
        ["a.txt", *given, "reject"],
        ["a.txt", sha256, 0, 5, "Libya", "Tunisia", "", "accept"],
        ["gone.txt", "00", 0, 1, "x", "y", "r", "accept"],
    )
    command = [sys.executable, "-m", "unspin", "run", before / "in", "-o", tmp_path / "new", "--workers", "1"]
    done = subprocess.run([*command, "--decisions", path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "decisions.csv: gone.txt 0-1: accept had no effect: no document of the run has this content" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    text = (tmp_path / "new/restored/a.txt").read_text()
    assert text.startswith("Tunisia and the USA face demanding situations\n")
    (made,) = [row for row in rows_of(tmp_path / "new", "edits") if row["original"] == "Libya"]
    assert (made["outcome"], made["rule"], made["block_id"]) == ("changed", "decision", "b1")
    assert rows_of(tmp_path / "new", "documents")[0]["title"] == text.splitlines()[0]
    changes = list(Comparison(before / "old", tmp_path / "new").changes())
    assert {c.key.split()[0] for c in changes if c.table == "edits"} == {"a.txt"}
    assert {c.cause for c in changes} == {"decisions: 0 to 3"}
    assert json.loads((tmp_path / "new/run.json").read_text())["decisions"]["count"] == 3


def test_earlier_work_is_not_taken_for_decided_work(before, tmp_path):
    old = (before / "old/restored/a.txt").read_text()
    row = rows_of(before / "old", "documents")[0]
    rejected = Decision("a.txt", row["sha256"], *_place(before), "reject")
    choices = Choices(output=str(tmp_path / "run"), workers=1)
    assert runs.run([before / "in"], choices).reused == 0
    summary = runs.run([before / "in"], choices, decisions={row["sha256"]: (rejected,)})
    assert summary.reused == 1  # the other document
    assert (tmp_path / "run/restored/a.txt").read_text() == old.replace("challenges", "demanding situations", 1)
    runs.run([before / "in"], choices)
    assert (tmp_path / "run/restored/a.txt").read_text() == old


def _place(folder):
    (row,) = [row for row in rows_of(folder / "old", "edits") if row["original"] == "demanding situations"]
    return int(row["start"]), int(row["end"]), row["original"], row["replacement"], row["rule"]


# ---------------------------------------------------------------- a pack


ARMY = "news/army>military:noun"
PROPOSED = [
    ("The ", "army", "military", " met in the region. They left.", ARMY, "accept", "pack"),
    ("It was an ", "army", "military", " of\nants. They left.", ARMY, "reject", "pack"),
    ("He left. Their ", "armies", "militaries", " met.", ARMY + " | decision", "reject", "place"),
    ("Leaders face ", "demanding situations", "challenges", " there.", "open:noun", "accept", "pack"),
    ("Leaders met", "", " ", "yesterday.", "tidy:glued", "accept", "pack"),
    ("Leaders met in ", "Libya", "Tunisia", " there.", "decision", "accept", "pack"),
    ("The ", "men", "soldiers", " left.", "news/man>soldier:noun", "accept", "place"),
]


def take(tmp_path, capsys, *proposed):
    rows = []
    for n, (before, original, replacement, after, rule, word, scope) in enumerate(proposed):
        start = 100 * n
        cells = ["a.txt", "ff", start, start + len(original), original, replacement, rule, word, scope, before, after]
        rows.append(cells)
    path = write(tmp_path / "decisions.csv", *rows, header=COLUMNS + MORE)
    given = path.read_bytes()
    with pytest.raises(SystemExit) as left:
        main(["lexicon", "accept", str(path), "--pack", str(tmp_path / "mine")])
    assert path.read_bytes() == given
    assert left.value.code == 0
    return capsys.readouterr()


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    return folder


def test_a_pack_takes_what_was_decided_for_it(tmp_path, mine, capsys):
    out, err = take(tmp_path, capsys, *PROPOSED)
    # Of three decided places of "army" one is right: (1 + 1) of (3 + 2); a single place alone makes 7.
    assert (mine / "entries.tsv").read_text() == (
        "spun\tplain\tform\texample\toften\n"
        "army\tmilitary\tnoun\tThe [army|military] met in the region.\t4\n"
        "demanding situation\tchallenge\tnoun\tLeaders face [demanding situations|challenges] there.\t7\n"
    )
    assert (mine / "keep.txt").read_text() == "It was an army of ants.\n"
    path = tmp_path / "decisions.csv"
    assert out.splitlines() == [
        f"{mine}/entries.tsv: 2 entries added",
        f"{mine}/keep.txt: 1 sentence added",
        f"{path}: 2 decisions only for the place; unspin run INPUT --decisions {path} heeds them",
    ]
    why = "not taken: spacing, spelling, capitals, numbers and names are no matter of a pack"
    assert err.splitlines() == [f"unspin: {path}: a.txt 400-400: {why}", f"unspin: {path}: a.txt 500-505: {why}"]


def test_taking_decisions_again_changes_nothing_and_names_the_entries(tmp_path, mine, capsys):
    take(tmp_path, capsys, *PROPOSED)
    before = [path.read_bytes() for path in sorted(mine.iterdir())]
    out, err = take(tmp_path, capsys, *PROPOSED)
    assert [path.read_bytes() for path in sorted(mine.iterdir())] == before
    assert out.splitlines()[:2] == [f"{mine}/entries.tsv: 0 entries added", f"{mine}/keep.txt: 0 sentences added"]
    assert f"unspin: {mine}/entries.tsv:2: army > military (noun) is there already" in err


def test_a_sentence_joins_sorted_ones_in_its_place_and_others_at_the_end(tmp_path, mine, capsys):
    (mine / "keep.txt").write_text("A man left.\nThe men left.\n")
    take(tmp_path, capsys, PROPOSED[1])
    assert (mine / "keep.txt").read_text() == "A man left.\nIt was an army of ants.\nThe men left.\n"
    (mine / "keep.txt").write_text("# Of ants\nThe men left.\nA man left.\n")
    take(tmp_path, capsys, PROPOSED[1])
    assert (mine / "keep.txt").read_text().splitlines()[2:] == ["A man left.", "It was an army of ants."]


def test_decisions_for_places_only_leave_the_pack_alone(tmp_path, mine, capsys):
    out, err = take(tmp_path, capsys, PROPOSED[2], PROPOSED[6])
    assert not list(mine.glob("*.t[sx]*"))
    assert err == ""
    assert "2 decisions only for the place" in out
