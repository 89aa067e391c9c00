"""Choose among candidates: a beam search over the lattice of a block.

The score of a path is the sum over its options of a channel part (what this
candidate is worth whatever stands around it) and a language-model part (how
its words read after the two words before).  Keeping a token is always possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from unspin.restore.candidates import Candidate, Match
from unspin.restore.language_model import BITS, PAIR, START, STOP, WORD, Mixture, Vocabulary
from unspin.restore.tokens import Token

#: Hypotheses kept at each place; chosen by hand, no other value was tried.
BEAM = 8


class Choice(NamedTuple):
    """A stretch of tokens with what was chosen for it and what else there was."""

    first: int
    last: int
    candidate: Candidate | None  #: None: the tokens stay
    probability: float  #: of this choice among all for the stretch, its neighbours given
    others: tuple[tuple[float, Candidate | None], ...]  #: all, best first, with their probability


class Option(NamedTuple):
    """A candidate for tokens ``[first, last)``."""

    first: int
    last: int
    candidate: Candidate


class Step(NamedTuple):
    """One way on from a token, as the search takes it."""

    last: int
    word: int  #: the first that it puts into the text, -1 where there is none
    more: tuple[int, ...]
    number: int  #: of the option, -1 where the token stays


class Lattice(NamedTuple):
    """The words of a piece and the options for them, as numbers of a vocabulary."""

    options: list[Option]
    words: list[tuple[int, ...]]  #: that each option puts into the text
    kept: list[tuple[int, ...]]  #: that each token has as it stands
    breaks: list[bool]  #: whether a sentence begins at each token
    starts: dict[int, list[int]]  #: token -> numbers of the options that begin there, in order of token
    steps: list[list[Step]]  #: the ways on from each token; staying comes first


def token_words(token: Token) -> tuple[str, ...]:
    """Give the words of a token as it stands, for the language model."""
    word = token.word
    if "." in word and not word[0].isdigit():
        return tuple(letter + "." for letter in word.replace(".", ""))
    return (word + token.suffix,)


def option_words(candidate: Candidate, suffix: str) -> tuple[str, ...]:
    """Give the words that a candidate puts in the place of tokens that end with a possessive or nothing."""
    words = candidate.words
    return (*words[:-1], words[-1] + suffix) if suffix and words else words


def lattice(
    found: Sequence[Token],
    matches: Sequence[Match],
    words: Sequence[tuple[int, ...]],
    vocabulary: Vocabulary,
) -> Lattice:
    """Lay out the options of a piece: matches in order, candidates of each in order, with the words of each."""
    kept = [
        (vocabulary[token.word + token.suffix],) if "." not in token.word else vocabulary.numbers(token_words(token))
        for token in found
    ]
    steps = [[Step(at, stays[0], stays[1:], -1)] for at, stays in enumerate(kept, 1)]
    options: list[Option] = []
    starts: dict[int, list[int]] = {}
    for first, last, given in matches:
        here, ways = starts.setdefault(first, []), steps[first]
        for candidate in given:
            number = len(options)
            into = words[number]
            here.append(number)
            ways.append(Step(last, into[0] if into else -1, into[1:], number))
            options.append(Option(first, last, candidate))
    return Lattice(options, list(words), kept, [token.breaks for token in found], starts, steps)


#: The numbers of chosen options, the last first, each with those before it.
Chosen = tuple[int, "Chosen"] | None


def best_path(lattice: Lattice, channel: Sequence[float], scores: Mixture, beam: int = BEAM) -> list[int]:
    """Give the numbers of the options on the path of the highest score; ties go to what comes first.

    Where only one hypothesis is alive (none has gone further by a longer option)
    and the token can only stay, nothing needs to be scored: this makes text
    without candidates almost free.
    """
    _, _, kept, breaks, _, steps = lattice
    names = scores.vocabulary.words
    start, stop = scores.vocabulary[START], scores.vocabulary[STOP]
    count = len(kept)
    # place -> {number of the last two words: (score, what was chosen)}
    places: list[dict[int, tuple[float, Chosen]]] = [{} for _ in range(count + 1)]
    places[0][start] = (0.0, None)
    worths = [*channel, 0.0]  # the last one for number -1
    reach = 0  # the furthest place that any hypothesis has come to
    for at in range(count):
        here = places[at]
        if not here:
            continue
        ways = steps[at]
        sentence = breaks[at] and at
        if len(ways) == 1 and reach == at and len(here) == 1:
            ((history, state),) = here.items()
            if sentence:
                history = start
            for word in kept[at]:
                history = (history << BITS | word) & PAIR
            reach = at + 1
            places[reach][history] = state
            continue
        if len(here) > beam:
            here = dict(
                sorted(here.items(), key=lambda item: (-item[1][0], names[item[0] >> BITS], names[item[0] & WORD]))[
                    :beam
                ]
            )
        onward: list[tuple[dict[int, tuple[float, Chosen]], int, tuple[int, ...], float, int]] = []
        for last, word, more, number in ways:
            if last > reach:
                reach = last
            onward.append((places[last], word, more, worths[number], number))
        for history, (total, chosen) in here.items():
            if sentence:
                total += scores[history << BITS | stop]
                history = start
            shifted = history << BITS
            for there, word, more, worth, number in onward:
                value = total + worth
                key = history
                if word >= 0:
                    key = shifted | word
                    value += scores[key]
                    key &= PAIR
                    for word in more:
                        key = key << BITS | word
                        value += scores[key]
                        key &= PAIR
                old = there.get(key)
                if old is None or value > old[0]:
                    there[key] = (value, chosen if number < 0 else (number, chosen))
    final = places[count]
    best: tuple[float, Chosen] | None = None
    for history, (total, chosen) in final.items():
        value = total + scores[history << BITS | stop] if len(final) > 1 else total
        if best is None or value > best[0]:
            best = (value, chosen)
    path: list[int] = []
    step = best[1] if best is not None else None
    while step is not None:
        path.append(step[0])
        step = step[1]
    return path[::-1]


class Place(NamedTuple):
    """A stretch of a path that could read otherwise, with the words around it."""

    first: int
    last: int
    chosen: int  #: the option that the path takes, -1 where the tokens stay
    left: int  #: number of the two words before
    right: tuple[int, ...]
    kept: tuple[int, ...]  #: the words that stand there
    rivals: list[int]  #: every option for the same tokens


def places(lattice: Lattice, path: Sequence[int], vocabulary: Vocabulary) -> Iterator[Place]:
    """Give the places of a path that have options, chosen or not.

    Where a phrase was kept word by word, the phrase is a place of its own.
    """
    options, words, kept, breaks, starts, _ = lattice
    start, stop = vocabulary[START], vocabulary[STOP]
    count = len(kept)
    chosen = {options[number].first: number for number in path}
    inside = [False] * (count + 1)  # no word of the path begins here
    line: list[int] = []  # the words of the path
    begins = [0] * (count + 1)  # where each token's words begin in it
    at = 0
    while at < count:
        if breaks[at]:
            if at:
                line.append(stop)
            line.append(start)
        begins[at] = len(line)
        number = chosen.get(at, -1)
        if number < 0:
            line += kept[at]
            at += 1
        else:
            line += words[number]
            for within in range(at + 1, options[number].last):
                inside[within] = True
            at = options[number].last
    begins[count] = len(line)
    line.append(stop)
    for first, begun in starts.items():
        if inside[first]:
            continue
        taken = chosen.get(first, -1)
        spans: dict[int, list[int]] = {}
        for number in begun:
            spans.setdefault(options[number].last, []).append(number)
        at = begins[first]
        previous = line[at - 1] if at else 0
        left = previous if at < 2 or previous == start else line[at - 2] << BITS | previous
        for last in sorted(spans, reverse=True) if len(spans) > 1 else spans:
            if taken >= 0:
                if last != options[taken].last:
                    continue
            elif last > first + 1 and any(within in chosen for within in range(first + 1, last)):
                continue
            right = tuple(line[begins[last] : begins[last] + 2])
            if right[0] == stop:
                right = (stop,)
            stays = kept[first] if last == first + 1 else tuple([w for words in kept[first:last] for w in words])
            yield Place(first, last, taken, left, right, stays, spans[last])


def weigh(lattice: Lattice, path: Sequence[int], channel: Sequence[float], scores: Mixture) -> list[Choice]:
    """Give the probability of each choice of a path, with what stands around it given."""
    options, words, exp = lattice.options, lattice.words, math.exp
    choices: list[Choice] = []
    for first, last, taken, left, right, kept, rivals in places(lattice, path, scores.vocabulary):
        values = [read(left, kept, right, scores)]
        readings: list[Candidate | None] = [None]
        for number in rivals:
            values.append(channel[number] + read(left, words[number], right, scores))
            readings.append(options[number].candidate)
        top = max(values)
        weights = [exp(value - top) for value in values]
        whole = sum(weights)
        chances = [weight / whole for weight in weights]
        at = rivals.index(taken) + 1 if taken >= 0 else 0
        ranked = sorted(zip(chances, readings, strict=True), key=_rank)
        choices.append(Choice(first, last, readings[at], chances[at], tuple(ranked)))
    return choices


def _rank(weighed: tuple[float, Candidate | None]) -> tuple[float, str]:
    chance, candidate = weighed
    return -chance, candidate.plain if candidate else ""


def read(left: int, words: Sequence[int], right: Sequence[int], scores: Mapping[int, float]) -> float:
    """Score words and the words right of them after a history."""
    total = 0.0
    for word in words:
        key = left << BITS | word
        total += scores[key]
        left = key & PAIR
    for word in right:
        key = left << BITS | word
        total += scores[key]
        left = key & PAIR
    return total


def probabilities(choices: Sequence[Choice]) -> Mapping[str, list[float]]:
    """Collect, for each rule, the probability that it had at each of its places."""
    found: dict[str, list[float]] = {}
    for choice in choices:
        for chance, candidate in choice.others:
            if candidate is not None:
                found.setdefault(candidate.rule, []).append(chance)
    return found
