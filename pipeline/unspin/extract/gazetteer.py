"""The names lexicon: organisations, places, offices and countries with their aliases."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

from unspin.extract.wordlists import words
from unspin.lexicon.read import LexiconError, read_given, read_table, shipped

#: spaCy's OntoNotes labels that a lexicon entry may have.
TYPES = words(
    "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME "
    "WORK_OF_ART"
)

#: A word as aliases are indexed by: letters, digits and what joins them.
WORD = re.compile(r"[^\W_]+")

#: Typographic characters that stand for plain ones; one for one, so offsets stay.
PLAIN = str.maketrans("’‘“”‐‑–", "''\"\"---")


#: Demonyms without a plural in *s*; the men are spelled out, for *Germans* has one.
UNCHANGED = ("ese", "ch", "sh", "ss", "ois", "men", "woman", "Frenchman", "Irishman", "Dutchman")


class Name(NamedTuple):
    """What an alias stands for."""

    name: str
    type: str
    method: str  #: ``lexicon`` for the name itself, ``alias`` for another name of it
    reference: str = ""  #: ``iso3166:LY``
    demonym: bool = False  #: *Libyan*: a mention of the country, but the word is not its name


class Match(NamedTuple):
    """An alias found in a text."""

    start: int
    end: int
    name: Name


def plurals(demonym: str) -> tuple[str, ...]:
    """Give a demonym with its plural where English forms one with *s*.

    >>> plurals("Libyan"), plurals("Chinese")
    (('Libyan', 'Libyans'), ('Chinese',))
    """
    if demonym.endswith(UNCHANGED):
        return (demonym,)
    return (demonym, demonym + "s")


def listed(cell: str) -> list[str]:
    """Split a cell that lists several values.

    >>> listed("U.S. | USA"), listed("")
    (['U.S.', 'USA'], [])
    """
    return [part.strip() for part in cell.split(" | ") if part.strip()]


class Gazetteer:
    """All aliases, found in a text with word boundaries, the longest first.

    >>> gazetteer = Gazetteer.shipped()
    >>> [m.name.name for m in gazetteer.find("AFRICOM met Libyan leaders.")]
    ['U.S. Africa Command', 'Libya']
    """

    def __init__(self) -> None:
        #: given names of persons, with ``f`` or ``m`` where only women or men bear them
        self.given: dict[str, str] = {}
        self._names: dict[str, Name] = {}
        self._by_first: dict[str, list[str]] = {}

    @classmethod
    @functools.cache
    def shipped(cls) -> Gazetteer:
        """Read the lexicon that comes with Unspin, once in a process."""
        return cls.read(shipped() / "names")

    @classmethod
    def read(cls, folder: Path) -> Gazetteer:
        """Read ``countries.tsv`` and ``names.tsv``; raises LexiconError naming file and line."""
        gazetteer = cls()
        path = folder / "countries.tsv"
        for number, (name, iso, demonyms, aliases) in read_table(path, ("name", "iso3166", "demonyms", "aliases")):
            reference = f"iso3166:{iso}"
            gazetteer._add(path, number, name, Name(name, "GPE", "lexicon", reference))
            for alias in listed(aliases):
                gazetteer._add(path, number, alias, Name(name, "GPE", "alias", reference))
            for demonym in listed(demonyms):
                for form in plurals(demonym):
                    gazetteer._add(path, number, form, Name(name, "GPE", "alias", reference, demonym=True))
        path = folder / "names.tsv"
        for number, (name, type_, aliases) in read_table(path, ("name", "type", "aliases")):
            if type_ not in TYPES:
                raise LexiconError(
                    path, number, f"{type_!r} is no OntoNotes label; use one of {' '.join(sorted(TYPES))}"
                )
            gazetteer._add(path, number, name, Name(name, type_, "lexicon"))
            for alias in listed(aliases):
                gazetteer._add(path, number, alias, Name(name, type_, "alias"))
        gazetteer.given = read_given(folder / "given.txt")
        for aliases_ in gazetteer._by_first.values():
            aliases_.sort(key=lambda alias: (-len(alias), alias))
        return gazetteer

    def _add(self, path: Path, number: int, alias: str, name: Name) -> None:
        alias = alias.translate(PLAIN)
        first = WORD.search(alias)
        if first is None:
            raise LexiconError(path, number, f"{alias!r} has no letter; take it out")
        known = self._names.get(alias)
        if known is not None and known.name != name.name:
            raise LexiconError(path, number, f"{alias!r} already stands for {known.name!r}; keep one of them")
        if known is None:
            self._names[alias] = name
            self._by_first.setdefault(alias[: first.end()], []).append(alias)

    def __len__(self) -> int:
        return len(self._names)

    def get(self, alias: str) -> Name | None:
        """Give what an alias stands for, a leading *the* aside."""
        alias = alias.translate(PLAIN)
        name = self._names.get(alias)
        if name is None and alias[:4].lower() == "the ":
            name = self._names.get(alias[4:])
        return name

    def find(self, text: str) -> list[Match]:
        """Find aliases in a text; matches do not overlap and are in order of place."""
        plain = text.translate(PLAIN)
        by_first, names = self._by_first, self._names
        matches: list[Match] = []
        reach = 0
        length = len(plain)
        for word in WORD.finditer(plain):
            aliases = by_first.get(word.group())
            start = word.start()
            if aliases is None or start < reach:
                continue
            for alias in aliases:
                end = start + len(alias)
                if not plain.startswith(alias, start) or (
                    end < length and plain[end].isalnum() and alias[-1].isalnum()
                ):
                    continue
                if (
                    alias[-1].isalnum()
                    and plain[end : end + 1] == "."
                    and plain[end + 1 : end + 2].isalpha()
                    and len(alias) < 4
                ):
                    continue  # "US" of "US.Embassy" is fine once tidied, but "U" or "UN" of "U.N.C." is not
                if start and (
                    plain[start - 1] == "@" or (plain[start - 1] in "./" and start > 1 and plain[start - 2].isalnum())
                ):
                    continue  # inside an address
                matches.append(Match(start, end, names[alias]))
                reach = end
                break
        return matches
