"""The spaCy model with a memory: a text that comes again, in this document or another, is analysed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

Context = TypeVar("Context")

#: Texts, and characters of all of them, that a model is given at once: it makes some 5 kB of arrays of each word.
MOST, LONGEST = 512, 60_000

#: Analyses that are kept: boilerplate and syndicated paragraphs come again soon; 500 take some 25 MB.
ROOM = 500


def batches(
    texts: Iterable[tuple[str, Context]], most: int = MOST, longest: int = LONGEST
) -> Iterator[list[tuple[str, Context]]]:
    """Cut a stream of texts into batches of so many texts and characters; a longer text is a batch of its own.

    >>> [[text for text, _ in batch] for batch in batches([("a", 1), ("b", 2), ("ccc", 3), ("d", 4)], longest=3)]
    [['a', 'b'], ['ccc'], ['d']]
    """
    batch: list[tuple[str, Context]] = []
    size = 0
    for text, context in texts:
        if batch and (len(batch) >= most or size + len(text) > longest):
            yield batch
            batch, size = [], 0
        batch.append((text, context))
        size += len(text)
    if batch:
        yield batch


class Remembering:
    """A model whose ``pipe`` knows the last texts that it was given.

    What the model makes of a text does not depend on what stands with it in a
    batch: to the bit the same for batches of 1, 7, 64, 256 and 1,000 in any
    order, on 1,516 paragraphs.  So neither does it depend on this memory.
    """

    def __init__(self, nlp: Any, room: int = ROOM) -> None:
        self._nlp, self._room = nlp, room
        self._known: dict[str, Any] = {}

    def pipe(
        self, texts: Iterable[tuple[str, Context]], as_tuples: bool = True, batch_size: int = 128
    ) -> Iterator[tuple[Any, Context]]:
        """Give the analysis of each text with what came along with it, in order."""
        drawn = iter(texts)
        while batch := list(islice(drawn, batch_size)):
            asked = dict.fromkeys(text for text, _ in batch)
            # Long texts with long ones: the model's layers work on a batch as one array, however it is cut.
            fresh = sorted((text for text in asked if text not in self._known), key=len)
            made = dict(zip(fresh, self._nlp.pipe(fresh, batch_size=batch_size), strict=True))
            found = {text: made[text] if text in made else self._known.pop(text) for text in asked}
            self._known |= found  # those just used stand last
            for old in list(islice(self._known, max(0, len(self._known) - self._room))):
                del self._known[old]
            for text, context in batch:
                yield found[text], context
