"""Documents out of files: which files, their text, and what they say of themselves."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

from unspin.layout import iso_date, one_line
from unspin.records import Metadata, Source, is_plain, with_text_suffix

#: Documents beyond this many bytes are refused; the longest articles seen have 200 kB.
MAX_BYTES = 10_000_000


class InputError(ValueError):
    """The inputs of a call cannot be used as they were given."""


class Item(NamedTuple):
    """A file to read and the name of its document."""

    doc_id: str
    path: Path


# --------------------------------------------------------------------------
# Which files


def find(inputs: Sequence[Path | str]) -> list[Item]:
    """List the documents under files and folders, sorted by ``doc_id``.

    Hidden files, linked folders and the folders of runs are left out.

    Raises InputError when an input is missing, a folder holds no document, or
    two inputs give the same ``doc_id``.
    """
    found: dict[str, Path] = {}
    for given in map(Path, inputs):
        if given.is_dir():
            below = list(_walk(given))
            if not below:
                raise InputError(f"{given}: the folder holds no document; name a folder with articles in it")
        elif given.exists():
            below = [Item(_writable(given.name), given)]
        else:
            raise InputError(f"{given}: no such file or folder; check the spelling")
        for doc_id, path in below:
            if doc_id in found:
                raise InputError(f"{path}: would be {doc_id!r}, as {found[doc_id]} is; rename one or run them apart")
            found[doc_id] = path
    return [Item(doc_id, found[doc_id]) for doc_id in sorted(found)]


def _walk(folder: Path) -> Iterator[Item]:
    def stop(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}; make the folder readable or leave it out") from error

    for root, folders, names in os.walk(folder, onerror=stop, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _is_run(Path(root, name)))
        for name in names:
            path = Path(root, name)
            # a link that leads nowhere stays: reading it tells the reason; pipes and devices would never end
            if not name.startswith(".") and (path.is_file() or (path.is_symlink() and not path.exists())):
                yield Item(_writable(path.relative_to(folder).as_posix()), path)


def _is_run(folder: Path) -> bool:
    """Tell whether a folder was written by a run: its tables and texts are no articles."""
    return (folder / "run.json").is_file() and (folder / "datapackage.json").is_file()


def _writable(name: str) -> str:
    """Make a file name that is not UTF-8 fit for a table.

    >>> _writable("caf\\udce9.txt")
    'caf\ufffd.txt'
    """
    return os.fsencode(name).decode("utf-8", "replace")


# --------------------------------------------------------------------------
# Reading

#: Suffixes of files that hold many documents.
CONTAINERS = frozenset({".jsonl", ".ndjson", ".csv"})


def read(item: Item, max_bytes: int = MAX_BYTES) -> Iterator[Source]:
    """Read the documents of a file: one, or one for each record of a ``.jsonl`` or ``.csv`` file.

    What cannot be read is a Source with status ``refused`` and the reason.
    """
    suffix = item.path.suffix.lower()
    try:
        if suffix in CONTAINERS:
            yield from _container(item, max_bytes, _csv_records if suffix == ".csv" else _json_records)
        else:
            yield _single(item, max_bytes, html=suffix in (".html", ".htm", ".xhtml"))
    except OSError as error:
        yield Source(item.doc_id, str(item.path), "", status="refused", reason=f"cannot be read: {error.strerror}")


def _single(item: Item, max_bytes: int, html: bool) -> Source:
    with open(item.path, "rb") as handle:
        data = handle.read(max_bytes + 1)
        digest = hashlib.sha256(data)
        if len(data) > max_bytes and item.path.is_file():
            while piece := handle.read(1 << 20):
                digest.update(piece)
    empty = Source(item.doc_id, _writable(str(item.path)), digest.hexdigest(), status="refused")
    if len(data) > max_bytes:
        return empty._replace(reason=f"too large (more than {max_bytes:,} bytes)")
    try:
        text = decode(data)
        about = Metadata()
        if html:
            text, about = _article(text)
    except _Refused as refused:
        return empty._replace(reason=str(refused))
    drawn = not is_plain(item.path.name) or not _is_utf8(data, text)
    return _judged(empty._replace(text=text, metadata=about, keep=drawn))


def _judged(source: Source) -> Source:
    """Refuse what is empty or not English."""
    if not source.text.strip("\ufeff \t\r\n\f\v"):
        return source._replace(text="", keep=False, status="refused", reason="empty")
    language = language_of(source.text)
    if language != "en":
        reason = f"not English (looks like {LANGUAGES[language].name})"
        return source._replace(language=language, status="refused", reason=reason)
    return source._replace(language="en", status="", reason="")


class _Refused(Exception):
    """A document that is none; the message is the reason."""


_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = {b"%PDF-": "a PDF file", b"{\\rtf": "an RTF file", b"PK\x03\x04": "a ZIP or Office file"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Bytes that Windows-1252 leaves undefined are taken as Latin-1, as browsers do.
_CP1252 = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256))


def decode(data: bytes) -> str:
    """Decode by byte-order mark, else as UTF-8, else as Windows-1252; line ends stay as they are.

    >>> decode(b"it\\x92s 5 \\x80"), decode("“so”".encode()), decode("é".encode("utf-16"))
    ('it’s 5 €', '“so”', 'é')
    """
    encoding = encoding_of([data])
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise _Refused(f"not text ({name})")
    try:
        text = _decode(data, encoding)
    except UnicodeDecodeError as error:
        raise _Refused(f"not text (byte {error.start} is not {encoding.removesuffix('-sig').upper()})") from None
    if "\0" in text:
        raise _Refused("not text (NUL bytes)")
    if len(_CONTROL.findall(text[:100_000])) > 0.01 * min(len(text), 100_000) + 3:
        raise _Refused("not text (control characters)")
    return text


def encoding_of(pieces: Iterable[bytes]) -> str:
    """Name the encoding of bytes that come in pieces: by mark, else ``utf-8``, else ``cp1252``."""
    strict = codecs.getincrementaldecoder("utf-8")()
    first = True
    try:
        for piece in pieces:
            if first:
                for mark, name in _BOMS:
                    if piece.startswith(mark):
                        return name
                first = False
            strict.decode(piece)
        strict.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decode(data: bytes, encoding: str) -> str:
    return codecs.charmap_decode(data, "strict", _CP1252)[0] if encoding == "cp1252" else data.decode(encoding)


def _is_utf8(data: bytes, text: str) -> bool:
    try:
        return data.decode("utf-8-sig") == text
    except UnicodeDecodeError:
        return False


# --------------------------------------------------------------------------
# Records of container files

_TEXT_FIELDS = ("text", "content", "body", "article")
_KEY_FIELDS = ("id", "url")
_ABOUT_FIELDS = {
    "title": ("title", "headline"),
    "author": ("author", "authors", "writer", "byline"),
    "published": ("published", "date", "published_at", "publish_date", "date_published", "pub_date", "post_date"),
    "publisher": ("publisher", "site", "sitename", "site_name"),
    "source_url": ("source_url", "url", "link"),
}


class _Record(NamedTuple):
    place: str  #: ``line 3``
    number: int
    fields: dict[str, Any]
    fault: str = ""


_Records = Callable[[TextIO, int], Iterator[_Record]]


def _container(item: Item, max_bytes: int, records: _Records) -> Iterator[Source]:
    """Make a document of each record; a bad record is a refused one, and the others are read all the same."""
    with open(item.path, "rb") as handle:
        head = handle.read(4096)
        handle.seek(0)
        encoding = encoding_of(_pieces(handle))
        handle.seek(0)
        path = _writable(str(item.path))
        if b"\0" in head and encoding in ("utf-8", "cp1252"):
            yield Source(item.doc_id, path, _file_hash(handle), status="refused", reason="not text (NUL bytes)")
            return
        taken: dict[str, int] = {}
        errors = "strict" if encoding == "utf-8" else "replace"
        count = 0
        with io.TextIOWrapper(handle, encoding=encoding, errors=errors, newline="") as stream:
            for record in records(stream, max_bytes):
                count += 1
                yield _from_record(item, path, record, max_bytes, taken)
    if not count:
        with open(item.path, "rb") as handle:
            yield Source(item.doc_id, path, _file_hash(handle), status="refused", reason="empty")


def _pieces(handle: BinaryIO) -> Iterator[bytes]:
    while piece := handle.read(1 << 20):
        yield piece


def _file_hash(handle: BinaryIO) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(handle):
        digest.update(piece)
    return digest.hexdigest()


def _from_record(item: Item, path: str, record: _Record, max_bytes: int, taken: dict[str, int]) -> Source:
    names = {str(name).strip().casefold().replace(" ", "_"): value for name, value in record.fields.items()}
    key = next((str(names[f]) for f in _KEY_FIELDS if isinstance(names.get(f), str | int) and str(names[f])), "")
    doc_id = f"{item.doc_id}#{_free(file_key(key) or str(record.number), taken)}"
    text = next((names[f] for f in _TEXT_FIELDS if isinstance(names.get(f), str)), None)
    digest = hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()
    source = Source(doc_id, path, digest, keep=True)
    if record.fault:
        return source._replace(keep=False, status="refused", reason=f"{record.place}: {record.fault}")
    if text is None:
        fault = f"no text under any of {', '.join(_TEXT_FIELDS)}"
        return source._replace(keep=False, status="refused", reason=f"{record.place}: {fault}")
    if len(text) > max_bytes:
        reason = f"{record.place}: too large (more than {max_bytes:,} characters)"
        return source._replace(keep=False, status="refused", reason=reason)
    if "\0" in text:
        return source._replace(keep=False, status="refused", reason=f"{record.place}: not text (NUL characters)")
    about = {field: _plain(names, options) for field, options in _ABOUT_FIELDS.items()}
    about["published"] = iso_date(about["published"])
    if not re.match(r"https?://", about["source_url"]):
        about["source_url"] = ""
    judged = _judged(source._replace(text=_SURROGATE.sub("\ufffd", text), metadata=Metadata(**about)))
    return judged._replace(reason=f"{record.place}: {judged.reason}") if judged.reason else judged


def _plain(names: dict[str, Any], options: Sequence[str]) -> str:
    """Give the first of some fields that says something, as one line of text."""
    return next(filter(None, (one_line(names.get(option)) for option in options)), "")


#: What may stand in a file name on every system.
_UNSAFE = re.compile(r"[^\w.()@+,=~ -]+")


def file_key(key: str) -> str:
    """Make a record's key fit to be part of a file's name.

    >>> file_key("https://afric.news/2025/03/talks"), file_key("../../etc/passwd"), file_key("a" * 300)[:3]
    ('https_afric.news_2025_03_talks', 'etc_passwd', 'aaa')
    """
    name = _UNSAFE.sub("_", _SURROGATE.sub("\ufffd", key)).strip("_. ")
    while ".." in name:
        name = name.replace("..", ".")
    if len(name.encode()) > 100:  # file systems stop at 255 bytes, and the container's own name comes before
        mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        name = name.encode()[:80].decode("utf-8", "ignore") + "-" + mark
    return name


def _free(key: str, taken: dict[str, int]) -> str:
    """Give a key whose text has a file that no earlier record's has: ``a``, ``a-2``, ``a-3``.

    >>> taken = {}
    >>> _free("a", taken), _free("a", taken), _free("a.txt", taken)
    ('a', 'a-2', 'a.txt-3')
    """
    file, name = with_text_suffix(key), key
    while with_text_suffix(name) in taken:
        taken[file] += 1
        name = f"{key}-{taken[file]}"
    taken[with_text_suffix(name)] = 1
    return name


def _json_records(stream: TextIO, max_bytes: int) -> Iterator[_Record]:
    number = 0
    # escapes make a line of JSON up to six times as long as its text
    while line := stream.readline(8 * max_bytes):
        number += 1
        place = f"line {number}"
        if len(line) == 8 * max_bytes and not line.endswith("\n"):
            while (rest := stream.readline(1 << 20)) and not rest.endswith("\n"):
                pass
            yield _Record(place, number, {}, f"too large (more than {8 * max_bytes:,} characters)")
            continue
        line = line.removeprefix("\ufeff") if number == 1 else line
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield _Record(place, number, {}, f"not JSON ({str(error) or 'nested too deep'})")
            continue
        if isinstance(value, dict):
            yield _Record(place, number, value)
        else:
            yield _Record(place, number, {}, "not a JSON object")


def _delimiter(header: str, max_bytes: int) -> str:
    """Give the delimiter of a table: the one that shows a column with text, else the one with most columns.

    >>> _delimiter('"a,b";text;"c,d"', 1000), _delimiter("id,text", 1000)
    (';', ',')
    """

    def columns(mark: str) -> tuple[bool, int]:
        try:
            with _field_limit(2 * max_bytes):
                names = next(csv.reader([header], delimiter=mark), [])
        except csv.Error:
            return False, 0
        return any(name.strip().casefold() in _TEXT_FIELDS for name in names), len(names)

    return max(",;\t", key=columns)


def _csv_records(stream: TextIO, max_bytes: int) -> Iterator[_Record]:
    lines = _bounded(stream, 2 * max_bytes)
    try:
        first = next(lines, "").removeprefix("\ufeff")
        while first and not first.strip():
            first = next(lines, "")
    except _Refused as error:
        yield _Record("line 1", 0, {}, f"not CSV ({error})")
        return
    if not first:
        return
    mark = _delimiter(first, max_bytes)
    rows = csv.reader(_after(first, lines), delimiter=mark)
    header: list[str] | None = None
    number = 0
    while True:
        try:
            with _field_limit(2 * max_bytes):
                row = next(rows, None)
        except (csv.Error, _Refused) as error:
            # after an unclosed quote nothing tells where the next record begins
            yield _Record(f"line {rows.line_num}", number + 1, {}, f"not CSV ({error}); the rest was not read")
            return
        if row is None:
            return
        if header is None:
            header = [name.strip() for name in row]
            if not any(name.casefold() in _TEXT_FIELDS for name in header):
                fault = f"no column named {', '.join(_TEXT_FIELDS)}"
                yield _Record("line 1", 0, {}, fault)
                return
            continue
        if not any(row):
            continue
        number += 1
        yield _Record(f"line {rows.line_num}", number, dict(zip(header, row, strict=False)))


class _field_limit:
    """Bound the fields of CSV while a row is read; the limit belongs to the whole process, so it is put back."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def __enter__(self) -> None:
        self._before = csv.field_size_limit(self._limit)

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self._before)


def _bounded(stream: TextIO, limit: int) -> Iterator[str]:
    while line := stream.readline(limit):
        if len(line) == limit and not line.endswith("\n"):
            raise _Refused(f"line longer than {limit:,} characters")
        yield line


def _after(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


# --------------------------------------------------------------------------
# HTML

#: trafilatura and libxml2 walk the tree by recursion; articles nest some 30 deep.
_MAX_DEPTH = 250
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})(?=[\s/>])[^<>]{0,5000}>")
#: Elements without an end tag, and those whose end tag pages leave out.
_VOID = frozenset(
    (
        *(
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "param",
            "source",
            "track",
            "wbr",
        ),
        *("p", "li", "td", "th", "tr", "option", "dt", "dd"),
    )
)
_LEFT_OUT = ("script", "style", "noscript", "template", "svg", "nav", "aside", "footer", "form", "button", "iframe")
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "figcaption"),
        *("figure", "header", "li", "main", "ol", "p", "pre", "section", "summary", "td", "th", "tr", "ul"),
    )
)

#: Below this many words trafilatura falls back on guesses (it joined the heading and text of a page of ten words).
_SMALL_PAGE = 60


def _article(html: str) -> tuple[str, Metadata]:
    """Draw the main text and the metadata out of a page."""
    import trafilatura
    from lxml import etree
    from lxml import html as parser

    if _depth(html) > _MAX_DEPTH:
        raise _Refused(f"HTML nested more than {_MAX_DEPTH} deep")
    try:
        tree = parser.document_fromstring(html.encode("utf-8", "replace"), parser=parser.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        raise _Refused("empty") from None
    about = _about(tree)
    try:
        found = trafilatura.extract(
            html,
            output_format="xml",
            include_comments=False,
            include_tables=True,
            include_formatting=False,
            include_links=False,
            include_images=False,
            deduplicate=False,
            with_metadata=False,
            favor_recall=True,
        )
        main = etree.fromstring(found.encode()).find("main") if found else None
    except (etree.LxmlError, ValueError, RecursionError, AttributeError, TypeError) as error:
        raise _Refused(f"HTML that cannot be read ({type(error).__name__})") from error
    lines: list[str] = []
    if main is not None:
        _write(main, lines, 0)
    if sum(len(line.split()) for line in lines) < _SMALL_PAGE:
        whole: list[str] = []
        loose: list[str] = []
        _flow(tree, whole, loose, 0)
        _flush(whole, loose, 0)
        lines = whole or lines
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not text:
        raise _Refused("empty")
    if about.title and not any(_same(line, about.title) for line in lines[:8]):
        text = f"# {about.title}\n\n{text}"
    return text + "\n", about


def _depth(html: str) -> int:
    """Bound how deep the elements of a page nest, from its tags alone."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        close, name = tag.groups()
        if name.lower() in _VOID or html[tag.end() - 2] == "/":
            continue
        depth = max(0, depth - 1) if close else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _same(line: str, title: str) -> bool:
    return re.sub(r"\W+", "", line).casefold() == re.sub(r"\W+", "", title).casefold()


def _flow(element: Any, lines: list[str], loose: list[str], depth: int) -> None:
    """Write everything on a page that is text of it as Markdown lines; ``loose`` holds the running paragraph."""
    loose.append(element.text or "")
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else "script"
        if tag == "br":
            loose.append("\v")
        elif tag in ("head", "title", *_LEFT_OUT):
            pass
        elif re.fullmatch(r"h[1-6]", tag):
            _flush(lines, loose, depth)
            text = " ".join(child.text_content().split())
            lines += ["", "#" * int(tag[1]) + " " + text, ""] if text else []
        elif tag == "table":
            _flush(lines, loose, depth)
            rows = [[" ".join(c.text_content().split()) for c in r.iterchildren("td", "th")] for r in child.iter("tr")]
            _table(rows, lines)
        elif tag == "pre":
            _flush(lines, loose, depth)
            loose += re.sub(r"[\r\n]+", "\v", child.text_content())
            _flush(lines, loose, depth)
        elif tag in _BLOCKS:
            below = depth + (tag in ("ul", "ol"))
            _flush(lines, loose, depth)
            _flow(child, lines, loose, below)
            _flush(lines, loose, below)
        else:
            _flow(child, lines, loose, depth)
        loose.append(child.tail or "")


def _flush(lines: list[str], loose: list[str], depth: int) -> None:
    for piece in "".join(loose).split("\v"):
        text = " ".join(piece.split())
        if text:
            lines += ["  " * (depth - 1) + "- " + text] if depth else ["", text, ""]
    loose.clear()


def _inline(element: Any) -> str:
    """Give the text of an element as one line, without that of the lists and tables inside it."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            parts.append("\n")
        elif child.tag not in ("list", "table"):
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _write(element: Any, lines: list[str], depth: int) -> None:
    """Write the children of an element as Markdown lines."""
    for child in element:
        tag = child.tag
        if tag in ("p", "quote", "code", "fw", "ab"):
            if tag == "quote" and len(child):
                _write(child, lines, depth)
                continue
            for line in _inline(child).split("\n"):
                _paragraph(line, lines)
            for inner in child.iterchildren("list", "table"):
                _write_one(inner, lines, depth)
        else:
            _write_one(child, lines, depth)
        if child.tail and child.tail.strip():
            _paragraph(child.tail, lines)


def _write_one(child: Any, lines: list[str], depth: int) -> None:
    tag = child.tag
    if tag == "head":
        level = re.fullmatch(r"h([1-6])", child.get("rend") or "")
        text = " ".join(_inline(child).split())
        if text:
            lines += ["", "#" * int(level[1] if level else 2) + " " + text, ""]
    elif tag == "list":
        if not depth:
            lines.append("")
        for item in child.iterchildren("item"):
            text = " ".join(_inline(item).split())
            if text:
                lines.append("  " * depth + "- " + text)
            for inner in item.iterchildren("list", "table"):
                _write_one(inner, lines, depth + 1)
        if not depth:
            lines.append("")
    elif tag == "table":
        _write_table(child, lines)
    elif tag in ("graphic", "lb", "comments"):
        pass
    elif len(child) and tag not in ("hi", "ref", "del"):
        if child.text and child.text.strip():
            _paragraph(child.text, lines)
        _write(child, lines, depth)
    else:
        _paragraph(_inline(child), lines)


def _paragraph(text: str, lines: list[str]) -> None:
    text = " ".join(text.split())
    if text:
        lines += [text, ""]


def _write_table(table: Any, lines: list[str]) -> None:
    _table([[" ".join(_inline(c).split()) for c in row.iter("cell")] for row in table.iter("row")], lines)


def _table(rows: list[list[str]], lines: list[str]) -> None:
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows if any(row)]
    if not rows:
        return
    if len(rows) == 1 or max(map(len, rows)) == 1:  # a frame around text, not a table
        for row in rows:
            for cell in row:
                _paragraph(cell, lines)
        return
    lines.append("")
    for number, row in enumerate(rows):
        lines.append(" | ".join(row) + " |")
        if number == 0:
            lines.append("---|" * len(row))
    lines.append("")


_META = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title"),
    "author": ("author", "article:author", "dc.creator", "citation_author", "parsely-author", "sailthru.author"),
    "published": ("article:published_time", "datepublished", "date", "dc.date", "pubdate", "publish-date",
                  "parsely-pub-date", "sailthru.date", "citation_publication_date", "dcterms.created"),
    "publisher": ("og:site_name", "publisher", "dc.publisher", "application-name"),
    "source_url": ("og:url",),
}  # fmt: skip


def _about(tree: Any) -> Metadata:
    """Read what a page states of itself: meta tags, JSON-LD, canonical link, title."""
    stated: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().casefold()
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            stated.setdefault(name, content)
    linked = _linked_data(tree)
    found: dict[str, str] = {}
    for field, names in _META.items():
        values = [linked.get(field, "")] + [stated[n] for n in names if n in stated]
        if field == "published":
            values = [iso_date(v) for v in values]
        if field == "author":  # some themes put a profile's address there
            values = [v for v in values if not v.startswith(("http:", "https:", "www."))]
        found[field] = next((v for v in values if v), "")
    for link in tree.iter("link"):
        href = (link.get("href") or "").strip()
        if (link.get("rel") or "").casefold() == "canonical" and re.match(r"https?://", href):
            found["source_url"] = href
            break
    if not re.match(r"https?://", found["source_url"]):
        found["source_url"] = ""
    if not found["published"]:
        times = (
            t.get("datetime")
            for t in tree.iter("time")
            if "published" in (t.get("class") or "") or "pubdate" in t.attrib
        )
        found["published"] = next((d for d in (iso_date(t or "") for t in times) if d), "")
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    if len(headings) == 1 and headings[0]:
        found["title"] = headings[0]
    if not found["title"]:
        title = next((" ".join((t.text or "").split()) for t in tree.iter("title")), "")
        site = found["publisher"]
        cut = re.fullmatch(r"(.+?)\s+[|–—·»-]\s+(.+)", title) if site else None
        found["title"] = cut[1] if cut and cut[2].casefold() == site.casefold() else title
    return Metadata(**{field: value[:1000] for field, value in found.items()})


def _linked_data(tree: Any) -> dict[str, str]:
    """Read headline, author, date and publisher from the first JSON-LD article of a page."""
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().casefold() != "application/ld+json":
            continue
        try:
            value = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        nodes = value if isinstance(value, list) else [value]
        nodes = [n for node in nodes if isinstance(node, dict) for n in [node, *_listed(node.get("@graph"))]]
        for node in nodes:
            kinds = " ".join(k for k in _listed(node.get("@type")) if isinstance(k, str))
            if "Article" in kinds or "BlogPosting" in kinds:
                return {
                    "title": _plain(node, ("headline", "name")),
                    "author": _plain(node, ("author", "creator")),
                    "published": _plain(node, ("datePublished", "dateCreated")),
                    "publisher": _plain(node, ("publisher",)),
                    "source_url": _plain(node, ("url",)),
                }
    return {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# --------------------------------------------------------------------------
# Language


class _Language(NamedTuple):
    name: str
    words: frozenset[str] = frozenset()  #: function words
    script: str = ""  #: a class of characters that tells it


def _language(name: str, words: str) -> _Language:
    return _Language(name, frozenset(words.split()))


#: Function words that no other language of the list shares with English text, by ISO 639-1.
LANGUAGES: dict[str, _Language] = {
    "en": _language(
        "English",
        "the of and to in that is was for it with as his on be at by had are but from or have they which one were "
        "her all she there would their we him been has when who will more no if said its about into than them can "
        "only other new some could time these two may then do first any my now such like our over me even most made",
    ),
    "de": _language(
        "German",
        "der die das und den von zu dem mit sich des auf für ist im nicht ein eine als auch es werden aus er hat "
        "dass sie nach wird bei einer um am sind noch wie einem über einen zum zur aber wir oder durch sein wurde",
    ),
    "fr": _language(
        "French",
        "le la les de des et du un une en est que qui dans pour pas sur au aux ce il elle sont par avec plus ne se "
        "son sa ses cette mais ou nous vous leur été être fait comme ont d'une qu'il c'est l'on à où",
    ),
    "es": _language(
        "Spanish",
        "el la los las de y en que del un una por con para es se su al lo como más pero sus le ya o este sí porque "
        "esta entre cuando muy sin sobre también hasta hay donde han quien desde todo nos durante uno ni fue",
    ),
    "pt": _language(
        "Portuguese",
        "o os as um uma de da do das dos em no na nos nas que e é para com não por mais como mas foi ao ele seu sua "
        "ou ser quando muito há já está eu também só pelo pela até isso ela entre era depois sem mesmo aos são",
    ),
    "it": _language(
        "Italian",
        "il lo la gli le di del della dei delle che è e un una per con non sono da dal alla al nel nella si come "
        "più ma anche ha hanno questo questa essere stato ai dalla degli alle suo sua o ed se tra fra",
    ),
    "nl": _language(
        "Dutch",
        "de het een en van ik te dat die in zijn niet is op aan met als voor er maar om hem dan zou wat mijn men "
        "dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze nog wordt",
    ),
    "sv": _language(
        "Swedish",
        "och i att det som en på är av för med den till inte har de ett om var jag från vi så kan men när eller sig "
        "sin skulle över under också efter nu där mot vid hade blev utan alla andra",
    ),
    "da": _language(
        "Danish",
        "og i at det som en på er af for med den til ikke har de et om var jeg fra vi så kan men når eller sig sin "
        "skulle over under også efter nu der mod ved havde blev uden alle andre blevet",
    ),
    "no": _language(
        "Norwegian",
        "og i å det som en på er av for med den til ikke har de et om var jeg fra vi så kan men når eller seg sin "
        "skulle over under også etter nå der mot ved hadde ble uten alle andre blitt",
    ),
    "fi": _language(
        "Finnish",
        "ja on ei että se oli hän mutta ovat kun niin myös kuin joka sen hänen mukaan jos tai vain ole nyt mitä "
        "sitä jotka vuoden olla oli",
    ),
    "pl": _language(
        "Polish",
        "w i z na do się że nie to o jest jak po od za co przez dla są który oraz może być tym ale już tylko tego "
        "ich także przed przy lub jego była było",
    ),
    "cs": _language(
        "Czech",
        "a v se na je že o s z do i to za by ve jsem pro by který jako po jsou však od které byl bylo jeho při až "
        "nebo také již",
    ),
    "ro": _language(
        "Romanian",
        "și în de la cu pe a că nu este din care o un mai pentru sau au fost sunt dar prin ce după acest această fi "
        "lui ale fiind",
    ),
    "hu": _language(
        "Hungarian",
        "a az és hogy nem is egy ez azt meg volt csak mint de el ha már még vagy ki lehet után szerint ezt pedig "
        "minden",
    ),
    "tr": _language(
        "Turkish",
        "ve bir bu da de için ile olarak daha çok ne gibi olan kadar ama sonra var ise en her ya değil mi olduğu "
        "tarafından oldu",
    ),
    "id": _language(
        "Indonesian",
        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada mereka oleh saya telah "
        "dapat bahwa adalah sebagai atau kata lebih",
    ),
    "vi": _language(
        "Vietnamese", "và của là có trong được cho không các một những với người này để đã khi từ ra như đến về cũng"
    ),
    "sw": _language(
        "Swahili", "na ya wa kwa ni katika la za cha kuwa hii hiyo kama huo lakini pia baada yake hiyo sana wao ambayo"
    ),
    "ru": _Language("Russian", script="[\u0400-\u04ff]"),
    "el": _Language("Greek", script="[\u0370-\u03ff\u1f00-\u1fff]"),
    "ar": _Language("Arabic", script="[\u0600-\u06ff\u0750-\u077f]"),
    "he": _Language("Hebrew", script="[\u0590-\u05ff]"),
    "hi": _Language("Hindi", script="[\u0900-\u097f]"),
    "bn": _Language("Bengali", script="[\u0980-\u09ff]"),
    "th": _Language("Thai", script="[\u0e00-\u0e7f]"),
    "ko": _Language("Korean", script="[\uac00-\ud7af]"),
    "ja": _Language("Japanese", script="[\u3040-\u30ff]"),
    "zh": _Language("Chinese", script="[\u4e00-\u9fff]"),
}
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: The languages of which a word is a function word.
_OF_WORD = {
    word: [code for code, other in LANGUAGES.items() if word in other.words]
    for language in LANGUAGES.values()
    for word in language.words
}
_SCRIPTS = {code: re.compile(language.script) for code, language in LANGUAGES.items() if language.script}


def language_of(text: str) -> str:
    """Name the language of a text by ISO 639-1, from its function words: English unless another clearly wins.

    >>> language_of("Der Rat der Stadt hat am Montag über die neue Brücke und das alte Haus nicht entschieden. " * 2)
    'de'
    >>> language_of("Oui, monsieur."), language_of("U.S. Q4 EPS 0.43 vs 0.40")
    ('en', 'en')
    """
    sample = text if len(text) <= 40_000 else text[:20_000] + text[len(text) // 2 :][:20_000]
    letters = sum(c.isalpha() for c in sample)
    for code, script in _SCRIPTS.items():
        # kana tell Japanese among the characters that it shares with Chinese, so it is asked first
        share = 0.1 if code == "ja" else 0.4
        if letters >= 12 and len(script.findall(sample)) > share * letters:
            return code
    words = [w.replace("’", "'") for w in _WORDS.findall(sample)]
    if len(words) < 12:
        return "en"
    shouted = sum(w.isupper() for w in words) > 0.5 * len(words)
    counts = dict.fromkeys((c for c, known in LANGUAGES.items() if known.words), 0)
    for word, times in Counter(words).items():
        for code in _OF_WORD.get(word.casefold(), ()):
            # a capital inside a line is part of a name as a rule: *Los Angeles*, *Der Spiegel*, *Le Monde*
            if code == "en" or shouted or word.islower():
                counts[code] += times
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    # measured on clean news: English has a function word in 2 or 3 words; names alone give another language 1 in 12
    clear = counts[best] >= 0.15 * len(words) and counts[best] >= 1.7 * counts["en"]
    return best if clear else "en"
