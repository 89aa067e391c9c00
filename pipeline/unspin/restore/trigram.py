"""The trigram model inside the ``pocketsphinx`` wheel (BSD; 72,547 words), read without the library's own functions.

Asking the library costs some five microseconds a trigram, three quarters of
what restoring took; the values here are the same to the last bit
(``tests/test_language_model.py`` compares them).
The file: a trie over words from right to left, bit-packed, probabilities and
back-offs as numbers of 65,536 float values each.
"""

from __future__ import annotations

import importlib.util
import math
import struct
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.cache import kept_arrays
from unspin.restore import hashed
from unspin.restore.arrays import Floats, Ints, runs
from unspin.restore.hashed import Hashed

#: Log-probability of a word that no model knows: about one in a million, a rare name.
UNKNOWN = -14.0

#: The library counts in powers of this.
BASE = math.log(1.0001)

#: Values in each table of the file.
BINS = 1 << 16

#: Bytes of the file before its words: counts and the tables of values.
HEAD = 36 + 3 * BINS * 4

#: What the file says of a word by itself, and where its pairs begin.
ALONE = np.dtype([("prob", "<f4"), ("backoff", "<f4"), ("next", "<u4")])

#: A pair is numbered ``word << SHIFT | previous``: the model has fewer words.
SHIFT = 17

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


class Pair(NamedTuple):
    """What the model says of a word after another, before the word before both is known."""

    alone: float  #: log P(word | previous), or of the word where the model does not know the word before
    start: float | None  #: to which the history's back-off is added; None: the word before both changes nothing
    first: int  #: its trigrams are [first, last)
    last: int
    backoff: float  #: of the pair as a history


class Pairs(NamedTuple):
    """What the model says of many words, each after another, before the words before both are known."""

    at: Ints  #: their places among the pairs of the model, -1 for those that it lacks
    alone: Floats  #: as in :class:`Pair`
    start: Floats  #: likewise, but NaN for none
    backoff: Floats


class Trigram:
    """Scores words after two others, as a natural logarithm of a probability."""

    def __init__(self) -> None:
        path = model_path()
        with open(path, "rb") as file:
            raw = file.read(HEAD)
            if raw[:20] != b"Trie Language Model\3":
                raise ValueError(f"{path}: is no trigram model; install pocketsphinx==5.1.1 again")
            (words,) = struct.unpack_from("<I", raw, 20)
            raw += file.read((words + 1) * ALONE.itemsize)
        tables, alone, _ = _head(raw, words)
        # Named by size, as the counts of the web are: the wheel's file does not change but with its version.
        laid = kept_arrays("trigram-2", f"{path.name} {path.stat().st_size}", lambda: lay_out(path.read_bytes()))
        self._previous, self._pair_backoff, self._pair_prob = (
            laid[name].data for name in ("previous", "pair_backoff", "pair_prob")
        )
        self._next, self._before, self._triple_prob = (laid[name].data for name in ("next", "before", "triple_prob"))
        # The library gives whole numbers.
        self._triple_values: list[float] = (np.trunc(tables[2]) * BASE).tolist()
        self._prob_table: list[float] = tables[0].tolist()
        self._backoff_table: list[float] = tables[1].tolist()
        self._probs: list[float] = alone["prob"].astype(np.float64).tolist()
        self._backoffs: list[float] = alone["backoff"].astype(np.float64).tolist()
        self._starts: list[int] = alone["next"].tolist()
        # The same as arrays, for many at once; pairs and triples by one number each, in order.
        self._probs_of, self._backoffs_of = (np.append(alone[name], 0.0) for name in ("prob", "backoff"))
        self._tables = tables[0], tables[1], np.trunc(tables[2]) * BASE
        self._nexts = np.asarray(self._next)
        self._pair_places, self._triple_places = (
            Hashed(laid[f"{name}_keys"], laid[f"{name}_table"]) for name in ("pair", "triple")
        )
        names = laid["names"].tobytes().decode("ascii").split("\0")[:words]
        self._ids = dict(zip(names, range(len(names)), strict=True))
        self._known: dict[str, int] = {}

    def known(self, word: str) -> int:
        """Give the model's number of a word or of its American spelling, -1 where it has none."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > 200_000:
                self._known.clear()
            found = self._known[word] = self._look_up(word)
        return found

    def _look_up(self, word: str) -> int:
        if word[:1].isdigit():
            return self._ids["twenty"]
        if word in self._ids:
            return self._ids[word]
        for british, american in BRITISH:
            if word.endswith(british):
                other = word[: -len(british)] + american
                if other in self._ids:
                    return self._ids[other]
        return -1

    def pair(self, previous: int, word: int) -> Pair:
        """Give what is known of a word after another, both by their numbers."""
        if word < 0:
            return Pair(UNKNOWN, None, 0, 0, 0.0)
        prob = self._probs[word]
        if previous < 0:
            return Pair(int(prob) * BASE, None, 0, 0, 0.0)
        high = self._starts[word + 1]
        at = bisect_left(self._previous, previous, self._starts[word], high)
        if at == high or self._previous[at] != previous:
            value = single(prob + self._backoffs[previous])
            return Pair(int(value) * BASE, value, 0, 0, 0.0)
        value = self._prob_table[self._pair_prob[at]]
        backoff = self._backoff_table[self._pair_backoff[at]]
        return Pair(int(value) * BASE, value, self._next[at], self._next[at + 1], backoff)

    def triple(self, before: int, first: int, last: int) -> float | None:
        """Give log P(word | before previous) where the model has the three; ``first`` and ``last`` are of the pair."""
        at = bisect_left(self._before, before, first, last)
        if at < last and self._before[at] == before:
            return self._triple_values[self._triple_prob[at]]
        return None

    def pairs(self, previous: Ints, words: Ints) -> Pairs:
        """Give what is known of many words, each after another, as :meth:`pair` gives it for one."""
        at = self._pair_places.find(words << SHIFT | previous)
        at[(words < 0) | (previous < 0)] = -1
        known = at >= 0
        value = (self._probs_of[words] + np.where(previous < 0, 0.0, self._backoffs_of[previous])).astype(np.float32)
        start = value.astype(np.float64)
        start[known] = self._tables[0][np.asarray(self._pair_prob)[at[known]]]
        alone = np.trunc(start) * BASE
        alone[words < 0] = UNKNOWN
        start[(words < 0) | (previous < 0)] = np.nan
        backoff = np.zeros(len(at))
        backoff[known] = self._tables[1][np.asarray(self._pair_backoff)[at[known]]]
        return Pairs(at, alone, start, backoff)

    def triples(self, before: Ints, pairs: Pairs, which: Ints, backoff: Floats) -> Floats:
        """Give log P of the word of pairs (by their places in ``pairs``) after two others.

        ``backoff``: of the two words before.
        """
        start = pairs.start[which]
        found = np.trunc((start + backoff).astype(np.float32)).astype(np.float64) * BASE
        at = pairs.at[which]
        may = np.flatnonzero((at >= 0) & (before >= 0))
        may = may[self._nexts[at[may]] < self._nexts[at[may] + 1]]
        places = self._triple_places.find(at[may] << SHIFT | before[may])
        there = places >= 0
        found[may[there]] = self._tables[2][np.asarray(self._triple_prob)[places[there]]]
        return np.where(np.isnan(start) | (before < 0), pairs.alone[which], found)

    def chains(self, phrases: Sequence[Sequence[str]]) -> Floats:
        """Give log P of the words of phrases, each by itself, (phrases,).

        >>> lm = Trigram()
        >>> common, rare = lm.chains([("at", "the", "end"), ("at", "the", "stop")])
        >>> bool(common > rare)
        True
        """
        lengths = np.array([len(words) for words in phrases], np.int64)
        words = np.array([self.known(word) for words in phrases for word in words], np.int64)
        place = runs(np.zeros_like(lengths), lengths)  # of each word in its phrase
        previous, before = (np.where(place >= back, np.roll(words, back), -1) for back in (1, 2))
        pairs = self.pairs(previous, words)
        scores = self.triples(before, pairs, np.arange(len(words)), np.roll(pairs.backoff, 1))
        of = np.repeat(np.arange(len(phrases)), lengths)
        found: Floats = np.bincount(of, scores, len(phrases)).astype(np.float64)
        return found

    def score(self, before: str, previous: str, word: str) -> float:
        """Give log P(word | before previous); empty strings stand for no history.

        >>> lm = Trigram()
        >>> lm.score("", "military", "training") > lm.score("", "army", "coaching")
        True
        """
        b = self.known(before) if before else -1
        p = self.known(previous) if previous else -1
        alone, start, first, last, _ = self.pair(p, self.known(word))
        if start is None or b < 0:
            return alone
        found = self.triple(b, first, last)
        return found if found is not None else int(single(start + self.pair(b, p).backoff)) * BASE


def _head(raw: bytes, words: int) -> tuple[Floats, npt.NDArray[Any], int]:
    """Give the tables of values of the model, its words by themselves, and where its pairs begin."""
    tables = np.frombuffer(raw, "<f4", 3 * BINS, HEAD - 3 * BINS * 4).reshape(3, BINS).astype(np.float64)
    alone = np.frombuffer(raw, ALONE, words + 1, HEAD)
    return tables, alone, HEAD + alone.nbytes


def lay_out(raw: bytes) -> dict[str, npt.NDArray[Any]]:
    """Give pairs, triples and names of the model's file as arrays."""
    words, pairs, triples = struct.unpack_from("<3I", raw, 20)
    _, alone, at = _head(raw, words)
    word_bits, next_bits = words.bit_length(), triples.bit_length()
    width = word_bits + 32 + next_bits
    used = int(alone["next"][words])  # the count in the header may be a few too many
    middle, at = np.frombuffer(raw, np.uint8, -1, at), at + ((1 + pairs) * width + 7) // 8 + 8
    made: dict[str, npt.NDArray[Any]] = {
        "previous": _unpack(middle, used, width, 0, word_bits).astype(np.int32),
        "pair_backoff": _unpack(middle, used, width, word_bits, 16).astype(np.uint16),
        "pair_prob": _unpack(middle, used, width, word_bits + 16, 16).astype(np.uint16),
        "next": _unpack(middle, used + 1, width, word_bits + 32, next_bits).astype(np.int32),
    }
    width = word_bits + 16
    longest, at = np.frombuffer(raw, np.uint8, -1, at), at + ((1 + triples) * width + 7) // 8 + 8
    made["before"] = _unpack(longest, triples, width, 0, word_bits).astype(np.int32)
    made["triple_prob"] = _unpack(longest, triples, width, word_bits, 16).astype(np.uint16)
    begins, nexts = alone["next"].astype(np.int64), made["next"]
    names_of = np.repeat(np.arange(words) << SHIFT, begins[1:] - begins[:-1])
    pairs_of = np.repeat(np.arange(used) << SHIFT, nexts[1:] - nexts[:-1])
    (size,) = struct.unpack_from("<i", raw, at)
    keys = {"pair": names_of | made["previous"], "triple": pairs_of | made["before"][: nexts[-1]]}
    return made | {
        **{f"{name}_keys": numbers for name, numbers in keys.items()},
        **{f"{name}_table": hashed.table_of(numbers) for name, numbers in keys.items()},
        "names": np.frombuffer(raw, np.uint8, size, at + 4),
    }


def single(value: float) -> float:
    """Round to what a float of 32 bits holds, as the library does after each sum.

    >>> single(-90000.123456789)
    -90000.125
    """
    high = value * 536870913.0  # 2 ** 29 + 1: Veltkamp's splitting
    return high - (high - value)


def model_path() -> Path:
    """Give where the wheel keeps its model.

    Raises FileNotFoundError where there is none.
    """
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the language model is missing; run: pip install pocketsphinx==5.1.1")
    path = Path(spec.origin).parent / "model" / "en-us" / "en-us.lm.bin"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: the language model is missing; install pocketsphinx==5.1.1 again")
    return path


def _unpack(packed: npt.NDArray[np.uint8], count: int, stride: int, offset: int, width: int) -> npt.NDArray[np.uint64]:
    """Give ``count`` numbers of ``width`` bits (57 at most) that stand ``stride`` bits apart."""
    found = np.empty(count, np.uint64)
    # Every eighth number begins at the same bit of a byte.
    for phase in range(8):
        bit = phase * stride + offset
        rows = len(range(phase, count, 8))
        view: npt.NDArray[np.uint64] = np.ndarray((rows,), "<u8", packed, bit >> 3, (stride,))
        found[phase::8] = view >> np.uint64(bit & 7) & np.uint64((1 << width) - 1)
    return found
