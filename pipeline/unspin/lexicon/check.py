"""Lint packs as code: every entry proves itself, every keep sentence survives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.edits import apply
from unspin.lexicon import forms
from unspin.lexicon.read import MARK, Entry, LexiconError, Pack, find_packs, parse_entry, read_lines
from unspin.records import Block
from unspin.restore import Restorer


class Finding(NamedTuple):
    """One fault or remark about a pack."""

    path: str
    line: int
    code: str
    message: str  #: what is wrong and what to do
    fault: bool = True  #: False: a remark that does not fail the check


def sort_key(entry: Entry) -> tuple[str, str, str, str]:
    """Give the order of lines in ``entries.tsv``."""
    return (entry.spun.lower(), entry.spun, entry.plain.lower(), entry.form)


def check_lines(folder: Path) -> list[Finding]:
    """Read every line of a pack and report all that cannot be used, not only the first."""
    found: list[Finding] = []
    path = folder / "entries.tsv"
    if not path.is_file():
        return found
    try:
        lines = read_lines(path)
    except LexiconError as error:
        return [Finding(str(error.path), error.line, "schema", error.message)]
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and not line.startswith("#"):
            try:
                parse_entry(line, path, number, folder.name)
            except LexiconError as error:
                found.append(Finding(str(path), number, "schema", error.message))
    return found


def check_entries(packs: Sequence[Pack]) -> list[Finding]:
    """Report what is wrong with entries by themselves and among each other."""
    found: list[Finding] = []
    by_line: dict[tuple[str, str, str], Entry] = {}
    spun_to_plain: dict[tuple[str, str], Entry] = {}
    for pack in packs:
        last: Entry | None = None
        for entry in pack.entries:

            def fault(code: str, message: str, entry: Entry = entry) -> None:
                found.append(Finding(entry.path, entry.line, code, message))

            if last is not None and sort_key(entry) < sort_key(last):
                fault("unsorted", f"{entry.spun!r} stands after {last.spun!r}; sort the lines")
            last = entry
            mark = MARK.search(entry.example)
            assert mark is not None
            known = {(s.lower(), p.lower()) for s, p, _ in forms.pairs(entry.spun, entry.plain, entry.form)}
            if (mark[1].lower(), mark[2].lower()) not in known:
                fault("example", f"[{mark[1]}|{mark[2]}] is no form of {entry.spun!r} > {entry.plain!r} "
                                 f"({entry.form}); mend the example or the form column")
            key = (entry.spun.lower(), entry.plain.lower(), entry.form)
            if key in by_line:
                other = by_line[key]
                fault("duplicate", f"stands already in {other.path}:{other.line}; delete one")
            by_line[key] = entry
            spun_to_plain[entry.spun.lower(), entry.plain.lower()] = entry
    for (spun, plain), entry in sorted(spun_to_plain.items(), key=lambda item: item[1].rule):
        other = spun_to_plain.get((plain, spun))
        if other is not None and len(spun.split()) > 1 and len(plain.split()) > 1 and entry.rule < other.rule:
            found.append(Finding(entry.path, entry.line, "loop",
                                 f"{spun!r} > {plain!r} and back in {other.path}:{other.line}; delete the weaker one"))
    return found


def run_examples(packs: Sequence[Pack], restorer: Restorer) -> list[Finding]:
    """Run each entry's example as a place of a spun document and report where another reading wins."""
    found: list[Finding] = []
    for pack in packs:
        for entry in pack.entries:
            got, want = run_example(entry, restorer)
            if got != want:
                found.append(Finding(entry.path, entry.line, "loses", f"{entry.rule} gives {got!r}, not {want!r}; "
                                     "write an example that shows the plain phrase in its usual company"))
    return found


def run_example(entry: Entry, restorer: Restorer) -> tuple[str, str]:
    """Give what becomes of an entry's marked place in a spun document, and what should."""
    mark = MARK.search(entry.example)
    assert mark is not None
    text = entry.example[: mark.start()] + mark[1] + entry.example[mark.end() :]
    start, end = mark.start(), mark.start() + len(mark[1])
    edits = [e for e in restorer.restore_spun(text) if e.start < end and e.end > start]
    low, high = min([start, *(e.start for e in edits)]), max([end, *(e.end for e in edits)])
    piece = apply(text[low:high], [e._replace(start=e.start - low, end=e.end - low) for e in edits])
    want = text[low:start] + mark[2] + text[end:high]
    return piece, want


def run_keep(packs: Sequence[Pack], restorer: Restorer) -> list[Finding]:
    """Run each keep sentence as a document of its own and report what it lost."""
    found: list[Finding] = []
    for pack in packs:
        for number, sentence in enumerate(pack.keep, 1):
            edits = [e for e in restorer.restore(sentence, [Block("b1", "", "paragraph", 0, len(sentence))]).edits
                     if e.outcome == "changed"]
            for e in edits:
                found.append(Finding(str(pack.path / "keep.txt"), number, "keep",
                                     f"{e.rule} changes {e.original!r} to {e.replacement!r} in {sentence!r}"))
    return found


def check(names: Sequence[str | Path] = ()) -> list[Finding]:
    """Check packs by name or path (all shipped ones where none is named): schema, order, examples, keep sentences."""
    folders = find_packs(names)
    found = [f for folder in folders for f in check_lines(folder)]
    if found:
        return found
    restorer = Restorer.load(folders)
    found += check_entries(restorer.packs)
    found += run_examples(restorer.packs, restorer)
    found += run_keep(restorer.packs, restorer)
    return sorted(found, key=lambda f: (f.path, f.line, f.code, f.message))


