"""Whole documents: names, lists, tables, metadata, headings; and that batching changes nothing."""

from __future__ import annotations

import importlib
import itertools
from pathlib import Path

import pytest

from unspin.extract import Extractor, models
from unspin.extract.readings import sentence_case, title_case
from unspin.extract.values import iso_date, money, quantity
from unspin.layout import layout
from unspin.layout import metadata as read_metadata
from unspin.records import Extraction, Restoration, Source

ARTICLE = """Northern Rail Board Opens New Line to Busan
SEOUL, 4 October — The Northern Rail Board (NRB) has opened a line between Seoul and Busan, \
said its chairwoman, Ana Torres.
The NRB plans to hire 300 engineers. Torres thanked the U.S. Embassy and America’s Gates Foundation.
The main risks include:
- Labour shortages: Training drivers takes two years.
- Flood damage
The board must:
1. publish a safety report
2. train new drivers
## Strategic Focus House
Focus | Objective |
---|---|
Equip | Promote rail travel |
Freight | 40 MW |
In July 2024, Japan Rail paid €3.5 million. See https://nrb.example/Paris/ORG for more.
Source link : https://rail.example/line/
Author : Imogen Farr
Publish date : 2024-10-05 08:00:00
"""


def restoration(text: str, doc_id: str = "a.txt") -> Restoration:
    blocks = tuple(layout(text))
    spans = tuple((b.start, b.end) for b in blocks)
    return Restoration(
        Source(doc_id, doc_id, "", text), "clean", text, (), blocks, spans, read_metadata(text, blocks), 0.0, ""
    )


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


@pytest.fixture(scope="module")
def article(extractor: Extractor) -> Extraction:
    return next(extractor.extract([restoration(ARTICLE)]))


@pytest.mark.parametrize(
    "want",
    [
        ("Northern Rail Board", "Northern Rail Board", "ORG"),
        ("NRB", "Northern Rail Board", "ORG"),
        ("SEOUL", "Seoul", "GPE"),
        ("Busan", "Busan", "GPE"),
        ("Ana Torres", "Ana Torres", "PERSON"),
        ("Torres", "Ana Torres", "PERSON"),
        ("U.S. Embassy", "U.S. Embassy", "ORG"),
        ("America", "United States", "GPE"),
        ("Gates Foundation", "Bill & Melinda Gates Foundation", "ORG"),
        ("Imogen Farr", "Imogen Farr", "PERSON"),
        ("€3.5 million", "EUR 3500000", "MONEY"),
        ("July 2024", "2024-07", "DATE"),
    ],
)
def test_mention(want: tuple[str, str, str], article: Extraction) -> None:
    assert want in [(m.text, m.name, m.type) for m in article.mentions]


def test_what_is_no_name(article: Extraction) -> None:
    named = {m.text for m in article.mentions}
    for word in (
        "Equip",
        "House",
        "Strategic",
        "Promote",
        "Focus",
        "MW",
        "Paris",
        "Labour",
        "Freight",
        "Objective",
        "Flood",
    ):
        assert word not in named


def test_metadata_mentions(article: Extraction) -> None:
    assert [(m.text, m.method) for m in article.mentions if m.method == "metadata"] == [("Imogen Farr", "metadata")]


@pytest.mark.parametrize(
    "want",
    [
        ("Northern Rail Board", "open", "line", ""),
        ("Northern Rail Board", "hire", "300 engineers", "planned"),
        ("Ana Torres", "thank", "U.S. Embassy", ""),
        ("main risks", "include", "Labour shortages", ""),
        ("main risks", "include", "Flood damage", ""),
        ("board", "publish", "safety report", "obligated"),
        ("board", "train", "new drivers", "obligated"),
        ("Equip", "promote", "rail travel", "planned"),
    ],
)
def test_relation(want: tuple[str, str, str, str], article: Extraction) -> None:
    assert want in [(r.subject, r.predicate, r.object, r.modality) for r in article.relations]


def test_every_row_can_be_found_again(article: Extraction) -> None:
    ids = [r.relation_id for r in article.relations]
    assert len(ids) == len(set(ids))
    for r in article.relations:
        assert r.sentence in ARTICLE
        assert r.start < r.end <= len(ARTICLE)
    for m in article.mentions:
        assert ARTICLE[m.start : m.end] == m.text
    spans = sorted((m.start, m.end) for m in article.mentions)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_batching_and_company_change_nothing(extractor: Extractor, article: Extraction) -> None:
    other = restoration("Kenya and Uganda signed a treaty.\nIt bans landmines.", "b.txt")
    empty = restoration("", "c.txt")
    given = [restoration(ARTICLE), empty, other] * 20
    results = list(extractor.extract(iter(given)))
    assert len(results) == 60
    assert all(r == article for r in results[::3])
    assert all(r == Extraction((), ()) for r in results[1::3])
    assert results[2] == next(extractor.extract([other]))


def test_items_are_read_below_their_lead_in_alone(extractor: Extractor) -> None:
    """The same item without a lead-in is no verb's, wherever the same words were met before."""
    item = "- supply electricity to Vientiane\n- cut taxes"
    led = restoration(f"The two governments agreed to:\n\n{item}\n\nThe partners:\n\n- Foxconn: assembles the device\n")
    alone = restoration(f"Notes of the day\n\n{item}\n", "b.txt")
    one, other, again = extractor.extract([led, alone, led])
    rows = [(r.subject, r.predicate, r.preposition, r.object, r.modality) for r in one.relations]
    assert rows == [
        ("two governments", "supply", "", "electricity", "planned"),
        ("two governments", "supply", "to", "Vientiane", "planned"),
        ("two governments", "cut", "", "taxes", "planned"),
        ("Foxconn", "assemble", "", "device", ""),
    ]
    assert other.relations == ()
    assert again == one


def test_documents_stream(extractor: Extractor) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield restoration(ARTICLE)

    stream = extractor.extract(endless())  # type: ignore[arg-type]
    next(stream)
    assert taken < 200


@pytest.mark.parametrize(
    "text", ["\n\n", "…", "x" * 5000, "A" * 300 + " b", "| | |\n---|---|\n", "- \n- \n", "\u202eabc 👩‍👩‍👧 Libya İzmir"]
)
def test_odd_texts(text: str, extractor: Extractor) -> None:
    for m in next(extractor.extract([restoration(text)])).mentions:
        assert text[m.start : m.end] == m.text


def test_the_model_is_proven(monkeypatch: pytest.MonkeyPatch, extractor: Extractor) -> None:
    name, version, sha256 = extractor.identity()
    assert models.KNOWN.get((name, version), sha256) == sha256
    monkeypatch.setitem(models.KNOWN, (name, version), "0" * 64)
    with pytest.raises(models.ModelError, match="sha256"):
        models.load()
    with pytest.raises(models.ModelError, match="no_such_model"):
        models.load("no_such_model")


def test_spacy_is_imported_only_with_a_model() -> None:
    import subprocess
    import sys

    code = "import sys, unspin.extract, unspin.extract.documents; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    package = Path(models.__file__).parent
    outside = [
        p
        for p in package.parent.rglob("*.py")
        if package not in p.parents and "import spacy" in p.read_text(encoding="utf-8")
    ]
    assert outside == []


def test_a_block_longer_than_the_model_takes_is_read_in_pieces(
    extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = importlib.import_module("unspin.extract.readings")  # the package has a function of that name

    text = "Kenya signed a treaty. " * 30 + "Uganda left Libya."
    whole = next(extractor.extract([restoration(text)]))
    cut_at = readings.pieces
    monkeypatch.setattr(readings, "pieces", lambda text: cut_at(text, 200))
    monkeypatch.setattr(extractor.nlp, "max_length", 250)
    cut = next(extractor.extract([restoration(text)]))
    assert [(r.subject, r.object, r.start) for r in cut.relations] == [
        (r.subject, r.object, r.start) for r in whole.relations
    ]
    assert len(cut.relations) == 31
    assert readings.LONGEST < 1_000_000


@pytest.mark.parametrize(
    ("text", "published", "iso"),
    [
        ("4 October", "2024-10-05", "2024-10-04"),
        ("Oct. 4, 2024", "", "2024-10-04"),
        ("last year", "2024-10-05", "2023"),
        ("Wednesday", "2024-10-05", "2024-10-02"),
        ("the 1990s", "", "1990/1999"),
        ("2024", "", "2024"),
        ("late 2028", "", "2028"),
        ("this week", "2025-03-03", "2025-W10"),
        ("three years ago", "2024-10-05", "2021"),
        ("yesterday", "2024-03-01", "2024-02-29"),
        ("yesterday", "", ""),
        ("and may", "2024-10-05", ""),
        ("31 February 2024", "", ""),
        ("six days", "2024-10-05", ""),
        ("January last year", "2025-03-03", "2024-01"),
        ("December next year", "2024-10-05", "2025-12"),
        ("last January", "2025-03-03", "2025-01"),
        ("next Monday", "2025-03-03", "2025-03-10"),
        ("next Friday", "2025-03-03", "2025-03-07"),
        ("3000 years ago", "2025-03-03", ""),
    ],
)
def test_dates(text: str, published: str, iso: str) -> None:
    assert iso_date(text, published) == iso


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$6.4 million", "USD 6400000"),
        ("£300,000", "GBP 300000"),
        ("five euros", "EUR 5"),
        ("many dollars", ""),
        ("50 cents", "USD 0.5"),
        ("half a million dollars", "USD 500000"),
        ("a couple of million dollars", ""),
        ("$5-6 million", ""),
        ("between $8,100 and $14,600", ""),
        ("$8,100 to $14,600", ""),
        ("ten per cent", ""),
    ],
)
def test_money(text: str, value: str) -> None:
    assert money(text) == value


def test_quantities() -> None:
    assert quantity("about 48 tonnes") == "t 48"
    assert quantity("a long way") == ""


@pytest.mark.parametrize(
    ("line", "title"), [("Why Coverage Fell", True), ("Shares rise as Poland holds", False), ("In conclusion", False)]
)
def test_title_case(line: str, title: bool) -> None:
    assert title_case(line) is title


def test_sentence_case_keeps_length_and_names() -> None:
    from collections import Counter

    assert (
        sentence_case("Rail Board Opens New Line to İzmir", [(29, 34)], Counter(), Counter())
        == "Rail board opens new line to İzmir"
    )
