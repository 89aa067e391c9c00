"""Measure names and relations: against hand-listed facts, rows judged one by one, and the plain originals.

    python tests/extraction_quality.py [--show] [--rescore] [--as-shipped]

``data/facts/ARTICLE.tsv`` lists the names of an article with their types
(``maybe``: neither missed nor false) and relations, both from the plain
original; ``data/judged/ARTICLE.tsv`` holds every row that was read from the
plain original with a verdict against its sentence alone.  How rows are
compared is told in ``docs/extraction.md`` (Measured).
"""

from __future__ import annotations

import csv
import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lemminflect import getLemma

sys.path.insert(0, str(Path(__file__).resolve().parent))
from held_out import HeldOut, plain_side
from unspin.counterfactual import unrestored
from unspin.documents import restore_document
from unspin.edits import OffsetMap, changed
from unspin.entities import VALUE_TYPES, folded
from unspin.evaluate import MOST_COMBINATIONS, GoldEdit, _groups, _loose, _over, parse_gold
from unspin.extract import Extractor
from unspin.extract.wordlists import words
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


def marked(name: str) -> tuple[str, list[GoldEdit]]:
    """Give the spun text of a gold article and what its gold asks for."""
    return parse_gold((HERE / "gold" / f"{name}.marked.txt").read_text(encoding="utf-8"), name)


def texts(name: str) -> tuple[str, str]:
    """Give the spun text and the plain original (the first of the accepted terms) of a gold article."""
    spun, gold = marked(name)
    return spun, plain_side(spun, gold)


class Place(NamedTuple):
    """A stretch of the spun text that was restored right, with the first of its accepted restorations."""

    start: int
    end: int
    restored: str
    first: str


def right_places(spun: str, gold: Sequence[GoldEdit], edits: Iterable[Edit]) -> Iterator[Place]:
    """Give what was restored right, as ``unspin eval`` counts it: in any of the accepted wordings."""
    made = sorted((e.start, e.end, e.replacement) for e in changed(edits))
    for group, hits in _groups(gold, made):
        here = [made[i] for i in sorted(hits)]
        low = min([e.start for e in group] + [m[0] for m in here])
        high = max([e.end for e in group] + [m[1] for m in here])
        ways = itertools.islice(itertools.product(*(e.accepted for e in group)), MOST_COMBINATIONS)
        right = [_over(spun, low, high, [(e.start, e.end, r) for e, r in zip(group, way, strict=True)]) for way in ways]
        got = _over(spun, low, high, here)
        if _loose(got) in set(map(_loose, right)):
            yield Place(low, high, got, right[0])


def chosen(name: str, document: Restoration) -> str:
    """Give the plain original in the words of the restored text wherever that reads as the gold accepts."""
    spun, gold = parse_gold((HERE / "gold" / f"{name}.marked.txt").read_text(encoding="utf-8"), name)
    places = list(right_places(spun, gold, document.edits))
    kept = [(p.start, p.end, p.restored) for p in places]
    kept += [
        (g.start, g.end, g.accepted[0]) for g in gold if not any(p.start <= g.start and g.end <= p.end for p in places)
    ]
    return _over(spun, 0, len(spun), sorted(kept))


def accepted(name: str, document: Restoration) -> list[Place]:
    """Give the places that were restored right, in offsets of the restored text."""
    spun, gold = parse_gold((HERE / "gold" / f"{name}.marked.txt").read_text(encoding="utf-8"), name)
    place = OffsetMap(document.edits)
    return [
        p._replace(start=a, end=b)
        for p in right_places(spun, gold, document.edits)
        for a, b in [place.forward_span((p.start, p.end))]
    ]


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


#: Words before a number, and words that end the part of a phrase in which its head stands.
_ABOUT = re.compile(
    r"^(?:only |just )?(?:more|less|fewer) than |^(?:at least|at most|up to|about|around|almost|nearly) "
)
_JOINTS = re.compile(
    r"\b(?:in|on|at|for|from|with|to|by|between|about|over|against|under|within|without|than|as|into|among|around|"
    r"above|below|across|who|which|that)\b"
)
#: Heads that only measure what follows *of*.
_SHARES = words(
    "percent third half quarter fifth tenth part share most some several many few all each none any both one two "
    "three four five six seven eight nine ten number dozens hundreds thousands millions majority year years amount"
)


def heads(phrase: str) -> list[str]:
    """Give the head of a folded noun phrase; where that only measures what follows *of*, the head of this as well.

    >>> heads("almost 30 per cent of first year students"), heads("elite of english football")
    (['percent', 'students'], ['elite'])
    """
    found: list[str] = []
    for part in re.split(r"\bof\b", phrase.replace("per cent", "percent")):
        words_ = _ABOUT.sub("", part.strip())
        inner = _JOINTS.split(words_)[0].split() or words_.split()
        if not inner:
            continue
        found.append(inner[-1])
        if inner[-1] not in _SHARES and not inner[-1].isdigit():
            break
    return found


def _number(word: str) -> str:
    """Give a noun without its plural."""
    found = getLemma(word, upos="NOUN")
    return str(found[0]) if found else word


def near(a: str, b: str) -> bool:
    """Tell whether one phrase is the other with more words around it and the same head.

    Articles, case and plurals aside.

    >>> near("the elite of English football", "elite"), near("the club's fans", "club")
    (True, False)
    """
    x, y = (" ".join(map(_number, folded(phrase).split())) for phrase in (a, b))
    if not (f" {x} " in f" {y} " or f" {y} " in f" {x} "):
        return False
    return bool(set(heads(x)) & set(heads(y)))


def plainly(predicate: str) -> str:
    """Give the verb of a state: *be based* is *base*, for which of them is written is a matter of frames.

    >>> plainly("be based"), plainly("be worth"), plainly("set up")
    ('base', 'be worth', 'set up')
    """
    be, _, word = predicate.partition(" ")
    if be != "be" or not word or " " in word:
        return predicate
    found = getLemma(word, upos="VERB")
    return str(found[0]) if found and found[0] != word else predicate


def reworded(term: str, places: Iterable[Place]) -> set[str]:
    """Give the wordings of a fact's term that the gold accepts at these places.

    >>> sorted(reworded("school fees", [Place(0, 1, "charges", "fees")]))
    ['school charges', 'school fees']
    """
    found = {folded(term)}
    for p in places:
        first, restored = folded(p.first), folded(p.restored)
        if first and restored and first != restored:
            found |= {f" {t} ".replace(f" {first} ", f" {restored} ").strip() for t in found}
    return found


def _verb(words: str) -> str:
    """Give the lemma of a verb with the words after it."""
    first, *rest = words.split() or [""]
    found = getLemma(first, upos="VERB")
    return " ".join([str(found[0]) if found else first, *rest])


def reverbed(verbs: Iterable[str], places: Iterable[Place]) -> set[str]:
    """Give the verbs that stand for a fact's verbs at these places.

    >>> sorted(reverbed(["start"], [Place(0, 1, "began", "started")]))
    ['begin', 'start']
    """
    found = set(verbs)
    for p in places:
        if _verb(folded(p.first)) in found:
            found.add(_verb(folded(p.restored)))
    return found


def holds(fact: dict[str, str], relations: Iterable[Relation], places: Sequence[Place] = ()) -> bool:
    """Tell whether a fact is among rows: polarity, predicate and both heads; ``places`` in offsets of the rows."""
    denied = fact["two"].startswith("not ")
    verbs = fact["two"].removeprefix("not ").split("/")
    for r in relations:
        if r.negated != denied:
            continue
        here = [p for p in places if r.start < p.end and p.start < r.end]
        if "*" not in verbs and plainly(r.predicate) not in {plainly(v) for v in reverbed(verbs, here)}:
            continue
        if all(
            any(near(side, w) for term in fact[column].split("/") for w in reworded(term, here))
            for side, column in ((r.subject, "one"), (r.object, "three"))
        ):
            return True
    return False


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
    """Give what two rows share that are the same word for word."""
    return tuple(folded(x) for x in (r.subject, r.predicate, r.preposition, r.object, str(r.negated), r.modality))


def alike(r: Relation) -> tuple[str, ...]:
    """Give what two rows share that state the same: heads and numbers of both sides, not what describes them."""

    def side(text: str, mention: int | None) -> str:
        phrase = folded(text)
        if mention is not None:
            return phrase
        return " ".join([*(_number(h) for h in heads(phrase)), *re.findall(r"\d[\d.,]*", text)])

    return (
        side(r.subject, r.subject_mention), plainly(r.predicate), r.preposition, side(r.object, r.object_mention),
        str(r.negated), r.modality,
    )  # fmt: skip


def recovered(plain: Extraction, other: Extraction, key: Callable[[Relation], tuple[str, ...]] = same) -> Share:
    """Give how many rows of the plain original another text gives, as a key compares them."""
    want, have = Counter(map(key, plain.relations)), Counter(map(key, other.relations))
    return Share((want & have).total(), want.total())


# ---------------------------------------------------------------- all of it


def main() -> int:
    show = "--show" in sys.argv
    extractor, restorer = Extractor(), Restorer.load(rescored="--rescore" in sys.argv)
    learnt = HeldOut(restorer)

    def unseen(name: str, spun: str) -> Restoration:
        """Restore an article without what its own gold showed, or as anybody's Unspin would."""
        if "--as-shipped" not in sys.argv:
            learnt.leave_out(name, *marked(name))
        return restore_document(Source("a.txt", "a.txt", "", spun), restorer)

    def read(document: Restoration) -> Extraction:
        (extraction,) = extractor.extract([document])
        return extraction

    right = Share(0, 0)
    classes: dict[int, Share] = {}
    length = rows = 0
    for path in sorted(JUDGED.glob("*.tsv")):
        plain = texts(path.stem)[1]
        judged = judge(path.stem, read(as_is(plain)).relations)
        right += Share(sum(ok for _, ok in judged), len(judged))
        length, rows = length + len(plain.split()), rows + len(judged)
        for r, ok in judged:
            i = max(i for i, low in enumerate(CLASSES[:-1]) if r.confidence >= low)
            classes[i] = classes.get(i, Share(0, 0)) + Share(ok, 1)
            if show and not ok:
                print(f"  {path.stem}: not right: {written(r)}")
    print(f"precision of judged rows   {right}; {1000 * rows / max(1, length):.0f} rows in 1,000 words")
    for i, share in sorted(classes.items()):
        print(f"  confidence {CLASSES[i]:.2f} to {CLASSES[i + 1]:.2f}: right {share}")

    for title, restored in (("restored", True), ("plain original", False)):
        found = missed = false = 0
        recall = Share(0, 0)
        for path in sorted(FACTS.glob("*.tsv")):
            spun, plain = texts(path.stem)
            document = unseen(path.stem, spun) if restored else as_is(plain)
            extraction, facts = read(document), table(path)
            places = accepted(path.stem, document) if restored else []
            names = compare_names(facts, extraction)
            found, missed, false = found + len(names.found), missed + len(names.missed), false + len(names.false)
            listed = [f for f in facts if f["kind"] == "relation"]
            held = [holds(f, extraction.relations, places) for f in listed]
            recall += Share(sum(held), len(held))
            if show and not restored:
                print(f"  {path.stem}: missed {names.missed}, false {names.false}")
                for f, ok in zip(listed, held, strict=True):
                    if not ok:
                        print(f"    {f['one']} | {f['two']} | {f['three']}")
        precision, recalled = found / max(1, found + false), found / max(1, found + missed)
        f1 = 2 * precision * recalled / max(1e-9, precision + recalled)
        print(f"{title}: names P {precision:.3f} R {recalled:.3f} F1 {f1:.3f}; relation recall {recall}")

    figures = {(title, key): Share(0, 0) for title in ("unrestored", "restored") for key in (alike, same)}
    for path in sorted((HERE / "gold").glob("*.marked.txt")):
        name = path.name.removesuffix(".marked.txt")
        spun, plain = texts(name)
        if spun == plain:
            continue
        document = unseen(name, spun)
        want = read(as_is(chosen(name, document)))
        for title, other in (("unrestored", read(unrestored(document))), ("restored", read(document))):
            for key in (alike, same):
                figures[title, key] += recovered(want, other, key)
    for key, how in ((alike, "the same statement"), (same, "word for word")):
        print(f"recovery, {how}: unrestored {figures['unrestored', key]}, restored {figures['restored', key]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
