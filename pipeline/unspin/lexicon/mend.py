"""Mend what `lexicon check` finds where the remedy is mechanical: ``--fix``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from unspin.lexicon import forms
from unspin.lexicon.check import Finding, sorted_lines
from unspin.lexicon.proofs import is_findable, prove
from unspin.lexicon.read import COLUMNS, MARK, Entry, line_of, read_lines, write_lines
from unspin.restore import Restorer
from unspin.restore.candidates import NOT_JUDGED, load_trie
from unspin.restore.tokens import POSSESSIVE

#: Sentences tried as a new example; the first that the entry wins is taken.
TRIED = 40

#: What an entry that stands back in a swap has at most.
BACK = 4

#: What a marker is lowered to whose spun phrase is a plain phrase elsewhere: below ``check.MARKER``.
NO_MARKER = 7

#: What becomes of a line: its new text, or None where it goes.
Lines = dict[str, dict[int, str | None]]


def mend(findings: Sequence[Finding], names: Sequence[str | Path] = ()) -> dict[str, int]:
    """Mend the files of the packs that were checked and give the number of lines changed, by file.

    A line that gives nothing goes (duplicate, self-map, covered); a phrase that
    can never be found is commented out; an example that does not show its entry
    is replaced by a sentence of the packs that does, and where there is none the
    entry becomes a suspect; of two phrases that stand for each other the one
    with less evidence stands back; what spoils a keep sentence is judged lower,
    and below 1 becomes a suspect; of readings that are judged to hold at more than ten of ten places
    the one that loses gives way; what misses its budget becomes a suspect; lines are sorted.
    """
    todo: Lines = {}
    for f in findings:
        if f.code == "self-map":
            todo.setdefault(f.path, {})[f.line] = None
    readable = not any(f.code == "schema" for f in findings)
    if readable and not todo and any(f.fault or f.warning for f in findings):
        todo = remedies(findings, Restorer.load(names))
    changed: dict[str, int] = {}
    for name, lines in sorted(todo.items()):
        path = Path(name)
        old = read_lines(path)
        kept = [line for number, text in enumerate(old, 1) if (line := lines.get(number, text)) is not None]
        if any(lines.values()) and len(kept[0].split("\t")) < len(COLUMNS):
            kept[0] = "\t".join(COLUMNS)
        written = sorted_lines(kept, path) if readable else kept
        if written != old:
            write_lines(path, written)
            same = sum(block.size for block in SequenceMatcher(None, old, written, False).get_matching_blocks())
            changed[name] = max(len(old), len(written)) - same
    return changed


def remedies(findings: Sequence[Finding], restorer: Restorer) -> Lines:
    """Give the new text of every line that has a remedy, by file; a file that only is to be sorted has none."""
    entries = [entry for pack in restorer.packs for entry in pack.entries]
    at = {(e.path, e.line): e for e in entries}
    by_pair: dict[tuple[str, str], list[Entry]] = {}
    for e in entries:
        by_pair.setdefault((e.spun.lower(), e.plain.lower()), []).append(e)
    examples = Examples(entries, restorer)
    todo: Lines = {}

    def put(entry: Entry, line: str | None) -> None:
        # The first remedy of a line stands; the next round sees what is left.
        todo.setdefault(entry.path, {}).setdefault(entry.line, line)

    for f in findings:
        found = at.get((f.path, f.line))
        pair = by_pair.get((f.spun.lower(), f.plain.lower()), [])
        if not (f.fault or f.warning):
            continue
        if f.code == "unsorted":
            todo.setdefault(f.path, {})
        elif f.code == "keep":
            for e in pair:
                if not e.suspect:
                    often = (e.often or NOT_JUDGED) // 2
                    put(e, line_of(e._replace(often=often or None, suspect=not often)))
        elif f.code == "chain":
            for e in entries:
                if e.spun.lower() == f.plain.lower() and not e.suspect and (e.often or 0) > NO_MARKER:
                    put(e, line_of(e._replace(often=NO_MARKER)))
        elif f.code in {"swap", "loop"}:
            back = by_pair.get((f.plain.lower(), f.spun.lower()), [])
            forth, back = sorted((pair, back), key=lambda es: strength(es, restorer), reverse=True)
            for e in forth:
                put(e, line_of(e._replace(often=e.often or NOT_JUDGED)))
            for e in back:
                put(e, line_of(e._replace(often=min(e.often or NOT_JUDGED, BACK))))
        elif found is None:
            continue
        elif f.code in {"duplicate", "covered"}:
            put(found, None)
        elif f.code == "rival":
            others = (e.often or 0 for e in entries if e.spun.lower() == f.spun.lower() and e.plain != f.plain)
            put(found, line_of(found._replace(often=max(1, 10 - max(others, default=0)))))
        elif f.code == "budget":
            put(found, line_of(found._replace(often=None, suspect=True)))
        elif f.code in {"missed", "never"} and not is_findable(found):
            bare = without_possessive(found)
            known = bare is not None and (bare.spun.lower(), bare.plain.lower()) in by_pair
            if bare is None:
                put(found, f"# {line_of(found)}")
            else:
                put(found, None if known else line_of(bare))
        elif f.code in {"missed", "example", "never", "shadowed"}:
            better = examples.better(found)
            if better:
                put(found, line_of(found._replace(example=better)))
            elif f.code in {"never", "shadowed"}:
                put(found, line_of(found._replace(often=None, suspect=True)))
    return todo


def strength(entries: Sequence[Entry], restorer: Restorer) -> tuple[int, int, str]:
    """Give what speaks for one direction of two phrases: places in gold articles, then how it was judged."""
    seen = max((restorer.records.places(e.spun, e.plain) for e in entries), default=0)
    judged = max((0 if e.suspect else e.often or NOT_JUDGED for e in entries), default=0)
    return seen, judged, entries[0].spun if entries else ""


def without_possessive(entry: Entry) -> Entry | None:
    """Give the entry without the possessive that both its phrases end in: the decoder adds it by itself.

    >>> made = Entry("kid's", "child's", "phrase", "A [kid's|child's] toy.", 3, False, "p", "x", 2)
    >>> line_of(without_possessive(made)).split("\\t")[:4]
    ['kid', 'child', 'phrase', "A [kid|child]'s toy."]
    """
    mark = MARK.search(entry.example)
    parts = [entry.spun, entry.plain, *(mark.groups() if mark else ())]
    if mark is None or not all(POSSESSIVE.search(part) for part in parts):
        return None
    spun, plain, left, right = (part[:-2] for part in parts)
    example = entry.example[: mark.start()] + f"[{left}|{right}]'s" + entry.example[mark.end() :]
    return entry._replace(spun=spun, plain=plain, example=example)


class Examples:
    """The plain sentences of all examples, to find a better example for an entry."""

    def __init__(self, entries: Sequence[Entry], restorer: Restorer) -> None:
        self._sentences = sorted({MARK.sub(lambda m: m[2], e.example) for e in entries}, key=lambda s: (len(s), s))
        self._restorer = restorer
        self._trie = load_trie(lambda: restorer.packs, str(restorer.identity()["lexicons"]))

    def better(self, entry: Entry) -> str:
        """Give an example that the entry wins, or an empty string where no sentence has one."""
        for example in self._marked(entry):
            if prove(entry._replace(example=example), self._restorer, self._trie).outcome == "wins":
                return example
        return ""

    def _marked(self, entry: Entry) -> Iterator[str]:
        tried = 0
        for spun, plain, _ in forms.pairs(entry.spun, entry.plain, entry.form) if entry.plain else ():
            place = re.compile(rf"(?<![\w'’-]){re.escape(plain)}(?![\w'’-])", re.IGNORECASE)
            for sentence in self._sentences:
                if plain.lower() not in sentence.lower():
                    continue
                found = place.search(sentence)
                if found is None or "[" in sentence or "|" in sentence:
                    continue
                capital = found[0][:1].isupper() and not plain[:1].isupper()
                if capital and found.start():  # ``May`` is not the plain phrase ``may``
                    continue
                shown = spun[:1].upper() + spun[1:] if capital else spun
                yield f"{sentence[: found.start()]}[{shown}|{found[0]}]{sentence[found.end() :]}"
                tried += 1
                if tried == TRIED:
                    return
