"""Score words in context: one small interface over several models.

A model scores a word after the two words before it, as a natural logarithm of
a probability.  Histories and words are lower case; ``<s>`` begins a sentence.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from unspin.restore.trigram import BASE, Trigram, single

START, STOP = "<s>", "</s>"

#: Gives log P(word | before previous).
Score = Callable[[str, str, str], float]


class LanguageModel(Protocol):
    """Anything that can score a word in its left context."""

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous); empty strings stand for no history."""
        ...


class Web:
    """Web bigram counts from the ``wordsegment`` package, with stupid back-off (Brants et al. 2007)."""

    def __init__(self, bigrams: Mapping[str, float], unigrams: Mapping[str, float], total: float) -> None:
        self._bigrams, self._unigrams, self._total = bigrams, unigrams, total

    @classmethod
    def load(cls) -> Web:
        """Read the counts, 620,000 of them."""
        import wordsegment

        folder = Path(wordsegment.__file__).parent

        def counts(name: str) -> dict[str, float]:
            cells = (folder / name).read_text(encoding="utf-8").lower().replace("\n", "\t").split("\t")
            return dict(zip(cells[::2], map(float, cells[1::2]), strict=False))

        return cls(counts("bigrams.txt"), counts("unigrams.txt"), 1_024_908_267_229.0)

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | previous)."""
        count = self._unigrams.get(word, 0.0)
        pair = self._bigrams.get(f"{previous} {word}", 0.0)
        if pair:
            return math.log(min(1.0, pair / max(self._unigrams.get(previous, pair), pair)))
        return math.log(0.4) + math.log(max(count, 100.0) / self._total)

    def count(self, word: str) -> float:
        """Give how often the web has a word."""
        return self._unigrams.get(word, 0.0)

    def seen(self, previous: str, word: str) -> bool:
        """Tell whether the counts have two words in a row."""
        return f"{previous} {word}" in self._bigrams


#: Words that begin with a vowel sound, for choosing between ``a`` and ``an``.
VOWEL = re.compile(
    r"(?:[aeio](?!ne\b|nce\b|ne-|uro|w)|ew(?!e)|ow|aw|u(?!ni(?!m|n|d)|s[aeiu]|rani|tili|biq|kra|ten|top|rol|ru|su|gand)"
    r"|hour|hono|honest|heir|[fhlmnrsx]\.|[fhlmnrsx][bcdfghjklmnpqrstvwxz]{1,4}\b)"
)


@functools.lru_cache(maxsize=50_000)
def article(word: str) -> str:
    """Give the indefinite article that a word (lower case) wants.

    >>> [article(w) for w in ("advanced", "unified", "hour", "euro", "unusual", "one-time", "house")]
    ['an', 'a', 'an', 'a', 'an', 'a', 'a']
    """
    return "an" if VOWEL.match(word) else "a"


#: A trigram is one integer, ``before << 40 | previous << 20 | word``: small enough to be looked up fast.
BITS = 20
WORD, PAIR = (1 << BITS) - 1, (1 << 2 * BITS) - 1

#: What stands for every word after the first million of one text.
OVERFLOW = "\ufffd"

#: Words with a number that is always the same, in this order.
FIXED = ("", START, STOP, OVERFLOW, "a", "an")
A, AN = ARTICLES = FIXED.index("a"), FIXED.index("an")


class Vocabulary:
    """Numbers for words, given as they come; they mean nothing outside this process.

    >>> numbers = Vocabulary()
    >>> numbers["army"], numbers["army"], numbers.words[numbers["army"]]
    (6, 6, 'army')
    """

    def __init__(self) -> None:
        self.words = list(FIXED)
        self._numbers = {word: number for number, word in enumerate(FIXED)}

    def __getitem__(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            if len(self.words) > WORD:
                return self._numbers[OVERFLOW]
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
        return number

    def __len__(self) -> int:
        return len(self.words)

    def numbers(self, words: Iterable[str]) -> tuple[int, ...]:
        """Give the numbers of words."""
        return tuple([self[word] for word in words])

    def pair(self, before: str, previous: str) -> int:
        """Give the number of a history of two words."""
        return self[before] << BITS | self[previous]


class Models:
    """Both language models, asked by the numbers of words; what they say is remembered.

    ``a`` and ``an`` count as one word that fits what follows, since the
    article is repaired after the choice is made.
    """

    def __init__(self, trigram: Trigram, web: Web, remember: int = 200_000) -> None:
        self._trigram, self._web, self._remember = trigram, web, remember
        self.forget()

    def forget(self) -> None:
        """Start anew with an empty vocabulary; numbers given before mean nothing any more."""
        self.vocabulary = Vocabulary()
        self._known: list[int] = []  # the trigram model's number of each word of the vocabulary
        self._pairs: dict[int, tuple[float, float, float | None, int, int, float]] = {}
        self._mixtures: dict[tuple[float, float], Mixture] = {}

    def mixture(self, weights: tuple[float, float]) -> Mixture:
        """Give the models mixed under the weights of each."""
        found = self._mixtures.get(weights)
        if found is None:
            found = self._mixtures[weights] = Mixture(self, weights)
        elif len(found) > self._remember:
            for mixture in self._mixtures.values():
                mixture.clear()
        return found

    def learn(self, trigram: int) -> None:
        """Tell all mixtures of a trigram: what one pass asks for, the next will."""
        x, y = self.said(trigram)
        for mixture in self._mixtures.values():
            a, b = mixture.weights
            mixture[trigram] = a * x + b * y

    def said(self, trigram: int) -> tuple[float, float]:
        """Give what each model says, the natural logarithm of a probability.

        >>> models = Models(Trigram(), Web.load())
        >>> number = models.vocabulary.pair("", "a") << BITS | models.vocabulary["advanced"]
        >>> models.said(number)[0] == Trigram().score("", "an", "advanced")
        True
        """
        before, previous, word = trigram >> 2 * BITS, trigram >> BITS & WORD, trigram & WORD
        if previous in ARTICLES:
            previous = A if article(self.vocabulary.words[word]) == "a" else AN
        if before in ARTICLES:
            before = A if article(self.vocabulary.words[previous]) == "a" else AN
        if word == AN:
            word = A
        pair = previous << BITS | word
        said = self._pairs.get(pair)
        web, alone, start, first, last, _ = said if said is not None else self._pair(pair)
        if start is None or (known := self._number(before)) < 0:
            return alone, web
        if first < last:
            found = self._trigram.triple(known, first, last)
            if found is not None:
                return found, web
        pair = before << BITS | previous
        said = self._pairs.get(pair)
        backoff = (said if said is not None else self._pair(pair))[5]
        return int(single(start + backoff)) * BASE, web

    def _pair(self, pair: int) -> tuple[float, float, float | None, int, int, float]:
        """Give what both models say of the pair, and remember it."""
        if len(self._pairs) > self._remember:
            self._pairs.clear()
        words = self.vocabulary.words
        previous, word = pair >> BITS, pair & WORD
        web = self._web.score("", words[previous], words[word])
        found = self._pairs[pair] = web, *self._trigram.pair(self._number(previous), self._number(word))
        return found

    def _number(self, word: int) -> int:
        """Give the trigram model's number of a word, -1 where it has none."""
        if word >= len(self._known):
            words = self.vocabulary.words
            self._known += [self._trigram.known(word) if word else -1 for word in words[len(self._known) :]]
        return self._known[word]


class Mixture(dict[int, float]):
    """The weighted sum of the models' log-probabilities by the number of a trigram, remembered."""

    def __init__(self, models: Models, weights: tuple[float, float]) -> None:
        super().__init__()
        self.weights, self._models, self.vocabulary = weights, models, models.vocabulary

    def __missing__(self, trigram: int) -> float:
        self._models.learn(trigram)
        return self[trigram]

    def said(self, trigram: int) -> tuple[float, float]:
        """Give each model's own log-probability, unweighted."""
        return self._models.said(trigram)

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous)."""
        return self[self.vocabulary.pair(before, previous) << BITS | self.vocabulary[word]]

    def each(self, before: str, previous: str, word: str) -> tuple[float, float]:
        """Give each model's own log-probability of words, unweighted."""
        return self.said(self.vocabulary.pair(before, previous) << BITS | self.vocabulary[word])


def trigrams(left: int, words: Iterable[int]) -> Iterator[int]:
    """Give the trigrams of words after a history.

    >>> list(trigrams(1 << BITS | 2, [3])) == [1 << 2 * BITS | 2 << BITS | 3]
    True
    """
    for word in words:
        yield left << BITS | word
        left = (left << BITS | word) & PAIR


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


def words_for(surface: str) -> tuple[str, ...]:
    """Cut a plain phrase into the words that a model scores.

    >>> words_for("the U.S."), words_for("high-level talks")
    (('the', 'u.', 's.'), ('high', 'level', 'talks'))
    """
    from unspin.restore.tokens import WORD, fold

    found: list[str] = []
    for match in WORD.finditer(surface):
        word = fold(match[0])
        if "." in word and not word[0].isdigit():
            found += [letter + "." for letter in word.replace(".", "")]
        else:
            found.append(word)
    return tuple(found)
