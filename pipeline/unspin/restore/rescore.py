"""Ask a transformer about doubtful choices, in each block from left to right.

A choice whose odds the decoder is sure of stays.  The others are read once with
each reading in its place: what the transformer says of the reading and of the
words that follow it, against leaving the text as it is, is added to the
decoder's own log-odds under weights that ``tests/tuning/fit_rescore.py`` fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from unspin.restore import grammar
from unspin.restore.candidates import Candidate
from unspin.restore.decoder import Choice
from unspin.restore.tokens import Token
from unspin.restore.transformer import Ask, Past

#: A place is doubtful where the chance of any change lies between these.
DOUBTFUL = (0.12, 0.97)

#: Readings less probable than this are left as they are.
LEAST = 0.02

#: Readings of one place that are asked about, besides leaving it.
MOST = 6

#: Characters of the text after a place that are read with it.
AHEAD = 24

#: Tokens of a block that are read from its beginning; then only the last characters are.
ROOM, BEHIND = 400, 300


#: Blocks that are gone through side by side, so that the transformer answers for all of them at once.
ABREAST = 8


class Reader(Protocol):
    """What :class:`unspin.restore.transformer.Transformer` is used for."""

    def begin(self) -> Past:
        """Give the state before any text."""
        ...

    def answers(self, asked: Sequence[Ask]) -> list[Past | list[float]]:
        """Give the state after the one text of each question, or the natural logarithms of the probabilities of its
        texts after what was read."""
        ...


class Heard(NamedTuple):
    """A stretch that is decoded in one go, with the decoder's choices for it."""

    found: Sequence[Token]
    choices: Sequence[Choice]
    title: bool


class Said(NamedTuple):
    """What decoder and transformer say of the readings of a place, keeping it first."""

    choice: Choice
    readings: tuple[Candidate | None, ...]
    decoder: tuple[float, ...]  #: log-odds against keeping
    transformer: tuple[float, ...]  #: log-probability less that of keeping


Weights = tuple[float, float, float]  #: of any change, of the decoder's and of the transformer's log-odds


def rescored(
    text: str, pieces: Sequence[Heard], reader: Reader, weights: Weights, bound: float
) -> list[list[Choice]]:
    """Give the choices of pieces with those that :func:`heard` gives in the place of the decoder's."""
    made: list[list[Choice]] = []
    for piece, decided in zip(pieces, heard(text, pieces, reader, weights, bound), strict=True):
        new = {(choice.first, choice.last): choice for _, choice in decided}
        made.append([new.get((choice.first, choice.last), choice) for choice in piece.choices])
    return made


#: What is said of each doubtful place of a piece, with the choice that this comes to.
Decided = list[tuple[Said, Choice]]


def heard(
    text: str, pieces: Sequence[Heard], reader: Reader, weights: Weights, bound: float
) -> list[Decided]:
    """Give what is said of each doubtful place of pieces, what was decided to the left of it given."""
    made: list[Decided] = [[] for _ in pieces]
    waiting = iter([(n, _asking(text, piece, reader.begin, weights, bound)) for n, piece in enumerate(pieces)])
    active: dict[int, tuple[Generator[Ask, Any, Decided], Ask]] = {}

    def go_on(number: int, asking: Generator[Ask, Any, Decided], answer: Past | list[float] | None) -> None:
        try:
            active[number] = asking, asking.send(answer)
        except StopIteration as end:
            active.pop(number, None)
            made[number] = end.value

    while True:
        while len(active) < ABREAST and (new := next(waiting, None)) is not None:
            go_on(*new, None)
        if not active:
            return made
        under_way = list(active.items())
        answers = reader.answers([ask for _, (_, ask) in under_way])
        for (number, (asking, _)), answer in zip(under_way, answers, strict=True):
            go_on(number, asking, answer)


def _asking(
    text: str, piece: Heard, begin: Callable[[], Past], weights: Weights, bound: float
) -> Generator[Ask, Any, Decided]:
    """Go through a piece from left to right: yields questions, is sent the answers, returns what was decided."""
    found, choices, title = piece
    decided: Decided = []
    if not any(doubtful(choice) for choice in choices):
        return decided
    end = found[-1].end + len(found[-1].suffix)
    path = leftmost(choices)
    changes: dict[tuple[int, int], str] = {}
    spans = {(c.first, c.last): (found[c.first].start, found[c.last - 1].end) for c in path}

    def written(choice: Choice, candidate: Candidate) -> str:
        return grammar.written(text, *spans[choice.first, choice.last], candidate.plain, title, not choice.first)

    for choice in path:
        if choice.candidate is not None and choice.probability >= bound:
            start, stop = spans[choice.first, choice.last]
            changes[start, stop] = written(choice, choice.candidate)
    past, at = begin(), found[0].start
    for choice in path:
        if not doubtful(choice):
            continue
        start, stop = spans[choice.first, choice.last]
        before = with_changes(text, at, start, changes)
        if past.tokens > ROOM:
            past, before = begin(), with_changes(text, max(found[0].start, start - BEHIND), start, changes)
        space = before[len(before.rstrip(" ")) :]
        before = before[: len(before) - len(space)]
        if before:
            past = yield Ask(past, (before,), False)
        at = start - len(space)
        after = with_changes(text, stop, end, changes)[:AHEAD].rsplit(" ", 1)[0]
        readings = [None, *[c for p, c in choice.others if c is not None and p >= LEAST][:MOST]]
        chances = {id(c): p for p, c in choice.others}
        original = text[start:stop]
        surfaces = [written(choice, c) if c is not None else original for c in readings]
        scores = yield Ask(past, [space + surface + after for surface in surfaces], True)
        said = Said(
            choice,
            tuple(readings),
            tuple(math.log(max(chances[id(c)], 1e-9) / max(chances[id(None)], 1e-9)) for c in readings),
            tuple(score - scores[0] for score in scores),
        )
        new = together(said, weights)
        decided.append((said, new))
        changes.pop((start, stop), None)
        if new.candidate is not None and new.probability >= bound:
            changes[start, stop] = written(choice, new.candidate)
    return decided


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
