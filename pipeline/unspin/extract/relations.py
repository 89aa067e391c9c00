"""Read relations from clauses and noun phrases: who did what to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from unspin.extract.clauses import (
    OBJECTS,
    PREPOSITION_LIKE,
    PREVENTING,
    QUOTES,
    RELATIVES,
    VALUES,
    VERB_TAGS,
    Clause,
    Clauses,
    empty,
    lemma,
    parted,
    timely,
)
from unspin.extract.parses import Parse
from unspin.extract.qualifiers import PLAN_NOUNS, SAYING
from unspin.extract.repairs import base
from unspin.extract.senses import (
    BARE,
    IDIOMS,
    LIGHT,
    MUTUAL,
    NO_ROW,
    NOMINAL,
    ROLES,
    TIME_NOUNS,
    TROUBLE,
    WITH,
    WITH_OBJECT,
)
from unspin.extract.wordlists import words

#: Prepositions whose object is a circumstance, not a participant.
CIRCUMSTANCE = words(
    "despite during since until till because due according like than per besides except regarding concerning "
    "amid notwithstanding whereas although while unlike once unless thanks given following pending including"
)
#: Prepositions of the date that a clause has instead of an object.
WHEN = words("in on at from until till by since before after through")
#: Of a second preposition (*out of Horta*).
DOUBLE = words("out off away up from together along back ahead instead outside")
#: Nouns inside a preposition of three words (*in front of*).
COMPOUND = words(
    "front favor favour behalf support search honor honour memory pursuit place need defense defence charge top spite"
)
#: What a noun of a light verb may be joined by.
LINKS = words("with to for on of in against at over by between")
#: Of these, *in* names what is shared, elsewhere a place.
SHARING = words("part role interest investment confidence")
#: Prepositions of *is in*, *are against*.
BEING = words("in on at from under behind against near within inside outside")
#: Adjectives whose preposition tells no relation.
VAGUE = words(
    "able unable likely unlikely due such same sure clear true hard easy difficult good bad high low big small "
    "early late"
)
#: Verbs in parses that carry no statement.
SILENT = words("aux auxpass amod compound cc punct case prep nmod")
#: Verbs that make what stands below them a wish.
WISHING = words("propose plan discuss seek demand urge consider call want encourage need require")
#: Times that are dealt with like things.
STRETCHES = words("season moment future past period era quarter half")
#: Words beside a time that say which, so that the clause happens then (*met the next morning*).
WHICH = words("last next this that previous following same other each every any some all past few first whole entire")
#: Verbs that give a name.
NAMING = words("call name nickname dub rename")
#: Verbs of time, whose object is a time.
LASTING = words("spend take last have need wait cost save lose face serve")
#: What is done to somebody for a time that is as much as what it is.
TERMS = words("sentence jail imprison ban suspend")
#: Of those that prevent, these are told of whom even so (*discouraged tourists*).
DETERRING = words("discourage deter ban bar")
#: What these have as object was not there before.
MAKING = words("build open found launch create construct establish erect write paint compose design develop introduce")
#: Words before a name that are no office.
BEFORE_NAME = words("former late then mr ms dr mr. ms. dr. mrs mrs. mx")
#: Participles that describe the noun after them.
PARTICIPIAL = words(
    "pressing evolving emerging existing growing rising lasting underlying outstanding remaining neighboring "
    "neighbouring "
    "surprising increasing ongoing competing conflicting leading missing"
)
#: Verbs that take things and no gerunds: a participle after them describes (*drew touring orchestras*).
NO_GERUND = words(
    "draw attract hire employ address build buy sell own bring carry wear use find create produce provide offer "
    "pass reach approve run lead join cut raise attack destroy capture win lose"
)
#: How something comes about (*caught by accident*).
BYWAYS = words("accident chance mistake surprise force hand law default design choice sea air land road rail")
#: By what one leaves or enters.
DOORS, LEAVING = words("door gate window exit entrance staircase"), words("leave enter escape flee")
#: By what one is pulled.
BODY = words("arm hand leg foot hair collar neck ear scruff")
#: By what something is passed.
VOTES = words("vote majority margin ballot")
#: Of *by* before these nobody does it.
NOBODY = TIME_NOUNS | BODY | VOTES
#: Verbs that take no object; where the parser gives them one, they are adjectives (*evolving threats*).
INTRANSITIVE = words(
    "evolve emerge arise happen occur exist live die arrive appear disappear fall rise come go remain last"
)
#: Verbs that share no object with the verb beside them (*the hotel stands and draws visitors*).
ALONE = INTRANSITIVE | words("stand sit lie sleep wait talk speak work travel")
#: Verbs whose object belongs to the verb below.
RAISING = words("require expect want need let make allow enable permit cause see hear watch")
#: What no person is, so that the apposition is another's.
NO_PERSON = words(
    "house company firm group agency association newspaper channel university school bank club party union tank "
    "institute foundation charity"
)
#: Tags that an argument's head cannot have.
NO_SUBJECT = words("EX WDT WP WP$ PRP$ WRB CD RB IN TO JJ JJR JJS DT CC POS RP")
NO_OBJECT = NO_SUBJECT - {"CD"} | {"RBR"}

#: A subject that stands outside the parse: a list item's label or its lead-in's subject.
VIRTUAL = -1

#: How far each rule is to be trusted, as a factor.  Chosen by hand, plainer patterns higher: they order
#: rows, and what a confidence is worth is measured in docs/extraction.md ("Confidence").
TRUST = {
    "active": 1.0, "passive": 1.0, "agentless": 0.95, "light": 0.95, "copula": 0.95, "title": 0.95, "apposition": 0.9,
    "affiliation": 0.9, "mutual": 0.85, "nominal": 0.85, "possessive": 0.85, "example": 0.85, "list": 0.9, "when": 0.85,
}  # fmt: skip


def had(p: Parse, o: int) -> bool:
    """Tell whether a time is what is dealt with (*shut the season*, *offered a free final year*), not when."""
    if p.deps[o] != "dobj":
        return False
    kids = p.children[o]
    if any(p.tags[k] == "CD" or p.lower[k] in WHICH for k in kids):
        return False
    described = any(p.deps[k] == "amod" for k in kids)
    return (p.lemmas[o].lower() in STRETCHES or described) and any(p.deps[k] in {"det", "poss"} for k in kids)


def echoed(p: Parse, o: int) -> bool:
    """Tell whether a noun only says how, twice (*met face to face*, *ran from corner to corner*)."""
    return any(
        0 <= k < p.n and p.lower[k] == p.lower[o] and p.tags[(k + o) // 2] in {"IN", "TO"} for k in (o - 2, o + 2)
    )


class Row(NamedTuple):
    """A relation in tokens of its parse; the caller gives it names and places."""

    clause: int
    subject: int
    predicate: str
    preposition: str
    object: int
    negated: bool
    facts: Clause
    text: str
    factor: float
    low: int  #: first and last token that the row rests on
    high: int
    kind: str  #: the rule that made it, a key of :data:`TRUST`
    trim: int = -1  #: first token of the object, where it is not that of its noun phrase


class Reader(Clauses):
    """Reads the rows of one parse."""

    #: predicates and prepositions that the relation lexicon knows
    types: Mapping[tuple[str, str], str] = {}
    #: verbs that the model's lemmatizer knows
    verbs: Collection[str] = ()

    def read(self) -> list[Row]:
        """Give the rows of this parse in order of place."""
        p = self.p
        self.rows: list[Row] = []
        self.hear()
        for i in range(p.n):
            tag = p.tags[i]
            if tag in VERB_TAGS:
                if p.deps[i] in SILENT or (
                    p.lower[i] in PREPOSITION_LIKE
                    and not any(p.deps[k] in {"aux", "auxpass", "nsubj", "nsubjpass"} for k in p.children[i])
                ):
                    continue
                self._verb(i)
            elif tag[:2] == "NN" and p.children[i]:
                self._noun(i)
        return self.rows

    def own_subjects(self) -> list[tuple[int, int]]:
        """Give the subjects that stand at their own verb, with the verb."""
        return [(s, v) for v, c in self._clauses.items() if c.own for s in c.subjects]

    # Verbs

    def made(self) -> list[tuple[int, int]]:
        """Give the things that somebody makes for the first time here, each with its verb (*built a library*)."""
        p = self.p
        return [
            (k, v)
            for v in range(p.n)
            if p.lemmas[v] in MAKING and p.tags[v] in VERB_TAGS
            for k in p.children[v]
            if p.deps[k] == "dobj"
            and p.tags[k] in {"NN", "NNS"}
            and any(p.lower[x] in {"a", "an"} for x in p.children[k])
        ]

    def _verb(self, v: int) -> None:
        """Make the rows of one clause."""
        p = self.p
        c = self.clause(v)
        if not c.subjects:
            return
        if self._asked(v):
            return  # "is the bridge owned by the city?"
        if self._describing(v):
            return  # "address pressing threats": an adjective taken for a verb
        if c.negated and any(
            p.deps[k] in {"npadvmod", "dobj"}
            and timely(p, k)
            and {"more", "less", "fewer"} & set(p.lower[p.lefts[k] : k])
            for k in p.children[v]
        ):
            return  # "no child would walk more than an hour": it is the measure that is denied
        if p.words[v][:1].isupper() and self.opens(v) < v and self.verbs and p.lemmas[v].lower() not in self.verbs:
            return  # "cut to Aaa": a name taken for a verb
        predicate = lemma(p, v, self.verbs)
        objects: list[int] = []
        datives: list[int] = []
        attributes: list[int] = []
        agents: list[int] = []
        others: list[int] = []  #: who did not do it (*by officers, not by ministers*)
        amounts: list[int] = []
        prepositions: list[int] = []
        complement = -1
        clausal = where = False
        for k in p.children[v]:
            d = p.deps[k]
            if d in OBJECTS:
                objects += self.spread(k)
            elif d == "prep" or (d == "dative" and p.tags[k] in {"IN", "TO"}):
                if k == v + 1 and p.lower[k] in {"about", "around"} and self._counted(k):
                    objects += self.objects(k)[-1:]  # "traced about €4.3m"
                else:
                    prepositions.append(k)
            elif d == "dative":
                datives += self.spread(k)
            elif d in {"attr", "oprd"}:
                attributes += self.spread(k)
            elif d == "acomp":
                complement = k
            elif d == "agent" and predicate not in INTRANSITIVE:  # "is gone by noon"
                if any(p.deps[x] == "neg" for x in p.children[k]):
                    others += self.objects(k)
                else:
                    agents += self.objects(k)
                    for x in p.children[k]:
                        agents += self.objects(x) if p.deps[x] == "conj" and p.lower[x] == "by" else []
            elif d == "prt" and not (p.lower[k] == "on" and p.lower[k + 1 : k + 2] == ["to"]):
                predicate = f"{predicate} {p.lower[k]}"
                if p.lower[k] in {"off", "up", "out", "down"}:
                    objects += self.objects(k)  # "called off the match", hung on the particle
            elif d in {"xcomp", "ccomp"}:
                if self._describing(k):
                    objects += [x for o in p.children[k] if p.deps[o] in OBJECTS for x in self.spread(o)]
                else:
                    clausal = True
            elif d == "npadvmod" and p.lemmas[k].lower() in {"cent", "percent", "pct", "%"} and k > v:
                amounts.append(k)
            elif d == "npadvmod" and predicate in LASTING and any(p.tags[x] == "CD" for x in p.children[k]):
                objects.append(k)
            elif d == "advmod" and p.tags[k] == "WRB":
                where = True
            elif (
                d == "advmod"
                and (k == v + 1 or (k == v + 2 and p.tags[v + 1] == "PRP"))
                and p.lower[k] in {"away", "aside", "out", "off", "loose", "apart", "aground", "ashore"}
            ):
                predicate = f"{predicate} {p.lower[k]}"  # "turned away buyers" turned nobody
        if (
            len(objects) == 1
            and datives
            and p.tags[datives[0]][:2] == "NN"
            and (self._measured(objects[0], "QUANTITY") or self._measured(datives[0], "MONEY"))
        ):
            objects, datives = datives, []  # "sent ash seven kilometres into the sky", "cost 11 euros a dose"
        if len({p.heads[o] for o in objects}) == 1 and len(objects) > 1:
            # "pulled its men back eight kilometres": how far, not what
            objects = [o for o in objects if not self._measured(o, "QUANTITY")] or objects
        before = len(self.rows)
        if len(objects) == 1 and self._afterthought(v, objects[0]):
            objects = []
        if (noun := self._related(v)) >= 0:
            objects = self._relative(
                v, noun, c, objects, prepositions, bool(attributes or complement >= 0 or clausal or where)
            )
        if predicate in {"be", "become", "remain", "stay"} and not objects:
            self._copula(v, c, predicate, attributes, complement, prepositions)
        elif complement >= 0 and not objects:
            self._copula(v, c, predicate, [], complement, prepositions)
        elif c.passive and predicate in NAMING and not agents and any(p.tags[o] in {"NNP", "NNPS"} for o in attributes):
            named = copy(c)
            named.tense = "present" if p.deps[v] == "acl" else c.tense
            self._copula(v, named, "be", attributes, -1, [])  # "the drill, called Grey Lantern"
        elif c.passive:
            self._passive(v, c, predicate, agents, objects + attributes, prepositions)
            if others and not c.negated:
                first = len(self.rows)
                self._passive(v, c, predicate, others, [], [])
                self._deny(first)
        else:
            self._active(v, c, predicate, objects, datives, prepositions, clausal)
        for o in amounts if (predicate, "by") in self.types else ():
            for s in c.subjects:
                self._add(v, c, s, predicate, "by", o, 1.0, "active")  # "rose 14 per cent"
        if (
            len(self.rows) == before
            and not (objects or attributes or agents or datives or clausal or complement >= 0)
            and predicate != "be"
        ):
            for k in prepositions:
                if k > v and p.lower[k] in WHEN:
                    self._when(v, c, predicate, k)

    def _asked(self, v: int) -> bool:
        """Tell whether a clause stands in a question that begins with a verb."""
        p = self.p
        begin = self.opens(v)
        while begin < v and p.words[begin] in QUOTES:
            begin += 1
        return p.tags[begin] in {"VBZ", "VBP", "VBD", "MD"} and p.deps[v] != "relcl" and self.asks(v)

    def _unquoted(self, v: int, o: int) -> bool:
        """Tell whether a quotation ends between a verb and what it would govern."""
        p = self.p
        if QUOTES.isdisjoint(p.words[v:o]):
            return False
        marks = [sum(w in QUOTES for w in p.words[a:b]) for a, b in ((self.opens(v), v), (v, o))]
        return all(n % 2 for n in marks)

    def _counted(self, k: int) -> bool:
        """Tell whether all that a preposition governs is a sum."""
        inner = self.objects(k)
        return bool(inner) and all(self._measured(o, "MONEY") for o in inner)

    def _counting(self, predicate: str, preposition: str) -> bool:
        """Tell whether a bare number may follow (*rose to 58*)."""
        return preposition in {"to", "by"} and (predicate, "by") in self.types

    def _describing(self, v: int) -> bool:
        """Tell whether a participle after a verb is an adjective of the object (*drew touring orchestras*)."""
        p = self.p
        return (
            p.heads[v] == v - 1
            and p.deps[v] in {"xcomp", "ccomp"}
            and (
                p.lower[v] in PARTICIPIAL
                or (p.tags[v] == "VBG" and p.lemmas[v - 1] in NO_GERUND and p.words[v + 1 : v + 2] != ["the"])
            )
        )

    def _afterthought(self, v: int, o: int) -> bool:
        """Tell whether an object only comments on the clause (*voted on it by post, a long procedure*)."""
        p = self.p
        low = p.lefts[o]
        return (
            low > v
            and p.words[low - 1] == ","
            and p.words[v:low].count(",") == 1
            and any(p.deps[k] == "prep" and v < k < low for k in p.children[v])
        )

    def _measured(self, o: int, kind: str) -> bool:
        """Tell whether a noun is a mere amount of a kind (a type of mention)."""
        m = self.mention[o]
        return m >= 0 and self.mentions[m].type == kind and not parted(self.p, o)

    def _when(self, v: int, c: Clause, predicate: str, k: int) -> None:
        """Read the date of what happens to nobody else (*the contract expires in July*)."""
        p = self.p
        for o in p.children[k]:
            m = self.mention[o]
            if (p.lower[k], p.lower[o]) == ("at", "times"):
                continue
            if p.deps[o] == "pobj" and (timely(p, o) or (m >= 0 and self.mentions[m].type == "DATE")):
                for s in c.subjects:
                    self._add(v, c, s, predicate, p.lower[k], o, 1.0, "when")

    def _related(self, v: int) -> int:
        """Give the noun of a relative clause, or of an infinitive in one (*that Poland plans to hold*), or -1."""
        p = self.p
        while p.deps[v] == "xcomp" and p.tags[v] == "VB" and p.tags[p.heads[v]] in VERB_TAGS:
            v = p.heads[v]
        return p.heads[v] if p.deps[v] == "relcl" else -1

    def _relative(
        self, v: int, noun: int, c: Clause, objects: list[int], prepositions: Sequence[int], closed: bool
    ) -> list[int]:
        """Give the objects of a relative clause: the noun above, where its pronoun is or is left out."""
        p = self.p
        if p.tags[noun][:1] != "N" or noun in c.subjects:
            return objects
        pronouns = [o for o in objects if p.lower[o] in RELATIVES]
        if pronouns:
            return [noun]  # it is the only object: another one is a slip of the parser
        if (
            objects
            or closed
            or any(not self._temporal(k) for k in prepositions)
            or c.passive
            or p.lemmas[noun] in TIME_NOUNS
            or p.lemmas[noun] in {"way", "reason", "place"}
        ):
            return objects
        if any(p.tags[k] in {"WP$", "WRB", "WDT", "WP", "RB", "RP"} for k in range(p.lefts[v], p.rights[v] + 1)):
            return objects
        return [noun]

    def _temporal(self, k: int) -> bool:
        """Tell whether a preposition says only when."""
        p = self.p
        inner = [o for o in p.children[k] if p.deps[o] == "pobj"]
        return bool(inner) and all(
            timely(p, o) or (self.mention[o] >= 0 and self.mentions[self.mention[o]].type == "DATE") for o in inner
        )

    def _active(
        self,
        v: int,
        c: Clause,
        predicate: str,
        objects: list[int],
        datives: list[int],
        prepositions: list[int],
        clausal: bool,
    ) -> None:
        p = self.p
        if not objects and not clausal:
            # "wrote and produced the album": verbs side by side share what follows the last one
            after = [k for k in p.children[v] if k > v]
            joined = [k for k in after if p.deps[k] == "conj" and p.tags[k] in VERB_TAGS]
            if (
                len(joined) == 1
                and joined[0] == v + 2
                and predicate not in ALONE
                and all(p.deps[k] in {"conj", "cc", "punct"} for k in after)
            ):
                objects = [x for k in p.children[joined[0]] if p.deps[k] in OBJECTS for x in self.spread(k)]
        for k in prepositions:
            if p.lower[k] == "including" and objects and objects[-1] < k:
                self._included(objects[-1], k)
            for x in p.children[k] if objects else ():
                sense = WITH.get((predicate, p.lower[k], p.lemmas[x].lower()))
                if sense is not None and p.deps[x] == "pobj":
                    predicate = sense  # "brought the war to an end" ended it
                    prepositions = [other for other in prepositions if other != k]
        for o in objects:
            noun = p.lemmas[o].lower()
            sense = WITH_OBJECT.get((predicate, noun))
            if sense is not None:
                predicate = sense or predicate
                if not sense or sense.endswith((f" {noun}", f" {p.lower[o]}")):  # "take place"
                    objects = [x for x in objects if x != o]
        light = ""
        if clausal and predicate in SAYING:
            prepositions = [k for k in prepositions if (predicate, p.lower[k]) in self.types]
        for o in objects:
            sense = LIGHT.get((predicate, p.lemmas[o].lower()))
            if sense is None:
                continue
            linked = [k for k in p.children[o] if p.deps[k] == "prep"] + [k for k in prepositions if k > o]
            for k in linked:
                before = len(self.rows)
                if p.lower[k] == "in" and (sense, "in") not in self.types and p.lemmas[o].lower() not in SHARING:
                    continue  # "signed a treaty in Nairobi": a place, not a party
                if p.lower[k] in LINKS:
                    facts = c
                    if any(p.lower[x] == "no" and p.deps[x] == "det" for x in p.children[o]):
                        facts = c.copied(c.text)  # "played no part in the matter"
                        facts.factor, facts.negated = c.factor, not c.negated
                    self._prepositional(v, facts, c.subjects, sense, k, False, "light")
                if len(self.rows) > before:
                    light = p.lower[k]
                    break
            if light:
                break
        if not light:
            if clausal and predicate in RAISING and any(p.deps[k] in {"xcomp", "ccomp"} for k in p.children[v]):
                objects = []  # "rules require every product to have a label": it is the label that they require
            prevented = predicate in PREVENTING - DETERRING and any(
                p.lower[k] == "from" and any(p.deps[x] == "pcomp" for x in p.children[k]) for k in prepositions
            )
            for o in objects if not prevented else ():
                if predicate == "have" and p.lemmas[o] in {"plan", "intention", "desire", "wish"} and any(
                    p.deps[k] in {"acl", "relcl"} and p.tags[k] == "VB" for k in p.children[o]
                ):
                    continue  # "has no plans to enter the market" says whether it will enter
                for s in c.subjects:
                    if predicate == "face" and s >= 0 and p.lemmas[s].lower() in TROUBLE:
                        self._add(v, c, o, predicate, "", s, 1.0, "active")  # "threats facing the country"
                    else:
                        self._add(v, c, s, predicate, "", o, 1.0, "active")
                self._beyond(v, c, c.subjects, predicate, o, "active")
            for o in datives if not clausal else ():
                for s in c.subjects:
                    self._add(v, c, s, predicate, "to", o, 0.9, "active")
        if predicate in SAYING:
            # "But with a key," she said: that is how it was said only outside of the quotes
            prepositions = [k for k in prepositions if not QUOTES & set(p.words[min(k, v) : max(k, v)])]
        for k in prepositions:
            if p.lower[k] == "by" and any(
                m >= 0 and self.mentions[m].type in {"ORG", "PERSON"} for m in map(self.headed, self.objects(k))
            ):
                continue  # "arose from the takeover of a rival by Acme": Acme took over
            if not light:
                self._prepositional(v, c, c.subjects, predicate, k, bool(objects), "active")
        if not light:
            # "exported wheat to Egypt": the noun's preposition is the verb's where the lexicon knows the pair
            for o in objects:
                for k in p.children[o] if not empty(p, o) else ():
                    if p.deps[k] == "prep" and p.lower[k] != "of" and (predicate, p.lower[k]) in self.types:
                        self._prepositional(v, c, c.subjects, predicate, k, True, "active")

    def _passive(
        self, v: int, c: Clause, predicate: str, agents: list[int], objects: list[int], prepositions: list[int]
    ) -> None:
        p = self.p
        for a in agents:
            if p.lemmas[a].lower() in TIME_NOUNS and any(
                p.tags[x] == "CD" or p.lower[x] in {"a", "an"} for x in p.children[a]
            ):
                for s in c.subjects:
                    self._add(v, c, s, predicate, "by", a, 0.9, "when")  # "was delayed by an hour"
        agents = [
            a
            for a in agents
            if p.lemmas[a].lower() not in NOBODY
            and p.tags[a] not in {"CD"}
            and not (p.lower[a] in BYWAYS and not p.children[a])
            and not (p.lemmas[a].lower() in DOORS and predicate in LEAVING)
        ]
        if agents:
            for s in agents:
                for o in c.subjects:
                    self._add(v, c, s, predicate, "", o, 1.0, "passive")
            for k in prepositions:
                self._prepositional(v, c, agents, predicate, k, True, "passive")
            return
        for k in prepositions:
            if p.lower[k] == "by" and p.lefts[k] > v:
                # "blocked most mornings by hired cars": an agent after all
                for s in self.objects(k):
                    shared = self._measured(s, "PERCENT") or p.words[s] == "%"
                    if (shared and any(p.lower[x] == "of" for x in p.children[s])) or (
                        (not self._circumstance("by", s) and self.mention[s] < 0) or self.headed(s) >= 0
                    ):
                        for o in c.subjects:
                            self._add(v, c, s, predicate, "", o, 0.9, "passive")
                continue
            self._prepositional(v, c, c.subjects, predicate, k, False, "agentless")
        # "staff will be offered a year's pay": they offer nothing
        helped = p.deps[v] == "acl" or any(p.deps[k] in {"aux", "auxpass"} for k in p.children[v])
        done = f"be {p.lower[v]}" if helped else predicate
        for o in objects:
            for s in c.subjects:
                self._add(v, c, s, done, "", o, 0.85, "agentless")

    def _prepositional(
        self, v: int, c: Clause, subjects: Sequence[int], predicate: str, k: int, further: bool, kind: str
    ) -> None:
        """Make the rows of one prepositional phrase."""
        p = self.p
        preposition = p.lower[k]
        if preposition in CIRCUMSTANCE or (preposition == "without" and further) or ":" in p.words[v:k]:
            return
        if preposition == "by" and any(p.lemmas[o].lower() in VOTES for o in self.objects(k)):
            return  # "approved the bill by two votes"
        if preposition == "as" and (
            self._headline_clause(k)
            or any(p.lower[x] == "as" and p.deps[x] == "advmod" for x in range(self.opens(k), k))
        ):
            return  # "as loud as a fridge"
        if preposition in {"from", "to"} and any(
            p.lower[x] in {"everything", "anything"} and p.lower[x + 1] == "from" for x in range(v, k)
        ):
            return  # "sells everything from furniture to toys": neither whence nor where
        if preposition == "to" and "from" in p.lower[v:k] and not any(p.lower[x] == "from" for x in p.children[v]):
            return  # "on everything from furniture to holidays"
        if kind == "agentless":
            # "is known for": what is done to the subject has frames of its own
            state = f"be {p.lower[v]}"
            predicate = state if (state, preposition) in self.types else predicate
        known = (predicate, preposition) in self.types
        denied = any(p.deps[x] == "neg" and p.lower[x + 1] == preposition for x in p.children[k] if x + 1 < p.n)
        if denied and not c.negated:
            # "rests with the owner, not with the users": only this phrase is denied
            before = len(self.rows)
            for x in p.children[k]:
                if p.deps[x] == "pobj":
                    for o in self.spread(x):
                        if not self._circumstance(preposition, o):
                            for s in subjects:
                                self._add(v, c, s, predicate, preposition, o, 0.9, kind)
            self._deny(before)
            return
        shown = preposition
        if kind == "light" and not known and ((predicate, "") in self.types or predicate in BARE):
            shown = ""  # "launched an attack on the port" is "attacked the port"
        factor = 1.0 if known else 0.85 if further else 0.9
        for child in p.children[k]:
            if p.deps[child] == "pobj":
                of = (
                    next((x for x in p.children[child] if p.lower[x] == "of"), -1) if p.lower[child] in COMPOUND else -1
                )
                if of == child + 1 and of >= 0:
                    for o in self.objects(of):
                        for s in subjects:
                            self._add(v, c, s, predicate, f"{preposition} {p.lower[child]} of", o, 0.9, kind)
                    continue
                for o in self.spread(child):
                    if p.lower[o] in {"which", "whom"} and p.deps[v] == "relcl":
                        o = p.heads[v]  # "the review on which the law is based"
                        if o in subjects:
                            continue
                    if preposition == "to" and p.tags[self.phrase(o)[0]] == "RB":
                        continue  # "to effectively counter threats" is no place to go
                    counted = p.tags[o] == "CD" and self._counting(predicate, preposition)
                    counted = counted or (predicate in TERMS and preposition in {"to", "for"} and timely(p, o))
                    if counted or not self._circumstance(preposition, o):
                        for s in subjects:
                            self._add(v, c, s, predicate, shown, o, factor, kind)
                    self._beyond(v, c, subjects, predicate, o, kind)
            elif p.deps[child] == "prep" and preposition in DOUBLE and p.lower[child] != "to":
                joined = f"{preposition} {p.lower[child]}"
                for o in self.objects(child):
                    if not self._circumstance(p.lower[child], o):
                        for s in subjects:
                            self._add(v, c, s, predicate, joined, o, 0.85, kind)

    def _headline_clause(self, k: int) -> bool:
        """Tell whether *as* opens a clause whose verb the parser took for a noun (*as fever spreads*)."""
        p = self.p
        verb = next((x for x in p.children[k] if p.deps[x] == "pobj"), -1)
        if verb == k + 1 and p.tags[verb] == "NN" and p.tags[verb + 1 : verb + 2] == ["VBZ"]:
            return True  # "as fog closes the river"
        return (
            verb > k + 1
            and p.deps[verb - 1] == "compound"
            and p.rights[verb] == verb
            and p.lower[verb][-1:] == "s"
            and base(p.lower[verb]) in self.verbs
            and p.words[verb + 1 : verb + 2] in ([], ["."])
        )

    def _deny(self, first: int) -> None:
        """Negate the rows from one on."""
        self.rows[first:] = [row._replace(negated=True) for row in self.rows[first:]]

    def _beyond(self, v: int, c: Clause, subjects: Sequence[int], predicate: str, o: int, kind: str) -> None:
        """Read what the parser hangs on an amount as the verb's (*rose by 0.8 per cent against the euro*)."""
        p = self.p
        m = self.mention[o]
        if kind == "light" or not (
            (m >= 0 and self.mentions[m].type in {"PERCENT", "MONEY"}) or p.lemmas[o].lower() in {"cent", "percent"}
        ):
            return
        for k in p.children[o]:
            if p.deps[k] == "prep" and p.lower[k] in {"against", "to", "from", "for", "at"}:
                self._prepositional(v, c, subjects, predicate, k, True, kind)

    def _circumstance(self, preposition: str, o: int) -> bool:
        """Tell whether a prepositional object is a time, a measure or an adverb rather than a participant."""
        p = self.p
        noun = p.lemmas[o].lower()
        if timely(p, o) or (preposition, noun) in IDIOMS:
            return True
        m = self.mention[o]
        if parted(p, o):
            return False
        if m < 0:
            return p.tags[o] in {"CD", "RB", "IN", "JJ", "RBR", "JJS", "JJR", "$"}
        return self.mentions[m].type == "DATE"

    def _copula(
        self, v: int, c: Clause, predicate: str, attributes: Sequence[int], complement: int, prepositions: Sequence[int]
    ) -> None:
        """Make the rows of *X is a Y* and *X is responsible for Y*."""
        p = self.p
        if any(s >= 0 and p.lower[s] in {"it", "there", "this", "that", "what"} for s in c.subjects) and any(
            p.deps[k] in {"xcomp", "ccomp", "advcl", "csubj"} for k in p.children[v]
        ):
            return
        cleft = any(s >= 0 and p.lower[s] == "it" for s in c.subjects)
        for o in attributes:
            if cleft and self.definite(o) and any(p.deps[k] == "relcl" for k in p.children[o]):
                continue  # "it is the walk that you skipped"
            linked = [
                k
                for k in p.children[o]
                if p.deps[k] == "prep"
                and (f"be {p.lemmas[o].lower()}", p.lower[k]) in self.types
                and not any(p.tags[x] == "JJS" for x in p.children[o])  # "the hardest part of the work" is none of it
            ]
            for k in linked:
                self._prepositional(v, c, c.subjects, f"be {p.lemmas[o].lower()}", k, False, "copula")
            if (
                p.tags[o][:2] != "NN"
                or empty(p, o)
                or (p.lemmas[o].lower() in NO_ROW and not any(p.tags[x] == "JJS" for x in p.children[o]))
                or timely(p, o)
                or (o + 1 < p.n and p.tags[o + 1] == "CD")  # "is five feet two"
                or (
                    p.lemmas[o].lower() in {"cent", "percent", "pct"} and any(p.deps[x] == "acl" for x in p.children[o])
                )
                or any(p.deps[x] == "poss" and timely(p, x) for x in p.children[o])  # "is a day's walk away"
            ):
                continue
            if any(p.deps[k] == "relcl" and p.tags[k] == "VB" for k in p.children[o]):
                continue
            for s in c.subjects if not linked else ():
                self._add(v, c, s, predicate, "", o, 1.0, "copula")
        if complement >= 0:
            word = p.lower[complement]
            if word == "worth":
                for o in p.children[complement]:
                    if p.deps[o] in {"npadvmod", "dobj", "pobj"} and o > complement:
                        for s in c.subjects:
                            self._add(v, c, s, f"{predicate} worth", "", o, 1.0, "copula")
            if word in VAGUE or p.tags[complement][:1] not in {"J", "V"} or p.tags[complement] in {"JJR", "JJS"}:
                return
            facts = c
            if any(p.deps[k] == "neg" for k in p.children[complement]):
                facts = c.copied(c.text)
                facts.subjects, facts.negated, facts.factor = c.subjects, True, c.factor
            for k in [
                *(k for k in p.children[complement] if p.deps[k] == "prep" and k > complement),
                *(k for k in prepositions if k > complement),
            ]:
                self._prepositional(v, facts, c.subjects, f"{predicate} {word}", k, False, "copula")
        elif predicate in {"be", "stay", "remain"} and not attributes:
            for k in prepositions:
                if p.lower[k] in BEING and k > v:
                    self._prepositional(v, c, c.subjects, predicate, k, False, "copula")

    # Nouns

    def _noun(self, n: int) -> None:
        """Make the rows of appositions, offices, examples and nouns that stand for a verb."""
        p = self.p
        word = p.lemmas[n].lower()
        m = self.headed(n)
        for k in p.children[n]:
            d = p.deps[k]
            if d == "appos" and k > n:
                if p.tags[k][:2] == "NN":
                    self._apposition(n, k, m)
            elif d == "poss" and p.tags[k] != "PRP$":
                self._possessive(n, k, word)
            elif d == "prep":
                if p.lower[k] == "as" and any(p.lower[x] == "such" for x in p.children[k]):
                    self._examples(n, k)
                elif p.lower[k] == "including" and k > n:
                    self._included(n, k)
                elif (
                    p.lower[k] in {"of", "at", "from"}
                    and m >= 0
                    and self.mention[k - 1] == m
                    and self.mentions[m].type == "PERSON"
                ):
                    self._affiliation(n, n, k, "be", "")
        if m >= 0 and self.mentions[m].type == "PERSON":
            self._office(n, m)
        mutual = MUTUAL.get(word)
        if mutual is not None:
            for k in p.children[n]:
                if p.deps[k] == "prep" and p.lower[k] == "between":
                    parties = self.parties(n, k)
                    c = self._around(n)
                    for other in parties[1:]:
                        self._add(n, c, parties[0], mutual, "with", other, 1.0, "mutual")
        if word in NOMINAL:
            self._nominal(n, *NOMINAL[word])

    def _around(self, n: int) -> Clause:
        """Give a noun's statement the qualifiers of the clause it stands in, so that a mere plan is no fact."""
        p = self.p
        at, steps = n, 0
        while p.heads[at] != at and steps < 8:
            at, steps = p.heads[at], steps + 1
            if p.tags[at] in VERB_TAGS and p.deps[at] not in {"aux", "auxpass", "amod"}:
                above = self.clause(at)
                c = above.copied(p.words[n])
                below = n == at or (p.heads[n] == at and p.deps[n] not in {"nsubj", "nsubjpass"})
                if (below and p.lemmas[at] in WISHING) or (
                    p.tags[at] in {"VB", "VBG"}
                    and p.lemmas[at] in {"establish", "create", "build", "encourage", "promote"}
                ):
                    c.modality = "planned"
                return c
        c = Clause()
        c.text = p.words[n]
        return c

    def _nominal(self, n: int, verb: str, prepositions: frozenset[str]) -> None:
        p = self.p
        actors = [
            x for k in p.children[n] if p.deps[k] == "poss" and p.tags[k] not in {"PRP$", "WP$"} for x in self.spread(k)
        ]
        targets: list[int] = []
        for k in p.children[n]:
            if p.deps[k] != "prep" or k < n:
                continue
            inner = self.objects(k)
            if p.lower[k] in prepositions:
                targets += inner
                for x in inner:
                    for by in p.children[x]:
                        if p.deps[by] == "prep" and p.lower[by] == "by" and not actors:
                            actors = self.objects(by)
            elif p.lower[k] == "by":
                actors = actors or inner
        if not actors or not targets:
            return
        c = self._around(n)
        for a in actors:
            for t in targets:
                if p.tags[t][:2] == "NN" and p.tags[a][:2] == "NN":
                    self._add(n, c, a, verb, "", t, 1.0, "nominal")

    def _office(self, n: int, m: int) -> None:
        """Read the office before a name: *chief executive Oskari Lehto*."""
        p = self.p
        first = n
        while first and self.mention[first - 1] == m:
            first -= 1
        low = first
        while (
            low
            and n >= p.heads[low - 1] > low - 1
            and p.tags[low - 1] in {"NN", "JJ", "NNP", "HYPH", "VBG"}
            and self.headed(low - 1) < 0
            and self.mention[low - 1] < 0
        ):
            low -= 1
        over = False
        while low < first and p.lower[low] in BEFORE_NAME:
            over = over or p.lower[low] in {"former", "late"}
            low += 1
        last = first - 1
        if low > last or p.lemmas[last].lower() not in ROLES:
            return
        c = self._around(n).copied()
        c.modality, c.tense = "", "past" if over else "present"
        self._add(n, c, n, "be", "", last, 1.0, "title", low)

    def _apposition(self, n: int, k: int, m: int) -> None:
        """Read *Agnieszka Romer, chief economist at the brokerage Vistula Partners*."""
        p = self.p
        other = self.headed(k)
        if (m >= 0 and other >= 0) or (self.mention[k] >= 0 and other < 0) or (self.mention[n] >= 0 and m < 0):
            return
        between = range(self.phrase(n)[1] + 1, p.lefts[k])
        if any(
            p.words[x] not in {",", "“", '"', "”", "‘", "’"}
            and p.tags[x] not in {"IN", "DT"}
            and not (p.tags[x] == "CD" and p.deps[x] == "appos")  # "Tomas Erribe, 44, a teacher"
            and p.deps[x] not in {"pobj", "prep", "amod", "compound"}
            for x in between
        ):
            return
        if any(p.lower[x] == "whose" for x in p.children[k]):
            return  # "Dana Whitlock, whose son Theo is ill"
        if p.words[p.lefts[k] - 1] == "(" or (k + 1 < p.n and p.tags[k + 1] == "POS"):
            return
        if m >= 0:
            subject, role = n, k
            if p.tags[k] == "NNS" and self.mentions[m].type in {"GPE", "PERSON"}:
                return  # "rivals in Norway, makers of boats": one is not many
            if self.mentions[m].type == "PERSON" and p.lemmas[k].lower() in NO_PERSON:
                return
        elif other >= 0:
            subject, role = k, n
            above = p.heads[p.heads[n]]
            if p.deps[n] == "pobj" and self.mentions[other].type == "PERSON" and p.lemmas[above].lower() in ROLES:
                role = above  # "a spokesman for the mission, Anders Vike"
            if self.mentions[other].type == "PERSON" and p.lemmas[role].lower() in NO_PERSON:
                return
            if p.lemmas[n].lower() not in ROLES and any(
                p.tags[x] not in {"``", "''", ","} for x in range(n + 1, p.lefts[k])
            ):
                return
        elif (
            self.definite(n)
            and any(p.words[x] == "," for x in between)
            and p.tags[p.lefts[k]] == "DT"
            and not self.definite(k)
        ):
            subject, role = n, k
        else:
            return
        if (
            empty(p, role)
            or p.lemmas[role].lower() in {"cent", "percent", "pct", "%"}  # "Acme, 30 per cent owned by the state"
            or p.lemmas[role].lower() in TIME_NOUNS
            or p.lemmas[role].lower() in NO_ROW
            or self.mention[role] >= 0
            or p.tags[role] in {"NNP", "NNPS"}  # "a widow in Saint-Orbain, Madame Teillet"
        ):
            return
        c = self._around(n).copied()
        c.modality, c.tense = "", "present"
        self._add(n, c, subject, "be", "", role, 1.0, "apposition")
        if m >= 0 or other >= 0:
            for prep in p.children[role]:
                if (
                    p.deps[prep] == "prep"
                    and p.lower[prep] in {"at", "of", "for", "with"}
                    and p.lemmas[role].lower() in ROLES
                ):
                    self._affiliation(n, subject, prep, f"be {p.lemmas[role].lower()}", p.lemmas[role].lower())

    def _affiliation(self, n: int, person: int, preposition: int, predicate: str, role: str) -> None:
        """Read *a lawyer for the company* and *Minna Aro of the research group Nordlys*."""
        p = self.p
        c = self._around(n).copied()
        c.modality, c.tense = "", "present"
        for x in self.objects(preposition):
            target = self.organisation(x)
            if target >= 0:
                self._add(n, c, person, predicate, p.lower[preposition], target, 1.0, "affiliation")
            elif role and (p.lower[preposition] != "with" or self.definite(x)):  # not "said the coach, with a smile"
                self._add(n, c, person, predicate, p.lower[preposition], x, 0.9, "affiliation")

    def organisation(self, x: int) -> int:
        """Give the token of the organisation or place that a phrase is, or is followed by, or -1."""
        p = self.p
        for k in [x, *(k for k in p.children[x] if p.deps[k] == "appos")]:
            m = self.headed(k)
            if m >= 0 and self.mentions[m].type in {"ORG", "GPE", "FAC"}:
                return k
        return -1

    def _possessive(self, n: int, k: int, word: str) -> None:
        """Read *Poland's central bank* as something that Poland has."""
        p = self.p
        if (
            word in PLAN_NOUNS
            or word in NOMINAL
            or word in MUTUAL
            or word in TIME_NOUNS
            or word in NO_ROW
            or word in ROLES
            or empty(p, n)
        ):
            return
        m = self.headed(k)
        if m < 0 or self.mention[n] >= 0 or p.tags[n] not in {"NN", "NNS"}:
            return  # "St. Jude's Church" is nobody's
        low = p.rights[k] + 1
        if low > n or p.tags[low] in {"JJS", "RBS", "CD"}:
            return
        c = self._around(n).copied("’s")
        c.modality, c.tense, c.text = "", "present", p.words[p.rights[k]]
        self._add(n, c, k, "have", "", n, 1.0, "possessive", low)

    def _examples(self, n: int, k: int) -> None:
        """Read *threats such as terrorism*: terrorism is a threat."""
        c = self._around(n).copied("such as")
        c.modality, c.tense = "", "present"
        for x in self.objects(k):
            self._add(n, c, x, "be", "", n, 1.0, "example")

    def _included(self, n: int, k: int) -> None:
        """Read *results, including images* as what the results include."""
        p = self.p
        c = self._around(n).copied("including")
        c.modality, c.tense = "", "present"
        for x in self.objects(k):
            if p.tags[x][:2] == "NN":
                self._add(n, c, n, "include", "", x, 1.0, "example")

    def _add(
        self,
        v: int,
        c: Clause,
        s: int,
        predicate: str,
        preposition: str,
        o: int,
        factor: float,
        kind: str,
        trim: int = -1,
    ) -> None:
        """Write down a row, unless an argument says nothing."""
        p = self.p
        if s != VIRTUAL:
            if s == o or (p.tags[s] in NO_SUBJECT and self.headed(s) < 0 and not parted(p, s) and s not in self.wholes):
                return
            if timely(p, s) and self.headed(s) < 0 and kind != "copula":
                return
            m = self.mention[s]
            amount = m >= 0 and self.mentions[m].type in VALUES and not parted(p, s)
            if amount or (m in self.cut and kind == "active"):
                return
        if (p.tags[o] in NO_OBJECT and self.headed(o) < 0 and not parted(p, o)) or echoed(p, o):
            return
        if p.tags[v] in VERB_TAGS and self._unquoted(v, o):
            return
        term = predicate in TERMS and preposition in {"to", "for"}  # "jailed for three years"
        dealt = kind == "when" or predicate in LASTING or term or (not preposition and had(p, o))
        if timely(p, o) and self.headed(o) < 0 and not dealt:
            return
        m = self.mention[o]
        counted = self._counting(predicate, preposition)
        if (m >= 0 and self.mentions[m].type == "DATE" and not dealt) or (
            p.tags[o] == "CD"
            and not counted
            and (m < 0 or self.mentions[m].type == "CARDINAL")
            and not parted(p, o)
            and not any(p.tags[k] == "$" for k in p.children[o])
        ):
            return
        negated = (
            c.negated
            if kind not in {"title", "apposition", "affiliation", "possessive", "example", "mutual", "nominal"}
            else False
        )
        if any(p.deps[k] == "det" and p.lower[k] in {"no", "neither"} for k in p.children[o]):
            negated = not negated if preposition == "" else True
        if kind == "active" and not preposition and predicate in INTRANSITIVE:
            return
        if kind == "active" and predicate in {"do", "get"} and preposition:
            return
        sl, sh = self.phrase(s) if s != VIRTUAL else (v, v)
        if s >= 0 and any(p.tags[k] in {"WRB", "WP", "WDT"} for k in range(sl, s)):
            return  # "how many students finish"
        ol, oh = self.phrase(o)
        if (p.lower[ol] == "how" and ol < o) or "as" in p.lower[ol : min(o, ol + 2)]:
            return  # "half as many sprains": how many is not said
        if preposition and p.lower[ol] == preposition and ol < o and trim < 0:
            trim = ol + 1  # "over six miles", all of it taken for a quantity
        if trim >= 0:
            ol, oh = trim, max(trim, oh)
        if m >= 0 and self.mentions[m].type in VALUES and p.lower[oh + 1 : oh + 2] in (["more"], ["less"]):
            return  # "cost 9 pence more": how much is not said
        if s != VIRTUAL and kind not in {"title", "affiliation"} and (sl <= ol <= sh or ol <= sl <= oh):
            return
        self.rows.append(
            Row(
                v,
                s,
                predicate,
                preposition,
                o,
                negated,
                c,
                c.text,
                factor * c.factor * TRUST[kind],
                min(sl, ol, v),
                max(sh, oh, v),
                kind,
                trim,
            )
        )
