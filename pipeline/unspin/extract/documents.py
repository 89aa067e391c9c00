"""Join what the parses of one document say: its mentions first, then its relations in restored offsets."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from unspin.extract import names
from unspin.extract import qualifiers as q
from unspin.extract.clauses import OBJECTS, SUBJECTS, VERB_TAGS, Clause, empty, human, parted, timely
from unspin.extract.gazetteer import Gazetteer, Match
from unspin.extract.parses import Parse
from unspin.extract.readings import LEAD_IN_END, Reading
from unspin.extract.referents import KINDS, Referents, Subject
from unspin.extract.relations import VIRTUAL, Reader, Row
from unspin.extract.senses import ROLES, TYPED, WORK_ROLES
from unspin.extract.values import NUMBERS
from unspin.extract.wordlists import words
from unspin.layout import MONTHS
from unspin.records import Block, Extraction, Mention, Relation, Restoration

if TYPE_CHECKING:
    from spacy.language import Language

#: A sentence longer than this is no support that anybody could check.
LONGEST_SENTENCE = 900

#: No argument has more tokens: what is longer is a parse gone wrong.
LONGEST_ARGUMENT = 14

#: Before any factor.  Chosen by hand: no row of a statistical parse is certain.
BASE = 0.9

#: Verbs whose objects may follow as a list.
LISTING = words("include involve contain comprise cover feature encompass list entail be")

#: Verbs that need somebody who does them.  Of *New lines: Building a link to the capital* the label is what it is
#: about; of *Joint exercises: Enhancing readiness* it is what enhances.
DOING = words("build install replace construct put set lay place combine add hire buy move introduce make keep fit")

#: Table headings under which a cell says what its row is for.
PURPOSES = words("objective objectives goal goals purpose purposes aim aims function functions task tasks")

#: Verbs after an *it* that may stand for a clause.
EXPLETIVE = words("be take cost seem appear make matter help become remain emerge happen turn require need")

#: What *he* or *she* may stand for where it speaks.
HUMAN = ROLES | words(
    "man woman boy girl mother father wife husband son daughter brother sister neighbour neighbor resident witness "
    "friend colleague passenger survivor victim suspect"
)
#: Pronouns that no other pronoun stands for.
SOMEBODY = words("somebody someone everybody everyone nobody anybody anyone")
HE = words("he she him her")
ME = words("i me")
#: Who can be dismissed.
STAFF = words("staff people man woman member crew half third all everyone cabinet board government")


def says(phrase: str) -> bool:
    """Tell whether a phrase says something by itself: words, a share or a sum, no bare number.

    >>> says("rail line"), says("6%"), says("$5,000"), says("58")
    (True, True, True, False)
    """
    return len(phrase) > 1 and any(c.isalpha() or c in "$€£¥%" for c in phrase)


class Vocabulary(NamedTuple):
    """What the model's lemmatizer knows of English words."""

    common: frozenset[str]  #: verbs, adjectives and adverbs: no names by themselves
    verbs: frozenset[str]
    nouns: frozenset[str]  #: some names among them


def vocabulary(nlp: Language) -> Vocabulary:
    """Read the word lists that the model's lemmatizer carries; empty where it carries none."""
    if not nlp.has_pipe("lemmatizer"):
        return Vocabulary(frozenset(), frozenset(), frozenset())
    lookups = getattr(nlp.get_pipe("lemmatizer"), "lookups", None)
    if lookups is None or not lookups.has_table("lemma_index"):
        return Vocabulary(frozenset(), frozenset(), frozenset())
    index = lookups.get_table("lemma_index")
    lists = {part: frozenset(w for w in index.get(part, ()) if w.isalpha()) for part in ("verb", "adj", "adv", "noun")}
    return Vocabulary(lists["verb"] | lists["adj"] | lists["adv"], lists["verb"], lists["noun"])


class Given(NamedTuple):
    """What a list item or a cell takes over from its lead-in, label or row."""

    subject: str
    mention: int | None
    start: int  #: of the sentence that names the subject
    modality: str = ""
    tense: str = ""
    negated: bool = False
    attribution: str = ""
    predicate: str = ""  #: of a lead-in such as *Key threats include:*
    predicate_text: str = ""
    tags: frozenset[str] = frozenset()  #: of the verbs that this is the subject of


class Argument(NamedTuple):
    """A subject or object with a name."""

    text: str
    mention: int | None = None
    resolved: str = ""
    factor: float = 1.0


def read(
    restoration: Restoration,
    matches: Sequence[Match],
    lines: Sequence[Reading],
    parses: Sequence[Parse],
    gazetteer: Gazetteer,
    known: Vocabulary,
    types: Mapping[tuple[str, str], str],
) -> Extraction:
    """Give mentions and relations of a parsed document."""
    text, blocks = restoration.text, restoration.blocks
    seen = [
        names.Lines(r.block, r.start, r.length, r.part, p.ents, frozenset(p.starts[a] for a, _ in p.sents))
        for r, p in zip(lines, parses, strict=True)
    ]
    found = names.mentions(text, blocks, restoration.metadata, seen, matches, gazetteer, known.common, known.nouns)
    relations = _Relations(restoration, found, types, known.verbs, gazetteer.given)
    for reading, parse in zip(lines, parses, strict=True):
        relations.read(reading, parse)
    return Extraction(found.mentions, tuple(relations.rows))


class _Relations:
    """Collects the relations of one document in order of place."""

    def __init__(
        self,
        restoration: Restoration,
        found: names.Found,
        types: Mapping[tuple[str, str], str],
        verbs: Collection[str],
        given: Mapping[str, str],
    ) -> None:
        self.verbs = verbs
        self.text = restoration.text
        self.blocks = restoration.blocks
        self.found = found
        self.mentions: Sequence[Mention] = found.mentions
        self.starts = [m.start for m in found.mentions]
        self.types = types
        self.rows: list[Relation] = []
        self.number = 0
        self.by_id = {b.block_id: b for b in self.blocks}
        paragraphs = [b.start for b in self.blocks if b.kind != "metadata"]
        self.referents = Referents(found.mentions, found.demonyms, paragraphs, given, self.text)
        self.leads: dict[str, Given] = {}
        self.labels: dict[str, Given] = {}
        self.table_rows: dict[tuple[str, int], Given] = {}
        self.written: set[tuple[str, ...]] = set()

    def read(self, reading: Reading, parse: Parse) -> None:
        """Add the relations of one reading."""
        block = self.blocks[reading.block]
        first = bisect.bisect_left(self.starts, reading.start)
        last = bisect.bisect_left(self.starts, reading.start + reading.length)
        given = self._given(block, reading)
        if given is not None and "VB" in given.tags and parse.lower[0] in self.verbs:
            parse.bid()
        reader = Reader(parse, reading.start, self.text, self.mentions, first, last, self.found.demonyms)
        reader.types = self.types
        reader.verbs = self.verbs
        if given is not None and given.tags:
            reader.virtual = given.tags
        rows = reader.read()
        self._subjects(reading, reader)
        rows.sort(key=lambda r: (r.clause, r.object, r.subject))
        stems: dict[tuple[int, str], list[int]] = {}
        bounds = [a for a, _ in parse.sents]
        for row in rows:
            s = bisect.bisect_right(bounds, row.clause) - 1
            self._row(reading, reader, row, s, given, stems)
        self._lead(block, reading, reader)
        if block.kind == "item" and reading.part in {"label", "text"}:
            self._listed(block, reading, reader)
        if reading.part == "label":
            label = self.text[reading.start : reading.start + reading.length].strip(" .:")
            self.labels[block.block_id] = Given(
                label, self._whole(reading, first, last), reading.start, tags=frozenset({"VBG", "VBZ", "MD"})
            )
        if block.kind == "cell" and block.row and block.column == 0:
            label = self.text[reading.start : reading.start + reading.length].strip()
            self.table_rows[block.parent_id, block.row] = Given(
                label,
                self._whole(reading, first, last),
                reading.start,
                "planned",
                "future",
                tags=frozenset({"VB", "VBP"}),
            )

    def _whole(self, reading: Reading, first: int, last: int) -> int | None:
        """Give the mention that is all of a reading."""
        for i in range(first, last):
            m = self.mentions[i]
            if m.end - m.start >= reading.length - 1 and i not in self.found.demonyms and m.type not in names.VALUES:
                return i
        return None

    def _given(self, block: Block, reading: Reading) -> Given | None:
        if block.kind == "item":
            if reading.part == "body":
                return self.labels.get(block.block_id)
            lead = self.leads.get(block.parent_id)
            return lead if lead is not None and lead.tags else None
        if block.kind == "cell" and block.column and block.row:
            header = self.by_id.get(block.header_id)
            if header is not None and self.text[header.start : header.end].strip().lower() in PURPOSES:
                return self.table_rows.get((block.parent_id, block.row))
        return None

    def _subjects(self, reading: Reading, reader: Reader) -> None:
        """Note the subjects of this reading, so that a pronoun after them knows its candidates."""
        p = reader.p
        found: list[Subject] = []
        for s, v in reader.own_subjects():
            m = reader.headed(s)
            word = p.lemmas[s].lower()
            one = p.lower[s] == "one" and parted(p, s)  # "one of the cranes was working, and it"
            if (
                empty(p, s)
                or (timely(p, s) and m < 0)
                or (p.lower[s].partition("-")[0] in NUMBERS and not one)
                or p.lower[s] in SOMEBODY
                or p.lower[s - 1 : s + 1] == ["-", "old"]  # "the 22-year-old" is no "it"
                or (p.tags[s] in {"PRP", "DT", "WP", "WDT", "EX", "CD", "VBG"} and m < 0 and not one)
                or (m < 0 and word in HUMAN and p.tags[s] == "NN")
            ):
                continue
            plural = p.tags[s] in {"NNS", "NNPS"} and m < 0
            place = reading.start + p.starts[s]
            found.append(Subject(place, reader.name(s), m if m >= 0 else None, plural, p.deps[v] == "ROOT"))
            owner = next((k for k in p.children[s] if p.deps[k] == "poss"), -1)
            if p.lemmas[v] == "be" and m < 0 and owner >= 0 and reader.headed(owner) >= 0:
                # "the yard's other worry is labour; it": may be the yard
                found.append(Subject(place, reader.name(owner), reader.headed(owner), False, p.deps[v] == "ROOT"))
        for o, v in reader.made():
            m = reader.headed(o)
            place = reading.start + p.starts[o]
            plural = p.tags[o] == "NNS" and m < 0
            main = p.deps[v] == "ROOT"
            found.append(Subject(place, reader.name(o), m if m >= 0 else None, plural, main, made=True))
        self.referents.subjects += sorted(found, key=lambda x: x[:2])

    def _row(
        self,
        reading: Reading,
        reader: Reader,
        row: Row,
        s: int,
        given: Given | None,
        stems: dict[tuple[int, str], list[int]],
    ) -> None:
        """Give a row its names, places and type, and write it down unless an argument stays unknown."""
        p = reader.p
        begin, end = p.sents[s]
        start = reading.start + p.starts[begin]
        stop = min(reading.start + p.ends[end - 1], reading.start + reading.length)
        since = reading.start + p.starts[p.sents[s - 1][0]] if s else start
        facts = row.facts
        speaker, attribution = self._speaker(reader, facts, reading.start, since)
        if row.subject >= 0 and p.lower[row.subject] in {"it", "we"} and speaker is None:
            speaker = self._spoken_for(reader, facts)
        # "the board said it would close": a thing that speaks is what "it" means
        voice = (
            attribution
            if speaker is None
            and len(facts.speakers) == 1
            and p.tags[facts.speakers[0]] == "NN"
            # a judge is no "it", and a board is no "she"
            and (p.lemmas[facts.speakers[0]].lower() in HUMAN)
            == (row.subject >= 0 and p.lower[row.subject] in HE)
            else ""
        )
        if row.subject >= 0 and p.lower[row.subject] == "it" and self._expletive(p, row):
            return
        main = p.deps[row.clause] == "ROOT"
        subject = self._argument(
            reader, row.subject, reading.start, since, speaker, given, True, voice=voice, sentence=start, main=main
        )
        if subject is None:
            return
        object_ = self._argument(
            reader,
            row.object,
            reading.start,
            since,
            speaker,
            given,
            False,
            row.trim,
            row.predicate,
            sentence=start,
            under=bool(row.preposition),
        )
        if row.kind in {"active", "passive", "agentless", "light"}:
            subject = self._named(reader, row.subject, subject) if subject.mention is None else subject
            held = row.object >= 0 and p.tags[row.object] == "NN" and p.lemmas[row.object].lower() in ROLES
            if object_ is not None and object_.mention is None and row.trim < 0 and (
                held or self._called(reader, row.object)
            ):
                object_ = self._named(reader, row.object, object_)
        if object_ is None or subject.text.casefold() == object_.text.casefold():
            return
        low = min(reading.start + p.starts[row.low], stop)
        high = min(reading.start + p.ends[row.high], stop)
        if row.subject == VIRTUAL and reading.part == "body" and row.predicate in DOING and p.tags[0] != "MD":
            return
        modality, tense, negated = facts.modality, facts.tense, row.negated
        factor = row.factor * subject.factor * object_.factor
        if row.subject == VIRTUAL and given is not None:
            modality = modality or given.modality
            tense = tense or given.tense
            negated = negated != given.negated
            attribution = attribution or given.attribution
            start = low = given.start
            factor *= 0.9
            if stop - start > LONGEST_SENTENCE:
                return
        relation = self._type(row, subject.mention, object_.mention, p)
        if not relation:
            factor *= 0.95
        if self.blocks[reading.block].kind in {"title", "heading", "cell"}:
            factor *= 0.85
        key = (subject.text, row.predicate, row.preposition, object_.text, str(start))
        if key in self.written:
            return
        self.written.add(key)
        stem = stems.setdefault((row.clause, row.predicate), [])
        if not stem:
            self.number += 1
            stem.append(self.number)
        stem.append(len(stem))
        relation_id = f"r{stem[0]}" if stem[-1] == 1 else f"r{stem[0]}.{stem[-1]}"
        resolved = " ".join(
            f"{side}:{a.resolved}" for side, a in (("subject", subject), ("object", object_)) if a.resolved
        )
        self.rows.append(
            Relation(
                relation_id=relation_id,
                block_id=self.blocks[reading.block].block_id,
                subject=subject.text,
                subject_mention=subject.mention,
                predicate=row.predicate,
                predicate_text=row.text,
                relation=relation,
                object=object_.text,
                object_mention=object_.mention,
                preposition=row.preposition,
                negated=negated,
                modality=modality,
                tense=tense,
                attribution=attribution,
                confidence=round(BASE * factor, 3),
                sentence=self.text[start:stop].strip(),
                start=low,
                end=high,
                condition=facts.condition,
                quantity=self._quantity(reader, row.object),
                resolved=resolved,
            )
        )
        if row.predicate == "be" and not negated and subject.mention is not None and relation in {"IS_A", "HAS_ROLE"}:
            self.referents.called[p.lemmas[row.object].lower()].add(subject.text)

    @staticmethod
    def _quantity(reader: Reader, at: int) -> str:
        p = reader.p
        if p.lower[at].rstrip(".") in MONTHS or reader.headed(at) >= 0:
            return ""  # "October 3"
        for k in p.children[at]:
            if p.deps[k] == "nummod":
                return reader.words(p.lefts[k], p.rights[k])
        return ""

    def _type(self, row: Row, mention: int | None, object_: int | None, p: Parse) -> str:
        """Give the relation type of a row: the lexicon's, or what the rule that made it says."""
        if row.predicate in {"be", "become", "remain"} and not row.preposition:
            person = mention is not None and self.mentions[mention].type == "PERSON"
            return "HAS_ROLE" if p.lemmas[row.object].lower() in ROLES and (person or row.kind == "title") else "IS_A"
        if row.kind == "possessive":
            return "HAS"
        if row.kind == "affiliation":
            return WORK_ROLES.get(
                row.predicate.removeprefix("be "), "WORKS_FOR" if row.preposition != "from" else "FROM"
            )
        if row.kind == "agentless" and not row.predicate.startswith("be "):
            return ""  # the patient stands as the subject; the types speak of those who act
        told = self.types.get((row.predicate, row.preposition), "")
        if told == "DISMISSES" and (object_ is None or self.mentions[object_].type != "PERSON"):
            noun = p.lemmas[row.object].lower()
            if p.tags[row.object] != "CD" and noun not in STAFF and not human(p, row.object):
                return ""  # "suspended share buybacks"
        if row.predicate == "charge" and {"$", "£", "€"} & set(p.words[row.clause : row.clause + 8]):
            return ""  # "charges members £42 a metre": a price
        if row.predicate in {"spend", "need"} and self._takes_time(p, row.clause):
            return ""  # "spent half a day on the subject"
        if told == "LEAVES" and p.tags[row.clause] == "VBG" and p.deps[row.clause] == "advcl":
            return ""  # "walked out, leaving eleven ships at anchor"
        return TYPED.get((row.predicate, p.lemmas[row.object].lower()), told)

    @staticmethod
    def _takes_time(p: Parse, v: int) -> bool:
        """Tell whether all that a verb deals with is time (*most of the afternoon*)."""
        dealt = [k for k in p.children[v] if p.deps[k] in OBJECTS | {"npadvmod"} and k > v]
        dealt = [next(iter(p.children[k + 1]), k) if parted(p, k) else k for k in dealt]
        return bool(dealt) and all(timely(p, k) for k in dealt)

    def _speaker(self, reader: Reader, facts: Clause, offset: int, since: int) -> tuple[int | None, str]:
        """Give the mention and the name of whoever says a clause; nobody where a pronoun stays unknown."""
        if not facts.attribution:
            return None, ""
        if len(facts.speakers) != 1:
            return None, facts.attribution
        at = facts.speakers[0]
        if at < 0:
            return None, ""
        found = self._argument(reader, at, offset, since, None, None, True)
        return (found.mention, found.text) if found is not None else (None, "")

    @staticmethod
    def _spoken_for(reader: Reader, facts: Clause) -> int | None:
        """Give the mention of whom a spokesman speaks for (*a spokesman for Larreta Lines said it would*)."""
        if len(facts.speakers) != 1 or facts.speakers[0] < 0:
            return None
        p, at = reader.p, facts.speakers[0]
        if p.lemmas[at].lower() not in q.REPRESENTATIVES:
            return None
        for k in p.children[at]:
            if p.deps[k] == "prep" and p.lower[k] in {"for", "of", "from"}:
                for o in reader.objects(k):
                    if (target := reader.organisation(o)) >= 0:
                        return reader.mention[target]
        return None

    @staticmethod
    def _called(reader: Reader, at: int) -> bool:
        """Tell whether a name stands right after a noun (*hired the lawyer Naomi Feld*)."""
        name = reader.beside(at)
        return name != at and reader.p.lefts[name] == at + 1

    def _named(self, reader: Reader, at: int, found: Argument) -> Argument:
        """Give the name beside a noun (*the crew chief, Hassan Bouali, gives talks*)."""
        name = reader.beside(at) if at >= 0 else at
        if name == at:
            return found
        m = reader.headed(name)
        return Argument(self.mentions[m].name, m, "apposition", 0.95)

    def _argument(
        self,
        reader: Reader,
        at: int,
        offset: int,
        since: int,
        speaker: int | None,
        given: Given | None,
        subject: bool,
        trim: int = -1,
        predicate: str = "",
        voice: str = "",
        sentence: int = 0,
        main: bool = False,
        under: bool = False,
    ) -> Argument | None:
        """Give an argument a name; None where it says nothing."""
        if at == VIRTUAL:
            return Argument(given.subject, given.mention, "lead-in") if given is not None else None
        p = reader.p
        word, tag = p.lower[at], p.tags[at]
        place = offset + p.starts[at]
        m = reader.headed(at)
        if m >= 0 and trim < 0:
            return Argument(self.mentions[m].name, m)
        if at in reader.wholes:
            whole = self._argument(reader, reader.wholes[at], offset, since, speaker, given, subject)
            the = "the " if reader.definite(reader.wholes[at]) and whole is not None and whole.mention is None else ""
            return Argument(f"{p.lower[at]} of {the}{whole.text}") if whole is not None else None
        if tag in {"PRP", "PRP$"} or empty(p, at):
            found: int | None = None
            if word in HE:
                if voice:
                    return Argument(voice, None, "pronoun", 0.85)
                if any(
                    p.deps[k] in SUBJECTS and p.tags[k] == "NN" and p.lemmas[k] in ROLES and reader.beside(k) == k
                    for k in range(bisect.bisect_left(p.starts, since - offset), at)
                ):
                    return None  # "the judge had read the report, and he": whoever was named before
                found = self.referents.person(word, place)
            elif word == "it" and tag == "PRP":
                if subject and (speaker is not None or voice) and self._contested(reader, at):
                    return None
                spoken = speaker is not None and self.mentions[speaker].type not in {"PERSON", "NORP"}
                if spoken and subject:
                    found = speaker
                elif subject or not (under or self._dealt(reader, at)):
                    if subject and voice:
                        return Argument(voice, None, "pronoun", 0.85)
                    return self._referent(place, since, sentence, main, False, p.deps[at] == "nsubjpass")
            elif word == "they":
                return self._referent(place, since, sentence, main, True, p.deps[at] == "nsubjpass")
            elif word == "we" and speaker is not None and self.mentions[speaker].type in {"ORG", "GPE"}:
                found = speaker
            elif word == "we" and voice and voice.split()[-1].lower() in KINDS:
                return Argument(voice, None, "pronoun", 0.85)
            elif word in ME and speaker is not None and self.mentions[speaker].type == "PERSON":
                found = speaker
            return Argument(self.mentions[found].name, found, "pronoun", 0.85) if found is not None else None
        lemma = p.lemmas[at].lower()
        if lemma in q.REPRESENTATIVES and subject:
            for k in p.children[at]:
                if p.deps[k] == "prep" and p.lower[k] in {"from", "of"}:
                    for o in reader.objects(k):
                        target = reader.organisation(o)
                        if target >= 0:
                            i = reader.mention[target]
                            return Argument(self.mentions[i].name, i, "representatives", 0.95)
        low, high = reader.phrase(at)
        low = max(low, trim)
        if (
            low == at
            and tag == "NN"
            and predicate != "be"
            and (lemma in KINDS or lemma in self.referents.called)
            and reader.definite(at)
        ):
            found = self.referents.definite(lemma, place)
            if found is not None:
                return Argument(self.mentions[found].name, found, "definite", 0.85)
        phrase = reader.shown(low, high)
        if any(p.lower[k] == "whose" for k in p.children[at]) and (owner := self._owner(reader, at)):
            phrase = f"{owner}{'’' if owner[-1] == 's' else '’s'} {phrase}"
        if high - low >= LONGEST_ARGUMENT or not (says(phrase) or (under and self._counts(reader, at, predicate))):
            return None
        return Argument(phrase)

    @staticmethod
    def _owner(reader: Reader, at: int) -> str:
        """Name whom *whose* stands for; empty where that is not clear."""
        p = reader.p
        v = p.heads[at]
        if p.deps[at] not in SUBJECTS | OBJECTS or p.deps[v] != "relcl" or p.tags[p.heads[v]][:2] != "NN":
            return ""
        (noun, *others) = reader.antecedents(p.heads[v], v) or [-1]
        return "" if noun < 0 or others else reader.name(noun)

    def _counts(self, reader: Reader, at: int, predicate: str) -> bool:
        """Tell whether a bare number is a year, or what something rose or fell by or to."""
        m = reader.mention[at]
        dated = m >= 0 and self.mentions[m].type == "DATE"
        return dated or (reader.p.tags[at] == "CD" and (predicate, "by") in self.types)

    @staticmethod
    def _contested(reader: Reader, at: int) -> bool:
        """Tell whether an *it* in reported speech may be another thing than the speaker.

        *criticised the bill, saying it would harm*; *said the law failed because it protects*.
        """
        p = reader.p
        v = p.heads[at]
        above = p.heads[v]
        if p.deps[v] == "advcl":
            return p.deps[above] == "ccomp" and any(
                p.deps[k] in SUBJECTS and p.tags[k] in {"NN", "NNP"} for k in p.children[above]
            )
        aside = p.deps[v] == "ccomp" and p.tags[above] == "VBG" and p.deps[above] == "advcl"
        return aside and any(
            p.deps[k] in OBJECTS and p.tags[k] in {"NN", "NNP"} for k in p.children[p.heads[above]]
        )

    def _dealt(self, reader: Reader, at: int) -> bool:
        """Tell whether the sentence has dealt with a thing by then, so that an object *it* may stand for that."""
        p = reader.p
        return any(
            p.deps[k] in OBJECTS
            and p.tags[k] in {"NN", "NNP"}
            and not empty(p, k)
            and not timely(p, k)
            and (reader.headed(k) < 0 or self.mentions[reader.headed(k)].type != "PERSON")
            for k in range(reader.opens(at), at)
        )

    def _referent(
        self, place: int, since: int, sentence: int, main: bool, plural: bool, patient: bool
    ) -> Argument | None:
        """Give what *it* or *they* stands for, and note it as the subject that the next pronoun may stand for."""
        found = self.referents.thing(place, since, sentence, main, plural, patient)
        if found is None:
            return None
        self.referents.subjects.append(found._replace(place=place, made=False))
        return Argument(found.name, found.mention, "pronoun", 0.85)

    @staticmethod
    def _expletive(p: Parse, row: Row) -> bool:
        """Tell whether *it* stands for a clause that follows (*it took years to build*)."""
        v, above = row.clause, p.heads[row.clause]
        if p.deps[v] in {"xcomp", "ccomp"} and p.lemmas[above] == "be" and p.lower[p.lefts[v]] == "to":
            return True  # "it is hard to find a place"
        return p.lemmas[v] in EXPLETIVE and any(
            p.deps[k] in {"xcomp", "ccomp", "advcl", "csubj"} and k > v for k in p.children[v]
        )

    # Lists

    def _lead(self, block: Block, reading: Reading, reader: Reader) -> None:
        """Note what a lead-in says, for the items below it."""
        stretch = self.text[reading.start : reading.start + reading.length]
        if block.kind not in {"paragraph", "heading", "item"} or not LEAD_IN_END.search(stretch):
            return
        p = reader.p
        begin, end = p.sents[-1]
        last = end - 1
        while last > begin and p.tags[last] in {":", ".", ",", "``", "''", "HYPH"}:
            last -= 1
        start = reading.start + p.starts[begin]
        if p.tags[last] in VERB_TAGS and p.lemmas[last].lower() in LISTING:
            c = reader.clause(last)
            subject = next(
                (a for s in c.subjects if (a := self._argument(reader, s, reading.start, start, None, None, True))),
                None,
            )
            if subject is None or (p.lemmas[last].lower() == "be" and len(subject.text) < 4):
                return
            self.leads[block.block_id] = Given(
                subject.text,
                subject.mention,
                start,
                c.modality,
                c.tense,
                c.negated,
                c.attribution,
                p.lemmas[last].lower(),
                c.text,
            )
        elif p.tags[last] == "MD" or p.lower[last] == "to":
            head = last - 1 if p.lower[last] == "to" else last
            if head < begin or (head != last and p.tags[head] not in VERB_TAGS):
                return
            subjects = [s for s in range(begin, head) if p.deps[s] == "nsubj"]
            modality = q.CONTROL.get(p.lemmas[head].lower()) if head != last else q.MODALS.get(p.lower[head], "")
            if len(subjects) != 1 or modality in {None, "negated"}:
                return
            subject = self._argument(reader, subjects[0], reading.start, start, None, None, True)
            if subject is not None:
                self.leads[block.block_id] = Given(
                    subject.text, subject.mention, start, modality or "", "future", tags=frozenset({"VB", "VBP"})
                )

    def _listed(self, block: Block, reading: Reading, reader: Reader) -> None:
        """Write the row of a list item under *Key threats include:*."""
        lead = self.leads.get(block.parent_id)
        if lead is None or not lead.predicate:
            return
        p = reader.p
        stop = reading.start + reading.length
        if stop - lead.start > LONGEST_SENTENCE:
            return
        object_: Argument | None = None
        if reading.part == "label":
            first = bisect.bisect_left(self.starts, reading.start)
            last = bisect.bisect_left(self.starts, stop)
            whole = self._whole(reading, first, last)
            text = self.text[reading.start : stop].strip(" .:;,")
            object_ = Argument(self.mentions[whole].name, whole) if whole is not None else Argument(text)
        else:
            root = next((i for i in range(*p.sents[0]) if p.deps[i] == "ROOT"), -1)
            if root >= 0 and p.tags[root][:2] == "NN":
                object_ = self._argument(reader, root, reading.start, reading.start, None, None, False)
        if object_ is None or object_.text.casefold() == lead.subject.casefold():
            return
        self.number += 1
        self.rows.append(
            Relation(
                relation_id=f"r{self.number}",
                block_id=block.block_id,
                subject=lead.subject,
                subject_mention=lead.mention,
                predicate=lead.predicate,
                predicate_text=lead.predicate_text,
                relation=self.types.get((lead.predicate, ""), "INCLUDES"),
                object=object_.text,
                object_mention=object_.mention,
                preposition="",
                negated=lead.negated,
                modality=lead.modality,
                tense=lead.tense,
                attribution=lead.attribution,
                confidence=round(BASE * 0.9, 3),
                sentence=self.text[lead.start : stop].strip(),
                start=lead.start,
                end=stop,
                resolved="subject:lead-in",
            )
        )
