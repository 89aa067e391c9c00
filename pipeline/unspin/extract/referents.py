"""Resolve pronouns and definite noun phrases, only where exactly one candidate fits."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Sequence

from unspin.records import Mention

#: Definite nouns and the types of name that they may stand for.
KINDS = {
    noun: types
    for nouns, types in (
        (
            "company firm start-up startup business manufacturer brand bank agency organisation organization club union university "
            "ministry party commission court council committee charity institute association lender carrier airline retailer "
            "consortium regulator watchdog federation foundation museum cooperative team publisher supplier operator",
            "ORG",
        ),
        ("country nation", "COUNTRY"),
        ("city town village municipality capital", "CITY"),
        ("festival tournament", "EVENT"),
        ("observatory telescope spacecraft mission", "ORG FAC PRODUCT"),
        ("island river lake", "LOC GPE"),
    )
    for noun in nouns.split()
}  # fmt: skip

#: Nouns that any person may be called by once introduced.
PEOPLE = frozenset(
    [
        "director",
        "manager",
        "minister",
        "president",
        "author",
        "founder",
        "coach",
        "captain",
        "mayor",
        "governor",
        "economist",
        "lawyer",
    ]
)


class Referents:
    """Candidates of a document, asked in order of place."""

    def __init__(self, mentions: Sequence[Mention], demonyms: Collection[int], paragraphs: Sequence[int]) -> None:
        self.mentions = mentions
        self.demonyms = demonyms
        self.starts = [m.start for m in mentions]
        self.paragraphs = paragraphs
        #: nouns that the text itself gave to a name: *Kettle Labs, an artificial intelligence company*
        self.called: dict[str, set[str]] = defaultdict(set)
        #: (place, mention) of names that were the subject of a clause
        self.subjects: list[tuple[int, int]] = []

    def _since(self, at: int, back: int) -> int:
        """Give the start of the paragraph ``back`` paragraphs before the one at a place."""
        i = bisect.bisect_right(self.paragraphs, at) - 1
        return self.paragraphs[max(0, i - back)] if self.paragraphs else 0

    def _before(self, at: int, since: int) -> range:
        return range(bisect.bisect_left(self.starts, since), bisect.bisect_left(self.starts, at))

    def person(self, at: int) -> int | None:
        """Resolve *he* or *she* to the only person of this paragraph and the one before, up to the pronoun."""
        for back in (0, 1):
            names: dict[str, int] = {}
            for i in self._before(at, self._since(at, back)):
                if self.mentions[i].type == "PERSON":
                    names[self.mentions[i].name] = i
            if names:
                return next(iter(names.values())) if len(names) == 1 else None
        return None

    def thing(self, at: int, sentence: int) -> int | None:
        """Resolve *it* to the only name that was a subject in this sentence and the one before."""
        names: dict[str, int] = {}
        for place, i in reversed(self.subjects):
            if place >= at:
                continue
            if place < sentence:
                break
            m = self.mentions[i]
            if m.type == "PERSON":
                continue
            names[m.name] = i
        return next(iter(names.values())) if len(names) == 1 else None

    def definite(self, noun: str, at: int) -> int | None:
        """Resolve *the company* to the one name that was called so, bears the word, or is of the kind."""
        called = self.called.get(noun)
        last: dict[str, int] = {}
        for i in self._before(at, 0):
            m = self.mentions[i]
            if i not in self.demonyms or noun in {"country", "nation"}:
                last[m.name] = i
        if called:
            fit = sorted(n for n in called if n in last)
            return last[fit[0]] if len(fit) == 1 else None
        types = KINDS.get(noun)
        if types is None:
            return None
        bearing = sorted(
            n for n, i in last.items() if noun in n.lower().split() and self.mentions[i].type not in {"PERSON", "NORP"}
        )
        if bearing:
            return last[bearing[0]] if len(bearing) == 1 else None
        for since in (0, self._since(at, 1)):
            fit = sorted(
                n
                for n, i in last.items()
                if i >= 0 and self._is(self.mentions[i], types) and self.mentions[i].start >= since
            )
            if len(fit) == 1:
                return last[fit[0]]
        return None

    @staticmethod
    def _is(m: Mention, types: str) -> bool:
        if types == "COUNTRY":
            return m.reference.startswith("iso3166:")
        if types == "CITY":
            return m.type == "GPE" and not m.reference
        return m.type in types.split()
