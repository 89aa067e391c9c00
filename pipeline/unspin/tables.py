"""The schema of every table, once; its rows, its writers and its description.

Everything else that speaks of columns (``datapackage.json``, the report, the
comparison of two runs, the tests) is derived from :data:`TABLES`.
"""

from __future__ import annotations

import base64
import bisect
import contextlib
import csv
import hashlib
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from unspin.edits import OffsetMap, changed, overlap
from unspin.records import KINDS, Edit, Extraction, Restoration, Source, Span, with_text_suffix

Cell = str | int | float | bool | None
Row = Sequence[Cell]

#: What stands between several values of one cell.
BETWEEN = " | "


class Column(NamedTuple):
    """One column: its name, Frictionless type, meaning, and the values it may take."""

    name: str
    type: str
    description: str
    values: tuple[str, ...] = ()
    required: bool = False


class Reference(NamedTuple):
    """Columns whose values are found in the columns of another table."""

    columns: tuple[str, ...]
    table: str
    others: tuple[str, ...]


class Table(NamedTuple):
    """One table of a run."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, description: str, *values: str, required: bool = False) -> Column:
    return Column(name, "string", description, values, required)


def _count(name: str, description: str) -> Column:
    return Column(name, "integer", description)


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description)


def _truth(name: str, description: str) -> Column:
    return Column(name, "boolean", description)


_DOC = _text("doc_id", "the document: its path below the input, or FILE#KEY inside a container file", required=True)
_BLOCK = _text("block_id", "the block that holds it")
_SOURCE_SPAN = (
    _count("start", "where it starts in the source text, in code points"),
    _count("end", "where it ends in the source text, exclusive"),
)
_RESTORED_SPAN = (
    _count("restored_start", "where it starts in the restored text, in code points"),
    _count("restored_end", "where it ends in the restored text, exclusive"),
)
_OF_DOCUMENT = Reference(("doc_id",), "documents", ("doc_id",))

DOCUMENTS = Table(
    "documents",
    "One row for each input document, whatever became of it.",
    (
        _DOC,
        _text("path", "the file it was read from, as given"),
        _text("sha256", "of the file's bytes (of the record's text inside a container file)"),
        _text(
            "status",
            "done; clean: not spun, extracted all the same; refused: unfit, see reason; failed: an error of ours",
            *("done", "clean", "refused", "failed"),
            required=True,
        ),
        _text("reason", "why it was refused or failed"),
        _text("title", "from the document's own metadata"),
        _text("author", "from the document's own metadata"),
        _text("published", "ISO 8601, from the document's own metadata"),
        _text("publisher", "from the document's own metadata"),
        _text("source_url", "from the document's own metadata"),
        _text("language", "ISO 639-1"),
        _count("words", "words of the source text"),
        _count("edits", "changes made"),
        _count("suspects", "changes proposed, not made"),
        _share("spin_score", "0 (plain) to 1 (spun)"),
        _text("pack", "the pack that fits best; empty when clean"),
    ),
    ("doc_id",),
)
BLOCKS = Table(
    "blocks",
    "Titles, headings, paragraphs, list items, table cells and metadata lines.",
    (
        _DOC,
        _text("block_id", "b1, b2 ... in order of place", required=True),
        _text("parent_id", "the heading or lead-in that it stands under"),
        _text("kind", "what it is", "title", "heading", "paragraph", "item", "cell", "metadata", required=True),
        _count("level", "heading level or list depth, from 1; 0 elsewhere"),
        _count("row", "of a cell, from 0"),
        _count("column", "of a cell, from 0"),
        _text("header", "a cell's column heading"),
        _text("label", "the part before the colon, or a metadata key"),
        _text("text", "the restored text, line ends as \\n"),
        *_SOURCE_SPAN,
        *_RESTORED_SPAN,
    ),
    ("doc_id", "block_id"),
    (_OF_DOCUMENT,),
)
EDITS = Table(
    "edits",
    "Every change made (outcome changed) or only proposed (outcome suspect).",
    (
        _DOC,
        _text("edit_id", "e1, e2 ... in order of place", required=True),
        _BLOCK,
        *_SOURCE_SPAN,
        _text("original", "that stretch of the source text"),
        _text("replacement", "what stands there in the restored text, or would"),
        _text("outcome", "changed: made; suspect: proposed", "changed", "suspect", required=True),
        _text("kind", "from the surface to the sense", *KINDS, required=True),
        _text("rule", "the lexicon entry or function that made it; several joined by ' | '", required=True),
        _text("pack", "the pack of the lexicon entry"),
        _share("score", "0 to 1, how sure"),
        _text("alternatives", "other candidates, best first, joined by ' | '"),
    ),
    ("doc_id", "edit_id"),
    (_OF_DOCUMENT,),
)
ENTITIES = Table(
    "entities",
    "One row for each entity of the whole run.",
    (
        _text("entity_id", "readable and stable from run to run", required=True),
        _text("name", "canonical name"),
        _text("type", "OntoNotes label, as spaCy gives it"),
        _count("mentions", "places that name it"),
        _count("documents", "documents that name it"),
        _text("aliases", "other names, joined by ' | '"),
        _text("reference", "a public identifier that a source confirms, such as iso3166:LY"),
    ),
    ("entity_id",),
)
MENTIONS = Table(
    "mentions",
    "One row for each place that names an entity.",
    (
        _DOC,
        _text("mention_id", "m1, m2 ... in order of place", required=True),
        _BLOCK,
        _text("entity_id", "the entity that it names", required=True),
        _text("text", "as in the restored text"),
        _text("name", "its canonical name within the document"),
        _text("type", "OntoNotes label"),
        _text("method", "what found it: model, lexicon, alias, abbreviation, metadata ..."),
        *_SOURCE_SPAN,
        *_RESTORED_SPAN,
        _text("value", "a date as ISO 8601, an amount as USD 3000000"),
    ),
    ("doc_id", "mention_id"),
    (_OF_DOCUMENT, Reference(("entity_id",), "entities", ("entity_id",))),
)
RELATIONS = Table(
    "relations",
    "One row for each relation.",
    (
        _DOC,
        _text("relation_id", "r1, r2 ...; r1.2 for the second object of the same clause", required=True),
        _BLOCK,
        _text("subject", "canonical name where it is an entity, otherwise the noun phrase"),
        _text("subject_id", "the entity, where it is one"),
        _text("predicate", "the verb's lemma with its particle"),
        _text("predicate_text", "its words in the sentence, auxiliaries included"),
        _text("relation", "the type that the relation lexicon gives it"),
        _text("object", "canonical name where it is an entity, otherwise the noun phrase"),
        _text("object_id", "the entity, where it is one"),
        _text("preposition", "'with' in 'met with leaders'"),
        _truth("negated", "whether it is denied"),
        _text("modality", "empty: it is so", "", "possible", "planned", "obligated", "attempted", "conditional"),
        _text("tense", "of the verb", "", "past", "present", "future"),
        _text("attribution", "who says so"),
        _share("confidence", "0 to 1"),
        _text("sentence", "the sentence of the restored text, line ends as \\n"),
        *_SOURCE_SPAN,
        *_RESTORED_SPAN,
        _text("rules", "the rules of the edits inside it, joined by ' | '"),
        _text("without_restoration", "with --counterfactual", "", "same", "changed", "gained"),
        _text("condition", "the clause that it depends on"),
        _text("quantity", "the amount that it speaks of"),
        _text("resolved", "which side a pronoun or definite phrase stood for"),
        _truth("suspect", "whether a proposed edit lies inside it"),
    ),
    ("doc_id", "relation_id"),
    (
        _OF_DOCUMENT,
        Reference(("subject_id",), "entities", ("entity_id",)),
        Reference(("object_id",), "entities", ("entity_id",)),
    ),
)

LOST = RELATIONS._replace(
    name="relations_lost",
    description="With --counterfactual: relations that only the spun text gives; changed where another took its place.",
)

#: Every table of a run, in the order in which they are named everywhere.
TABLES: dict[str, Table] = {t.name: t for t in (DOCUMENTS, BLOCKS, EDITS, ENTITIES, MENTIONS, RELATIONS)}

#: Tables that a run has only when it is asked for them.
OPTIONAL: dict[str, Table] = {LOST.name: LOST}


# ---------------------------------------------------------------- rows

#: A word of running text; numbers count, punctuation does not.
WORD = re.compile(r"\w+(?:['’-]\w+)*")


def count_words(text: str) -> int:
    """Count the words of a text.

    >>> count_words("AFRICOM's well-known men met -- twice.")
    5
    """
    return sum(1 for _ in WORD.finditer(text))


def document_row(source: Source, restoration: Restoration | None) -> list[Cell]:
    """Give the row of a document without its ``doc_id`` and ``path``."""
    if restoration is None:
        m = source.metadata
        told: list[Cell] = [m.title, m.author, m.published, m.publisher, m.source_url, source.language]
        return [source.sha256, source.status, one_line(source.reason), *told, None, None, None, None, ""]
    m = restoration.metadata
    made = len(changed(restoration.edits))
    return [
        *(source.sha256, restoration.status, ""),
        *(m.title, m.author, m.published, m.publisher, m.source_url, source.language),
        *(count_words(source.text), made, len(restoration.edits) - made),
        *(restoration.spin_score, "" if restoration.status == "clean" else restoration.pack),
    ]


def block_rows(restoration: Restoration) -> Iterator[list[Cell]]:
    """Give the rows of a document's blocks without their ``doc_id``."""
    text = restoration.text
    by_id = {block.block_id: block for block in restoration.blocks}
    for block, (start, end) in zip(restoration.blocks, restoration.source_spans, strict=True):
        header = by_id.get(block.header_id)
        yield [
            *(block.block_id, block.parent_id, block.kind, block.level, block.row, block.column),
            one_line(text[header.start : header.end]) if header else "",
            one_line(text[slice(*block.label)]) if block.label else "",
            unix_lines(text[block.start : block.end]),
            *(start, end, block.start, block.end),
        ]


def edit_rows(restoration: Restoration) -> Iterator[list[Cell]]:
    """Give the rows of a document's edits without their ``doc_id``."""
    place = _Places(restoration)
    for number, e in enumerate(sorted(restoration.edits, key=_place), 1):
        yield [
            *(f"e{number}", place.block(e.start), e.start, e.end, e.original, e.replacement),
            *(e.outcome, e.kind, e.rule, e.pack, e.score, BETWEEN.join(e.alternatives)),
        ]


def mention_order(extraction: Extraction) -> list[int]:
    """Give the indices of a document's mentions in the order of their place."""
    mentions = extraction.mentions
    return sorted(range(len(mentions)), key=lambda i: (mentions[i].start, mentions[i].end, mentions[i].type))


def mention_rows(restoration: Restoration, extraction: Extraction) -> Iterator[list[Cell]]:
    """Give the rows of a document's mentions, ``doc_id`` left out and ``entity_id`` empty."""
    back = OffsetMap(restoration.edits)
    for number, index in enumerate(mention_order(extraction), 1):
        m = extraction.mentions[index]
        yield [
            *(f"m{number}", m.block_id, "", m.text, m.name, m.type, m.method),
            *(*back.backward_span((m.start, m.end)), m.start, m.end, m.value),
        ]


#: Where a mention row without ``doc_id`` keeps its entity.
MENTION_ENTITY = MENTIONS.header.index("entity_id") - 1
#: Where a relation row without ``doc_id`` keeps the names and entities of its two sides.
SUBJECT, SUBJECT_ID, OBJECT, OBJECT_ID = (
    RELATIONS.header.index(name) - 1 for name in ("subject", "subject_id", "object", "object_id")
)
#: Where it says whether it was read without restoring too.
WITHOUT = RELATIONS.header.index("without_restoration") - 1


def relation_rows(restoration: Restoration, extraction: Extraction) -> Iterator[list[Cell]]:
    """Give the rows of a document's relations without their ``doc_id``.

    ``subject_id`` and ``object_id`` hold the number of the mention row (from
    0) until the entities of the run are known.
    """
    back = OffsetMap(restoration.edits)
    place = _Places(restoration)
    rank: dict[int | None, int | None] = {index: at for at, index in enumerate(mention_order(extraction))}
    rank[None] = None
    for r in sorted(extraction.relations, key=lambda r: (r.start, r.end)):
        span = back.backward_span((r.start, r.end))
        inside = place.edits(span)
        rules = dict.fromkeys(rule for e in inside if e.outcome == "changed" for rule in e.rule.split(BETWEEN))
        yield [
            *(r.relation_id, r.block_id, r.subject, rank[r.subject_mention], r.predicate, r.predicate_text),
            *(r.relation, r.object, rank[r.object_mention], r.preposition, r.negated, r.modality, r.tense),
            *(r.attribution, r.confidence, unix_lines(r.sentence), *span, r.start, r.end),
            *(BETWEEN.join(rules), "", r.condition, r.quantity, r.resolved),
            any(e.outcome != "changed" for e in inside),
        ]


def _place(edit: Edit) -> tuple[int, int, str, str]:
    return edit.start, edit.end, edit.outcome, edit.rule


class _Places:
    """Find the block at a source offset, and the edits inside a source span."""

    def __init__(self, restoration: Restoration) -> None:
        paired = sorted(zip(restoration.source_spans, restoration.blocks, strict=True), key=lambda p: p[0])
        self._spans = [span for span, _ in paired]
        self._ids = [block.block_id for _, block in paired]
        self._edits = sorted(restoration.edits, key=_place)
        self._starts = [edit.start for edit in self._edits]
        # Edits hardly ever overlap, and then by little: looking back over the longest is enough.
        self._longest = max((e.end - e.start for e in self._edits), default=0)

    def block(self, at: int) -> str:
        for i in range(bisect.bisect_right(self._spans, (at, sys.maxsize)) - 1, -1, -1):
            if self._spans[i][0] <= at <= self._spans[i][1]:
                return self._ids[i]
            if at - self._spans[i][0] > 1_000_000:  # a block that far back cannot reach here: no document is larger
                break
        return ""

    def edits(self, span: Span) -> list[Edit]:
        low = bisect.bisect_left(self._starts, span[0] - self._longest)
        high = bisect.bisect_right(self._starts, span[1])
        return [e for e in self._edits[low:high] if overlap((e.start, e.end), span)]


def one_line(text: str) -> str:
    """Put a text on one line.

    >>> one_line("Post date :\\r\\n  May 3")
    'Post date : May 3'
    """
    return " ".join(text.split())


def unix_lines(text: str) -> str:
    """Write line ends as ``\\n``, the only ones that the tables have of their own.

    >>> unix_lines("a\\r\\nb")
    'a\\nb'
    """
    return text.replace("\r\n", "\n")


# ---------------------------------------------------------------- writing

_QUOTED = re.compile(r'["\r\n]')


def cell(value: Cell) -> str:
    """Write a value as the text of a cell.

    >>> [cell(v) for v in ("a b", 3, 0.25, True, None)]
    ['a b', '3', '0.250', 'true', '']
    """
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)


def csv_line(row: Row) -> str:
    """Write a row as RFC 4180 has it, with ``\\n`` at its end.

    The standard library's writer leaves a lone carriage return unquoted, which
    every reader takes for the end of the row.

    >>> csv_line(['a "no" it is', "a,b", "c\\rd", 1])
    '"a ""no"" it is","a,b","c\\rd",1\\n'
    """
    texts = [value if type(value) is str else cell(value) for value in row]
    line = ",".join(texts)
    if line.count(",") >= len(texts) or _QUOTED.search(line):
        line = ",".join('"' + t.replace('"', '""') + '"' if _QUOTED.search(t) or "," in t else t for t in texts)
    return line + "\n"


class Writer(Protocol):
    """Takes the rows of one table; ``close`` makes them durable."""

    count: int

    def write(self, row: Row) -> None:
        """Add a row."""

    def close(self) -> None:
        """Flush everything to the disk."""


class CsvWriter:
    """Writes a table as CSV through a bounded buffer."""

    def __init__(self, table: Table, path: Path) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="", buffering=1 << 18)  # noqa: SIM115
        self._file.write(csv_line(table.header))
        self.count = 0

    def write(self, row: Row) -> None:
        """Add a row."""
        self._file.write(csv_line(row))
        self.count += 1

    def close(self) -> None:
        """Flush everything to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def arrow() -> Any:
    """Give pyarrow, with its Parquet part; raises TableError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise TableError("Parquet needs pyarrow; run: pip install 'unspin[parquet]'") from None
    return pyarrow


class ParquetWriter:
    """Writes a table as Parquet, a row group at a time (needs the extra ``unspin[parquet]``)."""

    ROWS = 10_000  # of a row group: some 5 MB of text rows

    def __init__(self, table: Table, path: Path) -> None:
        pyarrow = arrow()
        types = {
            "string": pyarrow.string(),
            "integer": pyarrow.int64(),
            "number": pyarrow.float64(),
            "boolean": pyarrow.bool_(),
        }
        self._arrow = pyarrow
        self._schema = pyarrow.schema([(column.name, types[column.type]) for column in table.columns])
        self._text = [column.type == "string" for column in table.columns]
        self._path = path
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []
        self.count = 0

    def write(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(
            [value if value is not None or not text else "" for value, text in zip(row, self._text, strict=True)]
        )
        self.count += 1
        if len(self._rows) >= self.ROWS:
            self._flush()

    def _flush(self) -> None:
        columns: list[Any] = list(zip(*self._rows, strict=True)) or [()] * len(self._schema)
        arrays = [self._arrow.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        """Flush everything to the disk."""
        if self._rows or not self.count:
            self._flush()
        self._file.close()
        sync(self._path)


def sync(path: Path) -> None:
    """Make what was written to a file durable."""
    with open(path, "rb+") as handle:
        os.fsync(handle.fileno())


#: How each format is written.
FORMATS: dict[str, Callable[[Table, Path], Writer]] = {"csv": CsvWriter, "parquet": ParquetWriter}


class Writing:
    """The tables of one run in the making: written aside, then put in place together."""

    def __init__(self, aside: Path, run: Path, form: str = "csv", names: Iterable[str] = TABLES) -> None:
        self._aside, self._run, self._form = aside, run, form
        self._writers: dict[str, Writer] = {}
        try:
            for name in names:
                self._writers[name] = FORMATS[form]((TABLES | OPTIONAL)[name], aside / f"{name}.{form}")
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def write(self, name: str, row: Row) -> None:
        """Add a row to a table."""
        self._writers[name].write(row)

    def counts(self) -> dict[str, int]:
        """Give the number of rows of each table."""
        return {name: writer.count for name, writer in self._writers.items()}

    def place(self) -> None:
        """Put the finished tables where the earlier ones stood, those of another format included."""
        for name, writer in list(self._writers.items()):
            writer.close()
            del self._writers[name]
            os.replace(self._aside / f"{name}.{self._form}", self._run / f"{name}.{self._form}")
            for other in FORMATS.keys() - {self._form}:
                (self._run / f"{name}.{other}").unlink(missing_ok=True)

    def _close(self) -> None:
        for writer in self._writers.values():
            with contextlib.suppress(OSError):  # the error that brought us here is the one to tell
                writer.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()


# ---------------------------------------------------------------- reading


class TableError(Exception):
    """A table is missing or is not what the contract says; the message names file and line."""


def find_table(run: Path, name: str) -> Path:
    """Give the file of a run's table, whichever its format."""
    for form in FORMATS:
        if (path := run / f"{name}.{form}").is_file():
            return path
    raise TableError(f"{run}: no {name}.csv; is this a run folder? `unspin run INPUT -o {run}` writes one")


def is_run(folder: Path) -> bool:
    """Tell whether a folder holds the tables of a run."""
    return any((folder / f"documents.{form}").is_file() for form in FORMATS)


def is_ours(folder: Path) -> bool:
    """Tell whether a folder's table of documents has the columns that every run writes, first and in order."""
    with contextlib.suppress(TableError, OSError, ImportError, UnicodeDecodeError):
        path = find_table(folder, "documents")
        header = next(_read_parquet(path) if path.suffix == ".parquet" else _read_csv(path))
        return header[:4] == list(TABLES["documents"].header[:4])
    return False


def has_table(run: Path, name: str) -> bool:
    """Tell whether a run has a table, in whatever format."""
    return any((run / f"{name}.{form}").is_file() for form in FORMATS)


def read_rows(run: Path, name: str, missing: list[str] | None = None) -> Iterator[dict[str, str]]:
    """Read a run's table row by row, every cell as text.

    A column that the schema has and the file lacks raises TableError, or is
    added to ``missing`` and read as empty when that list is given.  So does a
    number that is none.
    """
    path = find_table(run, name)
    table = (TABLES | OPTIONAL).get(name)
    want = table.header if table else ()
    rows = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    header = next(rows)
    lacking = [column for column in want if column not in header]
    if lacking and missing is None:
        raise TableError(f"{path}: column {lacking[0]} is missing; run again to write the tables anew")
    missing = [] if missing is None else missing
    missing += [f"{path}: column {column} is missing" for column in lacking]
    empty = dict.fromkeys(lacking, "")
    columns = [c for c in table.columns if c.type in _NUMBERS and c.name in header] if table else []
    numbers = [(header.index(c.name), c.name, _NUMBERS[c.type].fullmatch, c.required) for c in columns]
    for count, row in enumerate(rows, 1):
        for at, column, is_number, required in numbers:
            if not is_number(row[at]) and (row[at] or required):
                raise TableError(f"{path}: row {count}: {column} is {row[at][:40]!r}, no number; run again")
        yield dict(zip(header, row, strict=True)) | empty


#: What the numbers of a table look like, by the type of their column.
_NUMBERS = {"integer": re.compile(r"\d{1,15}", re.A), "number": re.compile(r"\d{1,15}(?:\.\d{1,30})?", re.A)}


def _read_csv(path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(1 << 30)  # a block may be a megabyte of text; the default stops at 128 KiB
    with open(path, encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        try:
            header = next(reader, None)
            if header is None:
                raise TableError(f"{path}: empty, not even a header; run again to write it anew")
            yield header
            for row in reader:
                if len(row) != len(header):
                    where = f"{path}:{reader.line_num}"
                    raise TableError(f"{where}: {len(row)} cells where the header has {len(header)}")
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise TableError(f"{path}:{reader.line_num}: {error}; run again to write it anew") from None


def _read_parquet(path: Path) -> Iterator[list[str]]:
    pyarrow = arrow()
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise TableError(f"{path}: {one_line(str(error))}; run again to write it anew") from None
    with file:
        yield list(file.schema_arrow.names)
        for batch in file.iter_batches(batch_size=2_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield [cell(value) for value in row]


class DocumentRows(NamedTuple):
    """All that the tables of a run hold of one document."""

    document: dict[str, str]
    blocks: list[dict[str, str]]
    edits: list[dict[str, str]]
    mentions: list[dict[str, str]]
    relations: list[dict[str, str]]


def read_documents(run: Path, missing: list[str] | None = None) -> Iterator[DocumentRows]:
    """Read the tables of a run side by side, document by document.

    Raises TableError where a table holds rows of no document, or out of order.
    """
    names = ("blocks", "edits", "mentions", "relations")
    groups = {
        name: itertools.groupby(read_rows(run, name, missing), key=lambda row: row.get("doc_id", "")) for name in names
    }
    heads = {name: next(group, None) for name, group in groups.items()}
    for document in read_rows(run, "documents", missing):
        found: dict[str, list[dict[str, str]]] = {}
        for name in names:
            head = heads[name]
            found[name] = []
            if head is not None and head[0] == document["doc_id"]:
                found[name] = list(head[1])
                heads[name] = next(groups[name], None)
        yield DocumentRows(document, **found)
    for name, head in heads.items():
        if head is not None:
            path = find_table(run, name)
            raise TableError(f"{path}: {head[0]} stands out of order or is not in documents; run again to mend it")



def text_name(doc_id: str) -> str:
    """Give the name of a document's text below ``restored/``, which no document id can leave.

    >>> text_name("a/b.txt"), text_name("news.jsonl#7"), text_name("../x.md"), text_name("/etc/passwd")
    ('a/b.txt', 'news.jsonl#7.txt', '%2E%2E/x.md', '%/etc/passwd.txt')
    """
    return "/".join(_safe_part(part) for part in with_text_suffix(doc_id).split("/"))


def is_text_name(name: str) -> bool:
    """Tell whether a name is one that :func:`text_name` gives.

    >>> is_text_name("a/b.txt"), is_text_name("../x.md"), is_text_name("/etc/passwd")
    (True, False, False)
    """
    return all(_safe_part(part) == part for part in name.split("/"))


def _safe_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "%2E" * len(part) or "%"
    part = part.replace("\0", "%00")
    if os.sep != "/":
        part = part.replace(os.sep, "%5C").replace(":", "%3A")
    if len(part.encode("utf-8", "surrogatepass")) > 255:  # where file systems stop
        mark = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        part = part.encode("utf-8", "replace")[:200].decode("utf-8", "ignore") + "~" + mark + ".txt"
    return part


def read_text(run: Path, doc_id: str) -> str:
    """Read the restored text of a document; raises TableError where it is missing."""
    path = run / "restored" / text_name(doc_id)
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: {error}; run again to write it anew") from None


# ---------------------------------------------------------------- description


def datapackage(form: str = "csv", counts: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Describe the tables as a Frictionless data package: types, keys, foreign keys."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "unspin-run",
        "title": "Restored articles, the changes made, entities and relations",
        "resources": [
            _resource(table, form)
            for name, table in (TABLES | OPTIONAL).items()
            if (name in TABLES if counts is None else name in counts)
        ],
    }


def _resource(table: Table, form: str) -> dict[str, Any]:
    # Frictionless counts an empty cell as a missing value; ids like "" must stay apart from NA, null and None.
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    schema["primaryKey"] = list(table.key)
    if table.references:
        schema["foreignKeys"] = [
            {"fields": list(r.columns), "reference": {"resource": r.table, "fields": list(r.others)}}
            for r in table.references
        ]
    kind = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}[form]
    resource = {"name": table.name, "type": "table", "path": f"{table.name}.{form}", "format": form, "mediatype": kind}
    if form == "csv":
        resource |= {"encoding": "utf-8", "dialect": {"lineTerminator": "\n"}}  # type: ignore[dict-item]
    return resource | {"description": table.description, "schema": schema}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.description}
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.values:
        limits["enum"] = [value for value in column.values if value]
    return field | ({"constraints": limits} if limits else {})


def compact(value: object) -> bytes:
    """Write a value as JSON on one line, without spaces; raises UnicodeEncodeError for half a surrogate pair."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


# ---------------------------------------------------------------- rules of a run

#: Bytes for a rule's name and for what it says.  With 100,000 rules, one name in 11 million is
#: taken for another, and one edit in 17 million is not seen.
_NAME, _CONTENT = 5, 3


def read_told(run: Path) -> dict[str, Any] | None:
    """Give what ``run.json`` of a run folder says, None where it cannot be read: a run may have been cut short."""
    try:
        told = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # the last where brackets nest too deep
        return None
    return told if isinstance(told, dict) else None


def pack_rules(rules: Mapping[str, str]) -> str:
    """Write which rules a lexicon has, and which content, in 11 characters a rule.

    ``run.json`` holds it, so that a comparison can tell a rule that is gone
    from one that did not fit; in full it would be the largest file of a run.
    """
    marks = sorted(_mark(name, _NAME) + _mark(content, _CONTENT) for name, content in rules.items())
    return base64.b64encode(b"".join(marks)).decode("ascii")


def unpack_rules(packed: str) -> dict[bytes, bytes]:
    """Read the marks of rules; ask it with :func:`rule_mark`.

    >>> marks = unpack_rules(pack_rules({"news/army>military:noun": "x"}))
    >>> rule_mark("news/army>military:noun") in marks, rule_mark("news/navy>fleet:noun") in marks
    (True, False)
    """
    raw = base64.b64decode(packed)
    size = _NAME + _CONTENT
    return {raw[i : i + _NAME]: raw[i + _NAME : i + size] for i in range(0, len(raw), size)}


def rule_mark(rule: str) -> bytes:
    """Give the mark that stands for a rule's name."""
    return _mark(rule, _NAME)


def _mark(text: str, size: int) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]
