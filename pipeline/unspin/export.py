"""Runs in other formats: for spreadsheets, graph tools and the web of data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from unspin.entities import VALUE_TYPES
from unspin.tables import OPTIONAL, TABLES, Table, csv_line, has_table, read_rows

#: What makes a spreadsheet take a cell for a formula (OWASP, CSV injection).
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")

#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: A cell of an Excel sheet holds no more.
_LONGEST_CELL, _MOST_ROWS = 32_767, 1_048_576


class ExportError(Exception):
    """An export cannot be made; the message says what to do."""


def safe_cell(text: str) -> str:
    """Write a text so that no spreadsheet runs it: a quote goes before what would be a formula.

    >>> safe_cell("=cmd()"), safe_cell("-12.5"), safe_cell("plain")
    ("'=cmd()", '-12.5', 'plain')
    """
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def spreadsheet_lines(run: Path, table: str) -> Iterator[str]:
    """Give a table of a run as lines of CSV that are safe to open in a spreadsheet."""
    tables = _tables(run)
    if table not in tables:
        raise ExportError(f"no table {table!r}; there are {', '.join(tables)}")
    first = True
    for row in read_rows(run, table):
        if first:
            yield csv_line(list(row))
            first = False
        yield csv_line([safe_cell(text) for text in row.values()])
    if first:
        yield csv_line(tables[table].header)


def _tables(run: Path) -> dict[str, Table]:
    """Give the tables of a run: those that every run has, and of the others those that this one was asked for."""
    return TABLES | {name: t for name, t in OPTIONAL.items() if has_table(run, name)}


def write(run: Path, form: str, path: Path, table: str = "relations") -> None:
    """Write a run to a file as csv, xlsx, graphml, jsonld or ftm.

    Raises ExportError where a library is missing or the format cannot hold it.
    """
    ways: dict[str, Callable[[Path, Path, str], None]] = {
        "csv": _csv,
        "xlsx": _xlsx,
        "graphml": lambda run, path, _: _lines(path, graphml(run)),
        "jsonld": lambda run, path, _: _lines(path, jsonld(run)),
        "ftm": lambda run, path, _: _lines(path, ftm(run)),
    }
    part = path.with_name(path.name + ".part")
    try:
        ways[form](run, part, table)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _lines(path: Path, lines: Iterator[str]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _csv(run: Path, path: Path, table: str) -> None:
    _lines(path, spreadsheet_lines(run, table))


def _xlsx(run: Path, path: Path, _: str) -> None:
    try:
        import openpyxl  # type: ignore[import-untyped]
        from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
        from openpyxl.utils.exceptions import IllegalCharacterError  # type: ignore[import-untyped]
    except ImportError:
        raise ExportError("xlsx needs openpyxl; run: pip install 'unspin[xlsx]'") from None
    book = openpyxl.Workbook(write_only=True)
    for name, schema in _tables(run).items():
        sheet = book.create_sheet(name)
        sheet.append(list(schema.header))
        types = [column.type for column in schema.columns]
        for number, row in enumerate(read_rows(run, name), 2):
            if number > _MOST_ROWS:
                raise ExportError(f"{name}: more than {_MOST_ROWS:,} rows, which Excel cannot hold; use --to csv")
            cells: list[Any] = []
            for column, kind in zip(schema.header, types, strict=True):
                text = row[column]
                if text and kind in ("integer", "number"):
                    cells.append(float(text) if kind == "number" else int(text))
                    continue
                cell = WriteOnlyCell(sheet, value="")
                try:
                    cell.value = text[:_LONGEST_CELL]
                except IllegalCharacterError:
                    cell.value = _NOT_XML.sub("\ufffd", re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", text))[
                        :_LONGEST_CELL
                    ]
                cell.data_type = "s"  # text, whatever it begins with
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def graphml(run: Path) -> Iterator[str]:
    """Give entities and the relations between two of them as a GraphML graph, for Gephi, Cytoscape or yEd."""
    keys = [
        ("node", "name", "string"),
        ("node", "type", "string"),
        ("node", "mentions", "int"),
        ("edge", "predicate", "string"),
        ("edge", "relation", "string"),
        ("edge", "negated", "boolean"),
        ("edge", "modality", "string"),
        ("edge", "doc_id", "string"),
        ("edge", "sentence", "string"),
    ]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for owner, name, kind in keys:
        yield f'<key id="{owner}-{name}" for="{owner}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<graph id="run" edgedefault="directed">\n'
    nodes: set[str] = set()
    for row in read_rows(run, "entities"):
        if row["type"] in VALUE_TYPES:
            continue  # a date that two documents share ties nobody together
        nodes.add(row["entity_id"])
        told = "".join(_data("node", name, row[name]) for name in ("name", "type", "mentions"))
        yield f"<node id={quoteattr(_xml(row['entity_id']))}>{told}</node>\n"
    number = 0
    for row in read_rows(run, "relations"):
        if row["subject_id"] in nodes and row["object_id"] in nodes:
            number += 1
            predicate = " ".join(filter(None, (row["predicate"], row["preposition"])))
            told = _data("edge", "predicate", predicate)
            for name in ("relation", "negated", "modality", "doc_id", "sentence"):
                told += _data("edge", name, row[name])
            ends = f"source={quoteattr(_xml(row['subject_id']))} target={quoteattr(_xml(row['object_id']))}"
            yield f'<edge id="e{number}" {ends}>{told}</edge>\n'
    yield "</graph>\n</graphml>\n"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _data(owner: str, name: str, text: str) -> str:
    return f'<data key="{owner}-{name}">{escape(_xml(text))}</data>' if text else ""


#: Classes of schema.org for the labels that have one.
_CLASSES = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "AdministrativeArea",
    "LOC": "Place",
    "FAC": "Place",
    "EVENT": "Event",
    "PRODUCT": "Product",
    "WORK_OF_ART": "CreativeWork",
    "LAW": "Legislation",
    "LANGUAGE": "Language",
}


def _id(kind: str, name: str) -> str:
    return f"urn:unspin:{kind}:{quote(name)}"


def jsonld(run: Path) -> Iterator[str]:
    """Give documents, entities and relations as JSON-LD with the words of schema.org, one node a line."""

    def node(value: dict[str, Any]) -> str:
        return json.dumps({k: v for k, v in value.items() if v not in ("", [], None)}, ensure_ascii=False)

    def nodes() -> Iterator[str]:
        for row in read_rows(run, "documents"):
            if row["status"] in ("done", "clean"):
                yield node(
                    {
                        "@id": _id("document", row["doc_id"]),
                        "@type": "Article",
                        "headline": row["title"],
                        "author": row["author"],
                        "datePublished": row["published"],
                        "publisher": row["publisher"],
                        "url": row["source_url"],
                        "inLanguage": row["language"],
                    }
                )
        for row in read_rows(run, "entities"):
            yield node(
                {
                    "@id": _id("entity", row["entity_id"]),
                    "@type": _CLASSES.get(row["type"], "Thing"),
                    "name": row["name"],
                    "alternateName": [alias for alias in row["aliases"].split(" | ") if alias],
                    "identifier": row["reference"],
                }
            )
        for row in read_rows(run, "relations"):
            yield node(
                {
                    "@id": _id("relation", f"{row['doc_id']}/{row['relation_id']}"),
                    "@type": "Statement",
                    "subject": {"@id": _id("entity", row["subject_id"])} if row["subject_id"] else row["subject"],
                    "predicate": " ".join(filter(None, (row["predicate"], row["preposition"]))),
                    "additionalType": row["relation"],
                    "object": {"@id": _id("entity", row["object_id"])} if row["object_id"] else row["object"],
                    "negated": row["negated"] == "true",
                    "modality": row["modality"],
                    "tense": row["tense"],
                    "attribution": row["attribution"],
                    "text": row["sentence"],
                    "isPartOf": {"@id": _id("document", row["doc_id"])},
                }
            )

    context = {"@vocab": "https://schema.org/", "Statement": "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement"}
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    context |= {name: rdf + name for name in ("subject", "predicate", "object")}
    context |= {name: f"urn:unspin:{name}" for name in ("negated", "modality", "tense", "attribution")}
    yield '{"@context": ' + json.dumps(context) + ', "@graph": [\n'
    before = ""
    for line in nodes():
        yield before + line
        before = ",\n"
    yield "\n]}\n"


#: Schemata of FollowTheMoney for the labels that have one.  What has none (products, works, laws, groups of
#: people, values) is left out: a wrong schema is worse for a case file than a missing entity.
SCHEMATA = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "Territory",
    "LOC": "Address",
    "FAC": "Address",
    "EVENT": "Event",
}


def _ftm_id(*parts: str) -> str:
    return "unspin-" + hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()


def _ftm(schema: str, own: str, **properties: str | list[str]) -> str:
    """Write one entity of FollowTheMoney as a line of JSON; empty properties are left out."""
    kept = {name: [value] if isinstance(value, str) else value for name, value in properties.items() if value}
    return json.dumps({"id": own, "schema": schema, "properties": kept}, ensure_ascii=False) + "\n"


def ftm(run: Path) -> Iterator[str]:
    """Give documents, entities, who is named where, and relations as FollowTheMoney entities, one a line.

    For Aleph, OpenAleph and ``ftm`` itself.  A relation between two entities is an
    ``UnknownLink`` whose ``role`` is its predicate, with ``not`` before it where it
    is denied, and whose ``proof`` is the document.
    """
    published: dict[str, dict[str, str]] = {}
    for row in read_rows(run, "documents"):
        if row["status"] in ("done", "clean"):
            published[row["doc_id"]] = row
            yield _ftm(
                "Article",
                _ftm_id("document", row["doc_id"]),
                fileName=row["doc_id"],
                title=row["title"],
                author=row["author"],
                publishedAt=row["published"],
                publisher=row["publisher"],
                sourceUrl=row["source_url"],
                language="eng" if row["language"] == "en" else "",
            )
    kept: set[str] = set()
    for row in read_rows(run, "entities"):
        schema = SCHEMATA.get(row["type"])
        if schema is None:
            continue
        kept.add(row["entity_id"])
        code = row["reference"].removeprefix("iso3166:").lower() if row["reference"].startswith("iso3166:") else ""
        country: dict[str, str | list[str]] = {"country": code} if code else {}
        if schema == "Territory" and code:
            country |= {"territoryCode": code, "level": "country"}
        aliases = [alias for alias in row["aliases"].split(" | ") if alias]
        yield _ftm(schema, _ftm_id("entity", row["entity_id"]), name=row["name"], alias=aliases, **country)
    named: set[tuple[str, str]] = set()
    for row in read_rows(run, "mentions"):
        pair = (row["doc_id"], row["entity_id"])
        if pair in named or row["entity_id"] not in kept:
            continue
        if named and next(iter(named))[0] != row["doc_id"]:
            named.clear()  # rows come document by document
        named.add(pair)
        yield _ftm(
            "Documentation",
            _ftm_id("mention", *pair),
            document=_ftm_id("document", row["doc_id"]),
            entity=_ftm_id("entity", row["entity_id"]),
            role="mentioned",
        )
    for row in read_rows(run, "relations"):
        if row["subject_id"] not in kept or row["object_id"] not in kept:
            continue
        denied = "not" if row["negated"] == "true" else ""
        yield _ftm(
            "UnknownLink",
            _ftm_id("relation", row["doc_id"], row["relation_id"]),
            subject=_ftm_id("entity", row["subject_id"]),
            object=_ftm_id("entity", row["object_id"]),
            role=" ".join(filter(None, (denied, row["predicate"], row["preposition"]))),
            status=row["modality"],
            summary=row["relation"],
            description=row["sentence"],
            date=published[row["doc_id"]]["published"] if row["doc_id"] in published else "",
            proof=_ftm_id("document", row["doc_id"]),
            recordId=f"{row['doc_id']}/{row['relation_id']}",
            sourceUrl=published[row["doc_id"]]["source_url"] if row["doc_id"] in published else "",
        )
