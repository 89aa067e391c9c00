"""The relation lexicon: which predicate with which preposition is which type of relation."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

from unspin.lexicon.read import LexiconError, read_table, shipped

COLUMNS = ("predicate", "preposition", "relation", "example")

#: ``{s:The board}`` and ``{o:the plan}`` in an example; ``{o:the U.S.=United States}`` where the row says it otherwise.
SLOT = re.compile(r"\{([so]):([^{}=]+)(?:=([^{}]+))?\}")


class Frame(NamedTuple):
    """One line of ``relations.tsv``."""

    predicate: str
    preposition: str
    relation: str
    example: str
    line: int

    @property
    def sentence(self) -> str:
        """The example without its marks."""
        return SLOT.sub(lambda slot: slot[2], self.example)

    @property
    def expected(self) -> tuple[str, str]:
        """Subject and object that the example's row must have."""
        slots = {
            slot[1]: slot[3] or re.sub(r"^(?:the|an?) ", "", slot[2], flags=re.I)
            for slot in SLOT.finditer(self.example)
        }
        return slots.get("s", ""), slots.get("o", "")


def read(path: Path) -> list[Frame]:
    """Read the relation lexicon; raises LexiconError naming file and line."""
    frames: list[Frame] = []
    seen: dict[tuple[str, str], int] = {}
    for number, (predicate, preposition, relation, example) in read_table(path, COLUMNS):
        frame = Frame(predicate, preposition, relation, example, number)
        key = (frame.predicate, frame.preposition)
        if key in seen:
            raise LexiconError(
                path, number, f"{' '.join(key).strip()!r} already stands in line {seen[key]}; keep one of them"
            )
        if not re.fullmatch(r"[A-Z][A-Z_]+", frame.relation):
            raise LexiconError(path, number, f"{frame.relation!r} is no relation type; write it as in MEETS_WITH")
        if {slot[1] for slot in SLOT.finditer(frame.example)} != {"s", "o"}:
            raise LexiconError(path, number, "the example marks no subject or no object; write {s:...} and {o:...}")
        seen[key] = number
        frames.append(frame)
    return frames


@functools.cache
def shipped_types() -> dict[tuple[str, str], str]:
    """Give the shipped relation types by predicate and preposition, read once in a process."""
    return {(f.predicate, f.preposition): f.relation for f in read(shipped() / "relations" / "relations.tsv")}
