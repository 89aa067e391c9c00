"""Lint packs as code: every entry proves itself, every keep sentence survives."""

from __future__ import annotations

import functools
import gzip
import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from unspin.layout import layout
from unspin.lexicon.proofs import Proof, prove_all, side_by_side
from unspin.lexicon.read import (
    MARK,
    Entry,
    LexiconError,
    Pack,
    find_packs,
    fingerprint,
    parse_entry,
    read_lines,
    read_marked,
    read_pack,
)
from unspin.lexicon.verdicts import Verdicts
from unspin.records import Block
from unspin.restore import Restorer, candidates, features
from unspin.restore.candidates import Trie
from unspin.restore.gold_records import load_records
from unspin.restore.language_model import load_models
from unspin.restore.tokens import fold

#: From this many of ten places on, a phrase is spun more often than plain, and cannot stand as a plain phrase.
MARKER = 8

#: Least lower bound of an entry's precision once it made a false edit on clean text.
BUDGET = 0.5


class Finding(NamedTuple):
    """One fault or remark about a pack."""

    path: str
    line: int
    code: str
    message: str  #: what is wrong and what to do
    fault: bool = True  #: False: a warning or a remark, which does not fail the check
    spun: str = ""
    plain: str = ""
    warning: bool = False  #: no fault, but something to act upon


class Record(NamedTuple):
    """How an entry did: on gold articles and its example, and on clean text."""

    entry: Entry
    right: int
    false: int
    bound: float  #: lower Wilson bound of its precision
    examples: tuple[str, ...]  #: where it was false, at most three


def sort_key(entry: Entry) -> tuple[str, str, str, str]:
    """Give the order of lines in ``entries.tsv``."""
    return (entry.spun.lower(), entry.spun, entry.plain.lower(), entry.form)


def wilson(right: int, whole: int) -> float:
    """Give the lower bound of a share at 95 per cent (Wilson 1927).

    >>> round(wilson(10, 10), 2), round(wilson(1, 1), 2), wilson(0, 0)
    (0.72, 0.21, 0.0)
    """
    if not whole:
        return 0.0
    z = 1.96
    share = right / whole
    middle = share + z * z / (2 * whole)
    return (middle - z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))) / (1 + z * z / whole)


# ---------------------------------------------------------------- lines


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
                spun, plain, *_ = [*line.split("\t"), "", ""]
                code = "self-map" if spun and spun == plain else "schema"
                found.append(Finding(str(path), number, code, error.message, True, spun, plain))
    return found


def check_head(folder: Path) -> list[Finding]:
    """Report what keeps a pack from being read besides its entries: head, header, keep sentences, terms."""
    try:
        read_pack(folder)
    except LexiconError as error:
        return [Finding(str(error.path), error.line, "schema", error.message)]
    return []


# ---------------------------------------------------------------- entries among each other


def check_entries(packs: Sequence[Pack], known: candidates.Forms) -> list[Finding]:
    """Report what is wrong with entries by themselves and among each other."""
    found: list[Finding] = []

    def fault(entry: Entry, code: str, message: str) -> None:
        found.append(Finding(entry.path, entry.line, code, message, True, entry.spun, entry.plain))

    by_line: dict[tuple[str, str, str], Entry] = {}
    by_pair: dict[tuple[str, str], list[Entry]] = {}
    for pack in packs:
        last: Entry | None = None
        for entry in pack.entries:
            if last is not None and sort_key(entry) < sort_key(last):
                fault(entry, "unsorted", f"{entry.spun!r} stands after {last.spun!r}; sort the lines (--fix does)")
            last = entry
            if entry.spun.casefold() == entry.plain.casefold():
                fault(entry, "self-map", "both phrases are the same but for capitals; delete the line")
            if not is_form(entry, known):
                mark = MARK.search(entry.example)
                fault(entry, "example", f"{mark[0] if mark else ''} is no form of {entry.spun!r} > {entry.plain!r} "
                                        f"({entry.form}); mend the example or the form column")
            key = (entry.spun.lower(), entry.plain.lower(), entry.form)
            if key in by_line:
                other = by_line[key]
                fault(entry, "duplicate", f"stands already in {other.path}:{other.line}; delete one")
            else:
                by_line[key] = entry
            by_pair.setdefault(key[:2], []).append(entry)
    weights = judged(by_pair)
    for (spun, plain), entries in sorted(by_pair.items()):
        back = by_pair.get((plain, spun))
        if back and spun < plain and undecided(weights.get((spun, plain)), weights.get((plain, spun))):
            kind = "loop" if " " in spun and " " in plain else "swap"
            fault(entries[0], kind, f"{spun!r} > {plain!r} and back in {back[0].path}:{back[0].line}; delete the "
                                    "weaker one, or judge both in the column 'often' so that at most one has 5 or more")
    found += chains(by_pair, weights)
    return found


def is_form(entry: Entry, known: candidates.Forms) -> bool:
    """Tell whether the example's mark is the entry itself or one of its inflections."""
    mark = MARK.search(entry.example)
    if mark is None:
        return False
    pair = (fold(mark[1]), fold(mark[2]))
    # Most examples show the base form, and inflecting 16,000 entries takes two seconds.
    if pair == (fold(entry.spun), fold(entry.plain)):
        return True
    return pair in {(fold(spun), fold(plain)) for spun, plain, _ in candidates.inflected(entry, known)}


Pairs = dict[tuple[str, str], list[Entry]]


def judged(by_pair: Pairs) -> dict[tuple[str, str], int]:
    """Give, for each judged pair, at how many of ten places it holds; a suspect is decided as 0."""
    found: dict[tuple[str, str], int] = {}
    for pair, entries in by_pair.items():
        known = [0 if e.suspect else e.often for e in entries if e.suspect or e.often is not None]
        if known:
            found[pair] = max(k or 0 for k in known)
    return found


def undecided(there: int | None, back: int | None) -> bool:
    """Tell whether nothing says which way two phrases go.

    >>> undecided(7, 2), undecided(7, 6), undecided(None, 2)
    (False, True, True)
    """
    return there is None or back is None or (there >= 5 and back >= 5)


def chains(by_pair: Pairs, weights: dict[tuple[str, str], int]) -> list[Finding]:
    """Report plain phrases that are spun ones themselves: what is restored to them would be restored again."""
    onwards: dict[str, tuple[int, str]] = {}
    for (spun, plain), often in sorted(weights.items()):
        onwards[spun] = max(onwards.get(spun, (0, "")), (often, plain))
    found: list[Finding] = []
    for (spun, plain), entries in sorted(by_pair.items()):
        often, end = onwards.get(plain, (0, ""))
        entry = entries[0]
        if often >= MARKER and end != spun and not all(e.suspect for e in entries):
            other = by_pair[plain, end][0]
            found.append(Finding(entry.path, entry.line, "chain",
                                 f"{plain!r} stands for {end!r} itself, at {often} of ten places ({other.path}:"
                                 f"{other.line}); write the plain phrase at the end of the chain", True,
                                 entry.spun, entry.plain))
    return found


def covered(packs: Sequence[Pack], rows: Sequence[Sequence[Any]]) -> list[Finding]:
    """Report entries whose every form another entry gives already: the decoder never asks them."""
    asked = {str(row[3]) for row in rows}
    by_row = {(" ".join(row[0]), str(row[1])): str(row[3]) for row in rows}
    found: list[Finding] = []
    for pack in packs:
        for entry in pack.entries:
            if entry.rule in asked:
                continue
            key = candidates.key_words(entry.spun)
            by = by_row.get((" ".join(key), entry.plain))
            code = "covered"
            if len(key) > candidates.LONGEST_KEY:
                code, why = "never", f"is longer than {candidates.LONGEST_KEY} words, too long to be tried; shorten it"
            else:
                why = f"gives nothing that {by or 'another entry'} does not give; delete the line"
            found.append(Finding(entry.path, entry.line, code, f"{entry.rule} {why}", True, entry.spun, entry.plain))
    return found


# ---------------------------------------------------------------- examples


#: What each outcome of an example that does not win says, and whether it is a fault.
TOLD = {
    "missed": (True, "the example's place is not found in its sentence; let the mark hold whole words, joined by "
                     "spaces or hyphens, and nothing that is shielded"),
    "never": (True, "stands for {plain!r} at {p:.1%} in its own example, where {winner!r} wins; delete the line, or "
                    "write an example that shows the plain phrase in its usual company"),
    "shadowed": (True, "its example is taken by a longer entry, which gives {winner!r}; choose an example that the "
                       "longer one does not cover, or delete the line"),
    "rival": (False, "stands for {plain!r} at {often} of ten places and for {winner!r} at {other}, which wins in its "
                     "own example; judge anew, so that both come to ten at most (--fix lowers this one)"),
    "weak": (False, "in its example {winner!r} stands at last ({plain!r} has {p:.0%}, and what is below the bound is "
                    "only proposed); in other company it may win"),
}

#: Finds out what becomes of entries in their examples; made when the first one is to be proved.
Proofs = Callable[[Sequence[Entry]], list[Proof]]


def run_examples(packs: Sequence[Pack], proofs: Proofs, verdicts: Verdicts) -> list[Finding]:
    """Run each entry's example and report where it does not win; suspects are never applied, so they are not run."""
    entries = [entry for pack in packs for entry in pack.entries if not entry.suspect]
    by_example = {entry.example: entry for entry in entries}
    by_rule = {entry.rule: entry for entry in entries}
    found: list[Finding] = []
    made = verdicts.ask(
        "example",
        [e.example for e in entries],
        lambda examples: [list(proof) for proof in proofs([by_example[example] for example in examples])],
    )
    for entry, told in zip(entries, made, strict=True):
        proof = Proof(*told)
        if proof.outcome not in TOLD:
            continue
        rival = by_rule.get(proof.rule)
        code = "rival" if proof.outcome == "weak" and rival and contradicts(entry, rival) else proof.outcome
        fault, words = TOLD[code]
        said = words.format(plain=entry.plain, winner=rival.plain if rival and code == "rival" else proof.winner,
                            p=proof.probability, often=entry.often, other=rival.often if rival else 0)
        found.append(Finding(entry.path, entry.line, code, f"{entry.rule}: {said}", fault, entry.spun, entry.plain,
                             code == "rival"))
    return found


def contradicts(entry: Entry, rival: Entry) -> bool:
    """Tell whether an entry that is judged a marker cannot be one by how another of the same spun phrase is judged.

    >>> army = Entry("army", "military", "noun", "the [army|military] said", 8, False, "p", "x", 2)
    >>> contradicts(army, army._replace(plain="forces", often=8)), contradicts(army, army._replace(often=8))
    (True, False)
    """
    same = rival.spun.lower() == entry.spun.lower() and rival.plain.lower() != entry.plain.lower()
    return same and (entry.often or 0) >= MARKER and (entry.often or 0) + (rival.often or 0) > 10


def keep_lines(packs: Sequence[Pack]) -> list[tuple[str, int, str]]:
    """Give file, line and sentence of every keep sentence."""
    found: list[tuple[str, int, str]] = []
    for pack in packs:
        path = pack.path / "keep.txt"
        if path.is_file():
            for number, line in enumerate(read_lines(path), 1):
                if line.strip() and not line.startswith("#"):
                    found.append((str(path), number, line.strip()))
    return found


def run_keep(packs: Sequence[Pack], restorer: Callable[[], Restorer], verdicts: Verdicts) -> list[Finding]:
    """Run each keep sentence as a document of its own and report what it lost."""
    def lost(sentence: str) -> list[list[str]]:
        edits = restorer().restore(sentence, [Block("b1", "", "paragraph", 0, len(sentence))]).edits
        return [[e.rule, e.original, e.replacement] for e in edits if e.outcome == "changed"]

    kept = keep_lines(packs)
    told = verdicts.ask("keep", [s for *_, s in kept], lambda sentences: [lost(sentence) for sentence in sentences])
    return [
        Finding(path, number, "keep", f"{rule} changes {original!r} to {replacement!r} in {sentence!r}; "
                                      "lower its 'often' or make it suspect (--fix does)", True,
                *phrases_of(rule))
        for (path, number, sentence), edits in zip(kept, told, strict=True)
        for rule, original, replacement in edits
    ]


def phrases_of(rule: str) -> tuple[str, str]:
    """Give the phrases that a rule id names.

    >>> phrases_of("news/demanding situation>challenge:noun")
    ('demanding situation', 'challenge')
    """
    spun, _, plain = rule.partition("/")[2].rpartition(":")[0].partition(">")
    return spun, plain


# ---------------------------------------------------------------- clean text


def read_clean(path: Path) -> Iterator[str]:
    """Give the texts of a ``.jsonl`` or ``.jsonl.gz`` file (field ``text``) or of a folder of ``.txt`` files."""
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield file.read_text(encoding="utf-8-sig", errors="replace")
        return
    if path.suffix == ".txt":
        yield path.read_text(encoding="utf-8-sig", errors="replace")
        return
    number = 0
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as handle:
        try:
            for line in handle:
                number += 1
                if line.strip():
                    yield str(json.loads(line)["text"])
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise LexiconError(path, 0, f"is no whole gzip file ({error}); fetch it again") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LexiconError(path, number, "is no JSON object in UTF-8 with a field text; give one a line, or a "
                                             "folder of .txt files") from error


def weigh_on_clean(texts: Iterable[str], restorer: Restorer) -> list[Record]:
    """Count each entry's edits on clean text, where all are false, beside its right ones in the gold articles."""
    def spoilt(text: str) -> list[tuple[str, str]]:
        return [
            (e.rule, " ".join(f"{text[max(0, e.start - 40) : e.start]}[{e.original}|{e.replacement}]"
                              f"{text[e.end : e.end + 40]}".split()))
            for e in restorer.restore(text, layout(text)).edits if e.outcome == "changed"
        ]

    false: Counter[str] = Counter()
    where: dict[str, list[str]] = {}
    for edits in side_by_side(lambda several: [spoilt(text) for text in several], list(texts), least=50):
        for rule, shown in edits:
            false[rule] += 1
            where.setdefault(rule, []).append(shown)
    found: list[Record] = []
    for pack in restorer.packs:
        for entry in pack.entries:
            right = restorer.records.places(entry.spun, entry.plain) + 1  # the example is a right one
            wrong = false[entry.rule]
            found.append(Record(entry, right, wrong, round(wilson(right, right + wrong), 3),
                                tuple(where.get(entry.rule, ())[:3])))
    return found


def demoted(records: Sequence[Record]) -> list[Finding]:
    """Report entries that made false edits on clean text; those that miss the budget are to be suspects."""
    found: list[Finding] = []
    for r in records:
        if not r.false or r.entry.suspect:
            continue
        miss = r.bound < BUDGET
        counts = f"{r.false} false on clean text, {r.right} right; precision at least {r.bound:.2f}"
        todo = f"below {BUDGET}: write suspect in the column 'often' (--fix does)" if miss else "within the budget"
        found.append(Finding(r.entry.path, r.entry.line, "budget", f"{r.entry.rule}: {counts}, {todo}; "
                             f"{' / '.join(r.examples)}", miss, r.entry.spun, r.entry.plain))
    return found


# ---------------------------------------------------------------- the whole


def check(names: Sequence[str | Path] = (), clean: Path | None = None) -> list[Finding]:
    """Check packs by name or path (all shipped ones where none is named): schema, order, examples, keep sentences.

    ``clean``: texts that were never spun; each entry is then held to its budget of false edits.
    """
    folders = find_packs(names)
    mark = fingerprint(folders)
    try:
        packs = read_marked(folders, mark)
    except LexiconError:
        # Read again, line by line: all that cannot be used is told, not only the first.
        found = [f for folder in folders for f in check_lines(folder)]
        found = found or [f for folder in folders for f in check_head(folder)]
        if not found:
            raise
        return found
    rows = candidates.load_rows(lambda: packs, mark)

    @functools.cache
    def trie() -> Trie:
        return candidates.build_trie(rows)

    @functools.cache
    def restorer() -> Restorer:
        return Restorer(packs, trie(), features.load_weights(), load_models(), 0.5, mark,
                        load_records())

    found = check_entries(packs, candidates.remembered_forms())
    found += covered(packs, rows)
    told = {(f.path, f.line) for f in found if f.code in {"never", "covered"}}
    verdicts = Verdicts(packs, rows)
    examples = run_examples(packs, lambda entries: prove_all(entries, restorer(), trie()), verdicts)
    found += [f for f in examples if (f.path, f.line) not in told]
    found += run_keep(packs, restorer, verdicts)
    verdicts.keep()
    if clean is not None:
        found += demoted(weigh_on_clean(read_clean(clean), restorer()))
    return sorted(found, key=lambda f: (f.path, f.line, f.code, f.message))


def sorted_lines(lines: Sequence[str], path: Path) -> list[str]:
    """Sort the lines of ``entries.tsv``: header first, a comment stays above the entry that it stands above."""
    groups: list[tuple[tuple[str, str, str, str], list[str]]] = []
    above: list[str] = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        above.append(line)
        if not line.startswith("#"):
            groups.append((sort_key(parse_entry(line, path, number, path.parent.name)), above))
            above = []
    groups.sort(key=lambda group: group[0])
    return [lines[0], *(line for _, group in groups for line in group), *above, ""]
