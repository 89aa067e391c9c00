"""Score words in context: one small interface over several models.

A model scores a word after the two words before it, as a natural logarithm of
a probability.  Histories and words are lower case; ``<s>`` begins a sentence.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
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


class Mixture:
    """A weighted sum of models' log-probabilities, remembered per trigram.

    ``a`` and ``an`` count as one word that fits what follows, since the
    article is repaired after the choice is made.
    """

    def __init__(self, parts: tuple[tuple[LanguageModel, float], ...], remember: int = 400_000) -> None:
        self._parts = parts
        self.score = functools.lru_cache(maxsize=remember)(self._score)

    def _score(self, before: str, previous: str, word: str) -> float:
        before, previous, word = flexible(before, previous, word)
        return sum(weight * part.score(before, previous, word) for part, weight in self._parts)

    def each(self, before: str, previous: str, word: str) -> tuple[float, ...]:
        """Give each model's own log-probability, unweighted."""
        before, previous, word = flexible(before, previous, word)
        return tuple(part.score(before, previous, word) for part, _ in self._parts)


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
