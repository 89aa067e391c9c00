"""What a person decided in the report holds in the next run, on that place and nowhere else."""

import csv
import io
import json
import subprocess
import sys

import pytest

from unspin import runs
from unspin.compare import Comparison
from unspin.decisions import COLUMNS, Decision, DecisionError, decide, read_decisions, unheeded
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


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("a", "f", 0, 1, "x", "y", "r", "maybe")], r"d\.csv:2: decision 'maybe' cannot be"),
        ([("a", "f", 0, 2, "x", "y", "r", "accept")], r"d\.csv:2: start and end '0', '2' do not span the original"),
        ([("a", "f", -1, 0, "x", "y", "r", "accept")], r"d\.csv:2: start and end"),
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
