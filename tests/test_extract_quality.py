"""Rows judged one by one stay right, and facts listed by hand are found; figures by ``extraction_quality.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from unspin.extract import Extractor
from unspin.records import Edit, Extraction, Relation

#: Names and relations are measured on the plain originals here: what restoring leaves of them
#: is measured by the script, for it moves with the lexicon.  Measured 2026-11-28: .936, .877 and .953.
NAMES_F1, RELATION_RECALL = 0.90, 0.85
PRECISION = 0.92


@pytest.fixture(scope="module")
def quality() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extraction_quality", Path(__file__).parent / "extraction_quality.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def read(quality: ModuleType) -> dict[str, Extraction]:
    names = [p.stem for folder in (quality.JUDGED, quality.FACTS) for p in sorted(folder.glob("*.tsv"))]
    plain = [quality.as_is(quality.texts(name)[1]) for name in names]
    return dict(zip(names, Extractor().extract(plain), strict=True))


def test_judged_rows(quality: ModuleType, read: dict[str, Extraction]) -> None:
    names = [p.stem for p in quality.JUDGED.glob("*.tsv")]
    judged = [pair for name in names for pair in quality.judge(name, read[name].relations)]
    assert len(names) == 9
    wrong = [quality.written(r) for r, right in judged if not right]
    words = sum(len(quality.texts(name)[1].split()) for name in names)
    assert 1 - len(wrong) / len(judged) >= PRECISION, wrong
    assert 1000 * len(judged) / words >= 40
    assert all(
        row["verdict"] in {"right", "wrong"} for n in names for row in quality.table(quality.JUDGED / f"{n}.tsv")
    )


def test_facts(quality: ModuleType, read: dict[str, Extraction]) -> None:
    paths = list(quality.FACTS.glob("*.tsv"))
    assert len(paths) >= 8
    found = missed = false = held = listed = 0
    for path in paths:
        facts = quality.table(path)
        names = quality.compare_names(facts, read[path.stem])
        found, missed, false = found + len(names.found), missed + len(names.missed), false + len(names.false)
        relations = [f for f in facts if f["kind"] == "relation"]
        assert len(relations) >= 15, path
        held += sum(quality.holds(f, read[path.stem].relations) for f in relations)
        listed += len(relations)
    assert 2 * found / (2 * found + missed + false) >= NAMES_F1
    assert held / listed >= RELATION_RECALL


def test_what_nobody_judged_is_wrong(quality: ModuleType, read: dict[str, Extraction]) -> None:
    name = sorted(p.stem for p in quality.JUDGED.glob("*.tsv"))[0]
    known = read[name].relations[0]
    other = known._replace(negated=not known.negated)
    assert [right for _, right in quality.judge(name, [known, other])] == [True, False]


def row(subject: str, predicate: str, object_: str, negated: bool = False, preposition: str = "") -> Relation:
    return Relation(
        "r1", "b1", subject, None, predicate, predicate, "", object_, None, preposition, negated, "", "past", "", 0.9,
        "", 0, 50,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "found", "held"),
    [
        ("bank | leave | interest rate", row("central bank", "leave", "main interest rate"), True),
        ("bank | leave | interest rate", row("central bank of Poland", "leave", "interest rates"), True),
        ("bank | leave | rate", row("bank", "leave", "rate", True), False),
        ("bank | not leave | rate", row("bank", "leave", "rate", True), True),
        ("bank | not leave | rate", row("bank", "leave", "rate"), False),
        ("bank | leave | rate", row("rate", "leave", "bank"), False),
        ("bank | leave | rate", row("bank", "leave", "exchange rate mechanism"), False),
        ("bank | leave | rate", row("bank manager", "leave", "rate"), False),
        ("bank | leave | rate", row("bank", "raise", "rate"), False),
        ("students | leave | course", row("almost 30 per cent of students", "leave", "course"), True),
        ("students | leave | course", row("teachers of students", "leave", "course"), False),
        ("ship | base | Baltic", row("one repair ship", "be based", "Baltic"), True),
        ("ship | base | Baltic", row("one repair ship", "be worth", "Baltic"), False),
        ("bank | leave/keep | rate", row("bank", "keep", "rate"), True),
        ("it/bank | leave | rate", row("bank", "leave", "rate"), True),
        ("Harbour | win | match", row("Marlow Harbour", "win", "match"), True),
        ("Harbour | win | match", row("fans of Marlow Harbour", "win", "match"), False),
    ],
)
def test_a_fact_is_held_by_the_same_statement_only(quality: ModuleType, fact: str, found: Relation, held: bool) -> None:
    fields = dict(zip(("one", "two", "three"), fact.split(" | "), strict=True))
    assert quality.holds(fields, [found]) is held


def test_a_fact_is_held_in_the_wording_that_the_gold_accepts_at_that_place(quality: ModuleType) -> None:
    spun = "The financial institution left the charge."
    gold = [
        quality.GoldEdit(4, 25, "financial institution", ("bank", "lender")),
        quality.GoldEdit(26, 30, "left", ("kept", "held")),
    ]
    edits = [
        Edit(4, 25, "financial institution", "lender", "changed", "word", "r"),
        Edit(26, 30, "left", "held", "changed", "word", "r"),
    ]
    places = list(quality.right_places(spun, gold, edits))
    assert [(p.restored, p.first) for p in places] == [("lender", "bank"), ("held", "kept")]
    fact = {"one": "bank", "two": "keep", "three": "charge"}
    assert quality.holds(fact, [row("lender", "hold", "charge")], places)
    assert not quality.holds(fact, [row("lender", "hold", "charge")])
    assert not quality.holds(fact, [row("broker", "hold", "charge")], places)
    assert not quality.holds(fact, [row("lender", "drop", "charge")], places)
    away = [p._replace(start=p.start + 900, end=p.end + 900) for p in places]
    assert not quality.holds(fact, [row("lender", "hold", "charge")], away), "marks of other sentences"
    wrong = [edits[0]._replace(replacement="broker"), edits[1]]
    assert [p.restored for p in quality.right_places(spun, gold, wrong)] == ["held"]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (row("approved growers", "ship", "Hass avocados"), True),
        (row("authorised growers", "ship", "avocados"), True),
        (row("growers", "ship", "avocado oil"), False),
        (row("growers", "ship", "avocados", True), False),
        (row("growers", "ship", "avocados", preposition="to"), False),
        (row("growers", "sell", "avocados"), False),
        (row("avocados", "ship", "growers"), False),
        (row("growers", "ship", "12 avocados"), False),
    ],
)
def test_recovered_rows_state_the_same(quality: ModuleType, other: Relation, alike: bool) -> None:
    assert (quality.alike(row("growers", "ship", "avocados")) == quality.alike(other)) is alike
