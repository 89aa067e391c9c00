"""Entities of a run: the same name in many documents is one entity."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz.distance import OSA

#: Types whose mentions are values.  They have rows in ``entities.csv`` because every ``entity_id`` of a mention
#: must be found there, but each is one entity only with itself; graphs leave them out.
VALUE_TYPES = frozenset({"DATE", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL", "TIME"})

#: Types that a model mixes up; a name that has several of them in a run has the most frequent one.
CONFUSABLE = frozenset({"ORG", "GPE", "LOC", "FAC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "NORP"})

#: Legal forms and articles that make no difference to who is meant.
LEGAL = frozenset(
    [
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "sa",
        "nv",
        "bv",
        "spa",
        "oy",
        "ab",
        "asa",
        "as",
        "kk",
        "srl",
        "the",
    ]
)

#: Words that tell names apart that are otherwise alike.
TELLING = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "northern",
        "southern",
        "eastern",
        "western",
        "central",
        "upper",
        "lower",
        "new",
        "old",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "great",
        "greater",
        "lesser",
        "little",
        "big",
        "inner",
        "outer",
        "junior",
        "senior",
        "men",
        "women",
        "mens",
        "womens",
        "male",
        "female",
        "national",
        "international",
        "regional",
        "federal",
        "state",
        "city",
        "county",
        "democratic",
        "republic",
        "people",
        "peoples",
        "central",
    ]
)

#: One letter in six may differ, and never more than two: "Gaddafi Foundation" and "Qaddafi Foundation".
LEAST_LETTERS = 6


class Entity(NamedTuple):
    """One row of ``entities.csv``."""

    entity_id: str
    name: str
    type: str
    mentions: int
    documents: int
    aliases: tuple[str, ...]
    reference: str


class _Name:
    """Counts of one name; document numbers are kept as gaps of one to five bytes each."""

    __slots__ = ("documents", "last", "mentions", "references", "texts")

    def __init__(self) -> None:
        self.mentions = 0
        self.documents = bytearray()
        self.last = -1
        self.references: set[str] = set()
        self.texts: set[str] = set()

    def seen_in(self, document: int) -> None:
        gap = document - self.last
        if gap == 0:
            return
        self.last = document
        while gap > 127:
            self.documents.append(gap & 127 | 128)
            gap >>= 7
        self.documents.append(gap)

    def numbers(self) -> Iterable[int]:
        at, gap, shift = -1, 0, 0
        for byte in self.documents:
            gap |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                at += gap
                yield at
                gap = shift = 0


def folded(name: str) -> str:
    """Give the form under which names are the same: no case, marks, points, legal forms or articles.

    >>> folded("The Siemens-Werke A.G."), folded("Türkiye Petrolleri"), folded("Procter & Gamble")
    ('siemens werke', 'turkiye petrolleri', 'procter and gamble')
    """
    text = unicodedata.normalize("NFKD", name.replace("&", " and "))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold().replace("ł", "l").replace("ø", "o")
    text = re.sub(r"['’]s\b", "s", text)
    text = re.sub(r"\b((?:\w\.)+\w?)(?=\W|$)", lambda m: m[1].replace(".", ""), text)
    words = re.findall(r"\w+", text)
    kept = [w for i, w in enumerate(words) if w not in LEGAL or (w not in {"the"} and i == 0)]
    return " ".join(kept or words)


def slug(name: str) -> str:
    """Give a name as it stands in an id.

    >>> slug("U.S. Africa Command"), slug("Côte d'Ivoire")
    ('us-africa-command', 'cote-d-ivoire')
    """
    text = unicodedata.normalize("NFKD", name.replace("&", " and "))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold().replace("ł", "l").replace("ø", "o")
    text = re.sub(r"\b((?:\w\.)+\w?)(?=\W|$)", lambda m: m[1].replace(".", ""), text)
    text = re.sub(r"['’]s\b", "s", text)
    return re.sub(r"[\W_]+", "-", text).strip("-")[:80] or "x" + hashlib.sha256(name.encode()).hexdigest()[:8]


def alike(a: str, b: str) -> bool:
    """Tell whether two folded names of one type are spellings of one name.

    >>> alike("gaddafi foundation", "qaddafi foundation"), alike("north korea", "south korea")
    (True, False)
    >>> alike("falcon 9 rocket", "falcon 8 rocket"), alike("austria", "australia")
    (False, False)
    """
    first, second = a.split(), b.split()
    if len(first) != len(second):
        return False
    other = [(x, y) for x, y in zip(first, second, strict=True) if x != y]
    if len(other) != 1:
        return not other
    x, y = other[0]
    if any(c.isdigit() for c in x + y) or x in TELLING or y in TELLING:
        return False
    if min(len(x), len(y)) < LEAST_LETTERS or {x, y} & LEGAL:
        return False
    # a lone word has nothing beside it that would tell a slip from another name
    allowed = 1 if len(first) == 1 or min(len(x), len(y)) < 10 else 2
    if len(first) == 1 and min(len(x), len(y)) < 9:
        return False
    return OSA.distance(x, y, score_cutoff=allowed) <= allowed


class Entities:
    """Collects the mentions of a run, then says which entities they name.

    Mentions of one document come together; the order of documents has no
    effect.  Memory grows with the number of different names (and by a byte or
    two for each document that has the name), not with the text.

    >>> entities = Entities()
    >>> entities.collect("Libya", "GPE", "iso3166:LY", "Libyan", "a.txt")
    >>> entities.collect("Siemens AG", "ORG", "", "Siemens AG", "a.txt")
    >>> entities.collect("Siemens", "ORG", "", "Siemens", "b.txt")
    >>> found = entities.resolve()
    >>> libya = found["Libya", "GPE"]
    >>> libya.entity_id, libya.mentions, libya.aliases, libya.reference
    ('gpe/libya', 1, ('Libyan',), 'iso3166:LY')
    >>> found["Siemens AG", "ORG"] is found["Siemens", "ORG"], found["Siemens", "ORG"].documents
    (True, 2)
    """

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], _Name] = {}
        self._document = -1
        self._doc_id: str | None = None

    def collect(self, name: str, type: str, reference: str, text: str, doc_id: str) -> None:
        """Count one mention."""
        if doc_id != self._doc_id:
            self._doc_id = doc_id
            self._document += 1
        known = self._names.get((name, type))
        if known is None:
            known = self._names[name, type] = _Name()
        known.mentions += 1
        known.seen_in(self._document)
        if reference:
            known.references.add(reference)
        known.texts.add(re.sub(r"\s+", " ", text))

    def resolve(self) -> dict[tuple[str, str], Entity]:
        """Give the entity of each collected name and type."""
        groups = self._groups()
        entities: list[tuple[Entity, list[tuple[str, str]]]] = []
        for group in groups:
            entities.append((self._entity(group), group))
        by_id: dict[str, list[int]] = defaultdict(list)
        for i, (entity, _) in enumerate(entities):
            by_id[entity.entity_id].append(i)
        resolved: dict[tuple[str, str], Entity] = {}
        for entity_id, members in by_id.items():
            # names that differ only in what an id leaves out: the first in order keeps the plain id
            members.sort(key=lambda i: (entities[i][0].name, entities[i][1]))
            for place, i in enumerate(members):
                entity, group = entities[i]
                if place:
                    entity = entity._replace(
                        entity_id=f"{entity_id}-{hashlib.sha256(entity.name.encode()).hexdigest()[:6]}"
                    )
                for key in group:
                    resolved[key] = entity
        return resolved

    def _groups(self) -> list[list[tuple[str, str]]]:
        keys = sorted(self._names)
        leader = {key: key for key in keys}

        def find(key: tuple[str, str]) -> tuple[str, str]:
            while leader[key] != key:
                leader[key] = leader[leader[key]]
                key = leader[key]
            return key

        references: dict[tuple[str, str], set[str]] = {key: set(self._names[key].references) for key in keys}

        def join(a: tuple[str, str], b: tuple[str, str]) -> None:
            a, b = find(a), find(b)
            if a == b or (references[a] and references[b] and references[a] != references[b]):
                return
            low, high = min(a, b), max(a, b)
            leader[high] = low
            references[low] |= references.pop(high)

        same: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        folds: dict[tuple[str, str], str] = {}
        for key in keys:
            name, kind = key
            if kind in VALUE_TYPES:
                continue
            folds[key] = folded(name)
            same[folds[key], "thing" if kind in CONFUSABLE else kind].append(key)
        for members in same.values():
            for other in members[1:]:
                join(members[0], other)
        # Spellings: names that share all words but one, and two letters of that one.
        near: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for (fold, _), members in same.items():
            key = members[0]
            if key[1] == "PERSON" or any(references[find(m)] for m in members):
                continue  # "Maria Rossi" and "Mario Rossi" are two; countries are known by heart
            words = fold.split()
            for i, word in enumerate(words):
                if len(word) >= LEAST_LETTERS:
                    for part in {word[:3], word[-3:]}:
                        near[(key[1], str(i), str(len(words)), part, *words[:i], *words[i + 1 :])].append(key)
        for members in near.values():
            if len(members) > 50:
                continue  # a pattern of names, not slips of one
            for i, a in enumerate(members):
                for b in members[i + 1 :]:
                    if find(a) != find(b) and alike(folds[a], folds[b]):
                        join(a, b)
        groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for key in keys:
            groups[find(key)].append(key)
        return [groups[key] for key in sorted(groups)]

    def _entity(self, group: list[tuple[str, str]]) -> Entity:
        names: Counter[str] = Counter()
        types: Counter[str] = Counter()
        documents: set[int] = set()
        texts: set[str] = set()
        references: set[str] = set()
        for key in group:
            known = self._names[key]
            names[key[0]] += known.mentions
            types[key[1]] += known.mentions
            documents.update(known.numbers())
            texts |= known.texts
            references |= known.references
        kept = [key[0] for key in group if self._names[key].references] or list(names)
        name = min(kept, key=lambda n: (-names[n], -len(n), n))
        kind = min(types, key=lambda t: (-types[t], t))
        aliases = sorted((texts | set(names)) - {name})
        entity_id = f"{kind.lower().replace('_', '-')}/{slug(name)}"
        return Entity(
            entity_id, name, kind, sum(names.values()), len(documents), tuple(aliases), min(references, default="")
        )
