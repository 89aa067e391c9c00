"""Read relations from parsed clauses: who did what to whom, and how sure the text is of it.

After ClausIE and MinIE: every verb is a clause with its subjects, objects and
prepositional objects; each pair is a row.  Where a rule cannot tell who the
subject is, there is no row.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unspin.extract import qualifiers as q
from unspin.extract.parses import Parse
from unspin.records import Mention

SUBJECTS = frozenset({"nsubj", "nsubjpass"})
OBJECTS = frozenset({"dobj", "obj"})
WH = frozenset({"who", "which", "that", "whom", "whose", "where", "when", "what"})
VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ"})

#: Pronouns that may stand for a person, a thing, several.
HE = frozenset({"he", "she", "him", "her"})
IT = frozenset({"it"})
THEY = frozenset({"they", "them"})
I = frozenset({"i", "me"})

#: Nouns that say nothing as an argument.
EMPTY = frozenset(
    [
        "one",
        "ones",
        "some",
        "many",
        "most",
        "others",
        "other",
        "another",
        "each",
        "all",
        "both",
        "few",
        "several",
        "more",
        "less",
        "much",
        "any",
        "none",
        "either",
        "neither",
        "half",
        "such",
        "something",
        "anything",
        "everything",
        "nothing",
        "someone",
        "anyone",
        "everyone",
        "nobody",
        "thing",
        "lot",
        "way",
        "who",
        "which",
        "that",
        "whom",
        "what",
        "this",
        "these",
        "those",
        "there",
        "here",
        "it",
        "they",
        "them",
        "he",
        "she",
        "him",
        "her",
        "we",
        "us",
        "you",
        "i",
        "me",
        "itself",
        "themselves",
        "himself",
        "herself",
        "first",
        "second",
        "third",
        "last",
        "same",
        "so",
        "too",
        "rest",
        "latter",
        "former",
    ]
)
TIME_NOUNS = frozenset(
    [
        "day",
        "week",
        "month",
        "year",
        "decade",
        "century",
        "hour",
        "minute",
        "second",
        "morning",
        "afternoon",
        "evening",
        "night",
        "weekend",
        "time",
        "moment",
        "period",
        "season",
        "spring",
        "summer",
        "autumn",
        "winter",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "today",
        "yesterday",
        "tomorrow",
        "quarter",
        "past",
        "future",
        "recent",
        "half-time",
        "while",
        "meantime",
        "end",
        "beginning",
        "start",
        "date",
        "era",
        "age",
        "point",
    ]
)

#: Prepositions whose object is a circumstance, not a participant.
CIRCUMSTANCE = frozenset(
    [
        "despite",
        "during",
        "since",
        "until",
        "till",
        "without",
        "because",
        "due",
        "according",
        "like",
        "than",
        "per",
        "besides",
        "except",
        "regarding",
        "concerning",
        "amid",
        "notwithstanding",
        "whereas",
        "although",
        "while",
        "unlike",
        "via",
        "once",
        "although",
        "above_all",
        "unless",
    ]
)

#: Prepositional phrases that are adverbs: (preposition, noun).
IDIOMS = frozenset(
    {
        ("in", "fact"), ("in", "particular"), ("in", "general"), ("in", "addition"), ("in", "conclusion"), ("in", "return"),
        ("in", "contrast"), ("by", "contrast"), ("for", "example"), ("for", "instance"), ("for", "now"), ("at", "least"),
        ("at", "most"), ("at", "all"), ("of", "course"), ("on", "average"), ("in", "advance"), ("in", "part"), ("at", "once"),
        ("in", "turn"), ("on", "record"), ("in", "case"), ("on", "top"), ("in", "place"), ("in", "statement"), ("at", "rate"),
        ("in", "way"), ("on", "hand"), ("in", "terms"), ("by", "far"), ("as", "result"), ("as", "part"), ("in", "context"), ("in", "spite"),
        ("in", "light"), ("for", "sake"), ("on", "behalf"), ("in", "order"), ("with", "respect"), ("in", "sense"), ("to", "extent"),
        ("on", "basis"), ("in", "view"), ("at", "expense"), ("in", "response"), ("in", "interview"), ("for", "comfort"),
    }
)  # fmt: skip

#: Light verbs: the noun carries the sense.
LIGHT: Mapping[tuple[str, str], str] = {
    **{
        (verb, noun): "meet"
        for verb in ("hold", "have", "conduct", "host")
        for noun in ("talk", "dialogue", "discussion", "meeting", "conversation", "consultation", "negotiation")
    },
    **{
        (verb, "support"): "support" for verb in ("give", "provide", "offer", "express", "lend", "voice", "extend", "pledge")
    },
    **{(verb, noun): "agree" for verb in ("reach", "strike", "conclude", "make") for noun in ("agreement", "deal")},
    ("provide", "assistance"): "assist", ("give", "assistance"): "assist", ("offer", "assistance"): "assist",
    ("provide", "training"): "train", ("give", "training"): "train",
    ("make", "contribution"): "contribute", ("make", "investment"): "invest", ("make", "decision"): "decide",
    ("take", "part"): "participate", ("have", "impact"): "affect", ("have", "effect"): "affect", ("have", "influence"): "influence",
    ("pay", "visit"): "visit", ("make", "visit"): "visit", ("launch", "attack"): "attack", ("carry out", "attack"): "attack",
    ("put", "pressure"): "pressure", ("place", "emphasis"): "emphasize", ("take", "control"): "control",
    ("impose", "sanction"): "sanction", ("show", "interest"): "seek", ("make", "use"): "use", ("take", "advantage"): "exploit",
    ("play", "role"): "contribute", ("pay", "attention"): "attend", ("give", "access"): "give access",
    ("take", "charge"): "lead", ("take", "care"): "care", ("take", "responsibility"): "claim",
    ("have", "access"): "access", ("gain", "access"): "access", ("express", "concern"): "worry",
}  # fmt: skip

#: Nouns that hold two parties (*cooperation between A and B*, *talks with B*): the predicate they stand for.
MUTUAL = {
    "cooperation": "cooperate", "collaboration": "collaborate", "partnership": "partner", "dialogue": "meet", "talk": "meet",
    "discussion": "meet", "meeting": "meet", "negotiation": "negotiate", "agreement": "agree", "deal": "agree", "war": "fight",
    "conflict": "fight", "fighting": "fight", "clash": "clash", "tension": "dispute", "relation": "relate", "relationship": "relate",
    "tie": "relate", "trade": "trade", "alliance": "ally", "dispute": "dispute", "rivalry": "compete", "competition": "compete",
    "merger": "merge", "treaty": "agree", "coordination": "coordinate", "contact": "contact", "link": "relate", "match": "play",
    "game": "play", "conversation": "meet", "consultation": "meet", "ceasefire": "agree", "exchange": "exchange", "channel": "communicate",
    "communication": "communicate", "coalition": "ally", "border": "border", "struggle": "fight", "battle": "fight", "pact": "agree",
    "friendship": "relate", "contract": "agree", "accord": "agree", "summit": "meet", "race": "compete",
}  # fmt: skip

#: Nouns made of a verb (*A's support for B*, *the invasion of B by A*): the verb and the prepositions of its object.
NOMINAL: Mapping[str, tuple[str, str]] = {
    "support": ("support", "for of to"), "attack": ("attack", "on against"), "invasion": ("invade", "of"), "assault": ("attack", "on against"),
    "acquisition": ("acquire", "of"), "purchase": ("buy", "of"), "takeover": ("acquire", "of"), "investment": ("invest", "in"),
    "visit": ("visit", "to"), "criticism": ("criticize", "of"), "opposition": ("oppose", "to"), "control": ("control", "of over"),
    "occupation": ("occupy", "of"), "withdrawal": ("withdraw", "from"), "ban": ("ban", "on"), "sanction": ("sanction", "on against"),
    "recognition": ("recognize", "of"), "condemnation": ("condemn", "of"), "endorsement": ("endorse", "of"), "assistance": ("assist", "to for"),
    "aid": ("aid", "to for"), "sale": ("sell", "of"), "launch": ("launch", "of"), "review": ("review", "of"), "approval": ("approve", "of for"),
    "rejection": ("reject", "of"), "involvement": ("involve", "in"), "participation": ("participate", "in"), "membership": ("belong", "of in"),
    "dependence": ("depend", "on"), "reliance": ("rely", "on"), "influence": ("influence", "on over"), "use": ("use", "of"),
    "destruction": ("destroy", "of"), "arrest": ("arrest", "of"), "appointment": ("appoint", "of"), "win": ("defeat", "over against"),
    "victory": ("defeat", "over against"), "blockade": ("blockade", "of"), "bombing": ("bomb", "of"), "killing": ("kill", "of"),
    "pressure": ("pressure", "on"), "commitment": ("commit", "to"), "contribution": ("contribute", "to"), "demand": ("demand", "for"),
    "claim": ("claim", "to"), "access": ("access", "to"), "response": ("respond", "to"), "export": ("export", "of"), "import": ("import", "of"),
    "threat": ("threaten", "to against"), "defeat": ("defeat", "of"), "development": ("develop", "of"), "adoption": ("adopt", "of"),
}  # fmt: skip

#: Nouns for what a person is at an organisation.
ROLE_LAST = frozenset(
    [
        "director",
        "minister",
        "president",
        "chief",
        "executive",
        "officer",
        "manager",
        "coach",
        "captain",
        "chairman",
        "chairwoman",
        "chair",
        "founder",
        "co-founder",
        "head",
        "leader",
        "secretary",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "ambassador",
        "governor",
        "mayor",
        "senator",
        "lawyer",
        "economist",
        "scientist",
        "analyst",
        "professor",
        "researcher",
        "editor",
        "author",
        "engineer",
        "commander",
        "general",
        "chancellor",
        "judge",
        "owner",
        "partner",
        "guide",
        "secretary-general",
        "member",
        "deputy",
        "adviser",
        "advisor",
        "director-general",
        "treasurer",
        "vice-president",
        "ceo",
        "cfo",
        "coordinator",
        "conductor",
        "forward",
        "defender",
        "goalkeeper",
        "midfielder",
        "striker",
        "substitute",
        "winger",
        "teacher",
        "physician",
        "doctor",
        "nurse",
        "farmer",
        "fisherman",
        "artist",
        "actor",
        "actress",
        "singer",
        "writer",
        "novelist",
        "poet",
        "historian",
        "biologist",
        "chemist",
        "physicist",
        "astronomer",
        "geologist",
        "epidemiologist",
        "attorney",
        "prosecutor",
        "king",
        "queen",
        "prince",
        "princess",
        "pope",
        "bishop",
        "developer",
        "designer",
        "architect",
        "curator",
        "chef",
        "driver",
        "pilot",
        "astronaut",
        "player",
        "trainer",
        "negotiator",
        "envoy",
        "diplomat",
        "official",
        "politician",
        "lawmaker",
        "activist",
        "campaigner",
        "journalist",
        "reporter",
        "correspondent",
        "photographer",
        "filmmaker",
    ]
)

#: Verbs that stand before a gerund or participle as its circumstance rather than its subject's other deed.
GERUND_PREPOSITIONS = frozenset({"by", "after", "before", "in", "while", "when", "without", "through", "on", "from"})

#: Nouns that a reduced clause would take as subject wrongly (*the years following*).
NO_AGENT = TIME_NOUNS | {"way", "result", "case", "bit"}


class Row(NamedTuple):
    """A relation in tokens of its parse; the caller gives it names and places."""

    clause: int
    subject: int
    predicate: str
    predicate_text: str
    preposition: str
    object: int
    negated: bool
    modality: str
    tense: str
    attribution: str
    condition: str
    factor: float
    low: int  #: first and last token that the row rests on
    high: int
    kind: str  #: the rule that made it
    passive: bool = False


class Context(NamedTuple):
    """What a list item borrows from its lead-in."""

    subject: str = ""
    subject_mention: int | None = None
    modality: str = ""
    tense: str = ""
    negated: bool = False


class Clause:
    """What is known of a verb: filled once, asked many times."""

    __slots__ = ("attribution", "condition", "factor", "modality", "negated", "passive", "subjects", "tense", "text")

    def __init__(self) -> None:
        self.subjects: list[int] = []
        self.passive = False
        self.factor = 1.0
        self.modality = ""
        self.tense = ""
        self.negated = False
        self.attribution = ""
        self.condition = ""
        self.text = ""


class Reader:
    """Reads the clauses of one parse."""

    def __init__(
        self,
        parse: Parse,
        offset: int,
        text: str,
        mentions: Sequence[Mention],
        first: int,
        last: int,
        types: Mapping[tuple[str, str], str],
    ) -> None:
        self.p = parse
        self.offset = offset
        self.text = text
        self.types = types
        self.clauses: dict[int, Clause] = {}
        self.noun_phrases: dict[int, tuple[int, int]] = {}
        self.shared: dict[int, list[int]] = {}
        self.rows: list[Row] = []
        #: mention of each token, or -1
        self.mention = [-1] * parse.n
        starts = parse.starts
        for index in range(first, last):
            m = mentions[index]
            at = bisect.bisect_left(starts, m.start - offset)
            if at and parse.ends[at - 1] > m.start - offset:
                at -= 1
            while at < parse.n and starts[at] < m.end - offset:
                self.mention[at] = index
                at += 1
        self.mentions = mentions

    # Noun phrases

    def spread(self, head: int) -> list[int]:
        """Give a head and what is coordinated with it, in order of place."""
        known = self.shared.get(head)
        if known is not None:
            return known
        found = [head]
        p = self.p
        todo = [head]
        while todo:
            at = todo.pop()
            for c in p.children[at]:
                if (
                    p.deps[c] == "conj"
                    and p.tags[c][:1] in "NPCVJD"
                    and p.tags[c] not in VERB_TAGS - {"VBG"}
                    and c not in found
                ):
                    found.append(c)
                    todo.append(c)
        if len(found) > 1:
            # one name over several tokens ("Trinidad and Tobago") is one argument
            ids = set()
            kept = []
            for at in sorted(found):
                m = self.mention[at]
                if m >= 0 and m in ids:
                    continue
                ids.add(m) if m >= 0 else None
                kept.append(at)
            found = kept
        self.shared[head] = found
        return found

    def phrase(self, head: int) -> tuple[int, int]:
        """Give the first and last token of a noun phrase without determiner, clauses and most prepositions."""
        known = self.noun_phrases.get(head)
        if known is not None:
            return known
        p = self.p
        low = high = head
        m = self.mention[head]
        if m >= 0:
            while low and self.mention[low - 1] == m:
                low -= 1
            while high + 1 < p.n and self.mention[high + 1] == m:
                high += 1
        for c in p.children[head]:
            dep = p.deps[c]
            if c < low:
                if dep in {"amod", "compound", "nummod", "nmod", "quantmod", "npadvmod", "advmod", "punct"} or (
                    dep == "poss" and p.tags[c] != "PRP$"
                ):
                    if dep == "advmod" and p.lower[c] in {
                        "even",
                        "only",
                        "also",
                        "just",
                        "not",
                        "perhaps",
                        "especially",
                        "particularly",
                        "about",
                    }:
                        continue
                    if dep == "punct" and p.words[c] not in {"-", "–"}:
                        continue
                    low = min(low, p.lefts[c])
            elif c > high and dep == "prep" and p.lower[c] == "of" and c == high + 1:
                inner = [k for k in p.children[c] if p.deps[k] == "pobj"]
                if inner and p.tags[inner[0]] not in {"PRP", "WDT", "WP"}:
                    for k in self.spread(inner[0]):
                        high = max(high, self.phrase(k)[1])
            elif dep == "case" and c == high + 1:
                continue
        # what stands between may hold a determiner or a mark at the left edge
        while (
            low < head
            and (
                p.tags[low] in {"DT", "PDT", "PRP$", "WP$", ",", "``", "''", "-LRB-", ":", "CC", "POS"}
                or p.lower[low] in {"such", "own", "more_than"}
            )
            and self.mention[low] != m
        ):
            low += 1
        while low < head and self.mention[low] < 0 and p.tags[low] == "DT":
            low += 1
        self.noun_phrases[head] = (low, high)
        return low, high

    def words(self, low: int, high: int) -> str:
        """Give the restored text of some tokens, in one line."""
        p = self.p
        return re.sub(r"\s+", " ", self.text[self.offset + p.starts[low] : self.offset + p.ends[high]]).strip()

    # Clauses

    def clause(self, v: int, depth: int = 0) -> Clause:
        """Work out subjects, voice and qualifiers of a verb."""
        known = self.clauses.get(v)
        if known is not None:
            return known
        c = Clause()
        self.clauses[v] = c
        if depth > 12:
            return c
        p = self.p
        dep, head, tag = p.deps[v], p.heads[v], p.tags[v]
        own: list[int] = []
        auxiliaries: list[int] = []
        agent = False
        negations: list[int] = []
        particles: list[int] = []
        mark = ""
        for k in p.children[v]:
            d = p.deps[k]
            if d in SUBJECTS:
                own.append(k)
                if d == "nsubjpass":
                    c.passive = True
            elif d in {"aux", "auxpass"}:
                auxiliaries.append(k)
                if d == "auxpass":
                    c.passive = True
            elif d == "neg" or (d in {"advmod", "preconj"} and p.lower[k] in q.NEGATORS):
                negations.append(k)
            elif d == "prt":
                particles.append(k)
            elif d == "mark" or (d == "advmod" and p.lower[k] in {"when", "if"}):
                mark = p.lower[k]
            elif d == "agent":
                agent = True
            elif d == "csubj":
                agent = agent or False
        infinitive = any(p.tags[k] == "TO" for k in auxiliaries)
        modal = next((p.lower[k] for k in auxiliaries if p.tags[k] == "MD"), "")
        parent = (
            self.clause(head, depth + 1) if head != v and (p.tags[head] in VERB_TAGS or p.tags[head] == "MD") else None
        )

        # who
        if own:
            for k in own:
                if p.lower[k] in {"who", "which", "that"} and dep == "relcl":
                    c.subjects += (
                        self.spread(head)
                        if p.tags[head][:1] == "N" and p.tags[head + 1 if head + 1 < v else head] != "CC"
                        else [head]
                    )
                    c.factor *= 0.95
                elif p.lower[k] in {"who", "which", "that", "what", "whoever"} and p.tags[k] in {"WP", "WDT"}:
                    continue
                else:
                    c.subjects += self.spread(k)
        elif dep == "conj" and parent is not None:
            c.subjects = parent.subjects
            if tag == "VBN" and parent.passive and not auxiliaries:
                c.passive = True
            c.factor *= parent.factor * 0.95
        elif dep in {"xcomp", "ccomp", "advcl"} and head != v and (dep != "ccomp" or not mark):
            self.controlled(c, v, head, parent, dep, infinitive, mark)
        elif dep == "pcomp" and p.tags[v] == "VBG":
            self.gerund(c, v, head, depth)
        elif dep in {"acl", "relcl"} and p.tags[head][:1] in {"N"}:
            if tag == "VBG" and not infinitive and p.lemmas[head] not in NO_AGENT:
                c.subjects = [head]
                c.factor *= 0.9
            elif tag in {"VBN", "VBD"} and not auxiliaries and dep == "acl" and p.lemmas[head] not in NO_AGENT:
                c.subjects = [head]
                c.passive = True
                c.factor *= 0.95
            elif infinitive:
                self.planned_noun(c, head, depth)

        # how
        if parent is not None and dep in {"conj", "xcomp"} and not own and not modal:
            if p.tags[v] == "VB" or dep == "xcomp" or tag in {"VBN", "VBG"}:
                c.modality = c.modality or parent.modality
            c.tense = parent.tense
        if parent is not None and dep == "xcomp" and parent.negated:
            c.negated = True
        if modal:
            c.modality = q.MODALS.get(modal, "")
            c.tense = (
                "future" if modal in {"will", "shall", "'ll", "’ll", "wo", "would"} and not c.modality else "present"
            )
        else:
            finite = next((p.tags[k] for k in auxiliaries if p.tags[k] in {"VBD", "VBZ", "VBP"}), tag)
            have = any(p.lemmas[k] == "have" for k in auxiliaries)
            if finite == "VBD" or have:
                c.tense = "past"
            elif finite in {"VBZ", "VBP"}:
                c.tense = "present"
                going = None
            elif tag == "VBN" and dep in {"acl", "advcl"}:
                c.tense = "past"
            elif parent is not None and not c.tense:
                c.tense = parent.tense
            if finite in {"VB"} and c.modality == "planned":
                c.tense = "future"
        for k in negations:
            after = p.lower[k + 1] if k + 1 < p.n else ""
            if p.lower[k] in {"not", "n't", "n’t"} and after in q.PSEUDO:
                continue
            c.negated = True
        for k in own:
            if p.lower[k] in q.NO_WORDS or any(
                p.deps[d] in {"det", "neg", "preconj"} and p.lower[d] in {"no", "neither", "not"} for d in p.children[k]
            ):
                c.negated = True
        if mark in q.IF_WORDS and dep in {"advcl", "ccomp"} and mark != "whether":
            c.modality = "conditional"
        elif mark == "whether":
            c.modality = "possible"
        for k in p.children[v]:
            if p.deps[k] == "advcl":
                low = p.lefts[k]
                if p.lower[low] in {"if", "unless"} or (p.lower[low] == "provided"):
                    c.condition = self.words(low, p.rights[k]).rstrip(",.")
                    if c.modality in {"", "conditional"}:
                        c.modality = "conditional"
            elif (
                p.deps[k] == "advmod"
                and p.lower[k] in {"perhaps", "possibly", "maybe", "probably", "potentially", "reportedly", "allegedly"}
                and not c.modality
            ):
                c.modality = "possible"
        self.attribute(c, v, dep, head, parent)
        chunk = sorted([*auxiliaries, *negations, v, *particles])
        chunk = [k for k in chunk if v - 8 < k < v + 5]
        c.text = " ".join(p.words[k] for k in chunk).replace(" n't", "n't").replace(" n’t", "n’t")
        return c

    def controlled(
        self, c: Clause, v: int, head: int, parent: Clause | None, dep: str, infinitive: bool, mark: str
    ) -> None:
        """Find the subject of an open complement or of a participle beside a clause."""
        p = self.p
        lemma, tag = p.lemmas[head], p.tags[v]
        if parent is None:
            # "is able to expand": the adjective's verb has the subject
            if p.tags[head].startswith("J") and p.deps[head] in {"acomp", "oprd"} and infinitive:
                above = self.clause(p.heads[head])
                low = p.lower[head]
                c.modality = q.ADJECTIVES.get(low, "planned")
                c.negated = above.negated or low in q.NEGATIVE_ADJECTIVES
                c.subjects = (
                    [s for s in above.subjects if p.lower[s] != "it"]
                    if low in q.ADJECTIVES and c.modality != "obligated"
                    else []
                )
                c.tense = "future"
                c.factor *= above.factor * 0.95
            return
        if dep in {"xcomp", "ccomp"}:
            if dep == "ccomp" and not infinitive and lemma not in {"help", "let", "make"}:
                return
            objects = [k for k in p.children[head] if p.deps[k] in {"dobj", "dative"} and k < v]
            if objects and lemma in q.OBJECT_CONTROL and not (tag == "VBG" and lemma in {"use"}):
                c.subjects = self.spread(objects[0])
            elif objects and infinitive:
                c.subjects = parent.subjects
                c.modality = "planned"
                c.factor *= 0.9
            elif parent.passive and not infinitive and tag == "VBN":
                c.subjects = parent.subjects
            else:
                c.subjects = parent.subjects
            c.factor *= parent.factor * 0.95
            told = q.CONTROL.get(lemma)
            if told == "negated":
                c.negated = True
            elif told is not None:
                c.modality = told or parent.modality
                if parent.modality in {"possible", "conditional"} and told == "":
                    c.modality = parent.modality
            elif infinitive:
                c.modality = "planned"
                c.factor *= 0.9
            if infinitive and lemma in {"be", "go"}:
                c.modality, c.tense = "planned", "future"
            if parent.passive and infinitive and lemma in {"say", "think", "believe", "report"}:
                c.modality = "possible"
            return
        # a participle or a purpose beside the clause
        if mark and mark not in {"while", "when", "after", "before", "by", "as"}:
            return
        if tag == "VBG" and not infinitive:
            c.subjects = parent.subjects
            c.factor *= parent.factor * 0.85
            c.modality = parent.modality
            if p.lower[max(0, p.lefts[v])] in {"with"}:
                c.subjects = []
        elif infinitive and p.lower[p.lefts[v]] != "for":
            objects = [k for k in p.children[head] if p.deps[k] == "dobj"]
            if parent.passive:
                return  # "a plan was drawn up to cut costs": not the plan's patient
            c.subjects = parent.subjects
            c.modality = q.CONTROL.get(lemma) or "planned"
            if c.modality == "negated":
                c.modality, c.negated = "", True
            c.factor *= parent.factor * (0.85 if objects else 0.9)
        elif tag == "VBN":
            c.subjects = parent.subjects
            c.passive = True
            c.factor *= parent.factor * 0.8

    def gerund(self, c: Clause, v: int, head: int, depth: int) -> None:
        """Find the subject of a gerund after a preposition (*by strengthening*, *aimed at fostering*)."""
        p = self.p
        above = p.heads[head]
        if p.deps[head] != "prep" or head == above:
            return
        preposition = p.lower[head]
        if p.tags[above] in VERB_TAGS:
            outer = self.clause(above, depth + 1)
            lemma = p.lemmas[above]
            objects = [k for k in p.children[above] if p.deps[k] == "dobj"]
            if preposition == "without":
                c.subjects, c.negated = outer.subjects, True
            elif preposition in GERUND_PREPOSITIONS and (not outer.passive or preposition in {"after", "before"}):
                c.subjects = outer.subjects
                c.modality = outer.modality
            elif preposition in {"at", "on", "to", "towards", "toward"} and lemma in {
                "aim",
                "focus",
                "work",
                "center",
                "centre",
                "commit",
                "dedicate",
                "look",
                "concentrate",
                "insist",
                "spend",
                "devote",
            }:
                c.subjects = outer.subjects
                c.modality = "planned"
            elif (
                preposition == "from"
                and objects
                and lemma in {"stop", "prevent", "keep", "bar", "ban", "block", "discourage"}
            ):
                c.subjects, c.negated = self.spread(objects[0]), True
            elif preposition == "of" and objects and lemma in {"accuse", "suspect", "convict"}:
                c.subjects, c.modality = self.spread(objects[0]), "possible"
            c.tense = outer.tense
            c.factor *= outer.factor * 0.85
        elif (
            p.tags[above][:1] == "N"
            and preposition == "in"
            and p.lemmas[above] in {"role", "part"}
            and p.deps[above] == "dobj"
        ):
            outer = self.clause(p.heads[above], depth + 1)
            c.subjects, c.modality, c.tense = outer.subjects, outer.modality, outer.tense
            c.factor *= outer.factor * 0.85

    def planned_noun(self, c: Clause, noun: int, depth: int) -> None:
        """Find the subject of *a commitment to support*: the possessor, or the subject of the verb above."""
        p = self.p
        modality = q.PLAN_NOUNS.get(p.lemmas[noun])
        if modality is None:
            return
        if modality == "negated":
            c.negated = True
        else:
            c.modality = modality
        c.factor *= 0.85
        c.tense = "future" if modality == "planned" else ""
        for k in p.children[noun]:
            if p.deps[k] == "poss":
                c.subjects = self.spread(k)
                return
            if p.deps[k] == "prep" and p.lower[k] in {"of", "by", "from"} and k > noun:
                inner = [o for o in p.children[k] if p.deps[o] == "pobj"]
                if inner:
                    c.subjects = self.spread(inner[0])
                    return
        above = p.heads[noun]
        if p.deps[noun] == "dobj" and p.tags[above] in VERB_TAGS and p.lemmas[above] in {
            "have", "make", "announce", "take", "sign", "reach", "give", "express", "reiterate", "reaffirm", "unveil", "launch", "abandon", "drop", "seek", "want", "plan",
        }:  # fmt: skip
            outer = self.clause(above, depth + 1)
            c.subjects = outer.subjects

    def attribute(self, c: Clause, v: int, dep: str, head: int, parent: Clause | None) -> None:
        """Find whose word a clause is."""
        p = self.p
        if parent is not None and dep in {"ccomp", "parataxis"} and p.lemmas[head] in q.SAYING:
            speakers = [s for s in parent.subjects if p.tags[s] not in {"WP", "WDT"}]
            lemma = p.lemmas[head]
            if speakers:
                c.attribution = ", ".join(self.name(s) for s in speakers)
            if lemma in q.HOPING and not c.modality:
                c.modality = "possible"
            if lemma in q.DENYING:
                c.negated = not c.negated
            if parent.negated and lemma in {"believe", "think", "expect", "suggest"}:
                c.negated = not c.negated
            elif parent.negated and not c.modality:
                c.modality = "possible"
            if parent.modality == "conditional" and not c.modality:
                c.modality = "conditional"
        elif parent is not None and parent.attribution and dep in {"conj", "advcl", "xcomp", "ccomp"}:
            c.attribution = parent.attribution
        elif parent is None and head != v:
            # inside a noun phrase of a reported clause
            at, steps = head, 0
            while p.tags[at] not in VERB_TAGS and p.heads[at] != at and steps < 8:
                at = p.heads[at]
                steps += 1
            if p.tags[at] in VERB_TAGS and at != v:
                c.attribution = self.clause(at).attribution
        if not c.attribution:
            for k in p.children[v]:
                if p.deps[k] == "prep" and p.lower[k] == "according":
                    for t in p.children[k]:
                        for o in p.children[t]:
                            if p.deps[o] == "pobj":
                                c.attribution = self.name(o)

    def name(self, at: int) -> str:
        """Give the canonical name of an argument, or its noun phrase."""
        m = self.mention[at]
        if m >= 0 and self.mentions[m].type not in {"DATE", "MONEY", "PERCENT", "QUANTITY"} and self.headed(at, m):
            return self.mentions[m].name
        return self.words(*self.phrase(at))

    def headed(self, at: int, m: int) -> bool:
        """Tell whether a mention is the head of its noun phrase (*Libya*, not *Libyan leaders*)."""
        p = self.p
        last = at
        while last + 1 < p.n and self.mention[last + 1] == m:
            last += 1
        first = at
        while first and self.mention[first - 1] == m:
            first -= 1
        # the head of the phrase lies in the mention when the token's head is outside of it
        head = p.heads[at]
        return p.tags[at][:1] not in {"J"} and (head < first or head > last or head == at)

    # Rows

    def read(self) -> list[Row]:
        """Give the rows of this parse in order of place."""
        p = self.p
        tags, deps = p.tags, p.deps
        for i in range(p.n):
            tag = tags[i]
            if tag in VERB_TAGS:
                dep = deps[i]
                if dep in {"aux", "auxpass", "amod", "compound", "cc", "punct", "case", "prep"}:
                    continue
                if (
                    dep in {"nsubj", "dobj", "pobj", "nsubjpass", "attr", "nmod", "dep"}
                    and tag == "VBG"
                    and not any(deps[k] in OBJECTS for k in p.children[i])
                ):
                    self.noun(i)
                    continue
                self.verb(i)
            elif tag[:2] == "NN":
                self.noun(i)
        return self.rows

    def verb(self, v: int) -> None:
        """Make the rows of one clause."""
        p = self.p
        c = self.clause(v)
        subjects = c.subjects
        if not subjects:
            return
        lemma = p.lemmas[v].lower()
        objects: list[int] = []
        preps: list[int] = []
        attrs: list[int] = []
        agents: list[int] = []
        acomp = -1
        clausal = False
        datives: list[int] = []
        for k in p.children[v]:
            d = p.deps[k]
            if d in OBJECTS:
                objects += self.spread(k)
            elif d == "prep" or (d == "dative" and p.tags[k] == "IN"):
                preps.append(k)
            elif d == "dative":
                datives += self.spread(k)
            elif d in {"attr", "oprd"}:
                attrs += self.spread(k)
            elif d == "acomp":
                acomp = k
            elif d == "agent":
                for o in p.children[k]:
                    if p.deps[o] == "pobj":
                        agents += self.spread(o)
            elif d == "prt":
                lemma = f"{lemma} {p.lower[k]}"
            elif d in {"xcomp", "ccomp"}:
                clausal = True
        relative = p.heads[v] if p.deps[v] == "relcl" and p.tags[p.heads[v]][:1] in "N" else -1
        if relative >= 0 and relative not in subjects:
            if any(p.lower[o] in {"that", "which", "whom", "who"} for o in objects):
                objects = [o for o in objects if p.lower[o] not in {"that", "which", "whom", "who"}] + [relative]
            elif (
                not objects
                and not clausal
                and not attrs
                and acomp < 0
                and not preps
                and not c.passive
                and p.lemmas[relative] not in NO_AGENT
                and p.lemmas[v] != "be"
            ):
                objects = [relative]
        if lemma == "be" or (attrs and lemma in {"become", "remain"}):
            self.copula(v, c, lemma, attrs, acomp, preps)
            return
        if acomp >= 0 and not objects:
            self.copula(v, c, lemma, [], acomp, preps)
            return
        if c.passive:
            if agents:
                for s in agents:
                    for o in subjects:
                        self.add(v, c, s, lemma, "", o, 1.0, "passive")
                for k in preps:
                    self.prepositional(v, c, agents, lemma, k, bool(subjects), "passive")
            else:
                for k in preps:
                    self.prepositional(v, c, subjects, lemma, k, False, "agentless")
                for o in attrs:
                    for s in subjects:
                        self.add(v, c, s, lemma, "", o, 0.85, "agentless")
                for o in objects:
                    for s in subjects:
                        self.add(v, c, s, lemma, "", o, 0.85, "agentless")
            return
        light = False
        for o in objects:
            sense = LIGHT.get((lemma, p.lemmas[o].lower()))
            if sense is not None:
                linked = [k for k in p.children[o] if p.deps[k] == "prep"] + [k for k in preps if k > o]
                for k in linked:
                    if p.lower[k] in {"with", "to", "for", "on", "of", "in", "against", "at", "over", "by"}:
                        before = len(self.rows)
                        self.prepositional(v, c, subjects, sense, k, False, "light")
                        light = light or len(self.rows) > before
                        if len(self.rows) > before:
                            break
        if not light:
            for o in objects:
                for s in subjects:
                    self.add(v, c, s, lemma, "", o, 1.0, "active")
            if not clausal:
                for o in datives:
                    for s in subjects:
                        self.add(v, c, s, lemma, "to", o, 0.9, "active")
        for k in preps:
            if light and p.lower[k] in {"with", "to", "for", "on", "of"}:
                continue
            self.prepositional(v, c, subjects, lemma, k, bool(objects), "active")
        # "signed an agreement with Egypt": the noun's preposition is the verb's where the lexicon knows the pair
        if not light:
            for o in objects:
                for k in p.children[o]:
                    if p.deps[k] == "prep" and (lemma, p.lower[k]) in self.types:
                        self.prepositional(v, c, subjects, lemma, k, True, "active")

    def prepositional(
        self, v: int, c: Clause, subjects: Sequence[int], lemma: str, k: int, further: bool, kind: str
    ) -> None:
        """Make the rows of one prepositional phrase."""
        p = self.p
        preposition = p.lower[k]
        known = (lemma, preposition) in self.types
        if preposition in CIRCUMSTANCE:
            return
        for child in p.children[k]:
            d = p.deps[child]
            if d == "pobj":
                for o in self.spread(child):
                    if self.circumstance(preposition, o) and not (
                        known and self.mention[o] >= 0 and self.mentions[self.mention[o]].type != "DATE"
                    ):
                        continue
                    for s in subjects:
                        self.add(v, c, s, lemma, preposition, o, 1.0 if known else 0.85 if further else 0.9, kind)
            elif d == "prep" and preposition in {"out", "off", "away", "up", "from", "together", "along", "back"}:
                for o in p.children[child]:
                    if p.deps[o] == "pobj" and not self.circumstance(p.lower[child], o):
                        for s in subjects:
                            for part in self.spread(o):
                                self.add(v, c, s, lemma, f"{preposition} {p.lower[child]}", part, 0.85, kind)

    def circumstance(self, preposition: str, o: int) -> bool:
        """Tell whether a prepositional object is a time or an adverb rather than a participant."""
        p = self.p
        lemma = p.lemmas[o].lower()
        if (
            lemma in TIME_NOUNS
            or (preposition, lemma) in IDIOMS
            or (p.tags[o] in {"CD", "RB", "IN", "JJ", "RBR", "JJS", "$"} and self.mention[o] < 0)
        ):
            return True
        m = self.mention[o]
        return m >= 0 and self.mentions[m].type == "DATE"

    def copula(self, v: int, c: Clause, lemma: str, attrs: Sequence[int], acomp: int, preps: Sequence[int]) -> None:
        """Make the rows of *X is a Y* and *X is responsible for Y*."""
        p = self.p
        if any(
            p.lower[s] in {"it", "there", "this", "that"}
            and any(p.deps[k] in {"xcomp", "ccomp", "advcl"} for k in p.children[v])
            for s in c.subjects
        ):
            return
        for o in attrs:
            if p.tags[o][:2] != "NN" and not (p.tags[o] == "CD" and self.mention[o] >= 0):
                continue
            if p.lemmas[o] in EMPTY or p.lemmas[o] in {"way", "time", "reason", "thing", "case"}:
                continue
            for s in c.subjects:
                self.add(v, c, s, lemma, "", o, 0.95, "copula")
        if acomp >= 0:
            word = p.lower[acomp]
            if word in {
                "able",
                "unable",
                "likely",
                "unlikely",
                "due",
                "such",
                "same",
                "sure",
                "clear",
                "true",
                "hard",
                "easy",
                "difficult",
            }:
                return
            negative = [k for k in p.children[acomp] if p.deps[k] == "neg"]
            if negative:
                c.negated = True
            for k in [*(k for k in p.children[acomp] if p.deps[k] == "prep"), *preps]:
                if k > acomp or k in p.children[acomp]:
                    self.prepositional(v, c, c.subjects, f"{lemma} {word}", k, False, "copula")
        else:
            for k in preps:
                if (
                    p.lower[k]
                    in {"in", "on", "at", "from", "under", "behind", "against", "of", "near", "with", "within"}
                    and not attrs
                    and lemma == "be"
                ):
                    self.prepositional(v, c, c.subjects, lemma, k, False, "copula")

    def noun(self, n: int) -> None:
        """Make the rows of appositions, titles and nouns that stand for a verb."""
        p = self.p
        lemma = p.lemmas[n].lower()
        m = self.mention[n]
        kids = p.children[n]
        if not kids:
            return
        person = m >= 0 and self.mentions[m].type == "PERSON"
        for k in kids:
            d = p.deps[k]
            if d == "appos" and p.tags[k][:2] == "NN":
                self.apposition(n, k)
            elif d == "poss" and self.mention[k] >= 0 and p.tags[k] != "PRP$" and self.mention[k] != m:
                self.possessive(n, k, lemma)
        if person and p.heads[n] >= 0:
            self.title(n, m)
        mutual = MUTUAL.get(lemma)
        if mutual is not None:
            for k in kids:
                if p.deps[k] == "prep" and p.lower[k] in {"between", "among"}:
                    parties = [x for o in p.children[k] if p.deps[o] == "pobj" for x in self.spread(o)]
                    if len(parties) > 1:
                        c = self.outer(n)
                        for b in parties[1:]:
                            self.add(n, c, parties[0], mutual, "with", b, 0.85, "mutual")
        nominal = NOMINAL.get(lemma)
        if nominal is not None:
            verb, objects = nominal
            actors = [x for k in kids if p.deps[k] == "poss" and p.tags[k] != "PRP$" for x in self.spread(k)]
            targets: list[int] = []
            for k in kids:
                if p.deps[k] != "prep":
                    continue
                inner = [x for o in p.children[k] if p.deps[o] == "pobj" for x in self.spread(o)]
                if p.lower[k] in objects.split():
                    targets += inner
                    for x in inner:
                        for by in p.children[x]:
                            if p.deps[by] == "prep" and p.lower[by] == "by" and not actors:
                                actors = [y for o in p.children[by] if p.deps[o] == "pobj" for y in self.spread(o)]
                elif p.lower[k] == "by" or (
                    p.lower[k] == "from"
                    and lemma in {"support", "aid", "assistance", "pressure", "criticism", "investment"}
                ):
                    actors = actors or inner
            if actors and targets:
                c = self.outer(n)
                for a in actors:
                    for t in targets:
                        if p.tags[t][:2] == "NN":
                            self.add(n, c, a, verb, "", t, 0.85, "nominal")

    def outer(self, n: int) -> Clause:
        """Give qualifiers for a noun's statement: those of the clause it stands in, when it is not a fact."""
        p = self.p
        at, steps = n, 0
        c = Clause()
        while p.heads[at] != at and steps < 8:
            at = p.heads[at]
            steps += 1
            if p.tags[at] in VERB_TAGS and p.deps[at] not in {"aux", "auxpass"}:
                above = self.clause(at)
                c.attribution = above.attribution
                c.tense = above.tense
                if (
                    p.lemmas[at]
                    in {"propose", "plan", "discuss", "seek", "demand", "urge", "establish", "create", "consider"}
                    or above.modality == "planned"
                ):
                    c.modality = "planned"
                elif above.modality:
                    c.modality = above.modality
                break
        c.text = p.words[n]
        return c

    def title(self, n: int, m: int) -> None:
        """Read the office before a name: *chief executive Oskari Lehto*."""
        p = self.p
        first = n
        while first and self.mention[first - 1] == m:
            first -= 1
        low = first
        while (
            low
            and p.heads[low - 1] in range(low - 1, n + 1)
            and p.tags[low - 1] in {"NN", "JJ", "NNS", "NNP", "HYPH", "VBG"}
            and self.mention[low - 1] < 0
        ):
            low -= 1
        if low == first:
            return
        while low < first and p.lower[low] in {
            "former",
            "late",
            "then",
            "mr",
            "ms",
            "dr",
            "mr.",
            "ms.",
            "dr.",
            "mrs",
            "mrs.",
        }:
            low += 1
        if low == first:
            return
        last = first - 1
        if p.lemmas[last].lower() not in ROLE_LAST:
            return
        c = self.outer(n)
        c.negated, c.modality, c.text = False, "", ""
        self.noun_phrases[last] = (low, last)
        self.add(n, c, n, "be", "", last, 0.95, "title")

    def apposition(self, n: int, k: int) -> None:
        """Read *Agnieszka Romer, chief economist at the brokerage Vistula Partners*."""
        p = self.p
        a, b = self.mention[n], self.mention[k]
        named = a >= 0 and self.headed(n, a) and self.mentions[a].type not in {"DATE", "MONEY", "PERCENT", "QUANTITY"}
        other = b >= 0 and self.headed(k, b) and self.mentions[b].type not in {"DATE", "MONEY", "PERCENT", "QUANTITY"}
        if named and other and self.mentions[a].name == self.mentions[b].name:
            return
        if b >= 0 and not other:
            return
        if k > n and any(p.words[x] in {"-", "–", "—", ":", ";"} for x in range(n + 1, p.lefts[k])):
            return
        if p.words[k - 1] == "(" or p.words[p.lefts[k] - 1] == "(":
            return
        c = self.outer(n)
        c.negated, c.modality, c.text, c.tense = False, "", "", "present"
        if named and not other:
            subject, role = n, k
        elif other and not named:
            subject, role = k, n
        else:
            return
        if p.lemmas[role] in EMPTY or p.lemmas[role] in TIME_NOUNS:
            return
        self.add(n, c, subject, "be", "", role, 0.9, "apposition")
        for prep in p.children[role]:
            if (
                p.deps[prep] == "prep"
                and p.lower[prep] in {"at", "of", "for", "with"}
                and p.lemmas[role].lower() in ROLE_LAST
            ):
                for o in p.children[prep]:
                    if p.deps[o] == "pobj":
                        for x in self.spread(o):
                            target = self.named_inside(x)
                            if target >= 0:
                                self.add(
                                    n,
                                    c,
                                    subject,
                                    f"be {p.lemmas[role].lower()}",
                                    p.lower[prep],
                                    target,
                                    0.9,
                                    "apposition",
                                )

    def named_inside(self, x: int) -> int:
        """Give the token of the organisation or place that a phrase names, or -1."""
        for k in [x, *(k for k in self.p.children[x] if self.p.deps[k] == "appos")]:
            m = self.mention[k]
            if m >= 0 and self.mentions[m].type in {"ORG", "GPE", "FAC"} and self.headed(k, m):
                return k
        return -1

    def possessive(self, n: int, k: int, lemma: str) -> None:
        """Read *Poland's central bank* as something that Poland has."""
        p = self.p
        if (
            lemma in NOMINAL
            or lemma in MUTUAL
            or lemma in EMPTY
            or lemma in TIME_NOUNS
            or p.tags[n][:2] != "NN"
            or self.mention[n] >= 0
        ):
            return
        if self.mentions[self.mention[k]].type in {"DATE", "MONEY", "PERCENT", "QUANTITY"}:
            return
        c = self.outer(n)
        c.negated, c.modality, c.text = False, "", p.words[k + 1] if k + 1 < p.n and p.tags[k + 1] == "POS" else ""
        self.add(n, c, k, "have", "", n, 0.8, "possessive")

    def add(
        self, v: int, c: Clause, s: int, predicate: str, preposition: str, o: int, factor: float, kind: str
    ) -> None:
        """Write down a row, unless an argument says nothing."""
        p = self.p
        if (
            s == o
            or p.tags[s] in {"EX", "WDT", "WP", "WRB", "CD", "RB", "IN", "TO"}
            or p.tags[o] in {"EX", "WDT", "WP", "WRB", "RB", "IN", "TO", "JJ", "JJR", "JJS", "RBR"}
        ):
            return
        negated = c.negated
        for k in p.children[o]:
            if p.deps[k] == "det" and p.lower[k] in {"no", "neither"}:
                negated = True
        sl, sh = self.phrase(s)
        ol, oh = self.phrase(o)
        if sl <= ol <= sh or ol <= sl <= oh:
            return
        self.rows.append(
            Row(
                v, s, predicate, c.text if kind not in {"mutual", "nominal"} else p.words[v], preposition, o, negated, c.modality, c.tense,
                c.attribution, c.condition, factor * c.factor, min(sl, ol, v), max(sh, oh, v), kind, c.passive,
            )
        )  # fmt: skip
