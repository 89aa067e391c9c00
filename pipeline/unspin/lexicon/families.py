"""Tell which spinner family a document comes from, by the packs that its phrases stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from unspin.lexicon.read import Pack
from unspin.records import Edit

#: Different phrases that a family must show; one or two are chance.
LEAST = 3

#: Least share of a document's restored phrases that a family must explain, or the spinner is another one.
SHARE = 0.5

UNKNOWN = "unknown"


class Family(NamedTuple):
    """A spinner family and what speaks for it."""

    name: str  #: of the packs' ``family``, :data:`UNKNOWN`, or empty where nothing was restored
    places: int  #: restored places whose rule is a pack of the family
    whole: int  #: restored places in all
    phrases: tuple[str, ...]  #: the commonest spun phrases among them


def family_of(edits: Iterable[Edit], families: Mapping[str, str]) -> Family:
    """Name the family of a document from its changed edits; ``families`` gives each pack's.

    >>> edits = [Edit(0, 4, word, "x", "changed", "word", "r", "news") for word in ("army", "area", "wich")]
    >>> family_of(edits, {"news": "newswire"})
    Family(name='newswire', places=3, whole=3, phrases=('area', 'army', 'wich'))
    >>> family_of(edits[:2], {"news": "newswire"}).name
    'unknown'
    """
    places: Counter[str] = Counter()
    phrases: dict[str, Counter[str]] = {}
    for e in edits:
        if e.outcome == "changed" and e.pack in families:
            family = families[e.pack]
            places[family] += 1
            phrases.setdefault(family, Counter())[" ".join(e.original.lower().split())] += 1
    whole = places.total()
    if not whole:
        return Family("", 0, 0, ())
    name, count = min(places.items(), key=lambda item: (-item[1], item[0]))
    seen = phrases[name]
    # Long phrases tell more than words that anyone may write.
    told = tuple(sorted(seen, key=lambda phrase: (-len(phrase.split()), -seen[phrase], phrase))[:3])
    if len(seen) < LEAST or count < SHARE * whole:
        name = UNKNOWN
    return Family(name, count, whole, told)


def families(packs: Sequence[Pack]) -> dict[str, str]:
    """Give the family of each pack by name."""
    return {pack.name: pack.family for pack in packs}
