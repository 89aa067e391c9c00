"""Measure names and relations: against hand-listed facts, rows judged one by one, and the plain originals.

    python tests/extraction_quality.py [--show]

``data/facts/ARTICLE.tsv`` lists the names of an article with their types
(``maybe``: neither missed nor false) and relations, both from the plain
original; ``data/judged/ARTICLE.tsv`` holds every row that was read from the
plain original with a verdict against its sentence alone.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from unspin.counterfactual import unrestored
from unspin.documents import restore_document
from unspin.edits import OffsetMap, apply
from unspin.entities import VALUE_TYPES, folded
from unspin.evaluate import parse_gold
from unspin.extract import Extractor
from unspin.layout import layout, metadata
from unspin.records import Edit, Extraction, Relation, Restoration, Source
from unspin.restore import Restorer

HERE = Path(__file__).resolve().parent
FACTS, JUDGED = HERE / "data" / "facts", HERE / "data" / "judged"

#: Bounds of the confidence classes of the calibration table.
CLASSES = (0.0, 0.7, 0.75, 0.8, 0.86, 1.0)


class Share(NamedTuple):
    """How many of how many."""

    part: int
    whole: int

    def __add__(self, other: object) -> Share:
        assert isinstance(other, Share)
        return Share(self.part + other.part, self.whole + other.whole)

    def __str__(self) -> str:
        return f"{self.part / max(1, self.whole):.3f} ({self.part} of {self.whole})"


def texts(name: str) -> tuple[str, str]:
    """Give the spun text and the plain original (the first of the accepted terms) of a gold article."""
    spun, gold = parse_gold((HERE / "gold" / f"{name}.marked.txt").read_text(encoding="utf-8"), name)
    edits = [Edit(g.start, g.end, g.spun, g.accepted[0], "changed", "word", "gold") for g in gold]
    return spun, apply(spun, [e for e in edits if e.original != e.replacement])


def chosen(name: str, document: Restoration) -> str:
    """Give the plain original with, where several terms are accepted, the one that restoring chose."""
    spun, gold = parse_gold((HERE / "gold" / f"{name}.marked.txt").read_text(encoding="utf-8"), name)
    place = OffsetMap(document.edits)
    edits = []
    for g in gold:
        a, b = place.forward_span((g.start, g.end))
        term = document.text[a:b] if document.text[a:b] in g.accepted else g.accepted[0]
        edits.append(Edit(g.start, g.end, g.spun, term, "changed", "word", "gold"))
    return apply(spun, [e for e in edits if e.original != e.replacement])


def as_is(text: str) -> Restoration:
    """Give a plain text as a document that needs no restoring."""
    blocks = tuple(layout(text))
    spans = tuple((b.start, b.end) for b in blocks)
    return Restoration(
        Source("a.txt", "a.txt", "", text), "clean", text, (), blocks, spans, metadata(text, blocks), 0.0, ""
    )


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


# ---------------------------------------------------------------- judged rows


def written(r: Relation) -> str:
    """Write what a verdict is about: both sides, predicate, polarity and modality."""
    return " | ".join([r.subject, r.predicate, r.preposition, r.object, "not" if r.negated else "", r.modality])


def verdicts(name: str) -> dict[tuple[str, str], str]:
    return {(row["row"], row["sentence"]): row["verdict"] for row in table(JUDGED / f"{name}.tsv")}


def one_line(text: str) -> str:
    return " ".join(text.split())


def judge(name: str, relations: Iterable[Relation]) -> list[tuple[Relation, bool]]:
    """Tell of each row whether it was judged right; a row that nobody judged is wrong."""
    known = verdicts(name)
    return [(r, known.get((written(r), one_line(r.sentence))) == "right") for r in relations]


# ---------------------------------------------------------------- facts


def near(a: str, b: str) -> bool:
    """Tell whether one phrase is the other with more words before or after it, articles and case aside."""
    x, y = folded(a), folded(b)
    return f" {x} " in f" {y} " or f" {y} " in f" {x} "


def holds(fact: dict[str, str], relations: Iterable[Relation]) -> bool:
    verbs = fact["two"].split("/")
    return any(
        ("*" in verbs or r.predicate in verbs) and near(r.subject, fact["one"]) and near(r.object, fact["three"])
        for r in relations
    )


def names_of(extraction: Extraction) -> set[tuple[str, str]]:
    return {(folded(m.name), m.type) for m in extraction.mentions if m.type not in VALUE_TYPES}


class Names(NamedTuple):
    """Names found, missed and false."""

    found: list[str]
    missed: list[str]
    false: list[str]


def compare_names(facts: list[dict[str, str]], extraction: Extraction) -> Names:
    have = names_of(extraction)
    wanted = {(f["one"], folded(f["one"])): f["two"].split("/") for f in facts if f["kind"] == "name"}
    maybe = {folded(f["one"]) for f in facts if f["kind"] == "maybe"}
    found, missed, used = [], [], set()
    for (name, fold), types in wanted.items():
        hits = {(fold, t) for t in types} & have
        used |= hits
        (found if hits else missed).append(name)
    return Names(found, missed, sorted(f"{n} {t}" for n, t in have - used if n not in maybe))


# ---------------------------------------------------------------- recovery


def same(r: Relation) -> tuple[str, ...]:
    return tuple(folded(x) for x in (r.subject, r.predicate, r.preposition, r.object, str(r.negated), r.modality))


def recovered(plain: Extraction, other: Extraction) -> Share:
    """Give how many rows of the plain original another text gives, word for word."""
    want, have = Counter(map(same, plain.relations)), Counter(map(same, other.relations))
    return Share((want & have).total(), want.total())


# ---------------------------------------------------------------- all of it


def main() -> int:
    show = "--show" in sys.argv
    extractor, restorer = Extractor(), Restorer.load()

    def read(document: Restoration) -> Extraction:
        (extraction,) = extractor.extract([document])
        return extraction

    right = Share(0, 0)
    classes: dict[int, Share] = {}
    words = rows = 0
    for path in sorted(JUDGED.glob("*.tsv")):
        plain = texts(path.stem)[1]
        judged = judge(path.stem, read(as_is(plain)).relations)
        right += Share(sum(ok for _, ok in judged), len(judged))
        words, rows = words + len(plain.split()), rows + len(judged)
        for r, ok in judged:
            i = max(i for i, low in enumerate(CLASSES[:-1]) if r.confidence >= low)
            classes[i] = classes.get(i, Share(0, 0)) + Share(ok, 1)
            if show and not ok:
                print(f"  {path.stem}: not right: {written(r)}")
    print(f"precision of judged rows   {right}; {1000 * rows / max(1, words):.0f} rows in 1,000 words")
    for i, share in sorted(classes.items()):
        print(f"  confidence {CLASSES[i]:.2f} to {CLASSES[i + 1]:.2f}: right {share}")

    for title, restored in (("restored", True), ("plain original", False)):
        found = missed = false = 0
        recall = Share(0, 0)
        for path in sorted(FACTS.glob("*.tsv")):
            spun, plain = texts(path.stem)
            document = restore_document(Source("a.txt", "a.txt", "", spun), restorer) if restored else as_is(plain)
            extraction, facts = read(document), table(path)
            names = compare_names(facts, extraction)
            found, missed, false = found + len(names.found), missed + len(names.missed), false + len(names.false)
            listed = [f for f in facts if f["kind"] == "relation"]
            held = [holds(f, extraction.relations) for f in listed]
            recall += Share(sum(held), len(held))
            if show and not restored:
                print(f"  {path.stem}: missed {names.missed}, false {names.false}")
                for f, ok in zip(listed, held, strict=True):
                    if not ok:
                        print(f"    {f['one']} | {f['two']} | {f['three']}")
        precision, recalled = found / max(1, found + false), found / max(1, found + missed)
        f1 = 2 * precision * recalled / max(1e-9, precision + recalled)
        print(f"{title}: names P {precision:.3f} R {recalled:.3f} F1 {f1:.3f}; relation recall {recall}")

    floor = middle = Share(0, 0)
    for path in sorted((HERE / "gold").glob("*.marked.txt")):
        spun, plain = texts(path.name.removesuffix(".marked.txt"))
        if spun == plain:
            continue
        document = restore_document(Source("a.txt", "a.txt", "", spun), restorer)
        want = read(as_is(chosen(path.name.removesuffix(".marked.txt"), document)))
        middle += recovered(want, read(document))
        floor += recovered(want, read(unrestored(document)))
    print(f"recovery: unrestored {floor}, restored {middle}, ceiling 1.000 (the plain originals themselves)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
