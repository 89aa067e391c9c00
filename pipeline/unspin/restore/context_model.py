"""A small model of the words around a place: does this phrase belong here?

It looks at five words to either side, as they stand (spun neighbours and all),
which the trigram model does not see.  The score of a phrase is a bilinear form
between the word vectors of the context and the mean vector of the phrase.
Vectors: GloVe 6B, 50 dimensions (Pennington et al. 2014, public domain),
quantised; matrices: fitted by ``tests/tuning/fit_context.py`` on sentences
spun forwards with the lexicon.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unspin.restore.recent import Recent

Array = npt.NDArray[np.float32]

#: Words looked at on either side.
WINDOW = 5

#: Words of which it is remembered what they say at each place: 2 KB each.
ROOM = 8192

MODEL_PATH = Path(__file__).with_name("context.npz")


class ContextModel:
    """Word vectors and the two matrices that weigh a context."""

    def __init__(self, words: Sequence[str], vectors: Array, left: Array, right: Array) -> None:
        self.words = words
        self.vectors = np.vstack([np.zeros((1, vectors.shape[1]), np.float32), vectors])  #: row 0: of no word
        self._ids = {word: number for number, word in enumerate(words, 1)}
        size = vectors.shape[1]
        sides = np.stack([left, right]).reshape(2 * WINDOW, size, size)
        self._sides = np.ascontiguousarray(sides.transpose(1, 0, 2).reshape(size, -1))
        self._rowed: dict[int, int] = {}  # word -> row of what is remembered
        self._said = np.zeros((ROOM, 2 * WINDOW * size), np.float32)  # of which a system gives what is written to
        self._phrases: Recent[tuple[str, ...], Array] = Recent(self._mean, ROOM)

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> ContextModel:
        """Read the model from its file (no pickles inside)."""
        with np.load(path, allow_pickle=False) as data:
            words = bytes(data["words"]).decode("utf-8").split("\n")
            vectors = data["vectors"].astype(np.float32) / 127.0
            return cls(words, vectors, data["left"].astype(np.float32), data["right"].astype(np.float32))

    def numbers(self, words: Iterable[str]) -> list[int]:
        """Give the rows of words among the vectors, 0 for those that have none."""
        return [self._ids.get(word, 0) for word in words]

    def vector(self, words: tuple[str, ...]) -> Array:
        """Give the mean vector of a phrase's words, (50,); zero where none is known."""
        return self._phrases[words]

    def _mean(self, words: tuple[str, ...]) -> Array:
        ids = [self._ids[w] for w in words if w in self._ids]
        rows: Any = self.vectors[ids].mean(axis=0) if len(ids) > 1 else self.vectors[ids[0] if ids else 0]
        return rows  # type: ignore[no-any-return]

    def turn(self) -> None:
        """Forget the vectors of phrases that texts before the last ones had, where they are many."""
        self._phrases.turn()

    def contexts(self, words: Sequence[str]) -> tuple[Array, Array]:
        """Give the left and the right context of every place between the words of a sentence, (n + 1, 50) each.

        Row ``i`` of the left one speaks of the words before place ``i``, of the
        right one of the words from place ``i`` on.
        """
        left, right = self.all_contexts([words])
        return left[WINDOW : WINDOW + len(words) + 1], right[WINDOW : WINDOW + len(words) + 1]

    def all_contexts(self, sentences: Iterable[Sequence[str]]) -> tuple[Array, Array]:
        """Give the contexts of many sentences, one after the other with ``WINDOW`` rows before each and after all."""
        none = [0] * WINDOW
        ids = [*none]
        for words in sentences:
            ids += self.numbers(words)
            ids += none
        ids = [*none, *ids, *none]
        count = len(ids) - 2 * WINDOW + 1
        sides = np.zeros((2, count, self.vectors.shape[1]), np.float32)
        for low in range(0, count, ROOM // 4):  # a long text in parts: a word has 2 KB
            high = min(low + ROOM // 4, count)
            rows = self._rows(ids[low : high + 2 * WINDOW - 1])
            for at in range(WINDOW):
                sides[0, low:high] += rows[at : at + high - low, 0, at]
                sides[1, low:high] += rows[WINDOW + at :][: high - low, 1, at]
        return sides[0], sides[1]

    def _rows(self, ids: Sequence[int]) -> Array:
        """Give what at most ``ROOM`` words say at each place of both windows, (words, 2, WINDOW, 50); remembered."""
        new = [n for n in dict.fromkeys(ids) if n not in self._rowed]
        if len(self._rowed) + len(new) > ROOM and new:
            self._rowed.clear()
            new = list(dict.fromkeys(ids))
        for number in new:  # one by one: the bits do not depend on how many there are
            row = len(self._rowed)
            self._rowed[number] = row
            np.dot(self.vectors[number], self._sides, out=self._said[row])
        return self._said[[self._rowed[n] for n in ids]].reshape(len(ids), 2, WINDOW, -1)


@functools.lru_cache(maxsize=1)
def shipped() -> ContextModel:
    """Give the model that comes with Unspin, loaded once.

    >>> model = shipped()
    >>> left, right = model.contexts(["the", "forces", "of", "the", "region"])
    >>> left.shape
    (6, 50)
    """
    return ContextModel.load()
