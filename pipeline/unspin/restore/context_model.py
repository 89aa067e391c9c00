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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

#: Words looked at on either side.
WINDOW = 5

MODEL_PATH = Path(__file__).with_name("context.npz")


class ContextModel:
    """Word vectors and the two matrices that weigh a context."""

    def __init__(self, words: Sequence[str], vectors: Array, left: Array, right: Array) -> None:
        self._ids = {word: number for number, word in enumerate(words, 1)}
        self._vectors = np.vstack([np.zeros((1, vectors.shape[1]), np.float32), vectors])
        self._left, self._right = left, right
        self._phrases: dict[tuple[str, ...], Array] = {}

    @classmethod
    def load(cls, path: Path = MODEL_PATH) -> ContextModel:
        """Read the model from its file (no pickles inside)."""
        with np.load(path, allow_pickle=False) as data:
            words = bytes(data["words"]).decode("utf-8").split("\n")
            vectors = data["vectors"].astype(np.float32) / 127.0
            return cls(words, vectors, data["left"].astype(np.float32), data["right"].astype(np.float32))

    def vector(self, words: tuple[str, ...]) -> Array:
        """Give the mean vector of a phrase's words, (50,); zero where none is known."""
        found = self._phrases.get(words)
        if found is None:
            ids = [self._ids[w] for w in words if w in self._ids]
            rows: Any = self._vectors[ids].mean(axis=0) if ids else self._vectors[0]
            found = self._phrases[words] = rows
        return found

    def contexts(self, words: Sequence[str]) -> tuple[Array, Array]:
        """Give the left and the right context of every place between the words of a sentence, (n + 1, 50) each.

        Row ``i`` of the left one speaks of the words before place ``i``, of the
        right one of the words from place ``i`` on.
        """
        count, size = len(words), self._vectors.shape[1]
        ids = [*[0] * WINDOW, *(self._ids.get(w, 0) for w in words), *[0] * WINDOW]
        padded = self._vectors[ids].ravel()
        step = padded.itemsize
        # Overlapping rows over one stretch of memory: numpy's sliding_window_view gives the same, three times slower.
        flat = np.ndarray((count + WINDOW + 1, WINDOW * size), np.float32, padded, 0, (step * size, step))
        return flat[: count + 1] @ self._left, flat[WINDOW:] @ self._right


@functools.lru_cache(maxsize=1)
def shipped() -> ContextModel:
    """Give the model that comes with Unspin, loaded once.

    >>> model = shipped()
    >>> left, right = model.contexts(["the", "forces", "of", "the", "region"])
    >>> left.shape
    (6, 50)
    """
    return ContextModel.load()
