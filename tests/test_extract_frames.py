"""Every frame of the relation lexicon reads its own example."""

from __future__ import annotations

from pathlib import Path

import pytest

import unspin
from unspin.extract import Extractor, frames
from unspin.lexicon.read import LexiconError, shipped
from unspin.records import Block, Extraction, Metadata, Restoration, Source

FRAMES = frames.read(shipped() / "relations" / "relations.tsv")


@pytest.fixture(scope="module")
def read() -> list[Extraction]:
    given = []
    for frame in FRAMES:
        text = frame.sentence
        block = Block("b1", "", "paragraph", 0, len(text))
        source = Source("a.txt", "a.txt", "", text)
        given.append(Restoration(source, "clean", text, (), (block,), ((0, len(text)),), Metadata(), 0.0, ""))
    return list(Extractor().extract(given))


@pytest.mark.parametrize("index", range(len(FRAMES)), ids=[f"{f.predicate}-{f.preposition}" for f in FRAMES])
def test_example(index: int, read: list[Extraction]) -> None:
    frame = FRAMES[index]
    subject, object_ = frame.expected
    rows = [(r.subject, r.predicate, r.preposition, r.object, r.relation) for r in read[index].relations]
    assert (subject, frame.predicate, frame.preposition, object_, frame.relation) in rows


def test_the_lexicon_is_large_and_its_types_few() -> None:
    assert len(FRAMES) >= 250
    assert 35 <= len({f.relation for f in FRAMES}) <= 60
    assert [(f.predicate, f.preposition) for f in FRAMES] == sorted((f.predicate, f.preposition) for f in FRAMES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("meet\twith\tMEETS", "3 columns"),
        ("meet\twith\tmeets\t{s:A} met {o:B}.", "no relation type"),
        ("meet\twith\tMEETS_WITH\tA met B.", "marks no subject"),
        ("eat\t\tEATS\t{s:A} eats {o:B}.\neat\t\tEATS\t{s:A} eats {o:B}.", "already stands in line 2"),
    ],
)
def test_a_malformed_line_is_named(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "relations.tsv"
    path.write_text("predicate\tpreposition\trelation\texample\n" + line + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=rf"relations\.tsv:[23]: .*{message}"):
        frames.read(path)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("The council spent £2m on roads last year.", "FUNDS"),
        ("The recruits spent half a day on the subject.", ""),
        ("The firm needs money.", "DEMANDS"),
        ("The jury needed five hours.", ""),
        ("The shop raised prices.", "INCREASES"),
        ("The player raised both arms.", ""),
        ("Prosecutors charged the driver.", "PROSECUTES"),
        ("The trader charged each owner £40.", ""),
        ("The crew left the ship.", "LEAVES"),
        ("The crews walked out, leaving eleven ships at anchor.", ""),
        ("The team met the targets.", "FULFILLS"),
        ("The team met the fans.", "MEETS_WITH"),
    ],
)
def test_what_is_dealt_with_has_a_say_in_the_type(text: str, relation: str) -> None:
    rows = unspin.extract(text).relations
    assert {r.relation for r in rows} == {relation}
