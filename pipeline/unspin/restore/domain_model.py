"""A bigram model of plain articles: the plain side of the gold articles, few words but of the very kind.

Both other models know English, of speech and of the web.  This one knows how
articles are written: *intelligence exchange*, *security measures*, *stated on
Monday*.  Smoothed with a Dirichlet prior (MacKay and Peto 1995).
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unspin.cache import kept_arrays
from unspin.restore import hashed
from unspin.restore.arrays import Floats, Ints
from unspin.restore.hashed import Hashed, Table

DOMAIN_PATH = Path(__file__).with_name("bigrams.tsv")

#: Pseudo-places of the word alone that are reckoned with what follows each word: of 5, 20 and 60 all did alike.
PLACES = 20.0

#: What is added to the count of each word, and words that are reckoned to exist.
UNSEEN, WORDS = 0.3, 50_000

#: Bits of a word's number within a pair.
BITS = 20

#: (word, word after it) -> places.
Bigrams = Mapping[tuple[str, str], int]


class DomainModel:
    """Counts of two words in a row, to be asked for the probability of the second.

    >>> model = DomainModel.of({("intelligence", "sharing"): 3, ("intelligence", "services"): 1, ("car", "sharing"): 1})
    >>> model.score("intelligence", "sharing") > model.score("car", "sharing") > model.score("car", "services")
    True
    """

    def __init__(self, words: Sequence[str], pairs: Ints, table: Table, places: Floats) -> None:
        self._ids = {word: number for number, word in enumerate(words)}
        self._pairs, self._places = pairs, places
        self._at = Hashed(pairs, table)
        self._sum()

    def _sum(self) -> None:
        size = len(self._ids) + 1  # one more for the words that were never seen
        previous, words = self._pairs >> BITS, self._pairs & ((1 << BITS) - 1)
        room = np.bincount(previous, self._places, size) + PLACES
        places = np.bincount(words, self._places, size) + UNSEEN
        usual = PLACES * places / (places.sum() + UNSEEN * (WORDS - size))
        self._seen: Floats = np.log((self._places + usual[words]) / room[previous])  # log P of each pair
        self._usual, self._room = np.log(usual), np.log(room)

    @classmethod
    def of(cls, bigrams: Bigrams) -> DomainModel:
        """Make the model of counts."""
        made = _laid_out(bigrams)
        return cls(made["words"].tolist(), made["pairs"], made["table"], made["places"])

    @classmethod
    def load(cls, path: Path = DOMAIN_PATH) -> DomainModel:
        """Read the counts that ``tests/tuning/fit_weights.py`` made, compiled before where they were."""
        data = path.read_bytes()
        made = kept_arrays("domain-3", hashlib.sha256(data).hexdigest(), lambda: _laid_out(read(data.decode("utf-8"))))
        return cls(made["words"].tolist(), made["pairs"], made["table"], made["places"])

    def without(self, bigrams: Bigrams) -> DomainModel:
        """Give the model of all counts but these, as far as they are among them: for judging how others would fare.

        >>> model = DomainModel.of({("the", "army"): 2, ("the", "navy"): 1})
        >>> rest = model.without({("the", "army"): 2})
        >>> rest.score("the", "navy") > rest.score("the", "army") == rest.score("the", "zebra")
        True
        """
        rest = copy.copy(self)
        rest._places = self._places.copy()
        known = {pair: places for pair, places in bigrams.items() if self._ids.keys() >= set(pair)}
        numbers = np.array([self._ids[a] << BITS | self._ids[b] for a, b in known], np.int64)
        at = self._at.find(numbers)
        places = np.array(list(known.values()), np.float64)
        rest._places[at[at >= 0]] -= places[at >= 0]
        np.maximum(rest._places, 0.0, out=rest._places)
        rest._sum()
        return rest

    def number(self, word: str) -> int:
        """Give the number of a word, -1 for all that were never seen; ``an`` is ``a``."""
        return self._ids.get("a" if word == "an" else word, -1)

    def scores(self, previous: Ints, words: Ints) -> Floats:
        """Give log P of many words, each after another, by their numbers."""
        at = self._at.find(previous << BITS | words)
        at[(previous < 0) | (words < 0)] = -1
        return np.where(at >= 0, self._seen[at], self._usual[words] - self._room[previous])

    def score(self, previous: str, word: str) -> float:
        """Give log P(word | previous)."""
        return float(self.scores(np.array([self.number(previous)]), np.array([self.number(word)]))[0])


def _laid_out(bigrams: Bigrams) -> dict[str, npt.NDArray[Any]]:
    words = sorted({word for pair in bigrams for word in pair})
    ids = {word: number for number, word in enumerate(words)}
    places = {ids[a] << BITS | ids[b]: count for (a, b), count in bigrams.items()}
    pairs = sorted(places)
    return {
        "words": np.array(words, np.str_),
        "pairs": (numbers := np.array(pairs, np.int64)),
        "table": hashed.table_of(numbers),
        "places": np.array([places[pair] for pair in pairs], np.float64),
    }


def read(text: str) -> dict[tuple[str, str], int]:
    """Read what :func:`written` wrote.

    >>> read(written({("the", "army"): 2, ("the", "navy"): 1, ("army", "met"): 1}))[("the", "army")]
    2
    """
    found: dict[tuple[str, str], int] = {}
    for line in text.splitlines()[1:]:
        previous, _, after = line.partition("\t")
        for told in after.split(" "):
            word, _, count = told.rpartition(":")
            found[previous, word] = int(count)
    return found


def written(bigrams: Bigrams) -> str:
    """Write counts of two words in a row, a line for each first word.

    >>> written({("the", "army"): 2, ("the", "navy"): 1, ("army", "met"): 1}).splitlines()
    ['word\\tafter it', 'army\\tmet:1', 'the\\tarmy:2 navy:1']
    """
    rows: dict[str, list[str]] = {}
    for (previous, word), count in sorted(bigrams.items()):
        rows.setdefault(previous, []).append(f"{word}:{count}")
    return "word\tafter it\n" + "".join(f"{word}\t{' '.join(after)}\n" for word, after in rows.items())
