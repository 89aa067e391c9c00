"""Resolve pronouns and definite noun phrases, only where exactly one candidate fits."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from unspin.extract.wordlists import words
from unspin.records import Mention

#: Definite nouns and the type of name that they may stand for.
KINDS = {
    **dict.fromkeys(
        words(
            "company firm start-up startup business manufacturer brand bank agency organisation organization club "
            "university ministry commission charity institute lender carrier airline retailer consortium regulator "
            "federation foundation cooperative publisher supplier brokerage"
        ),
        "ORG",
    ),
    **dict.fromkeys(words("country nation"), "COUNTRY"),
    **dict.fromkeys(words("city town village"), "CITY"),
    **dict.fromkeys(words("festival tournament"), "EVENT"),
}

#: Words before a noun that tell nothing of which one is meant.
DETERMINERS = words(
    "the this that its their our his her my your each every any and or of by for with in at to from on as but when if"
)

#: Nouns that never stand for one name, however often one was called so.
LOOSE = words("party side group part place member leader work week year day team people player way one record")

#: Words right before a name that tell whether a man or a woman bears it.
GENDERED = {
    **dict.fromkeys(
        words(
            "daughter mother mum grandmother wife widow sister aunt niece girlfriend actress queen princess mrs ms "
            "miss spokeswoman chairwoman businesswoman congresswoman"
        ),
        "f",
    ),
    **dict.fromkeys(
        words(
            "son father dad grandfather husband widower brother uncle nephew boyfriend king prince mr spokesman "
            "chairman businessman congressman"
        ),
        "m",
    ),
}


class Subject(NamedTuple):
    """A subject that a pronoun after it may stand for."""

    place: int  #: in the restored text
    name: str
    mention: int | None
    plural: bool = False
    main: bool = True  #: of the main clause of its sentence
    made: bool = False  #: no subject, but what one made (*built a library*)


class Referents:
    """The candidates of a document, asked in order of place."""

    def __init__(
        self,
        mentions: Sequence[Mention],
        demonyms: Collection[int],
        paragraphs: Sequence[int],
        given: Mapping[str, str],
        text: str,
    ) -> None:
        """``given``: given names, with ``f`` or ``m`` where only women or men bear them."""
        self.text = text
        self.mentions = mentions
        self.demonyms = demonyms
        self.starts = [m.start for m in mentions]
        self.paragraphs = paragraphs
        self.given = given
        #: nouns that the text itself gave to a name: *Kettle Labs, an artificial intelligence company*
        self.called: dict[str, set[str]] = defaultdict(set)
        #: subjects of clauses in order of place
        self.subjects: list[Subject] = []
        #: where the text first tells of another one than those named
        self._others: dict[str, int] = {}
        self._genders: dict[str, str] = {}
        self._kinds: dict[str, set[str]] = defaultdict(set)
        for i, m in enumerate(mentions):
            if m.reference.startswith("iso3166:"):
                self._kinds["COUNTRY"].add(m.name)
            elif i not in demonyms:
                self._kinds["CITY" if m.type == "GPE" else m.type].add(m.name)

    def _last(self, name: str, at: int) -> int | None:
        for i in range(bisect.bisect_left(self.starts, at) - 1, -1, -1):
            if self.mentions[i].name == name and i not in self.demonyms:
                return i
        return None

    def person(self, word: str, at: int) -> int | None:
        """Resolve *he* or *she* to the only person named in this paragraph so far, else in the one before.

        Who bears a given name of the other gender is not meant.
        """
        own, other = ("m", "f") if word in {"he", "him"} else ("f", "m")
        here = bisect.bisect_right(self.paragraphs, at) - 1
        for paragraph in (here, here - 1):
            if paragraph < 0:
                continue
            names: dict[str, int] = {}
            for i in range(
                bisect.bisect_left(self.starts, self.paragraphs[paragraph]), bisect.bisect_left(self.starts, at)
            ):
                if self.mentions[i].type == "PERSON":
                    names[self.mentions[i].name] = i
            told = {name: self._gender(name) for name in names}
            fitting = [name for name in names if told[name] != other]
            if len(fitting) == 1 and (len(names) == 1 or told[fitting[0]] == own):
                return names[fitting[0]]
            if fitting:
                return None
        return None

    def _gender(self, name: str) -> str:
        """Give ``f`` or ``m`` where a given name or the word before a name tells (*his daughter, Lia, said*)."""
        told = self.given.get(name.partition(" ")[0], "")
        if not told and name not in self._genders:
            before = (
                re.search(r"([A-Za-z]+)[.,]? $", self.text[max(0, m.start - 20) : m.start])
                for m in self.mentions
                if m.name == name
            )
            self._genders[name] = next(
                (GENDERED[word] for found in before if found and (word := found[1].lower()) in GENDERED), ""
            )
        return told or self._genders[name]

    def thing(
        self, at: int, since: int, sentence: int, main: bool, plural: bool, patient: bool = False
    ) -> Subject | None:
        """Resolve *it* or *they* to the only subject since a place.

        Where the sentence before has several, its main clause has the say over the main clause of this one.
        ``patient``: something is done to it, and rather to what was made than to who made it.
        """
        found: dict[str, Subject] = {}
        for subject in reversed(self.subjects):
            if subject.place < since:
                break
            if subject.place < at and subject.plural == plural and (patient or not subject.made):
                found.setdefault(subject.name, subject)
        if any(s.made for s in found.values()):
            found = {name: s for name, s in found.items() if s.made}
        if len(found) > 1 and main and not any(s.place >= sentence for s in found.values()):
            found = {name: s for name, s in found.items() if s.main}
        if len(found) != 1:
            return None
        only = next(iter(found.values()))
        if only.mention is None:
            return only
        # another name of the same type in between could be meant as well
        kind = self.mentions[only.mention].type
        window = range(bisect.bisect_left(self.starts, since), bisect.bisect_left(self.starts, at))
        if any(
            self.mentions[i].type == kind and self.mentions[i].name != only.name and i not in self.demonyms
            for i in window
        ):
            return None
        return None if kind in {"PERSON", "NORP"} else only

    def _introduced(self, noun: str, at: int) -> bool:
        """Tell whether the text has told of another one by then (*the farm ministry*, *a company*)."""
        if noun not in self._others:
            before = re.finditer(rf"\b([a-z]+)[ -]{re.escape(noun)}\b", self.text)
            others = (found.start() for found in before if found[1] not in DETERMINERS)
            self._others[noun] = next(others, len(self.text))
        return self._others[noun] < at

    def definite(self, noun: str, at: int) -> int | None:
        """Resolve *the company* to the one name called so or bearing the word, else to the only one of its kind."""
        if noun in LOOSE:
            return None
        called = self.called.get(noun)
        if called:
            return self._last(next(iter(called)), at) if len(called) == 1 else None
        kind = KINDS.get(noun)
        if kind is None or (kind == "ORG" and self._introduced(noun, at)):
            return None
        bearing = {
            m.name
            for m in self.mentions
            if m.start < at and m.type not in {"PERSON", "NORP"} and noun in m.name.lower().split()
        }
        candidates = bearing or self._kinds[kind]
        return self._last(next(iter(candidates)), at) if len(candidates) == 1 else None
