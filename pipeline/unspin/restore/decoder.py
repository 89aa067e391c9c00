"""Choose among candidates: a beam search over the lattice of a block.

The score of a path is the sum over its arcs of a channel part (what this
candidate is worth whatever stands around it) and a language-model part (how
its words read after the two words before).  Keeping a token is always an arc.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from unspin.restore.candidates import Candidate, Match
from unspin.restore.language_model import START, STOP
from unspin.restore.tokens import Token

#: Hypotheses kept at each place; chosen by hand, no other value was tried.
BEAM = 8

Score = Callable[[str, str, str], float]


class Choice(NamedTuple):
    """A stretch of tokens with what was chosen for it and what else there was."""

    first: int
    last: int
    candidate: Candidate | None  #: None: the tokens stay
    probability: float  #: of this choice among all for the stretch, its neighbours given
    others: tuple[tuple[float, Candidate | None], ...]  #: all, best first, with their probability


class Arc(NamedTuple):
    """A step of a path over tokens ``[first, last)``."""

    first: int
    last: int
    candidate: Candidate | None
    channel: float  #: the arc's own score, whatever stands around it


def token_words(token: Token) -> tuple[str, ...]:
    """Give the words of a token as it stands, for the language model."""
    word = token.word
    if "." in word and not word[0].isdigit():
        return tuple(letter + "." for letter in word.replace(".", ""))
    return (word + token.suffix,)


def arc_words(arc: Arc, found: Sequence[Token]) -> tuple[str, ...]:
    """Give the words that an arc puts into the text, for the language model."""
    if arc.candidate is None:
        return token_words(found[arc.first])
    words = arc.candidate.words
    suffix = found[arc.last - 1].suffix
    return (*words[:-1], words[-1] + suffix) if suffix and words else words


def lattice(
    found: Sequence[Token], matches: Sequence[Match], channel: Callable[[Match, Candidate], float]
) -> list[list[Arc]]:
    """Give the arcs that begin at each token; the first of each is keeping it."""
    arcs = [[Arc(i, i + 1, None, 0.0)] for i in range(len(found))]
    for match in matches:
        for candidate in match.candidates:
            arcs[match.first].append(Arc(match.first, match.last, candidate, channel(match, candidate)))
    return arcs


def best_path(found: Sequence[Token], arcs: Sequence[Sequence[Arc]], score: Score, beam: int = BEAM) -> list[Arc]:
    """Find the path of the highest score; ties go to the arc that comes first.

    Where only one hypothesis is alive (none has gone further by a longer arc)
    and only one arc goes on, nothing needs to be scored: this makes text without candidates almost free.
    """
    count = len(found)
    # place -> {history: (score, history of the step before, arc)}
    places: list[dict[tuple[str, str], tuple[float, tuple[int, tuple[str, str]] | None, Arc | None]]]
    places = [{} for _ in range(count + 1)]
    places[0][("", START)] = (0.0, None, None)
    reach = 0  # the furthest place that any hypothesis has come to
    for at in range(count):
        here = places[at]
        if not here:
            continue
        if len(here) > beam:
            ranked = sorted(here.items(), key=lambda item: (-item[1][0], item[0]))[:beam]
            places[at] = here = dict(ranked)
        token = found[at]
        out = arcs[at]
        forced = reach == at and len(here) == 1 and len(out) == 1
        for history, (total, _, _) in here.items():
            before, previous = history
            if token.breaks and at:
                if not forced:
                    total += score(before, previous, STOP)
                before, previous = "", START
            for arc in out:
                value, a, b = total + arc.channel, before, previous
                for word in arc_words(arc, found):
                    if not forced:
                        value += score(a, b, word)
                    a, b = b, word
                reach = max(reach, arc.last)
                there = places[arc.last]
                old = there.get((a, b))
                if old is None or value > old[0]:
                    there[a, b] = (value, (at, history), arc)
    final = places[count]
    best: tuple[float, tuple[str, str]] | None = None
    for history, (total, _, _) in final.items():
        value = total + score(history[0], history[1], STOP) if len(final) > 1 else total
        if best is None or value > best[0]:
            best = (value, history)
    path: list[Arc] = []
    if best is None:
        return path
    at, history = count, best[1]
    while at:
        _, back, step = places[at][history]
        assert back is not None
        assert step is not None
        path.append(step)
        at, history = back
    return path[::-1]


class Place(NamedTuple):
    """A stretch of a path that could read otherwise, with the words around it."""

    arc: Arc
    left: tuple[str, str]
    right: tuple[str, ...]
    kept: tuple[str, ...]  #: the words that stand there
    rivals: tuple[Arc, ...]  #: every candidate over the same tokens


def places(found: Sequence[Token], arcs: Sequence[Sequence[Arc]], path: Sequence[Arc]) -> Iterator[Place]:
    """Give the places of a path that have candidates, chosen or not.

    Where a phrase was kept word by word, the phrase is a place of its own.
    """
    words: list[str] = []
    starts: list[int] = []  # where each arc's words begin
    for arc in path:
        if found[arc.first].breaks:
            words += [STOP, START] if arc.first else [START]
        starts.append(len(words))
        words += arc_words(arc, found)
    starts.append(len(words))
    words.append(STOP)
    begins = {arc.first: number for number, arc in enumerate(path)}
    begins[len(found)] = len(path)
    for number, arc in enumerate(path):
        spans: dict[int, list[Arc]] = {}
        for other in arcs[arc.first]:
            if other.candidate is not None:
                spans.setdefault(other.last, []).append(other)
        for last in sorted(spans, reverse=True):
            if arc.candidate is not None and last != arc.last:
                continue
            after = begins.get(last)
            if after is None or any(a.candidate is not None for a in path[number + 1 : after]):
                continue
            right = words[starts[after] : starts[after] + 2]
            if not right or right[0] == STOP:
                right = [STOP]
            elif len(right) > 1 and right[1] == START:
                right = right[:1]
            kept = tuple(w for token in found[arc.first : last] for w in token_words(token))
            yield Place(
                Arc(arc.first, last, arc.candidate, arc.channel),
                history(words, starts[number]),
                tuple(right),
                kept,
                tuple(spans[last]),
            )


def weigh(found: Sequence[Token], arcs: Sequence[Sequence[Arc]], path: Sequence[Arc], score: Score) -> list[Choice]:
    """Give the probability of each choice of a path, with what stands around it given."""
    choices: list[Choice] = []
    for place in places(found, arcs, path):
        scored: list[tuple[float, Candidate | None]] = [(read(place.left, place.kept, place.right, score), None)]
        for rival in place.rivals:
            scored.append(
                (rival.channel + read(place.left, arc_words(rival, found), place.right, score), rival.candidate)
            )
        top = max(value for value, _ in scored)
        weights = [(math.exp(value - top), candidate) for value, candidate in scored]
        whole = sum(w for w, _ in weights)
        ranked = sorted(((w / whole, c) for w, c in weights), key=lambda x: (-x[0], x[1].plain if x[1] else ""))
        chance = next(p for p, c in ranked if c is place.arc.candidate)
        choices.append(Choice(place.arc.first, place.arc.last, place.arc.candidate, chance, tuple(ranked)))
    return choices


def history(words: Sequence[str], at: int) -> tuple[str, str]:
    """Give the two words before a place, not looking over the start of a sentence."""
    previous = words[at - 1] if at else ""
    before = words[at - 2] if at > 1 and previous != START else ""
    return before, previous


def read(left: tuple[str, str], words: Sequence[str], right: Sequence[str], score: Score) -> float:
    """Score words and the words right of them after a history."""
    total = 0.0
    a, b = left
    for word in (*words, *right):
        total += score(a, b, word)
        a, b = b, word
    return total


def probabilities(choices: Sequence[Choice]) -> Mapping[str, list[float]]:
    """Collect, for each rule, the probability that it had at each of its places."""
    found: dict[str, list[float]] = {}
    for choice in choices:
        for chance, candidate in choice.others:
            if candidate is not None:
                found.setdefault(candidate.rule, []).append(chance)
    return found
