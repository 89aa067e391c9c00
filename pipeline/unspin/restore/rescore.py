"""Ask a transformer about doubtful choices, one block after another, from left to right.

A choice whose odds the decoder is sure of stays.  The others are read once with
each reading in its place: what the transformer says of the reading and of the
words that follow it, against leaving the text as it is, is added to the
decoder's own log-odds under weights that ``tests/tuning/fit_rescore.py`` fits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from unspin.restore import grammar
from unspin.restore.candidates import Candidate
from unspin.restore.decoder import Choice
from unspin.restore.tokens import Token
from unspin.restore.transformer import Past

#: A place is doubtful where the chance of any change lies between these.
DOUBTFUL = (0.12, 0.97)

#: Readings less probable than this are left as they are.
LEAST = 0.04

#: Readings of one place that are asked about, besides leaving it.
MOST = 4

#: Characters of the text after a place that are read with it.
AHEAD = 48

#: Tokens of a block that are read from its beginning; then only the last characters are.
ROOM, BEHIND = 400, 300


class Reader(Protocol):
    """What :class:`unspin.restore.transformer.Transformer` is used for."""

    def begin(self) -> Past:
        """Give the state before any text."""
        ...

    def read(self, past: Past, text: str) -> Past:
        """Go on by a text."""
        ...

    def scores(self, past: Past, texts: Sequence[str]) -> list[float]:
        """Give the natural logarithm of the probability of each text after what was read."""
        ...


class Said(NamedTuple):
    """What decoder and transformer say of the readings of a place, keeping it first."""

    choice: Choice
    readings: tuple[Candidate | None, ...]
    decoder: tuple[float, ...]  #: log-odds against keeping
    transformer: tuple[float, ...]  #: log-probability less that of keeping


Weights = tuple[float, float, float]  #: of any change, of the decoder's and of the transformer's log-odds


def rescored(choices: Sequence[Choice], decided: Iterable[tuple[Said, Choice]]) -> list[Choice]:
    """Give the choices of a piece with those that :func:`heard` gives in the place of the decoder's."""
    made = {(choice.first, choice.last): choice for _, choice in decided}
    return [made.get((choice.first, choice.last), choice) for choice in choices]


def heard(
    text: str,
    found: Sequence[Token],
    choices: Sequence[Choice],
    title: bool,
    reader: Reader,
    weights: Weights,
    bound: float,
) -> Iterator[tuple[Said, Choice]]:
    """Give what is said of each doubtful place of a piece, what was decided to the left of it given, and the choice
    that this comes to."""
    if not any(doubtful(choice) for choice in choices):
        return
    end = found[-1].end + len(found[-1].suffix)
    path = leftmost(choices)
    changes: dict[tuple[int, int], str] = {}
    spans = {(c.first, c.last): (found[c.first].start, found[c.last - 1].end) for c in path}
    for choice in path:
        if choice.candidate is not None and choice.probability >= bound:
            start, stop = spans[choice.first, choice.last]
            changes[start, stop] = grammar.capitals(text[start:stop], choice.candidate.plain, title)
    past, at = reader.begin(), found[0].start
    for choice in path:
        if not doubtful(choice):
            continue
        start, stop = spans[choice.first, choice.last]
        before = with_changes(text, at, start, changes)
        if past.tokens > ROOM:
            past, before = reader.begin(), with_changes(text, max(found[0].start, start - BEHIND), start, changes)
        space = before[len(before.rstrip(" ")) :]
        past, at = reader.read(past, before[: len(before) - len(space)]), start - len(space)
        after = with_changes(text, stop, end, changes)[:AHEAD].rsplit(" ", 1)[0]
        readings = [None, *[c for p, c in choice.others if c is not None and p >= LEAST][:MOST]]
        chances = {id(c): p for p, c in choice.others}
        original = text[start:stop]
        surfaces = [grammar.capitals(original, c.plain, title) if c is not None else original for c in readings]
        scores = reader.scores(past, [space + surface + after for surface in surfaces])
        said = Said(
            choice,
            tuple(readings),
            tuple(math.log(max(chances[id(c)], 1e-9) / max(chances[id(None)], 1e-9)) for c in readings),
            tuple(score - scores[0] for score in scores),
        )
        decided = together(said, weights)
        yield said, decided
        changes.pop((start, stop), None)
        if decided.candidate is not None and decided.probability >= bound:
            changes[start, stop] = grammar.capitals(text[start:stop], decided.candidate.plain, title)


def together(said: Said, weights: Weights) -> Choice:
    """Give the choice that both models make of a place together."""
    change, own, other = weights
    values = [change * (c is not None) + own * a + other * b
              for c, a, b in zip(said.readings, said.decoder, said.transformer, strict=True)]
    top = max(values)
    shares = [math.exp(value - top) for value in values]
    # What was not asked about keeps its probability.
    asked = {id(c) for c in said.readings}
    rest = [(p, c) for p, c in said.choice.others if id(c) not in asked]
    left = 1.0 - sum(p for p, _ in rest)
    whole = sum(shares)
    weighed = [(left * share / whole, c) for share, c in zip(shares, said.readings, strict=True)]
    ranked = sorted([*weighed, *rest], key=_rank)
    chance, best = ranked[0]
    return Choice(said.choice.first, said.choice.last, best, chance, tuple(ranked))


def _rank(weighed: tuple[float, Candidate | None]) -> tuple[float, str, str]:
    chance, candidate = weighed
    return -chance, candidate.plain if candidate else "", candidate.rule if candidate else ""


def doubtful(choice: Choice) -> bool:
    """Tell whether a place is neither surely kept nor surely changed."""
    kept = next((p for p, c in choice.others if c is None), 0.0)
    low, high = DOUBTFUL
    best = max((p for p, c in choice.others if c is not None), default=0.0)
    return low < 1.0 - kept and best < high


def leftmost(choices: Iterable[Choice]) -> list[Choice]:
    """Give choices in order of place, the ones that the path takes first where places overlap."""
    taken: list[Choice] = []
    for choice in sorted(choices, key=lambda c: (c.candidate is None, c.first, -c.last)):
        if all(choice.last <= other.first or choice.first >= other.last for other in taken):
            taken.append(choice)
    return sorted(taken, key=lambda c: c.first)


def with_changes(text: str, start: int, end: int, changes: dict[tuple[int, int], str]) -> str:
    """Give a stretch of a text with the changes that lie in it made."""
    parts: list[str] = []
    at = start
    for (low, high), new in sorted(changes.items()):
        if at <= low and high <= end:
            parts += [text[at:low], new]
            at = high
    return "".join(parts) + text[at:end]
