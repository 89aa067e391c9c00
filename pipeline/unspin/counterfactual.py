"""What restoring gained: the relations of a restored text beside those of the same text left as it was spun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unspin.edits import OffsetMap, apply, changed, overlap
from unspin.layout import layout
from unspin.records import Extraction, Restoration
from unspin.tables import BETWEEN, RELATIONS, mention_order, relation_rows

#: Where a relation row without ``doc_id`` keeps a column.
AT = {name: i for i, name in enumerate(RELATIONS.header[1:])}

#: Two rows are the same when these read alike; the sentence around them may differ.
SAID = ("subject", "predicate", "preposition", "object", "negated", "modality", "tense", "attribution")

#: A row is another form of one at the same place when it shares one of these.
CORE = ("subject", "predicate", "object")

Row = list[Any]


def unrestored(restoration: Restoration) -> Restoration:
    """Give a document with its surface repaired and its spun terms left in.

    The repairs stay, because broken spacing would be blamed on the spinner's words.
    """
    from unspin.tidy import tidy  # takes long to import, and most runs ask for no contrast

    source = restoration.source
    surface = tuple(tidy(source.text))
    text = apply(source.text, surface)
    blocks = tuple(layout(text))
    back = OffsetMap(surface)
    spans = tuple(back.backward_span((b.start, b.end)) for b in blocks)
    return restoration._replace(text=text, edits=surface, blocks=blocks, source_spans=spans)


def contrast(
    restoration: Restoration, rows: Sequence[Row], read: Callable[[Restoration], Extraction]
) -> tuple[list[str], list[Row]]:
    """Give ``same``, ``changed`` or ``gained`` for each row, and the rows that only the spun text gives.

    A lost row says ``changed`` where a row of the restored text took its
    place, and nothing where none did.  Its entities are pairs of name and
    type, for they may be none of the run.
    """
    plain = unrestored(restoration)
    if plain.text == restoration.text:
        return ["same"] * len(rows), []
    extraction = read(plain)
    mentions = [extraction.mentions[i] for i in mention_order(extraction)]
    spun: list[Row] = [list(row) for row in relation_rows(plain, extraction)]
    marks, partners = match(rows, spun)
    forward = OffsetMap(restoration.edits)
    lost: list[Row] = []
    for number, row in enumerate(spun):
        if partners.get(number) == "same":
            continue
        span = (row[AT["start"]], row[AT["end"]])
        row[AT["restored_start"]], row[AT["restored_end"]] = forward.forward_span(span)
        inside = [e for e in restoration.edits if overlap(span, (e.start, e.end))]
        made = changed(inside)
        row[AT["rules"]] = BETWEEN.join(dict.fromkeys(rule for e in made for rule in e.rule.split(BETWEEN)))
        row[AT["suspect"]] = len(made) < len(inside)
        row[AT["without_restoration"]] = partners.get(number, "")
        for side in ("subject_id", "object_id"):
            if row[AT[side]] is not None:
                m = mentions[row[AT[side]]]
                row[AT[side]] = [m.name, m.type]
        lost.append(row)
    return marks, lost


def match(rows: Sequence[Row], spun: Sequence[Row]) -> tuple[list[str], dict[int, str]]:
    """Pair the rows of two readings of one text by what they say and where; one row has one partner."""
    marks = ["gained"] * len(rows)
    partners: dict[int, str] = {}
    for least, mark in ((len(SAID), "same"), (1, "changed")):
        found: list[tuple[int, int, int, int]] = []
        for i, row in enumerate(rows):
            if marks[i] != "gained":
                continue
            for j, other in enumerate(spun):
                shared = _alike(row, other, SAID if mark == "same" else CORE)
                meeting = min(row[AT["end"]], other[AT["end"]]) - max(row[AT["start"]], other[AT["start"]])
                if j not in partners and meeting > 0 and shared >= least:
                    found.append((-shared, -meeting, i, j))
        for _, _, i, j in sorted(found):
            if marks[i] == "gained" and j not in partners:
                marks[i] = partners[j] = mark
    return marks, partners


def _alike(row: Row, other: Row, names: Sequence[str]) -> int:
    """Count the columns in which two rows read alike."""
    return sum(str(row[AT[n]]).casefold() == str(other[AT[n]]).casefold() for n in names)
