"""Sentences with the exact rows that must come out of them; known failures are strict."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from lemminflect import getAllLemmas, getLemma

from unspin.evaluate import parse_gold
from unspin.extract import Extractor, repairs
from unspin.extract.parses import Parse
from unspin.records import Block, Extraction, Metadata, Relation, Restoration, Source

DATA = Path(__file__).parent / "data" / "relations"


def restoration(text: str) -> Restoration:
    block = Block("b1", "", "paragraph", 0, len(text))
    source = Source("a.txt", "a.txt", "", text)
    return Restoration(source, "clean", text, (), (block,), ((0, len(text)),), Metadata(), 0.0, "")


def written(r: Relation) -> str:
    """Write a row as the data files do: subject | predicate | preposition | object | qualifiers."""
    flags = [
        "not" if r.negated else "",
        r.modality,
        r.tense,
        "resolved" if r.resolved else "",
        r.attribution and f"@{r.attribution}",
        r.condition and f"if:{r.condition}",
        r.quantity and f"#{r.quantity}",
    ]
    return " | ".join([r.subject, r.predicate, r.preposition, r.object, ", ".join(f for f in flags if f)])


def cases() -> list[dict[str, str]]:
    found = []
    for path in sorted(DATA.glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as handle:
            rows = csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
            found += [{**row, "file": path.stem} for row in rows]
    return found


CASES = cases()


@pytest.fixture(scope="module")
def read() -> dict[str, Extraction]:
    extractor = Extractor()
    sentences = [case["sentence"] for case in CASES]
    return dict(zip(sentences, extractor.extract(map(restoration, sentences)), strict=True))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            c, id=f"{c['file']}-{c['pattern']}-{i}", marks=[pytest.mark.xfail(strict=True)] if c["xfail"] else []
        )
        for i, c in enumerate(CASES)
    ],
)
def test_rows(case: dict[str, str], read: dict[str, Extraction]) -> None:
    want = sorted(row.strip() for row in case["rows"].split(" ;; ") if row.strip())
    assert sorted(written(r).strip() for r in read[case["sentence"]].relations) == want


def test_mended_parses_are_trees() -> None:
    extractor = Extractor()
    gold = Path(__file__).parent / "gold"
    spun = [parse_gold(path.read_text(encoding="utf-8"))[0] for path in sorted(gold.glob("*.marked.txt"))[::3]]
    lines = [line for text in spun for line in text.splitlines() if line] + [c["sentence"] for c in CASES]
    mended = 0
    for doc in extractor.nlp.pipe(lines):
        p = Parse(doc, {})
        mended += [t.head.i for t in doc] != p.heads
        for low, high in p.sents:
            assert all(low <= p.heads[i] < high for i in range(low, high)), doc.text
            assert sum(p.heads[i] == i for i in range(low, high)) == 1, doc.text
            for i in range(low, high):
                at, steps = i, 0
                while p.heads[at] != at:
                    at, steps = p.heads[at], steps + 1
                    assert steps <= high - low, doc.text
    assert mended >= 5


def test_there_are_enough_sentences_and_none_twice() -> None:
    assert len(CASES) >= 200
    assert len({c["sentence"] for c in CASES}) == len(CASES)
    assert sum(not c["rows"] for c in CASES) >= 25, "near misses"


def test_places_are_places(read: dict[str, Extraction]) -> None:
    for text, extraction in read.items():
        for m in extraction.mentions:
            assert text[m.start : m.end] == m.text
        for r in extraction.relations:
            assert r.sentence in text
            assert 0 <= r.start < r.end <= len(text)
            assert 0 < r.confidence <= 0.9
            for text_, index in ((r.subject, r.subject_mention), (r.object, r.object_mention)):
                assert index is None or extraction.mentions[index].name == text_


def test_base_forms_are_those_of_the_library(tmp_path, monkeypatch):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path))
    repairs._verbs.cache_clear()
    try:
        for word in "Met Surprising ships was frobnicates leaves go paid Tripoli x".split():  # noqa: SIM905
            found = getLemma(word.lower(), upos="VERB")
            assert repairs.base(word) == (found[0] if found else word.lower())
            assert repairs._is_verb(word) == ("VERB" in getAllLemmas(word.lower()))
    finally:
        repairs._verbs.cache_clear()
