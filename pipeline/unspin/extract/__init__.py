"""Names and relations of restored texts; the only package that imports spaCy, and only when a model is loaded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from unspin.extract import documents, frames
from unspin.extract.gazetteer import Gazetteer, Match
from unspin.extract.parses import Parse
from unspin.extract.readings import Reading, readings
from unspin.records import Extraction, Restoration
from unspin.sentences import batches

if TYPE_CHECKING:
    from unspin.extract.models import Identity

__all__ = ["Extractor"]


class _Document(NamedTuple):
    restoration: Restoration
    matches: list[Match]
    readings: list[Reading]
    parses: list[Parse]


class Extractor:
    """A loaded model with the lexicons of names and relations.

    >>> from unspin.records import Block, Metadata, Restoration, Source
    >>> text = "AFRICOM met with Libyan leaders."
    >>> block = Block("b1", "", "paragraph", 0, len(text))
    >>> source = Source("a.txt", "a.txt", "", text)
    >>> given = Restoration(source, "clean", text, (), (block,), ((0, len(text)),), Metadata(), 0.0, "")
    >>> [extraction] = Extractor().extract([given])
    >>> [(m.text, m.name) for m in extraction.mentions]
    [('AFRICOM', 'U.S. Africa Command'), ('Libyan', 'Libya')]
    >>> [(r.subject, r.predicate, r.preposition, r.object, r.relation) for r in extraction.relations]
    [('U.S. Africa Command', 'meet', 'with', 'Libyan leaders', 'MEETS_WITH')]
    """

    def __init__(self, model: str | None = None) -> None:
        from unspin.extract.models import load

        self.nlp, self._identity = load(model)
        self.gazetteer = Gazetteer.shipped()
        self.types = frames.shipped_types()
        self.vocabulary = documents.vocabulary(self.nlp)
        self._strings: dict[int, str] = {}

    def identity(self) -> Identity:
        """Give the model's name, version and hash."""
        return self._identity

    def extract(self, restorations: Iterable[Restoration]) -> Iterator[Extraction]:
        """Read documents in their order; the model takes the blocks of many of them at once."""
        waiting: deque[_Document] = deque()

        def texts() -> Iterator[tuple[str, _Document]]:
            for restoration in restorations:
                matches = self.gazetteer.find(restoration.text)
                document = _Document(
                    restoration,
                    matches,
                    readings(restoration.text, restoration.blocks, matches, self.vocabulary.verbs),
                    [],
                )
                waiting.append(document)
                for reading in document.readings:
                    yield reading.text, document

        for batch in batches(texts()):
            for doc, document in self.nlp.pipe(batch, as_tuples=True, batch_size=len(batch)):
                document.parses.append(Parse(doc, self._strings))
            while waiting and len(waiting[0].parses) == len(waiting[0].readings):
                yield self._finish(waiting.popleft())
        while waiting:
            yield self._finish(waiting.popleft())

    def _finish(self, d: _Document) -> Extraction:
        return documents.read(
            d.restoration, d.matches, d.readings, d.parses, self.gazetteer, self.vocabulary, self.types
        )
