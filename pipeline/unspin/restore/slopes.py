"""What features weigh at a phrase, besides what they weigh anywhere: the random slopes of a mixed-effects logit.

How much the subject of a document, the words around or a count of gold articles
say differs from phrase to phrase: a spinner that writes ``paintings`` for ``works`` is
given away by what stands around, one that writes ``methods`` for ``strategies``
hardly.  So each spun phrase and each plain one has deviations of its own from the
weights of the later passes, drawn towards zero where gold articles say little about
it (``tests/tuning/fit_weights.py``).  The language models weigh the same everywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from unspin.restore.arrays import Floats
from unspin.restore.features import INDEX, NAMES

#: A phrase, word by word.
Words = tuple[str, ...]

SLOPES_PATH = Path(__file__).with_name("slopes.npz")


class Slopes:
    """The deviations of phrases, each for where it stands as spun and as the plain phrase meant.

    ``rows``: number of each phrase; ``spun``, ``plain``: its deviations, (phrases, features).

    >>> none = np.zeros((1, len(NAMES)))
    >>> slopes = Slopes({("army",): 0}, none + 0.5, none + 0.25)
    >>> slopes.of([("army",), ("army",)], [("military",), ("army",)])[:, 0].tolist()
    [0.5, 0.75]
    """

    def __init__(self, rows: Mapping[Words, int], spun: Floats, plain: Floats) -> None:
        self._rows = rows
        nothing = np.zeros((1, len(NAMES)))
        self._spun, self._plain = np.vstack([spun, nothing]), np.vstack([plain, nothing])

    def of(self, spun: Sequence[Words], plain: Sequence[Words]) -> Floats:
        """Give what to add to the weights for each spun phrase that may stand for a plain one, (phrases, features)."""
        here, there = ([self._rows.get(words, -1) for words in phrases] for phrases in (spun, plain))
        found: Floats = self._plain[there] + self._spun[here]
        return found

    @classmethod
    def load(cls, path: Path = SLOPES_PATH) -> Slopes:
        """Take what :func:`read` gives."""
        phrases, spun, plain = read(path)
        return cls({tuple(phrase.split(" ")): row for row, phrase in enumerate(phrases)}, spun, plain)


def read(path: Path) -> tuple[list[str], Floats, Floats]:
    """Read the file that :func:`save` wrote (no pickles inside): phrases, and what each adds, (phrases, features)."""
    with np.load(path, allow_pickle=False) as data:
        phrases = bytes(data["phrases"]).decode("utf-8").split("\n")
        columns = [INDEX[name] for name in bytes(data["features"]).decode("utf-8").split("\n")]
        spun, plain = (np.zeros((len(phrases), len(NAMES))) for _ in range(2))
        spun[:, columns] = data["spun"] * data["steps"]
        plain[:, columns] = data["plain"] * data["steps"]
    return phrases, spun, plain


def save(path: Path, phrases: Sequence[str], names: Sequence[str], spun: Floats, plain: Floats) -> None:
    """Write deviations as whole steps, 254 of which span those of a feature; phrases that have none are left out.

    ``spun``, ``plain``: (phrases, names).
    """
    steps = np.maximum(np.abs(np.concatenate([spun, plain])).max(axis=0), 1e-9) / 127
    coded = [np.round(one / steps).astype(np.int8) for one in (spun, plain)]
    some = np.flatnonzero((coded[0] != 0).any(axis=1) | (coded[1] != 0).any(axis=1))
    with open(path, "wb") as handle:
        np.savez_compressed(
            handle,
            phrases=np.frombuffer("\n".join(phrases[int(row)] for row in some).encode(), np.uint8),
            features=np.frombuffer("\n".join(names).encode(), np.uint8),
            steps=steps,
            spun=coded[0][some],
            plain=coded[1][some],
        )


@functools.lru_cache(maxsize=1)
def shipped() -> Slopes:
    """Give the slopes that come with Unspin, loaded once."""
    return Slopes.load()
