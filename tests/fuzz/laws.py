"""What each reader owes to whatever it is given; each law tells how the input was taken, for telling inputs apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from unspin import sources
from unspin.edits import apply
from unspin.layout import layout, metadata
from unspin.lexicon.read import LexiconError, read_pack
from unspin.settings import SettingsError, read_settings
from unspin.tidy import tidy

#: What an input came to, short and without its words.
Outcome = tuple[str, ...]

#: Pieces that the readers have an eye for, so that chance meets their branches.
# fmt: off
MARKS = [
    "\n", "\n\n", "\r\n", "\r", "\t", " ", "  ", "\x0b", "\x0c", "\x85", "\u2028", "\xa0", "\u200b", "\u202e",
    "\ufeff", "\x00", "\x1b[0m", "---", "===", "***", "* ", "- ", "1. ", "# ", "> ", "|", "`", "```", "Writer : ",
    "Post date : ", "2025-03-03", "Title:", "By ", "https://a.b/c", "a@b.cd", ".", ".The", ",and", "“", "”", "â€™",
    "Ã©", "&amp;", "<p>", "</p>", "<table>", "<td>", "<!--", "-->", "{", "}", "[", "]", "\"", "'", ",", ";", "=cmd()",
    "é", "İ", "ß", "ﬁ", "𝒜", "the USA", "demanding situations", "security", "�", ": ", "&#0;", "<td", "<![CDATA[",
    "\"\"", "'''", "\\", "\\u0000", "\\ud800", "=", "\ud800", "1e999", "nan", "true", "null", "[" * 200, "9" * 400,
    "[army|military]", "\tsuspect", "PK\x03\x04", "%PDF-",
]
# fmt: on

HEAD = b'title = "t"\nfamily = "f"\nsubject = "s"\n'


def nameless(message: object) -> str:
    """Leave out of a message what it quotes and counts."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "_", str(message))[:80]


def source(data: bytes, folder: Path, suffix: str) -> Outcome:
    """Every file gives documents with names of their own, each read or refused with a reason."""
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    found = list(sources.read(sources.Item(path.name, path)))
    assert found
    assert len({source.doc_id for source in found}) == len(found)
    for one in found:
        assert one.status in {"", "refused"}
        assert bool(one.reason) == bool(one.status)
        if not one.status:
            assert one.text.encode("utf-8")  # no lone surrogate gets further than here
            assert "\0" not in one.text
    return (str(min(len(found), 3)), *sorted({nameless(one.reason) for one in found}))


def tidied(text: str) -> Outcome:
    """Edits of the tidier can be applied: raises where they overlap or an original is not what stands there."""
    edits = tidy(text)
    apply(text, edits)
    assert all(0 <= e.start <= e.end <= len(text) and text[e.start : e.end] == e.original for e in edits)
    return tuple(sorted({e.rule for e in edits}))


def laid_out(text: str) -> Outcome:
    """Blocks lie in the text in order, each with a parent that there is."""
    blocks = layout(text)
    ids = {block.block_id for block in blocks}
    at = 0
    for block in blocks:
        assert at <= block.start < block.end <= len(text)
        at = block.end
        assert block.parent_id in ids | {""}
        assert block.parent_id != block.block_id
        if block.label is not None:
            assert block.start <= block.label[0] <= block.label[1] <= block.body <= block.end
    for value in metadata(text, blocks):
        assert "\n" not in value
    return tuple(block.kind for block in blocks[:6])


def pack(head: bytes, entries: bytes, keep: bytes, folder: Path) -> Outcome:
    """A pack is read, or refused with the line that cannot be."""
    (folder / "pack.toml").write_bytes(head)
    (folder / "entries.tsv").write_bytes(entries)
    (folder / "keep.txt").write_bytes(keep)
    try:
        read = read_pack(folder)
    except LexiconError as error:
        return (nameless(error.message),)
    assert all(entry.spun != entry.plain and entry.rule for entry in read.entries)
    return tuple(sorted({entry.form for entry in read.entries}))


def settings(data: bytes, folder: Path) -> Outcome:
    """Settings are within their bounds, or refused."""
    path = folder / "unspin.toml"
    path.write_bytes(data)
    try:
        choices = read_settings(path)
    except SettingsError as error:
        return (nameless(str(error).replace(str(path), "")),)
    assert 0 <= choices.settings.careful <= 1
    assert choices.workers >= 0
    assert choices.format in {"csv", "parquet"}
    return (choices.format,)


def text_of(data: bytes) -> str:
    """Give bytes as text, as a reader would."""
    return data.decode("utf-8", "replace")


#: The readers by name: each takes bytes and a folder of its own.
READERS: dict[str, Callable[[bytes, Path], Outcome]] = {
    **{f"source{suffix}": lambda data, folder, suffix=suffix: source(data, folder, suffix)
       for suffix in (".txt", ".html", ".jsonl", ".csv")},
    "tidy": lambda data, folder: tidied(text_of(data)),
    "layout": lambda data, folder: laid_out(text_of(data)),
    "entries": lambda data, folder: pack(HEAD, data, b"", folder),
    "pack": lambda data, folder: pack(data, b"", b"", folder),
    "keep": lambda data, folder: pack(HEAD, b"spun\tplain\tform\texample\n", data, folder),
    "settings": settings,
}
