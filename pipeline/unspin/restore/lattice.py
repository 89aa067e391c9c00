"""Lay out the words of a stretch of tokens and of what they may stand for, as numbers of a vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from unspin.restore.candidates import Candidate, Match
from unspin.restore.language_model import Vocabulary
from unspin.restore.tokens import Token


class Option(NamedTuple):
    """A candidate for tokens ``[first, last)``."""

    first: int
    last: int
    candidate: Candidate


class Lattice(NamedTuple):
    """The words of a piece and the options for them, as numbers of a vocabulary."""

    options: list[Option]
    words: list[tuple[int, ...]]  #: that each option puts into the text
    kept: list[tuple[int, ...]]  #: that each token has as it stands
    breaks: list[bool]  #: whether a sentence begins at each token
    spots: list[tuple[int, int, int]]  #: tokens ``[first, last)`` that have options and how many, in order of token


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
    options = [Option(first, last, candidate) for first, last, given in matches for candidate in given]
    spots = [(first, last, len(given)) for first, last, given in matches]
    return Lattice(options, list(words), kept, [token.breaks for token in found], spots)


def cut(whole: Lattice, most: int) -> Iterator[Lattice]:
    """Cut a lattice into some of ``most`` tokens or hardly more each, at ends of sentences where there are any.

    A stretch with options is never cut.
    """
    count = len(whole.kept)
    covered = [False] * (count + 1)  # a stretch with options goes on over the beginning of the token
    for first, last, _ in whole.spots:
        for within in range(first + 1, last):
            covered[within] = True
    begin = spot = option = 0
    while begin < count:
        end = count
        if count - begin > most:
            full = begin + most
            ends = (at for at in range(full, max(begin, full - most // 2), -1) if whole.breaks[at])
            end = next(ends, 0) or next((at for at in range(full, count) if not covered[at]), count)
        later = spot
        while later < len(whole.spots) and whole.spots[later][0] < end:
            later += 1
        spots = whole.spots[spot:later]
        many = option + sum(given for _, _, given in spots)
        yield Lattice(
            whole.options[option:many],
            whole.words[option:many],
            whole.kept[begin:end],
            whole.breaks[begin:end],
            [(first - begin, last - begin, given) for first, last, given in spots],
        )
        begin, spot, option = end, later, many
