"""Relations as a component of anybody's spaCy pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from unspin.extract import documents, frames
from unspin.extract.gazetteer import Gazetteer
from unspin.extract.parses import Parse
from unspin.extract.readings import Reading
from unspin.records import Block, Extraction, Mention, Metadata, Relation, Restoration, Source

#: Where a ``Doc`` keeps the rows, as plain lists, so that they outlive ``to_bytes`` and ``n_process``.
KEY = "unspin_relations"


def _kept(doc: Doc, part: int) -> Iterable[Any]:
    kept: Any = doc.user_data.get(KEY)
    return kept[part] if kept else ()


def _relations(doc: Doc) -> tuple[Relation, ...]:
    return tuple(Relation(*row) for row in _kept(doc, 0))


def _mentions(doc: Doc) -> tuple[Mention, ...]:
    return tuple(Mention(*row) for row in _kept(doc, 1))


class Component:
    """Reads a parsed ``Doc`` as one paragraph; needs a tagger, a parser and a lemmatizer before it."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.gazetteer = Gazetteer.shipped()
        self.types = frames.shipped_types()
        self.vocabulary: documents.Vocabulary | None = None
        self._strings: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``Doc._.relations`` and ``Doc._.relation_mentions``; offsets are those of the text of the doc."""
        found = self.read(doc)
        doc.user_data[KEY] = [[list(r) for r in found.relations], [list(m) for m in found.mentions]]
        return doc

    def read(self, doc: Doc) -> Extraction:
        """Give the mentions and relations of a parsed doc."""
        if not doc.has_annotation("DEP"):
            raise ValueError("unspin_relations needs a dependency parse; add it after the parser of the pipeline")
        if self.vocabulary is None:  # components may still be added when this one is made
            self.vocabulary = documents.vocabulary(self.nlp)
        text = doc.text
        block = Block("b1", "", "paragraph", 0, len(text))
        given = Restoration(
            Source("doc", "doc", "", text), "clean", text, (), (block,), ((0, len(text)),), Metadata(), 0.0, ""
        )
        if not text.strip():
            return Extraction((), ())
        return documents.read(
            given,
            self.gazetteer.find(text),
            [Reading(0, 0, text, len(text), "text")],
            [Parse(doc, self._strings)],
            self.gazetteer,
            self.vocabulary,
            self.types,
        )


@Language.factory(KEY, requires=["token.dep", "token.tag", "token.lemma"], assigns=["doc._.relations"])
def make(nlp: Language, name: str) -> Component:
    """Make the component ``unspin_relations``."""
    Doc.set_extension("relations", getter=_relations, force=True)
    Doc.set_extension("relation_mentions", getter=_mentions, force=True)
    return Component(nlp)
