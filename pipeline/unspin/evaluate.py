"""Score restorations against gold: precision, recall and F0.5.

Gold is the spun text with its restoration written inline,
``[[spun=>plain|other plain]]``.  Only changed edits count as made.  A gold
edit is found when the text over its stretch reads as one of the accepted
restorations (letter case and runs of white space aside, unless they are all
that it changes); an edit that touches no gold edit is false.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.edits import apply, changed
from unspin.records import Edit
from unspin.tables import read_rows

#: Gold files are named after their document: ``a.marked.txt`` holds the gold of ``a.txt``.
SUFFIX = ".marked.txt"

#: Combinations of accepted restorations that are tried where edits hang together.
MOST_COMBINATIONS = 4096

_MARK = re.compile(r"\[\[(.*?)=>(.*?)\]\]", re.S)


class GoldError(Exception):
    """Gold that cannot be read; the message names file and line and says what to do."""


class GoldEdit(NamedTuple):
    """A stretch of the spun text and its accepted restorations."""

    start: int
    end: int
    spun: str
    accepted: tuple[str, ...]

    @property
    def required(self) -> bool:
        """Whether leaving the text as it is would be wrong."""
        return self.spun not in self.accepted


class Counts(NamedTuple):
    """Gold edits found and missed, and false edits."""

    found: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: object) -> Counts:
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(self.found + other.found, self.false + other.false, self.missed + other.missed)

    @property
    def gold(self) -> int:
        """How many edits the gold asks for."""
        return self.found + self.missed

    @property
    def precision(self) -> float:
        """The share of right edits among those made; 1 when none was made."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of gold edits that were found; 1 when there is none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f05(self) -> float:
        """Precision and recall in one figure, precision counting double.

        >>> round(Counts(found=8, false=2, missed=8).f05, 3)
        0.714
        """
        p, r = self.precision, self.recall
        return 1.25 * p * r / (0.25 * p + r) if p + r else 0.0


class Case(NamedTuple):
    """An edit that was wrong, missed or false."""

    kind: str  #: ``wrong``, ``missed`` or ``false``
    source: str
    got: str
    want: str


class Score(NamedTuple):
    """How a document did."""

    doc_id: str
    counts: Counts
    cases: tuple[Case, ...]


def parse_gold(marked: str, name: str = "gold") -> tuple[str, list[GoldEdit]]:
    """Split marked text into the spun text and its gold edits.

    Raises GoldError at a mark that is not closed, not opened or has no ``=>``.

    >>> parse_gold("the [[army=>military]] left")
    ('the army left', [GoldEdit(start=4, end=8, spun='army', accepted=('military',))])
    """
    parts: list[str] = []
    edits: list[GoldEdit] = []
    at = length = 0
    for mark in _MARK.finditer(marked):
        kept, spun = marked[at : mark.start()], mark[1]
        _refuse_strays(marked, at, mark.start(), name)
        if "[[" in spun or "]]" in spun:
            raise GoldError(f"{name}:{_line(marked, mark.start())}: a mark is not closed; write [[spun=>plain]]")
        if "[[" in mark[2]:
            raise GoldError(f"{name}:{_line(marked, mark.start())}: a mark within a mark; close the first with ]]")
        start = length + len(kept)
        edits.append(GoldEdit(start, start + len(spun), spun, tuple(mark[2].split("|"))))
        parts += [kept, spun]
        length, at = start + len(spun), mark.end()
    _refuse_strays(marked, at, len(marked), name)
    parts.append(marked[at:])
    return "".join(parts), edits


def _refuse_strays(marked: str, start: int, end: int, name: str) -> None:
    if (stray := marked.find("[[", start, end)) >= 0:
        raise GoldError(f"{name}:{_line(marked, stray)}: [[ opens no mark; write [[spun=>plain]]")
    # "]]" alone is taken for text: articles hold it, as in [[1]].
    if outside := re.compile(r"=>[^\n]*\]\]").search(marked, start, end):
        raise GoldError(f"{name}:{_line(marked, outside.start())}: => stands outside a mark; write [[spun=>plain]]")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def read_gold(folder: Path) -> Iterator[tuple[str, str, list[GoldEdit]]]:
    """Give ``doc_id``, spun text and gold edits of each gold file of a folder, by name.

    Raises GoldError where there is none or one is malformed.
    """
    paths = sorted(folder.glob("*" + SUFFIX)) if folder.is_dir() else []
    if not paths:
        raise GoldError(f"{folder}: no NAME{SUFFIX} in it; name a folder of gold restorations with --gold")
    for path in paths:
        try:
            marked = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise GoldError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
        yield path.name.removesuffix(SUFFIX) + ".txt", *parse_gold(marked, str(path))


def score(source: str, gold: Sequence[GoldEdit], edits: Iterable[Edit], doc_id: str = "") -> Score:
    """Compare the changed edits of a document with its gold."""
    made = [(e.start, e.end, e.replacement) for e in changed(edits)]
    made.sort()
    counts = Counts()
    cases: list[Case] = []
    used: set[int] = set()
    for group, hits in _groups(gold, made):
        used |= hits
        here = [made[i] for i in sorted(hits)]
        low = min([e.start for e in group] + [m[0] for m in here])
        high = max([e.end for e in group] + [m[1] for m in here])
        got = _over(source, low, high, here)
        ways = itertools.islice(itertools.product(*(e.accepted for e in group)), MOST_COMBINATIONS)
        right = [
            _over(source, low, high, [(e.start, e.end, r) for e, r in zip(group, way, strict=True)]) for way in ways
        ]
        required = [e for e in group if e.required]
        form_only = required and all(_loose(r) == _loose(e.spun) for e in required for r in e.accepted)
        if got in right if form_only else _loose(got) in set(map(_loose, right)):
            counts += Counts(found=len(required) if here else 0)
            continue
        counts += Counts(false=len(here), missed=len(required))
        if here or required:
            cases.append(Case("wrong" if here else "missed", source[low:high], got if here else "", right[0]))
    for i, (start, end, replacement) in enumerate(made):
        if i not in used:
            counts += Counts(false=1)
            around = source[max(0, start - 25) : end + 25]
            cases.append(Case("false", around, f"{source[start:end]} -> {replacement}", ""))
    return Score(doc_id, counts, tuple(cases))


_Made = tuple[int, int, str]


def _groups(gold: Iterable[GoldEdit], made: Sequence[_Made]) -> list[tuple[list[GoldEdit], set[int]]]:
    """Group gold edits that share a made edit, with the made edits they share."""
    found: list[tuple[list[GoldEdit], set[int]]] = []
    first = 0  # made edits before it end left of every gold edit to come
    for edit in sorted(gold):
        while first < len(made) and made[first][1] < edit.start:
            first += 1
        hits = set()
        for i in range(first, len(made)):
            start, end, _ = made[i]
            if start > edit.end:
                break
            if (start < edit.end and end > edit.start) or (start == end and edit.start <= start <= edit.end):
                hits.add(i)
        if found and hits & found[-1][1]:
            found[-1][0].append(edit)
            found[-1][1].update(hits)
        else:
            found.append(([edit], hits))
    return found


def _over(source: str, start: int, end: int, edits: Iterable[_Made]) -> str:
    parts: list[str] = []
    at = start
    for low, high, replacement in edits:
        parts += [source[at:low], replacement]
        at = high
    return "".join(parts) + source[at:end]


def _loose(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def read_edits(run: Path) -> dict[str, list[Edit]]:
    """Read a run's edits by document; only what scoring needs is filled."""
    found: dict[str, list[Edit]] = {}
    for row in read_rows(run, "edits"):
        edit = Edit(
            *(int(row["start"]), int(row["end"]), row["original"], row["replacement"]),
            *(row["outcome"], row["kind"], row["rule"]),
        )
        found.setdefault(row["doc_id"], []).append(edit)
    return found


def is_of(source: str, edits: Iterable[Edit]) -> bool:
    """Tell whether edits can have been made of a text: each original is where it says.

    >>> is_of("the army", [Edit(4, 8, "navy", "fleet", "changed", "word", "r")])
    False
    """
    try:
        apply(source, edits)
    except ValueError:
        return False
    return True


def evaluate(gold: Path, made: dict[str, list[Edit]]) -> Iterator[Score]:
    """Score documents against a folder of gold, by name of the gold file.

    A document that the run has not is scored as one without edits.  Raises
    GoldError where the gold is of another text than the edits.
    """
    for doc_id, source, edits in read_gold(gold):
        mine = made.get(doc_id, [])
        if not is_of(source, mine):
            raise GoldError(
                f"{gold / (doc_id.removesuffix('.txt') + SUFFIX)}: marks another text than {doc_id} of the run; "
                "run the text that was marked, or mark it anew"
            )
        yield score(source, edits, mine, doc_id)
