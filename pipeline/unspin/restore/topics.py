"""What a document, and the stretch around a place, are about: does a phrase belong to that subject?

Word vectors are summed over the words around, rare words weighing more, and
what any English text would give is taken off.  A spun article still names its
subject often enough that *military* suits it better than *army*, or the reverse.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from unspin.restore.arrays import Ints
from unspin.restore.context_model import ContextModel
from unspin.restore.language_model import TOTAL, Web

Array = npt.NDArray[np.float32]

#: Words to either side that count as near: of 15, 30 and 60 the middle one did best on the gold articles.
NEAR = 30

#: Words of no subject that are reckoned with each document and each stretch, so that short ones say little.
CALM = {"topic": 60.0, "nearby": 10.0}

#: How many times rarer than all words together a word must be to say anything, as a natural logarithm.
COMMON = 6.0

#: Places that are handled at once: 25 kB of sums each.
ROOM = 8192


class Topics:
    """Word vectors weighed by how rare the words are."""

    def __init__(self, model: ContextModel, web: Web) -> None:
        counts = np.append(0.0, web.counts(model.words))
        rarity = np.maximum(0.0, np.log(TOTAL / np.maximum(counts, 1e4)) - COMMON)
        lengths = np.sqrt((model.vectors**2).sum(axis=1))
        weighed = model.vectors * (rarity / np.maximum(lengths, 1e-9))[:, None]
        self._model = model
        self._weighed: Array = weighed.astype(np.float32)
        self._usual = (weighed * (counts / counts.sum())[:, None]).sum(axis=0)

    def numbers(self, words: list[str]) -> Ints:
        """Give the numbers of words, 0 for those without a vector."""
        return np.array(self._model.numbers(words), np.int64)

    def around(self, numbers: Ints, spans: Ints) -> dict[str, Array]:
        """Give what the document and the stretch around each place are about, the place itself left out.

        ``numbers``: of the words of the document; ``spans``: first word of each
        place and the one after its last, (places, 2).  Gives ``topic`` and
        ``nearby``, (places, 50) each.

        >>> from unspin.restore.context_model import shipped
        >>> topics = Topics(shipped(), Web.load())
        >>> words = "the troops and their army coaching on the border".split()
        >>> about = topics.around(topics.numbers(words), np.array([[4, 5]]))["topic"][0]
        >>> military, hockey = (shipped().vector((word,)) for word in ("military", "hockey"))
        >>> bool(about @ military > about @ hockey)
        True
        """
        size = self._weighed.shape[1]
        found = {name: np.zeros((len(spans), size), np.float32) for name in CALM}
        whole = np.zeros(size)
        for low in range(0, len(numbers), ROOM):
            whole += self._weighed[numbers[low : low + ROOM]].sum(axis=0, dtype=np.float64)
        for low in range(0, len(spans), ROOM):
            first, last = spans[low : low + ROOM].T
            left, right = np.maximum(first - NEAR, 0), np.minimum(last + NEAR, len(numbers))
            begin = int(left.min())
            words = self._weighed[numbers[begin : int(right.max())]].astype(np.float64)
            sums = np.concatenate([np.zeros((1, size)), np.cumsum(words, axis=0)])
            own = sums[last - begin] - sums[first - begin]
            near = sums[right - begin] - sums[left - begin] - own
            for name, total, count in (
                ("topic", whole - own, len(numbers) - (last - first)),
                ("nearby", near, right - left - (last - first)),
            ):
                rest = count[:, None]
                found[name][low : low + ROOM] = (total - rest * self._usual) / (rest + CALM[name])
        return found
