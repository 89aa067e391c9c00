"""Take into a pack what a person chose: lines of a proposals file, or decisions that a report exported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin import decisions
from unspin.decisions import Decision
from unspin.extract.speech import UNTOLD, speeches
from unspin.lexicon.check import is_form, sorted_lines
from unspin.lexicon.learn import Pair, entry_of, sentence
from unspin.lexicon.read import (
    COLUMNS,
    LONGEST_LINE,
    Entry,
    LexiconError,
    find_packs,
    line_of,
    parse_entry,
    read_lines,
    read_pack,
    write_lines,
)

#: The rule of an edit that one entry made: pack, spun phrase, plain phrase, form.
RULE = re.compile(r"[^/|]+/([^>|]+)>([^>|]*):(\w+)(?: \| " + re.escape(decisions.RULE) + ")?")


class Accepted(NamedTuple):
    """What accepting a proposals file came to."""

    path: Path  #: the pack's ``entries.tsv``
    added: tuple[Entry, ...]
    known: tuple[Entry, ...]  #: chosen, but in the pack already


def chosen(path: Path) -> list[Entry]:
    """Give the lines of a proposals file that are not commented out, as entries.

    Raises LexiconError at the first that a pack would refuse, and for the entries of a pack, which would lose them.
    """
    if (path.parent / "pack.toml").is_file():
        raise LexiconError(path, 0, "is part of a pack; name a proposals file, as unspin lexicon learn writes it")
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
    written = with_entries(target, added)
    rest = [line for number, line in enumerate(read_lines(path), 1)
            if number == 1 or not line.strip() or line.startswith("#")]
    # The pack first: interrupted between the two, a line stands in both, and accepting again finds it known.
    write_lines(target, written)
    write_lines(path, rest)
    return Accepted(target, tuple(added), tuple(known))


def with_entries(path: Path, added: Iterable[Entry]) -> list[str]:
    """Give the lines of an ``entries.tsv``, or of a new one, with entries added and all sorted."""
    lines = read_lines(path) if path.is_file() else ["\t".join(COLUMNS)]
    if len(lines[0].split("\t")) < len(COLUMNS):
        lines[0] = "\t".join(COLUMNS)
    return sorted_lines([*lines, *map(line_of, added)], path)


# ---------------------------------------------------------------- decisions


class Taken(NamedTuple):
    """What taking decisions into a pack came to; the file itself stays as it is."""

    path: Path  #: the pack's ``entries.tsv``
    added: tuple[Entry, ...]
    known: tuple[Entry, ...]  #: entries of the pack that were accepted again
    keep_path: Path  #: the pack's ``keep.txt``
    keep: tuple[str, ...]  #: sentences added to it
    refused: tuple[tuple[Decision, str], ...]  #: proposed, but no matter of a pack; with the reason
    places: int  #: decisions for their places only


def is_decisions(path: Path) -> bool:
    """Tell whether a file is one of decisions rather than of proposals."""
    return read_lines(path)[0].split(",")[:2] == list(decisions.COLUMNS[:2])


def accept_decisions(path: Path, pack: str | Path) -> Taken:
    """Take into a pack what a report proposed for it: accepted changes as entries, rejected ones as keep sentences.

    An entry's ``often`` follows from all decisions of the file on its spun
    phrase, those for their places only included.
    """
    (folder,) = find_packs([pack])
    own = read_pack(folder)
    there = {(e.spun.lower(), e.plain.lower(), e.form): e for e in own.entries}
    rows = [d for found in decisions.read_decisions(path).values() for d in found]
    fits: Counter[tuple[str, str, str]] = Counter()  # places where an entry is right
    asked: Counter[str] = Counter()  # places of a spun phrase that were decided
    made: dict[tuple[str, str, str], str] = {}
    keep: list[str] = []
    refused: list[tuple[Decision, str]] = []
    for d, entry in zip(rows, entries_for(rows), strict=True):
        if entry:
            asked[entry[0].lower()] += 1
            fits[entry[:3]] += d.decision == "accept"
        if d.scope == "place":
            continue
        if entry is None:
            refused.append((d, "spacing, spelling, capitals, numbers and names are no matter of a pack"))
        elif d.decision == "accept":
            made.setdefault(entry[:3], entry[3])
        else:
            left, right = spaced(d.before), spaced(d.after)
            low, high = sentence(left + d.original + right, len(left), len(left) + len(d.original))
            line = " ".join((left + d.original + right)[low:high].split())
            if line.startswith("#") or len(line) > LONGEST_LINE or line.lower() == d.original.lower():
                refused.append((d, "there is no sentence around the place that could be kept"))
            elif line not in own.keep and line not in keep:
                keep.append(line)
    target, keep_path = folder / "entries.tsv", folder / "keep.txt"
    added = []
    for key, example in made.items():
        if (key[0].lower(), key[1].lower(), key[2]) not in there:
            # The rule of succession: a single place says little, and makes 7.
            often = min(9, max(1, round(10 * (fits[key] + 1) / (asked[key[0].lower()] + 2))))
            added.append(parse_entry("\t".join((*key, example, str(often))), path, 0, own.name))
    known = [there[k] for key in made if (k := (key[0].lower(), key[1].lower(), key[2])) in there]
    if added:
        write_lines(target, with_entries(target, added))
    if keep:
        lines = [line for line in read_lines(keep_path) if line] if keep_path.is_file() else []
        write_lines(keep_path, [*sorted([*lines, *keep]), ""] if lines == sorted(lines) else [*lines, *keep, ""])
    return Taken(target, tuple(added), tuple(known), keep_path, tuple(keep), tuple(refused),
                 sum(d.scope == "place" for d in rows))


#: Spun phrase, plain phrase, form and example of an entry.
Made = tuple[str, str, str, str]


def entries_for(rows: Sequence[Decision]) -> list[Made | None]:
    """Give the entry that each decision speaks for or against, None where there is none.

    >>> entries_for([Decision("a", "ff", 0, 6, "armies", "militaries", "", "accept", "pack", "The ", " met.")])
    [('army', 'military', 'noun', 'The [armies|militaries] met.')]
    """
    pairs = [pair_of(decision) for decision in rows]
    named = [RULE.fullmatch(decision.rule) for decision in rows]
    # The rule knows the form and the base forms, where guessing them from one place may err.
    unnamed = [pair for pair, rule in zip(pairs, named, strict=True) if not rule]
    told = iter(speeches([(pair.before, pair.plain, pair.after) for pair in unnamed]))
    found: list[Made | None] = []
    for pair, rule in zip(pairs, named, strict=True):
        made = entry_of(pair, UNTOLD if rule else next(told))
        if made and rule:
            spun, plain, form = rule.groups()
            if is_form(Entry(spun, plain, form, made[3], None, False, "", "", 0), {}):
                made = spun, plain, form, made[3]
        found.append(made)
    return found


def pair_of(decision: Decision) -> Pair:
    """Give what a decision is about with its sentence around it."""
    left, right = spaced(decision.before), spaced(decision.after)
    at = len(left), len(left) + len(decision.replacement)
    low, high = sentence(left + decision.replacement + right, *at)
    return Pair(decision.original, decision.replacement, left[low:], right[: high - at[1]])


def spaced(text: str) -> str:
    """Give a text on one line, with single spaces, at its ends too."""
    return re.sub(r"\s+", " ", text)
