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

START, STOP = "<s>", "</s>"

#: Log-probability of a word that no model knows: about one in a million, a rare name.
UNKNOWN = -14.0

#: Endings that British spelling has and the model's American vocabulary lacks.
BRITISH = (
    ("isation", "ization"),
    ("isations", "izations"),
    ("ise", "ize"),
    ("ises", "izes"),
    ("ised", "ized"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("ysed", "yzed"),
    ("our", "or"),
    ("ours", "ors"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("ourable", "orable"),
    ("bour", "bor"),
    ("bourhood", "borhood"),
    ("bouring", "boring"),
    ("tre", "ter"),
    ("tres", "ters"),
    ("fence", "fense"),
    ("fences", "fenses"),
    ("gramme", "gram"),
    ("grammes", "grams"),
    ("elled", "eled"),
    ("elling", "eling"),
    ("ogue", "og"),
    ("iser", "izer"),
    ("isers", "izers"),
    ("ceable", "ceable"),
    ("ilst", "ile"),
    ("gst", "g"),
)


#: Gives log P(word | before previous).
Score = Callable[[str, str, str], float]


class LanguageModel(Protocol):
    """Anything that can score a word in its left context."""

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous); empty strings stand for no history."""
        ...


class Trigram:
    """The trigram model inside the ``pocketsphinx`` wheel (BSD; 72,547 words)."""

    def __init__(self) -> None:
        import pocketsphinx

        path = Path(pocketsphinx.__file__).parent / "model" / "en-us" / "en-us.lm.bin"
        if not path.is_file():
            raise FileNotFoundError(f"{path}: the language model is missing; install pocketsphinx==5.1.1 again")
        self._prob = pocketsphinx.NGramModel(pocketsphinx.Config(hmm=None), pocketsphinx.LogMath(), str(path)).prob
        self._known: dict[str, str] = {}
        self._base = math.log(1.0001)

    def known(self, word: str) -> str:
        """Give the model's spelling of a word, or an empty string where it has none."""
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = self._look_up(word)
        return found

    def _look_up(self, word: str) -> str:
        if word[:1].isdigit():
            return "twenty"
        if self._prob([word]) > -10_000_000:
            return word
        for british, american in BRITISH:
            if word.endswith(british):
                other = word[: -len(british)] + american
                if self._prob([other]) > -10_000_000:
                    return other
        return ""

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous).

        >>> lm = Trigram()
        >>> lm.score("", "military", "training") > lm.score("", "army", "coaching")
        True
        """
        w = self.known(word)
        if not w:
            return UNKNOWN
        p = self.known(previous) if previous else ""
        if not p:
            return float(self._prob([w])) * self._base
        b = self.known(before) if before else ""
        if not b:
            return float(self._prob([w, p])) * self._base
        return float(self._prob([w, p, b])) * self._base


class Web:
    """Web bigram counts from the ``wordsegment`` package, with stupid back-off (Brants et al. 2007)."""

    def __init__(self, bigrams: Mapping[str, float], unigrams: Mapping[str, float], total: float) -> None:
        self._bigrams, self._unigrams, self._total = bigrams, unigrams, total

    @classmethod
    def load(cls) -> Web:
        """Read the counts; takes about 0.5 s."""
        import wordsegment

        folder = Path(wordsegment.__file__).parent

        def counts(name: str) -> dict[str, float]:
            with open(folder / name, encoding="utf-8") as handle:
                rows = (line.rstrip("\n").split("\t") for line in handle)
                return {row[0].lower(): float(row[1]) for row in rows if len(row) == 2}

        return cls(counts("bigrams.txt"), counts("unigrams.txt"), 1_024_908_267_229.0)

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | previous)."""
        count = self._unigrams.get(word, 0.0)
        pair = self._bigrams.get(f"{previous} {word}", 0.0)
        if pair:
            return math.log(min(1.0, pair / max(self._unigrams.get(previous, pair), pair)))
        return math.log(0.4) + math.log(max(count, 100.0) / self._total)


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


class Vocabulary:
    """Numbers for words, given as they come; they mean nothing outside this process.

    >>> numbers = Vocabulary()
    >>> numbers["army"], numbers["army"], numbers.words[numbers["army"]]
    (4, 4, 'army')
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}
        for word in ("", START, STOP, OVERFLOW):
            self[word]

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


class Mixture(dict[int, float]):
    """A weighted sum of models' log-probabilities by the number of a trigram, remembered.

    ``a`` and ``an`` count as one word that fits what follows, since the
    article is repaired after the choice is made.

    >>> numbers = Vocabulary()
    >>> mixture = Mixture(((Trigram(), 1.0),), numbers)
    >>> mixture[numbers.pair("", "military") << BITS | numbers["training"]] == mixture.score("", "military", "training")
    True
    """

    def __init__(
        self,
        parts: tuple[tuple[LanguageModel, float], ...],
        vocabulary: Vocabulary | None = None,
        said: dict[int, tuple[float, ...]] | None = None,
    ) -> None:
        super().__init__()
        self._parts = parts
        self.vocabulary = vocabulary or Vocabulary()
        #: What each model says; mixtures of the same models with other weights share it.
        self._said = {} if said is None else said

    def __missing__(self, trigram: int) -> float:
        score = 0.0
        for (_, weight), value in zip(self._parts, self.said(trigram), strict=True):
            score += weight * value
        self[trigram] = score
        return score

    def said(self, trigram: int) -> tuple[float, ...]:
        """Give each model's own log-probability, unweighted."""
        found = self._said.get(trigram)
        if found is None:
            words = self.vocabulary.words
            before, previous, word = flexible(
                words[trigram >> 2 * BITS], words[trigram >> BITS & WORD], words[trigram & WORD]
            )
            found = self._said[trigram] = tuple([part.score(before, previous, word) for part, _ in self._parts])
        return found

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous)."""
        return self[self.vocabulary.pair(before, previous) << BITS | self.vocabulary[word]]


def trigrams(left: int, words: Iterable[int]) -> Iterator[int]:
    """Give the trigrams of words after a history.

    >>> list(trigrams(1 << BITS | 2, [3])) == [1 << 2 * BITS | 2 << BITS | 3]
    True
    """
    for word in words:
        yield left << BITS | word
        left = (left << BITS | word) & PAIR


class Mixtures:
    """The mixtures of the same models under any weights, over one vocabulary and one memory of bounded size."""

    def __init__(self, models: tuple[LanguageModel, ...], remember: int = 400_000) -> None:
        self._models, self._remember = models, remember
        self.forget()

    def forget(self) -> None:
        """Start anew with an empty vocabulary; numbers given before mean nothing any more."""
        self.vocabulary = Vocabulary()
        self._said: dict[int, tuple[float, ...]] = {}
        self._made: dict[tuple[float, ...], Mixture] = {}

    def under(self, weights: tuple[float, ...]) -> Mixture:
        """Give the mixture under weights, one for each model."""
        mixture = self._made.get(weights)
        if mixture is None:
            parts = tuple(zip(self._models, weights, strict=True))
            mixture = self._made[weights] = Mixture(parts, self.vocabulary, self._said)
        elif len(mixture) > self._remember:
            mixture.clear()
            self._said.clear()
        return mixture


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


def flexible(before: str, previous: str, word: str) -> tuple[str, str, str]:
    """Make the articles of a trigram fit the words after them.

    >>> flexible("", "a", "advanced")
    ('', 'an', 'advanced')
    """
    if previous in {"a", "an"}:
        previous = article(word)
    if before in {"a", "an"}:
        before = article(previous)
    return before, previous, "a" if word == "an" else word


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
