"""Restore one document: tidy, layout and decoder joined into edits of the source text."""

from __future__ import annotations

from collections.abc import Sequence

from unspin.edits import OffsetMap, apply, compose, move
from unspin.layout import all_metadata, layout
from unspin.records import Restoration, Source
from unspin.restore import Piece, Restorer
from unspin.tidy import tidy


def restore_document(source: Source, restorer: Restorer) -> Restoration:
    """Restore a document that was read; the source text and its offsets stay the measure of all edits.

    A document that turns out clean keeps only repairs of encoding, spacing
    and markup, whatever else the tidying would have proposed.

    >>> source = Source("a.txt", "a.txt", "", "The talks were held.The army left.")
    >>> restore_document(source, Restorer.load()).text
    'The talks were held. The army left.'
    """
    return restore_piecewise(source, restorer)[0]


def restore_piecewise(source: Source, restorer: Restorer) -> tuple[Restoration, Sequence[Piece]]:
    """Restore a document, and give the pieces that were decoded with it."""
    surface = tidy(source.text)
    tidied = apply(source.text, surface)
    blocks = layout(tidied)
    decoded = restorer.restore(tidied, blocks)
    # What came to nothing as a whole comes to nothing in part.
    if decoded.status == "clean" and surface:
        surface = tidy(source.text, spun=False)
        tidied = apply(source.text, surface)
        blocks = layout(tidied)
    edits = compose(source.text, surface, decoded.edits)
    text = apply(source.text, edits)
    inner, outer = OffsetMap(decoded.edits), OffsetMap(edits)
    placed = [move(block, inner, text) for block in blocks]
    spans = tuple(outer.backward_span((b.start, b.end)) for b in placed)
    restoration = Restoration(
        source,
        decoded.status,
        text,
        tuple(edits),
        tuple(placed),
        spans,
        all_metadata(source, text, placed, spans),
        round(decoded.spin_score, 4),
        decoded.pack,
    )
    return restoration, decoded.pieces
