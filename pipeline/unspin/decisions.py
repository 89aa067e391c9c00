"""What a person decided on single places: a change is made there, or is not, whatever the rules say.

A decision names the document by the hash of its file, so that it holds
wherever the file lies, and falls silent as soon as the file changes.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.edits import OffsetMap, apply, changed, move, overlap
from unspin.layout import all_metadata
from unspin.records import CLEAN_KINDS, Edit, Restoration, Span

#: The columns of a file of decisions that say what holds where.
COLUMNS = ("doc_id", "sha256", "start", "end", "original", "replacement", "rule", "decision")

#: The columns that the report exports after them: what may become of a decision beyond its place.
MORE = ("scope", "before", "after")

#: What is added to the rule of a change that a person accepted.
RULE = "decision"


class DecisionError(Exception):
    """A file of decisions cannot be read; the message names the file, the line and what to do next."""


class Decision(NamedTuple):
    """One change accepted or rejected at one place of a source text."""

    doc_id: str
    sha256: str  #: of the document, as in ``documents.csv``
    start: int
    end: int
    original: str
    replacement: str
    rule: str
    decision: str  #: ``accept`` or ``reject``
    scope: str = "place"  #: ``place``, or ``pack``: proposed for a pack, too
    before: str = ""  #: restored text of the block, left of the place, with all that was decided
    after: str = ""

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands, and what would stand there instead."""
        return self.start, self.end, self.replacement


def read_decisions(path: Path) -> dict[str, tuple[Decision, ...]]:
    """Read a file of decisions, by the hash of the document.

    Raises DecisionError for a file that is none, a row that cannot be, and
    two rows that contradict each other.
    """
    found: dict[str, dict[tuple[int, int, str], Decision]] = defaultdict(dict)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            width = len(COLUMNS)
            for number, cells in enumerate(reader, 1):
                where = f"{path}:{reader.line_num}"
                if number == 1:
                    width = len(cells)
                    if tuple(cells) not in (COLUMNS, COLUMNS + MORE):
                        raise DecisionError(
                            f"{where}: its columns must be {', '.join(COLUMNS)}; export it from a report"
                        )
                    continue
                if len(cells) != width:
                    raise DecisionError(f"{where}: has {len(cells)} cells, not {width}; export the decisions again")
                decision = _read_row(cells, where)
                known = found[decision.sha256].setdefault(decision.place, decision)
                if known.decision != decision.decision:
                    raise DecisionError(f"{where}: the same change is accepted and rejected; take one of the rows out")
    except OSError as error:
        raise DecisionError(f"{path}: {error.strerror}; export the decisions from a report") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DecisionError(f"{path}: no CSV in UTF-8: {error}; export the decisions from a report again") from None
    if path.stat().st_size == 0:
        raise DecisionError(f"{path}: is empty; export the decisions from a report")
    return {sha256: tuple(sorted(rows.values())) for sha256, rows in found.items()}


def _read_row(cells: Sequence[str], where: str) -> Decision:
    doc_id, sha256, start, end, original, replacement, rule, decision = cells[: len(COLUMNS)]
    more = cells[len(COLUMNS) :] or ("place", "", "")
    if decision not in ("accept", "reject"):
        raise DecisionError(f"{where}: decision {decision!r} cannot be; it must be accept or reject")
    if more[0] not in ("place", "pack"):
        raise DecisionError(f"{where}: scope {more[0]!r} cannot be; it must be place or pack")
    written = start.isdecimal() and end.isdecimal() and max(len(start), len(end)) < 16
    if not written or int(end) - int(start) != len(original):
        raise DecisionError(f"{where}: start and end {start!r}, {end!r} do not span the original; export it again")
    return Decision(doc_id, sha256, int(start), int(end), original, replacement, rule, decision, *more)


def decide(restoration: Restoration, decisions: Iterable[Decision]) -> Restoration:
    """Give the restoration with decisions honoured; those that do not fit the text have no effect.

    >>> from unspin.records import Metadata, Source
    >>> rule = Edit(4, 8, "army", "military", "changed", "word", "news/army>military:noun")
    >>> source = Source("a.txt", "a.txt", "ff", "The army left.")
    >>> made = Restoration(source, "done", "The military left.", (rule,), (), (), Metadata(), 0.5, "news")
    >>> decide(made, [Decision("a.txt", "ff", 4, 8, "army", "military", rule.rule, "reject")]).text
    'The army left.'
    """
    source = restoration.source
    before = list(restoration.edits)
    after = _decided(source.text, before, decisions)
    if after == before:
        return restoration
    fixes = OffsetMap(_between(source.text, before, after))
    text, outer = apply(source.text, after), OffsetMap(after)
    blocks = tuple(move(block, fixes, text) for block in restoration.blocks)
    spans = tuple(outer.backward_span((b.start, b.end)) for b in blocks)
    return restoration._replace(
        # A clean document has no other edits than these; one in which a person found others is not clean.
        status="done" if any(e.kind not in CLEAN_KINDS for e in changed(after)) else restoration.status,
        text=text,
        edits=tuple(after),
        blocks=blocks,
        source_spans=spans,
        metadata=all_metadata(source, text, blocks, spans),
    )


def _decided(text: str, edits: Sequence[Edit], decisions: Iterable[Decision]) -> list[Edit]:
    kept = list(edits)
    accepted: list[Edit] = []
    for decision in sorted(decisions):
        if text[decision.start : decision.end] != decision.original or decision.original == decision.replacement:
            continue
        known = next((e for e in kept if (e.start, e.end, e.replacement) == decision.place), None)
        if decision.decision == "reject":
            kept = [e for e in kept if e is not known]
            continue
        if any(overlap((e.start, e.end), (decision.start, decision.end)) for e in accepted):
            continue
        if known is None:
            # Its rule is gone, or proposes something else by now: what was decided holds all the same.
            kind = "phrase" if " " in decision.original else "word"
            rule = decision.rule.removesuffix(f" | {RULE}")
            known = Edit(*decision[2:6], "changed", kind, rule)
        rule = " | ".join(dict.fromkeys([*known.rule.split(" | "), RULE])) if known.rule else RULE
        accepted.append(known._replace(outcome="changed", rule=rule, score=1.0))
    free = [e for e in kept if not any(overlap((e.start, e.end), (a.start, a.end)) for a in accepted)]
    return sorted(free + accepted, key=lambda e: (e.start, e.end, e.outcome))


def _between(source: str, before: Iterable[Edit], after: Iterable[Edit]) -> Iterator[Edit]:
    """Give the edits that make the one restored text of a source into the other, in offsets of the first."""
    olds = {(e.start, e.end, e.replacement) for e in changed(before)}
    news = {(e.start, e.end, e.replacement) for e in changed(after)}
    spans: list[Span] = []
    for start, end, _ in sorted(olds ^ news):
        if spans and start <= spans[-1][1]:  # an insertion lies in every stretch that it touches
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    for low, high in spans:
        first = [e for e in changed(before) if (e.start, e.end, e.replacement) in olds - news]
        start = low + sum(len(r) - (b - a) for a, b, r in olds if b <= low and (a, b) < (low, high))
        was = _stretch(source, low, high, first)
        second = [e for e in changed(after) if (e.start, e.end, e.replacement) in news - olds]
        yield Edit(start, start + len(was), was, _stretch(source, low, high, second), "changed", "word", RULE)


def _stretch(source: str, low: int, high: int, edits: Iterable[Edit]) -> str:
    inside = (e for e in edits if low <= e.start and e.end <= high)
    return apply(
        source[low:high], [e._replace(start=e.start - low, end=e.end - low) for e in inside]
    )


def unheeded(
    decisions: Mapping[str, Sequence[Decision]], made: Mapping[str, Iterable[tuple[int, int, str]] | None]
) -> Iterator[tuple[Decision, str]]:
    """Give the decisions that a run had no place for, with the reason.

    ``made`` are the changes of each document by its hash, None for one that was refused or failed.
    """
    for sha256, rows in decisions.items():
        places = set(made.get(sha256) or ())
        for decision in rows:
            if sha256 not in made:
                yield decision, "no document of the run has this content; it changed, or lies elsewhere"
            elif made[sha256] is None:
                yield decision, "its document was refused or failed; documents tells why"
            elif decision.decision == "accept" and decision.place not in places:
                yield decision, "the text there is another, or another accepted change overlaps it"
