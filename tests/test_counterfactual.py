"""What restoring gained, row by row."""

import csv
import json

import frictionless
import pytest

from unspin import runs
from unspin.counterfactual import AT, match, unrestored
from unspin.documents import restore_document
from unspin.records import Source
from unspin.restore import Restorer
from unspin.settings import Choices, Settings
from unspin.tables import RELATIONS, TABLES

SPUN = """Kenya and Uganda signed a treaty in Nairobi.The treaty bans landmines.
Chile has constructed solar vegetation sooner than virtually any different nation of its measurement.
The operator mentioned it had already moved the direction two times and would believe burying some sections.
Overseas ministry representatives agreed to determine an everlasting workplace in Turku.
The farmers met in Brussels and the army worm took the maize.
"""


def row(subject, predicate, object_, start, end, **other):
    cells = [""] * (len(RELATIONS.header) - 1)
    given = {"subject": subject, "predicate": predicate, "object": object_, "start": start, "end": end} | other
    for name, value in given.items():
        cells[AT[name]] = value
    return cells


@pytest.mark.parametrize(
    ("rows", "spun", "marks", "partners"),
    [
        ([row("A", "sign", "treaty", 0, 9)], [row("a", "sign", "Treaty", 2, 9)], ["same"], {0: "same"}),
        ([row("A", "sign", "treaty", 0, 9)], [row("A", "sign", "paper", 0, 9)], ["changed"], {0: "changed"}),
        ([row("A", "sign", "treaty", 0, 9)], [row("A", "sign", "treaty", 0, 9, negated=True)], ["changed"],
         {0: "changed"}),
        ([row("A", "sign", "treaty", 0, 9)], [row("A", "sign", "treaty", 9, 19)], ["gained"], {}),
        ([row("A", "sign", "treaty", 0, 9)], [row("B", "mark", "paper", 0, 9)], ["gained"], {}),
        # the same row goes first, whatever stands before it
        ([row("A", "sign", "treaty", 0, 9), row("A", "sign", "pact", 0, 9)],
         [row("A", "sign", "pact", 0, 9), row("A", "sign", "treaties", 0, 9)], ["changed", "same"],
         {0: "same", 1: "changed"}),
        # one row takes the place of one
        ([row("A", "sign", "treaty", 0, 9), row("A", "ban", "mines", 0, 9)], [row("A", "sign", "paper", 0, 9)],
         ["changed", "gained"], {0: "changed"}),
    ],
)  # fmt: skip
def test_rows_are_paired_by_what_they_say_and_where(rows, spun, marks, partners):
    assert match(rows, spun) == (marks, partners)


def test_the_unrestored_text_has_its_surface_repaired_and_its_terms_left():
    restoration = restore_document(Source("a.txt", "a.txt", "", SPUN), Restorer.load())
    plain = unrestored(restoration)
    assert "Nairobi. The treaty" in plain.text
    assert "solar vegetation" in plain.text
    assert "solar plants" in restoration.text
    assert [SPUN[a:b].strip() for a, b in plain.source_spans] == SPUN.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("counterfactual")
    (place / "in").mkdir()
    (place / "in/a.txt").write_text(SPUN)
    (place / "in/b.txt").write_text("Kenya met with Uganda in Nairobi. The board approved the plan. Nobody left.")
    runs.run([place / "in"], Choices(Settings(counterfactual=True), str(place / "run"), workers=1))
    return place


def table(folder, name):
    with open(folder / "run" / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_row_says_what_became_of_it(folder):
    rows, lost = table(folder, "relations"), table(folder, "relations_lost")
    assert {r["without_restoration"] for r in rows if r["doc_id"] == "b.txt"} == {"same"}
    told = {(r["subject"], r["predicate"], r["object"]): r["without_restoration"] for r in rows}
    assert told["farmers", "meet", "Brussels"] == "same"
    assert told["Chile", "build", "solar plants"] == "changed"
    former = {(r["subject"], r["predicate"], r["object"]): r for r in lost}
    old = former["Chile", "construct", "solar vegetation"]
    assert old["without_restoration"] == "changed"
    assert old["subject_id"] == "gpe/chile"
    assert "solar vegetation" in old["sentence"]
    assert SPUN[int(old["start"]) : int(old["end"])].endswith("solar vegetation")
    restored = (folder / "run/restored/a.txt").read_text()
    assert restored[int(old["restored_start"]) : int(old["restored_end"])].endswith("solar plants")
    assert "vegetation>plants" in old["rules"]
    changed = [r for r in rows if r["without_restoration"] == "changed"]
    assert len(changed) == sum(r["without_restoration"] == "changed" for r in lost)
    known = {e["entity_id"] for e in table(folder, "entities")}
    assert all(r[side] in known | {""} for r in lost for side in ("subject_id", "object_id"))


def test_the_folder_describes_itself_and_forgets_what_was_not_asked_again(folder):
    package = json.loads((folder / "run/datapackage.json").read_text())
    assert [r["name"] for r in package["resources"]] == [*TABLES, "relations_lost"]
    assert frictionless.Package(folder / "run/datapackage.json").to_descriptor()
    report = frictionless.validate(folder / "run/datapackage.json")
    assert report.valid, report.flatten(["resourceName", "message"])
    runs.run([folder / "in"], Choices(Settings(), str(folder / "run"), workers=1))
    assert not (folder / "run/relations_lost.csv").exists()
    assert {r["without_restoration"] for r in table(folder, "relations")} == {""}
    assert len(json.loads((folder / "run/datapackage.json").read_text())["resources"]) == len(TABLES)
