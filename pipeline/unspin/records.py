"""The nouns of the project: frozen facts that every stage passes on.

Three texts are spoken of, always in code points, half open ``[start, end)``:

* **source**: the document as decoded;
* **tidied**: the source with the surface repairs of :mod:`unspin.tidy` applied;
* **restored**: the tidied text with the plain terms put back.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

Span = tuple[int, int]


class Metadata(NamedTuple):
    """What a document says of itself; empty where it says nothing."""

    title: str = ""
    author: str = ""
    published: str = ""  #: ISO 8601
    publisher: str = ""
    source_url: str = ""


#: Suffixes of files that are a source text as they stand.
PLAIN = frozenset({".txt", ".md"})


def is_plain(name: str) -> bool:
    """Tell whether a file is its own text."""
    return Path(name).suffix in PLAIN


def with_text_suffix(name: str) -> str:
    """Give the name of a document's text.

    >>> with_text_suffix("a.md"), with_text_suffix("a.html")
    ('a.md', 'a.html.txt')
    """
    return name if is_plain(name) else name + ".txt"


class Source(NamedTuple):
    """One input document as decoded, or the reason why it could not be read."""

    doc_id: str
    path: str
    sha256: str  #: of the file's bytes (of the record's text inside a container file)
    text: str = ""
    keep: bool = False  #: the file itself is not this text in UTF-8, so the run keeps ``source/NAME``
    metadata: Metadata = Metadata()
    language: str = ""
    status: str = ""  #: empty, ``refused`` or ``failed``
    reason: str = ""


class Edit(NamedTuple):
    """One proposed replacement in the coordinates of the text it was found in."""

    start: int
    end: int
    original: str
    replacement: str
    outcome: str  #: ``changed`` or ``suspect``
    kind: str  #: one of :data:`KINDS`
    rule: str
    pack: str = ""
    score: float = 1.0
    alternatives: tuple[str, ...] = ()


#: Kinds of edit, from the surface to the sense.
KINDS = ("encoding", "spacing", "markup", "case", "spelling", "phrase", "word", "open", "agreement")

#: Kinds that a ``clean`` document may have.
CLEAN_KINDS = frozenset({"encoding", "spacing", "markup"})


class Block(NamedTuple):
    """A title, heading, paragraph, list item, table cell or metadata line."""

    block_id: str  #: ``b1``, ``b2`` ... in order of place
    parent_id: str  #: heading or lead-in that this block stands under, or empty
    kind: str  #: ``title heading paragraph item cell metadata``
    start: int
    end: int
    level: int = 0  #: heading level or list depth, from 1; 0 elsewhere
    row: int | None = None  #: of a cell, from 0 (the header row is 0)
    column: int | None = None  #: of a cell, from 0
    header_id: str = ""  #: block_id of a cell's column heading
    label: Span | None = None  #: ``Joint exercises`` of ``Joint exercises: Enhancing ...``, or a metadata key
    body: int = 0  #: where the text after the label begins (``start`` when there is none)


class Restoration(NamedTuple):
    """A document after tidying, layout and restoring."""

    source: Source
    status: str  #: ``done`` or ``clean``
    text: str  #: the restored text
    edits: tuple[Edit, ...]  #: in source offsets, sorted; changed ones do not overlap
    blocks: tuple[Block, ...]  #: in restored offsets
    source_spans: tuple[Span, ...]  #: of each block, in source offsets
    metadata: Metadata
    spin_score: float
    pack: str


class Mention(NamedTuple):
    """A place in the restored text that names an entity."""

    block_id: str
    start: int
    end: int
    text: str
    name: str  #: canonical within the document
    type: str  #: spaCy's OntoNotes label
    method: str  #: ``model lexicon alias abbreviation metadata``
    reference: str = ""  #: ``iso3166:LY``
    value: str = ""  #: dates as ISO 8601, amounts as ``USD 3000000``


class Relation(NamedTuple):
    """One relation read from the restored text."""

    relation_id: str  #: ``r1``; ``r1.2`` for the second object of the same clause
    block_id: str
    subject: str
    subject_mention: int | None  #: index into the document's mentions
    predicate: str
    predicate_text: str
    relation: str
    object: str
    object_mention: int | None
    preposition: str
    negated: bool
    modality: str
    tense: str
    attribution: str
    confidence: float
    sentence: str  #: a stretch of the restored text
    start: int  #: of the stretch that supports the row
    end: int
    condition: str = ""
    quantity: str = ""
    resolved: str = ""  #: how a pronoun or definite phrase was resolved: ``subject``, ``object`` ...


class Extraction(NamedTuple):
    """What was read from one restored document."""

    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]
