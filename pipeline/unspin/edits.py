"""The algebra of edits: settle overlaps, apply, compose stages, map offsets."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from unspin.records import KINDS, Block, Edit, Span

#: Which kind names an edit that several stages made: sense before surface.
WEIGHT = {kind: weight for weight, kind in enumerate(KINDS)} | {"agreement": 0}


def changed(edits: Iterable[Edit]) -> list[Edit]:
    """Keep the edits that alter the text, in order of place."""
    return sorted((e for e in edits if e.outcome == "changed"), key=lambda e: (e.start, e.end))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Put every changed edit into the text; suspects leave it as it is.

    Raises ValueError where two changed edits overlap or an original is not
    what stands in the text.

    >>> apply("the army men", [Edit(4, 8, "army", "military", "changed", "word", "r")])
    'the military men'
    """
    parts: list[str] = []
    at = 0
    for edit in changed(edits):
        if edit.start < at:
            raise ValueError(f"edits overlap at {edit.start}: {edit.rule}")
        if text[edit.start : edit.end] != edit.original:
            raise ValueError(f"{edit.rule}: {edit.original!r} is not at {edit.start}")
        parts += [text[at : edit.start], edit.replacement]
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def settle(edits: Iterable[Edit]) -> list[Edit]:
    """Drop what overlaps a better edit: earlier start first, then longer, then surer.

    Changed edits win over suspects that overlap them; suspects may overlap
    nothing.  The order in which edits are given has no effect.

    >>> a = Edit(0, 4, "give", "offer", "changed", "word", "a")
    >>> b = Edit(0, 12, "give a boost", "support", "changed", "phrase", "b")
    >>> [e.rule for e in settle([a, b])]
    ['b']
    """
    edits = sorted(edits, key=lambda e: (e.start, e.end > e.start, -e.end, -e.score, e.rule, e.replacement))
    firm = _leftmost(e for e in edits if e.outcome == "changed")
    spans, ends = {(e.start, e.end) for e in firm}, [e.end for e in firm]

    def free(edit: Edit) -> bool:
        at = bisect.bisect_right(ends, edit.start)
        return (edit.start, edit.end) not in spans and not (at < len(firm) and firm[at].start < edit.end)

    soft = _leftmost(e for e in edits if e.outcome != "changed" and free(e))
    return sorted(firm + soft, key=lambda e: (e.start, e.end, e.outcome))


def _leftmost(edits: Iterable[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    reach = 0
    for edit in edits:
        if edit.start >= reach and not (kept and (edit.start, edit.end) == (kept[-1].start, kept[-1].end)):
            kept.append(edit)
            reach = edit.end
    return kept


def overlap(a: Span, b: Span) -> bool:
    """Tell whether two spans claim the same place (an insertion claims its point).

    >>> overlap((0, 3), (3, 5)), overlap((0, 3), (2, 5)), overlap((2, 2), (2, 2))
    (False, True, True)
    """
    if a == b:
        return True
    return a[0] < b[1] and b[0] < a[1]


class OffsetMap:
    """Map offsets from a text to the text that edits make of it, and back.

    >>> m = OffsetMap([Edit(4, 8, "army", "military", "changed", "word", "r")])
    >>> m.forward(9), m.backward(13), m.forward(6), m.backward_span((4, 12))
    (13, 9, 4, (4, 8))
    """

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._old: list[Span] = []
        self._new: list[Span] = []
        shift = 0
        for edit in changed(edits):
            self._old.append((edit.start, edit.end))
            self._new.append((edit.start + shift, edit.start + shift + len(edit.replacement)))
            shift += len(edit.replacement) - (edit.end - edit.start)

    @staticmethod
    def _move(at: int, from_: Sequence[Span], to: Sequence[Span], end: bool) -> int:
        i = bisect.bisect_right(from_, (at, float("inf"))) - 1
        if i < 0:
            return at
        (a, b), (c, d) = from_[i], to[i]
        if at > b or (at == b and (b > a or end)):
            return at - b + d
        if at == a:
            return c
        return d if end else c

    def forward(self, at: int, end: bool = False) -> int:
        """Give the place in the new text; inside an edit, its start (its end with ``end``)."""
        return self._move(at, self._old, self._new, end)

    def backward(self, at: int, end: bool = False) -> int:
        """Give the place in the old text; inside a replacement, its start (its end with ``end``)."""
        return self._move(at, self._new, self._old, end)

    def forward_span(self, span: Span) -> Span:
        """Map a span of the old text to the span of the new text that covers it."""
        start = self.forward(span[0])
        return start, max(start, self.forward(span[1], end=True))

    def backward_span(self, span: Span) -> Span:
        """Map a span of the new text to the span of the old text that covers it."""
        start = self.backward(span[0])
        return start, max(start, self.backward(span[1], end=True))


def compose(text: str, first: Iterable[Edit], second: Iterable[Edit]) -> list[Edit]:
    """Join two stages: ``second`` was found in what ``first`` makes of ``text``.

    The result is in the coordinates of ``text``; where an edit of the second
    stage touches what the first stage wrote, both become one edit that names
    both rules, the weightier first.  Suspects of either stage are mapped.

    >>> one = [Edit(1, 2, ",", ", ", "changed", "spacing", "glue")]
    >>> two = [Edit(3, 4, "b", "c", "changed", "word", "w")]
    >>> apply("a,b", compose("a,b", one, two))
    'a, c'
    """
    first, second = list(first), list(second)
    middle = apply(text, first)
    pieces: list[tuple[int, int, int, Edit]] = []  # start and end in the middle text, stage, edit
    shift = 0
    for edit in changed(first):
        start = edit.start + shift
        pieces.append((start, start + len(edit.replacement), 0, edit))
        shift += len(edit.replacement) - len(edit.original)
    pieces += [(e.start, e.end, 1, e) for e in changed(second)]
    groups: list[list[tuple[int, int, int, Edit]]] = []
    reach = -1
    for piece in sorted(pieces, key=lambda p: (p[0], p[1], p[2])):
        start, end = piece[:2]
        touches = start == reach and (start == end or any(p[0] == p[1] == reach for p in groups[-1]))
        if groups and (start < reach or touches):
            groups[-1].append(piece)
        else:
            groups.append([piece])
        reach = max(reach, end)
    joined: list[Edit] = []
    back = 0  # source offset minus middle offset, left of the current group
    for group in groups:
        low, high = group[0][0], max(piece[1] for piece in group)
        start = low + back
        for _, end, stage, edit in group:
            if stage == 0:
                back = edit.end - end
        joined.append(_join(text, middle, group, (low, high), (start, high + back)))
    moved = OffsetMap(first)
    suspects = [e for e in first if e.outcome != "changed"]
    for e in second:
        if e.outcome != "changed":
            start, end = moved.backward_span((e.start, e.end))
            suspects.append(e._replace(start=start, end=end, original=text[start:end]))
    return settle(e for e in joined + suspects if e.original != e.replacement)


def _join(text: str, middle: str, group: list[tuple[int, int, int, Edit]], inner: Span, outer: Span) -> Edit:
    """Make one edit of ``text`` out of edits that touch each other in the middle text."""
    parts: list[str] = []
    at = inner[0]
    for start, end, stage, edit in group:
        if stage == 1:
            parts += [middle[at:start], edit.replacement]
            at = end
    parts.append(middle[at : inner[1]])
    members = sorted((piece[3] for piece in group), key=lambda e: (-WEIGHT[e.kind], e.start, e.rule))
    best = members[0]
    return best._replace(
        start=outer[0],
        end=outer[1],
        original=text[outer[0] : outer[1]],
        replacement="".join(parts),
        rule=" | ".join(dict.fromkeys(e.rule for e in members)),
        score=min(e.score for e in members),
    )


def move(block: Block, offsets: OffsetMap, text: str) -> Block:
    """Give a block of the tidied text its place in the restored text."""
    start, end = offsets.forward_span((block.start, block.end))
    label = offsets.forward_span(block.label) if block.label else None
    body = offsets.forward(block.body) if block.body > block.start else start
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return block._replace(start=start, end=end, label=label, body=max(body, start))
