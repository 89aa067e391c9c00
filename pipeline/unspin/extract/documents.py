"""Join what the parses of one document say: its mentions first, then its relations in restored offsets."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from unspin.extract import names
from unspin.extract import qualifiers as q
from unspin.extract.gazetteer import Gazetteer, Match
from unspin.extract.parses import Parse
from unspin.extract.readings import Reading
from unspin.extract.referents import KINDS, PEOPLE, Referents
from unspin.extract.relations import EMPTY, HE, IT, ROLE_LAST, I, Reader, Row
from unspin.records import Extraction, Relation, Restoration

if TYPE_CHECKING:
    from spacy.language import Language

#: A sentence longer than this is no support that anybody could check.
LONGEST_SENTENCE = 900

#: Verbs whose objects may follow as a list.
LISTING = frozenset(
    ["include", "be", "involve", "contain", "comprise", "cover", "feature", "encompass", "list", "entail"]
)

#: Table headings under which a cell says what its row is for.
PURPOSES = frozenset(
    [
        "objective",
        "objectives",
        "goal",
        "goals",
        "purpose",
        "purposes",
        "aim",
        "aims",
        "target",
        "targets",
        "function",
        "functions",
    ]
)


def common_words(nlp: Language) -> frozenset[str]:
    """Give the verbs, adjectives and adverbs that the model's lemmatizer knows: no names by themselves."""
    lookups = nlp.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    if not lookups.has_table("lemma_index"):
        return frozenset()
    index = lookups.get_table("lemma_index")
    return frozenset(word for part in ("verb", "adj", "adv") for word in index.get(part, ()) if word.isalpha())


def read(
    restoration: Restoration,
    matches: Sequence[Match],
    lines: Sequence[Reading],
    parses: Sequence[Parse],
    gazetteer: Gazetteer,
    common: frozenset[str],
    types: Mapping[tuple[str, str], str],
) -> Extraction:
    """Give mentions and relations of a parsed document."""
    text, blocks = restoration.text, restoration.blocks
    seen = [
        names.Lines(r.block, r.start, r.length, r.part, p.ents, frozenset(p.starts[a] for a, _ in p.sents))
        for r, p in zip(lines, parses, strict=True)
    ]
    found = names.mentions(text, blocks, restoration.metadata, seen, matches, gazetteer, common)
    relations = _Relations(restoration, found, types)
    for reading, parse in zip(lines, parses, strict=True):
        relations.read(reading, parse)
    return Extraction(found.mentions, tuple(relations.rows))


class _Relations:
    """Collects the relations of one document in order of place."""

    def __init__(self, restoration: Restoration, found: names.Found, types: Mapping[tuple[str, str], str]) -> None:
        self.text = restoration.text
        self.blocks = restoration.blocks
        self.found = found
        self.mentions = found.mentions
        self.starts = [m.start for m in found.mentions]
        self.types = types
        self.rows: list[Relation] = []
        self.number = 0
        self.by_id = {b.block_id: i for i, b in enumerate(self.blocks)}
        self.referents = Referents(
            found.mentions, found.demonyms, [b.start for b in self.blocks if b.kind != "metadata"]
        )
        self.previous = 0  #: where the sentence before begins
        self.written: set[tuple[str, ...]] = set()

    def read(self, reading: Reading, parse: Parse) -> None:
        """Add the relations of one reading."""
        first = bisect.bisect_left(self.starts, reading.start)
        last = bisect.bisect_left(self.starts, reading.start + reading.length)
        reader = Reader(parse, reading.start, self.text, self.mentions, first, last, self.types)
        reader.demonyms = self.found.demonyms
        rows = reader.read()
        rows.sort(key=lambda r: (r.clause, r.object, r.subject))
        stems: dict[tuple[int, str], tuple[int, int]] = {}
        bounds = [p[0] for p in parse.sents]
        at = -1
        for row in rows:
            s = bisect.bisect_right(bounds, row.clause) - 1
            if s != at:
                at = s
            begin, end = parse.sents[s]
            start = reading.start + parse.starts[begin]
            stop = min(reading.start + parse.ends[end - 1], reading.start + reading.length)
            before = reading.start + parse.starts[parse.sents[s - 1][0]] if s else start
            self.row(reading, parse, reader, row, start, stop, before, stems)

    def row(
        self,
        reading: Reading,
        parse: Parse,
        reader: Reader,
        row: Row,
        start: int,
        stop: int,
        before: int,
        stems: dict[tuple[int, str], tuple[int, int]],
    ) -> None:
        """Give a row its names, places and type, and write it down unless an argument stays unknown."""
        subject = self.argument(reader, row.subject, reading.start, before, row.attribution, True)
        if subject is None:
            return
        object_ = self.argument(reader, row.object, reading.start, before, row.attribution, False)
        if object_ is None or object_[0] == subject[0]:
            return
        factor = row.factor * subject[3] * object_[3]
        relation = self.type_of(row, subject[1], reader)
        kind = self.blocks[reading.block].kind
        if not relation:
            factor *= 0.95
        if kind in {"title", "heading", "cell"}:
            factor *= 0.85
        key = (subject[0], row.predicate, row.preposition, object_[0], str(start))
        if key in self.written:
            return
        self.written.add(key)
        stem = (row.clause, row.predicate)
        if stem not in stems:
            self.number += 1
            stems[stem] = (self.number, 1)
            relation_id = f"r{self.number}"
        else:
            n, count = stems[stem]
            stems[stem] = (n, count + 1)
            relation_id = f"r{n}.{count + 1}"
        low = min(reading.start + parse.starts[row.low], self.text_end(reading))
        high = min(reading.start + parse.ends[row.high], self.text_end(reading))
        resolved = " ".join(x for x in (subject[2] and "subject", object_[2] and "object") if x)
        quantity = next((parse.words[k] for k in parse.children[row.object] if parse.deps[k] == "nummod"), "")
        self.rows.append(
            Relation(
                relation_id, self.blocks[reading.block].block_id, subject[0], subject[1], row.predicate, row.predicate_text, relation,
                object_[0], object_[1], row.preposition, row.negated, row.modality, row.tense, row.attribution, round(0.9 * factor, 3),
                self.text[start:stop].rstrip(), low, high, row.condition, quantity, resolved,
            )
        )  # fmt: skip
        if subject[1] is not None:
            self.referents.subjects.append((reading.start + parse.starts[row.subject], subject[1]))
            if row.predicate == "be" and not row.negated and relation in {"IS_A", "HAS_ROLE"}:
                self.referents.called[parse.lemmas[row.object].lower()].add(subject[0])

    @staticmethod
    def text_end(reading: Reading) -> int:
        return reading.start + reading.length

    def type_of(self, row: Row, mention: int | None, reader: Reader) -> str:
        """Give the relation type of a row: the lexicon's, or what the rule that made it says."""
        if row.predicate in {"be", "become", "remain"} and not row.preposition:
            role = reader.p.lemmas[row.object].lower() in ROLE_LAST
            return (
                "HAS_ROLE"
                if role and ((mention is not None and self.mentions[mention].type == "PERSON") or row.kind == "title")
                else "IS_A"
            )
        if row.kind == "possessive":
            return "HAS"
        if row.kind == "apposition":
            return "WORKS_FOR"
        if row.kind == "agentless" and not row.preposition:
            return ""
        if row.kind == "agentless":
            return self.types.get((f"be {row.predicate_text.split(' ')[-1].lower()}", row.preposition), "")
        return self.types.get((row.predicate, row.preposition), "")

    def argument(
        self, reader: Reader, at: int, offset: int, before: int, attribution: str, subject: bool
    ) -> tuple[str, int | None, str, float] | None:
        """Give an argument's name, its mention, how it was resolved, and what that costs; None where it says nothing."""
        p = reader.p
        word, tag = p.lower[at], p.tags[at]
        place = offset + p.starts[at]
        if tag in {"PRP", "PRP$"} or word in EMPTY:
            m: int | None = None
            if word in HE:
                m = self.referents.person(place)
            elif word in IT:
                m = self.referents.thing(place, before)
            elif word in I and attribution:
                m = next((i for i, x in enumerate(self.mentions) if x.name == attribution and x.type == "PERSON"), None)
            if m is None:
                return None
            return self.mentions[m].name, m, "pronoun", 0.8
        m = reader.mention[at]
        if (
            m >= 0
            and m not in self.found.demonyms
            and self.mentions[m].type not in names.VALUES
            and reader.headed(at, m)
        ):
            return self.mentions[m].name, m, "", 1.0
        low, high = reader.phrase(at)
        phrase = reader.words(low, high).strip(" ,;:\"“”'‘’()[]|")
        if p.lemmas[at].lower() in q.REPRESENTATIVES and subject:
            for k in p.children[at]:
                if p.deps[k] == "prep" and p.lower[k] in {"from", "of"}:
                    for o in p.children[k]:
                        target = reader.named_inside(o) if p.deps[o] == "pobj" else -1
                        if target >= 0:
                            i = reader.mention[target]
                            return self.mentions[i].name, i, "representatives", 0.9
        lemma = p.lemmas[at].lower()
        if (lemma in KINDS or lemma in PEOPLE or lemma in self.referents.called) and low == at and tag == "NN":
            if any(p.lower[k] in {"the", "this"} for k in p.children[at] if p.deps[k] == "det"):
                i2 = self.referents.definite(lemma, place)
                if i2 is not None:
                    return self.mentions[i2].name, i2, "definite", 0.8
        if len(phrase) < 2 or high - low > 16 or (not any(c.isalpha() for c in phrase) and "$" not in phrase):
            return None
        return phrase, None, "", 1.0
