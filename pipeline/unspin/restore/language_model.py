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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.cache import kept_arrays
from unspin.restore import hashed
from unspin.restore.arrays import Floats, Ints
from unspin.restore.domain_model import DomainModel
from unspin.restore.hashed import Hashed, Table
from unspin.restore.trigram import BASE, Pairs, Trigram, single

START, STOP = "<s>", "</s>"

#: Gives log P(word | before previous).
Score = Callable[[str, str, str], float]


#: A trigram is one integer, ``before << 40 | previous << 20 | word``: small enough to be looked up fast.
BITS = 20
WORD, PAIR = (1 << BITS) - 1, (1 << 2 * BITS) - 1


class Web:
    """Web bigram counts from the ``wordsegment`` package, with stupid back-off (Brants et al. 2007).

    Words have numbers; a pair is one number, ``previous << BITS | word``, all pairs in order.
    """

    def __init__(
        self, words: Sequence[str], counts: Floats, alone: Floats, pairs: Ints, table: Table, after: Floats
    ) -> None:
        self._ids = dict(zip(words, range(len(words)), strict=True))
        self._counts = counts
        self._alone = np.append(alone, backed_off(0.0))  # log P of each word by itself, the last one of all others
        self._pairs, self._after = pairs, after
        self._places = Hashed(pairs, table)

    @classmethod
    def load(cls) -> Web:
        """Read the counts, 620,000 of them, as they were compiled into the cache, else from the package."""
        import wordsegment

        files = [Path(wordsegment.__file__).parent / name for name in ("unigrams.txt", "bigrams.txt")]
        mark = " ".join(f"{path.name} {path.stat().st_size}" for path in files)
        made = kept_arrays("web-2", mark, lambda: compile_counts(*map(read_counts, files)))
        words = made["words"].tobytes().decode("utf-8").split("\n")
        return cls(words, made["counts"], made["alone"], made["pairs"], made["table"], made["after"])

    def number(self, word: str) -> int:
        """Give the number of a word, -1 where the counts lack it."""
        return self._ids.get(word, -1)

    def alone(self, numbers: Ints) -> Floats:
        """Give log P of words by themselves."""
        return self._alone[numbers]

    def scores(self, previous: Ints, words: Ints) -> Floats:
        """Give log P of many words, each after another, by their numbers."""
        at = self._places.find(previous << BITS | words)
        at[(previous < 0) | (words < 0)] = -1
        return np.where(at >= 0, self._after[at], self._alone[words])

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | previous)."""
        a, b = self._ids.get(previous, -1), self._ids.get(word, -1)
        if a >= 0 and b >= 0:
            at = int(np.searchsorted(self._pairs, a << BITS | b))
            if at < len(self._pairs) and self._pairs[at] == a << BITS | b:
                return float(self._after[at])
        return float(self._alone[b])

    def count(self, word: str) -> float:
        """Give how often the web has a word."""
        number = self._ids.get(word, -1)
        return float(self._counts[number]) if number >= 0 else 0.0

    def counts(self, words: Iterable[str]) -> Floats:
        """Give how often the web has each of many words."""
        numbers = np.array([self._ids.get(word, -1) for word in words], np.int64)
        return np.where(numbers >= 0, self._counts[numbers], 0.0)

    def seen(self, previous: str, word: str) -> bool:
        """Tell whether the counts have two words in a row."""
        a, b = self._ids.get(previous, -1), self._ids.get(word, -1)
        if a < 0 or b < 0:
            return False
        at = int(np.searchsorted(self._pairs, a << BITS | b))
        return at < len(self._pairs) and bool(self._pairs[at] == a << BITS | b)


#: Words of all web pages that were counted.
TOTAL = 1_024_908_267_229.0


def backed_off(count: float) -> float:
    """Give log P of a word by itself: what is rarer than a hundred counts as that."""
    return math.log(0.4) + math.log(max(count, 100.0) / TOTAL)


def read_counts(path: Path) -> dict[str, float]:
    """Read lines of words and counts; of words that differ in capitals only the last count stays."""
    cells = path.read_text(encoding="utf-8").lower().replace("\n", "\t").split("\t")
    return dict(zip(cells[::2], map(float, cells[1::2]), strict=False))


def compile_counts(unigrams: Mapping[str, float], bigrams: Mapping[str, float]) -> dict[str, npt.NDArray[Any]]:
    """Make of counts what :class:`Web` looks up.

    >>> made = compile_counts({"army": 200.0, "met": 500.0}, {"army met": 50.0})
    >>> made["words"].tobytes().decode().split(), made["after"].round(2).tolist()
    (['army', 'met'], [-1.39])
    """
    cut = [(pair.partition(" "), count) for pair, count in bigrams.items() if pair.count(" ") == 1 and count]
    pairs = [(a, b, count) for (a, _, b), count in cut]
    others = dict.fromkeys(w for a, b, _ in pairs for w in (a, b) if w not in unigrams)
    words = [*unigrams, *others]
    ids = {word: number for number, word in enumerate(words)}
    after = {
        ids[a] << BITS | ids[b]: math.log(min(1.0, count / max(unigrams.get(a, count), count))) for a, b, count in pairs
    }
    counts = [unigrams.get(word, 0.0) for word in words]
    keys = sorted(after)
    return {
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "counts": np.array(counts),
        "alone": np.array(list(map(backed_off, counts))),
        "pairs": (numbers := np.array(keys, np.int64)),
        "table": hashed.table_of(numbers),
        "after": np.array([after[key] for key in keys]),
    }


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


class Kinds(NamedTuple):
    """What is known of the words of a vocabulary, by their numbers in it."""

    known: Ints  #: their numbers in the trigram model, -1 for none
    counted: Ints  #: their numbers in the web counts, -1 for none
    domain: Ints  #: their numbers in the model of plain articles, -1 for none
    fits: Ints  #: the article that they want before them


class Steps(NamedTuple):
    """What the models say of many words, each after another."""

    pairs: Pairs
    web: Floats
    domain: Floats
    before: Ints  #: the trigram model's number of the word before
    fits: Ints  #: the article that the word wants
    other: Floats  #: back-off of both where the word is an article and becomes ``an``


def fitted(words: Ints, wanted: Ints) -> Ints:
    """Give words with each article as the word after it wants it."""
    return np.where((words == A) | (words == AN), wanted, words)


#: Weights of the models, in this order: trigram, web, domain.
Mixed = tuple[float, float, float]

#: The models themselves.
Loaded = tuple[Trigram, Web, DomainModel]


def load_models() -> Loaded:
    """Load the language models."""
    return Trigram(), Web.load(), DomainModel.load()


class Models:
    """The language models, asked by the numbers of words; what they say is remembered.

    ``a`` and ``an`` count as one word that fits what follows, since the
    article is repaired after the choice is made.
    """

    def __init__(self, trigram: Trigram, web: Web, domain: DomainModel, remember: int = 200_000) -> None:
        self._trigram, self._web, self._domain, self._remember = trigram, web, domain, remember
        self.forget()

    def use_domain(self, domain: DomainModel) -> None:
        """Ask another model of plain articles from now on, one with the same numbers of words."""
        self._domain = domain
        self._pairs.clear()
        for mixture in self._mixtures.values():
            mixture.clear()

    def forget(self) -> None:
        """Start anew with an empty vocabulary; numbers given before mean nothing any more."""
        self.vocabulary = Vocabulary()
        self._known: list[int] = []  # the trigram model's number of each word of the vocabulary
        self._kinds = Kinds(*(np.zeros(0, np.int64) for _ in Kinds._fields))
        self._pairs: dict[int, tuple[float, float, float, float | None, int, int, float]] = {}
        self._mixtures: dict[Mixed, Mixture] = {}

    def mixture(self, weights: Mixed) -> Mixture:
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
        x, y, z = self.said(trigram)
        for mixture in self._mixtures.values():
            a, b, c = mixture.weights
            mixture[trigram] = a * x + b * y + c * z

    def said(self, trigram: int) -> tuple[float, float, float]:
        """Give what each model says, the natural logarithm of a probability.

        >>> models = Models(*load_models())
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
        web, domain, alone, start, first, last, _ = said if said is not None else self._pair(pair)
        if start is None or (known := self._number(before)) < 0:
            return alone, web, domain
        if first < last:
            found = self._trigram.triple(known, first, last)
            if found is not None:
                return found, web, domain
        pair = before << BITS | previous
        said = self._pairs.get(pair)
        backoff = (said if said is not None else self._pair(pair))[6]
        return int(single(start + backoff)) * BASE, web, domain

    def kinds(self) -> Kinds:
        """Give what is known of every word of the vocabulary so far."""
        had, words = len(self._kinds.known), self.vocabulary.words
        if had < len(words):
            self._number(len(words) - 1)
            new = words[had:]
            columns = (
                self._known[had:],
                [self._web.number(word) for word in new],
                [self._domain.number(word) for word in new],
                [AN if article(word) == "an" else A for word in new],
            )
            self._kinds = Kinds(
                *(np.append(old, np.array(more, np.int64)) for old, more in zip(self._kinds, columns, strict=True))
            )
        return self._kinds

    def steps(self, previous: Ints, words: Ints) -> Steps:
        """Give what the models say of many words, each after another, all as numbers of the vocabulary."""
        known, counted, told, fits = self.kinds()
        before = fitted(previous, fits[words])
        word = np.where(words == AN, A, words)
        pairs = self._trigram.pairs(known[before], known[word])
        # An article goes on as what fits the word after it.
        other = pairs.backoff.copy()
        articles = np.flatnonzero(word == A)
        if len(articles):
            an = np.full(len(articles), known[AN])
            other[articles] = self._trigram.pairs(known[before[articles]], an).backoff
        web = self._web.scores(counted[before], counted[word])
        domain = self._domain.scores(told[before], told[word])
        return Steps(pairs, web, domain, known[before], fits[words], other)

    def triples(self, steps: Steps, first: Ints, second: Ints) -> Floats:
        """Give what the trigram model says of the last words of steps that follow others (both by their places)."""
        backoff = np.where(steps.fits[second] == AN, steps.other[first], steps.pairs.backoff[first])
        return self._trigram.triples(steps.before[first], steps.pairs, second, backoff)

    def _pair(self, pair: int) -> tuple[float, float, float, float | None, int, int, float]:
        """Give what the models say of the pair, and remember it."""
        if len(self._pairs) > self._remember:
            self._pairs.clear()
        words = self.vocabulary.words
        previous, word = pair >> BITS, pair & WORD
        said = self._web.score("", words[previous], words[word]), self._domain.score(words[previous], words[word])
        found = self._pairs[pair] = *said, *self._trigram.pair(self._number(previous), self._number(word))
        return found

    def _number(self, word: int) -> int:
        """Give the trigram model's number of a word, -1 where it has none."""
        if word >= len(self._known):
            words = self.vocabulary.words
            self._known += [self._trigram.known(word) if word else -1 for word in words[len(self._known) :]]
        return self._known[word]


class Mixture(dict[int, float]):
    """The weighted sum of the models' log-probabilities by the number of a trigram, remembered."""

    def __init__(self, models: Models, weights: Mixed) -> None:
        super().__init__()
        self.weights, self.models, self.vocabulary = weights, models, models.vocabulary

    def __missing__(self, trigram: int) -> float:
        self.models.learn(trigram)
        return self[trigram]

    def said(self, trigram: int) -> tuple[float, float, float]:
        """Give each model's own log-probability, unweighted."""
        return self.models.said(trigram)

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous)."""
        return self[self.vocabulary.pair(before, previous) << BITS | self.vocabulary[word]]

    def each(self, before: str, previous: str, word: str) -> tuple[float, float, float]:
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
