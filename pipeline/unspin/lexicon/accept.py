"""Move the chosen lines of a proposals file into a pack."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from unspin.lexicon.check import sorted_lines
from unspin.lexicon.read import (
    COLUMNS,
    Entry,
    LexiconError,
    find_packs,
    line_of,
    parse_entry,
    read_lines,
    read_pack,
    write_lines,
)


class Accepted(NamedTuple):
    """What accepting a proposals file came to."""

    path: Path  #: the pack's ``entries.tsv``
    added: tuple[Entry, ...]
    known: tuple[Entry, ...]  #: chosen, but in the pack already


def chosen(path: Path) -> list[Entry]:
    """Give the lines of a proposals file that are not commented out, as entries.

    Raises LexiconError at the first that a pack would refuse.
    """
    lines = read_lines(path)
    if lines[0].split("\t")[:4] != list(COLUMNS[:4]):
        raise LexiconError(path, 1, "is no proposals file; write one with unspin lexicon learn or mine")
    found: list[Entry] = []
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and not line.startswith("#"):
            found.append(parse_entry("\t".join(line.split("\t")[: len(COLUMNS)]), path, number, path.stem))
    return found


def accept(path: Path, pack: str | Path) -> Accepted:
    """Move the chosen lines of a proposals file into a pack, sorted, each with its example.

    What stays in the proposals file is what was commented out.  Nothing is
    written where any line cannot be used.
    """
    (folder,) = find_packs([pack])
    entries = read_pack(folder).entries
    there = {(e.spun.lower(), e.plain.lower(), e.form) for e in entries}
    added: list[Entry] = []
    known: list[Entry] = []
    for entry in chosen(path):
        key = (entry.spun.lower(), entry.plain.lower(), entry.form)
        (known if key in there else added).append(entry)
        there.add(key)
    target = folder / "entries.tsv"
    lines = read_lines(target) if target.is_file() else ["\t".join(COLUMNS)]
    if len(lines[0].split("\t")) < len(COLUMNS):
        lines[0] = "\t".join(COLUMNS)
    written = sorted_lines([*lines, *map(line_of, added)], target)
    rest = [line for number, line in enumerate(read_lines(path), 1)
            if number == 1 or not line.strip() or line.startswith("#")]
    # The pack first: interrupted between the two, a line stands in both, and accepting again finds it known.
    write_lines(target, written)
    write_lines(path, rest)
    return Accepted(target, tuple(added), tuple(known))
