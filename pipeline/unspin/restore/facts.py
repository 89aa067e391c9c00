"""Find facts that spinning corrupted: titles that no one bears, and numbers that contradict each other."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from unspin.lexicon.read import LexiconError, read_given, read_lines, shipped
from unspin.records import Edit
from unspin.restore.tokens import Token, fold

#: Round numbers that spinners swap for one another.
ROUND = ("dozens", "hundreds", "thousands", "millions", "billions", "trillions")

#: How sure a title before a name is; all such places in clean news were counted, see docs/restoration.md.
SURE, LIKELY, OPEN = 0.95, 0.5, 0.3


class Title(NamedTuple):
    """What a spinner wrote for the title of an office."""

    spun: tuple[str, ...]  #: as written, capitals and all but for ``of``
    title: str
    named: bool  #: only before a name: the spun words alone are ordinary English


@functools.lru_cache(maxsize=1)
def titles() -> Mapping[str, tuple[Title, ...]]:
    """Read ``lexicons/titles/titles.tsv``, by first word in lower case.

    Raises LexiconError for a line without three columns.
    """
    path = shipped() / "titles" / "titles.tsv"
    found: dict[str, list[Title]] = defaultdict(list)
    for number, line in enumerate(read_lines(path)[1:], 2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != 3 or cells[2] not in {"name", "alone"}:
            raise LexiconError(path, number, "needs spun, title, and name or alone, separated by tabs")
        words = tuple(cells[0].split())
        found[fold(words[0])].append(Title(words, cells[1], cells[2] == "name"))
    return {first: tuple(sorted(rows, key=lambda t: (-len(t.spun), t.spun))) for first, rows in found.items()}


@functools.lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Give the given names of ``lexicons/names/given.txt`` in lower case."""
    return frozenset(map(fold, read_given(shipped() / "names" / "given.txt")))


def corrupted(text: str, found: Sequence[Token]) -> Iterator[Edit]:
    """Propose the titles that spun ones in a stretch of text stand for.

    >>> from unspin.restore.tokens import tokens
    >>> text = "Basic Michael Langley met the Primary Minister."
    >>> [(e.original, e.replacement, e.outcome) for e in corrupted(text, tokens(text, 0, len(text)))]
    [('Basic', 'General', 'changed'), ('Primary Minister', 'Prime Minister', 'changed')]
    """
    for first, token in enumerate(found):
        for title in titles().get(token.word, ()):
            last = first + len(title.spun)
            here = found[first:last]
            if last > len(found) or any(t.shielded or t.suffix or (n and not t.joint) for n, t in enumerate(here[:-1])):
                continue
            if [text[t.start : t.end] for t in here] != list(title.spun) or not all(t.joint for t in here[1:]):
                continue
            chance = SURE
            if title.named:
                chance = before_name(found, last)
                if not chance or here[-1].suffix:
                    continue
            start, end = here[0].start, here[-1].end
            outcome = "changed" if chance >= SURE else "suspect"
            rule = f"titles/{text[start:end].lower()}>{title.title}:{'before a name' if title.named else 'title'}"
            yield Edit(start, end, text[start:end], title.title, outcome, "phrase" if len(here) > 1 else "word",
                       rule, "titles", chance)
            break


def before_name(found: Sequence[Token], at: int) -> float:
    """Tell how surely a name of a person begins at a token: a given name and another capital, or two capitals."""
    if at + 1 >= len(found):
        return 0.0
    name, last = found[at], found[at + 1]
    if not (name.joint and last.joint and {name.shape, last.shape} == {"Capital"}) or name.shielded or name.suffix:
        return 0.0
    return SURE if name.word in given_names() else LIKELY


def contradictions(text: str, pieces: Iterable[Sequence[Token]]) -> list[Edit]:
    """Propose, never as sure, the other number where a text counts the same thing in two round numbers.

    >>> from unspin.restore.tokens import tokens
    >>> text = "Thousands of residents fled. The hundreds of residents who stayed hid."
    >>> [(e.original, e.replacement, e.outcome) for e in contradictions(text, [tokens(text, 0, len(text))])]
    [('Thousands', 'Hundreds', 'suspect'), ('hundreds', 'thousands', 'suspect')]
    """
    counted: dict[str, list[Token]] = defaultdict(list)
    for found in pieces:
        for number, link, thing in zip(found, found[1:], found[2:], strict=False):
            if number.word in ROUND and link.word == "of" and link.joint and thing.joint:
                counted[thing.word].append(number)
    edits = []
    for what, numbers in sorted(counted.items()):
        words = sorted({t.word for t in numbers}, key=ROUND.index)
        if len(words) != 2:
            continue
        for number in numbers:
            other = words[number.word == words[0]]
            original = text[number.start : number.end]
            new = other.capitalize() if original[0].isupper() else other
            rule = f"numbers/{number.word}>{other}:{what} are counted both ways"
            edits.append(Edit(number.start, number.end, original, new, "suspect", "word", rule, "", OPEN))
    return edits


def with_facts(edits: Sequence[Edit], facts: Iterable[Edit]) -> list[Edit]:
    """Add edits of facts to others; one that is sure goes before what it overlaps, one that is not gives way."""
    kept = list(edits)
    for fact in facts:
        over = [e for e in kept if e.start < fact.end and e.end > fact.start]
        if fact.outcome == "changed" or not over:
            kept = [e for e in kept if e not in over]
            kept.append(fact)
    return kept
