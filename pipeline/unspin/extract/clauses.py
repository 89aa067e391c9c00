"""Clauses of a parsed text: each verb's subjects, voice and qualifiers; each noun's phrase.

After ClausIE and MinIE.  Where a rule cannot tell who the subject is, the
clause has none, and nothing is read from it.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Collection, Iterable, Sequence

from unspin.extract import qualifiers as q
from unspin.extract.parses import Parse
from unspin.extract.repairs import base
from unspin.extract.senses import EMPTY, HOLDING, LEMMAS, MUTUAL, ROLES, TIME_NOUNS, TROUBLE
from unspin.extract.wordlists import words
from unspin.layout import MONTHS
from unspin.records import Mention

SUBJECTS = words("nsubj nsubjpass")
OBJECTS = words("dobj obj")
VERB_TAGS = words("VB VBD VBG VBN VBP VBZ")
RELATIVES = words("who which that whom")
VALUES = words("DATE MONEY PERCENT QUANTITY")

#: What may stand before a noun as a part of its phrase.
MODIFIERS = words("amod compound nummod nmod quantmod advmod punct")
#: Adverbs before a noun phrase that are no part of it.
FOCUS = words(
    "even only also just not perhaps especially particularly about then now still largely mostly mainly both "
    "either all so too"
)
#: Tags that a phrase does not begin with.
EDGE = words("DT PDT PRP PRP$ WP$ WDT , `` '' -LRB- -RRB- : CC POS IN TO .")

#: Prepositions before a gerund whose subject is that of the verb above.
GERUND = words("by after before in while when without through on from since upon")
#: Verbs that say what the gerund after their preposition is for (*focused on establishing*).
AIMING = words("aim focus work center centre commit dedicate look concentrate insist spend devote gear")
PREVENTING = words("stop prevent keep bar ban block discourage deter save")
#: Verbs of what somebody has to answer for, or is thanked for; whether he did it may be open.
ANSWERING = {
    **dict.fromkeys(words("dismiss fire sack fine jail sentence ban punish penalise penalize praise thank reward"), ""),
    **dict.fromkeys(
        words("arrest charge sue investigate criticise criticize blame prosecute suspend detain"), "possible"
    ),
}

#: Nouns that a reduced clause would take as its subject wrongly (*the years following*).
NO_AGENT = TIME_NOUNS | words("way result case bit deal")

#: Verbs that give the plan in their object to their subject (*announced plans to build*).
HAVING = words(
    "have make announce take sign reach give express reiterate reaffirm unveil launch abandon drop seek want plan "
    "lose gain get win lack reveal outline approve renew repeat retain keep find"
)

#: Verbs that ask for the plan in their prepositional object (*applied for permission to build*).
ASKING = words("apply ask push press vote wait fight campaign beg plead look")

#: Participles of what follows from a clause; *it* beside them is its subject.
RESULTING = words("give make leave cause force push allow enable bring help cost earn win")

#: Verbs whose object is to do what follows (*trained soldiers to fight*).
TEACHING = words("train teach equip hire recruit pay send invite deploy appoint")

#: Verbs of what is to be done (*want the ban relaxed*).
WANTING = words("want need like order prefer demand")

#: With *against* these say what somebody is not to do.
WARNING = words("warn advise caution")
#: Of whom these are asked of (*called on the ministry to hire*).
ASKED_OF = {"call": words("on upon"), "appeal": words("to"), "plead": words("with")}

#: What one comes to do without a plan.
COMING = words("rest believe resemble dominate represent mean symbolise symbolize regard depend rely")

#: An infinitive after these tells what one did (*rallied to win*).
TURNING = words("rally recover rebound score")

#: Verbs whose participle is a thing (*causes swelling*).
SWELLING = words("cause report suffer require involve include reduce treat show protect")

#: Verbs of what speaks for something.
SHOWING = words("suggest show indicate prove imply")

#: Verbs whose object is to come.
ANNOUNCING = words("announce plan propose unveil seek demand promise")

QUOTES = frozenset("\"“”")

#: Participles that are prepositions.
PREPOSITION_LIKE = words(
    "given including following regarding concerning considering according depending compared provided assuming "
    "excluding barring pending notwithstanding based owing"
)

#: Words at the head of a reduced clause that only say when.
WHEN = words("while when after before by as once since")

#: Of whom one says *who*.
GROUPS = words("people group crew team band family couple pair class generation staff crowd public police")

#: Units whose amount a clause after a comma is not about.
UNITS = words("metre meter kilometre kilometer centimetre centimeter mile foot inch yard degree litre liter tonne ton")

#: Prepositions of a place, and where winds come from.
PLACING = words("in at on near from")
COMPASS = words("north south east west northeast northwest southeast southwest")

#: Nouns for how much somebody matters in doing something.
WEIGHT = words("importance significance role value part power usefulness effectiveness success use benefit")

#: Verbs with *for* and who is to do something; what one does not call for to act, but to have.
CALLING = words("pay call arrange wait push appeal campaign plead")
MEANS = words("money fund help aid time support space room leave")

#: What has parties, of which a clause after them is seldom.
AGREEMENTS = words("treaty deal agreement pact accord contract union alliance partnership truce ceasefire border")

#: What these say of is to come.
AWAITING = words("expect forecast predict project tip")

#: What only somebody does who can speak.
VOWING = words("threaten vow pledge promise urge accuse blame warn")

#: Nouns that are what somebody is to do.
AIMS = frozenset(q.PLAN_NOUNS) | words(
    "aim goal purpose objective task job idea rule point hope challenge mission role strategy priority solution answer "
    "step option alternative key intent dream function choice test trick secret habit method approach response"
)

#: Verbs that hang on what somebody does (*depends on the army drawing back*).
HANGING = words("depend rely count hinge insist bank warn complain speak talk hear tell dream worry think")


class Clause:
    """What is known of a verb: worked out once, asked many times."""

    __slots__ = (
        "attribution", "condition", "factor", "modality", "negated", "own",
        "passive", "speakers", "subjects", "tense", "text",
    )  # fmt: skip

    def __init__(self) -> None:
        self.subjects: list[int] = []
        self.own = False  #: the subject stands at this very verb
        self.passive = False
        self.factor = 1.0
        self.modality = ""
        self.tense = ""
        self.negated = False
        self.speakers: list[int] = []
        self.attribution = ""
        self.condition = ""
        self.text = ""

    def copied(self, text: str = "") -> Clause:
        """Give a clause with the same qualifiers and nothing else."""
        c = Clause()
        c.modality, c.tense, c.attribution, c.condition, c.speakers = (
            self.modality, self.tense, self.attribution, self.condition, self.speakers,
        )  # fmt: skip
        c.text = text
        return c


class Clauses:
    """The clauses and noun phrases of one parse."""

    #: tags of a first verb whose subject stands outside (a list item's label)
    virtual: frozenset[str] = frozenset()

    def __init__(
        self,
        parse: Parse,
        offset: int,
        text: str,
        mentions: Sequence[Mention],
        first: int,
        last: int,
        demonyms: Collection[int],
    ) -> None:
        self.p = parse
        self.offset = offset
        self.text = text
        self.mentions = mentions
        self.demonyms = demonyms
        #: first token of each sentence
        self.begins = [begin for begin, _ in parse.sents]
        self._clauses: dict[int, Clause] = {}
        #: of *several of which*, the noun that *which* stands for
        self.wholes: dict[int, int] = {}
        self._phrases: dict[int, tuple[int, int]] = {}
        self._spread: dict[int, list[int]] = {}
        #: index of each token's mention, or -1
        self.mention = [-1] * parse.n
        for index in range(first, last):
            m = mentions[index]
            at = bisect.bisect_left(parse.starts, m.start - offset)
            if at and parse.ends[at - 1] > m.start - offset:
                at -= 1
            while at < parse.n and parse.starts[at] < m.end - offset:
                self.mention[at] = index
                at += 1
        #: mentions within which the parser begins a sentence: no subjects of that sentence
        self.cut = {self.mention[a] for a, _ in parse.sents if a and self.mention[a] == self.mention[a - 1] >= 0}

    # Noun phrases

    def spread(self, head: int) -> list[int]:
        """Give a head and what is coordinated with it, in order of place."""
        known = self._spread.get(head)
        if known is not None:
            return known
        p = self.p
        found, todo, joined = [head], [head], False
        stop = p.n
        if p.lemmas[head].lower() in MUTUAL:
            # "talks between A, B and C": the parser hangs the last party on the talks
            between = next((k for k in p.children[head] if p.deps[k] == "prep" and p.lower[k] == "between"), -1)
            if between >= 0 and len(self.parties(head, between)) > len(self.objects(between)):
                stop = between
        while todo:
            at = todo.pop()
            for c in p.children[at]:
                if p.deps[c] == "cc":
                    joined = True
                elif (
                    p.deps[c] == "conj"
                    and c not in found
                    and c < stop
                    and not any(p.tags[k] == "WP$" for k in p.children[c])
                ):
                    tag = p.tags[c]
                    if tag[:2] in {"NN", "PR", "CD"} or (
                        tag == "VBG" and not any(p.deps[k] in OBJECTS for k in p.children[c])
                    ):
                        found.append(c)
                        todo.append(c)
        if len(found) > 1:
            found.sort()
            if not joined:
                found = [head]  # "212,000 tickets, a record": without "and" it says the same thing again
            while len(found) > 1 and p.lefts[found[-1]] > found[-2] and p.words[p.lefts[found[-1]] - 1] == ",":
                found.pop()  # "sold 212,000 tickets, a record, and closed": no last one without "and"
            names: set[int] = set()
            kept = []
            for at in found:
                m = self.mention[at]
                if m < 0 or m not in names:
                    kept.append(at)
                    names.add(m)
            found = kept
        self._spread[head] = found
        return found

    def objects(self, preposition: int) -> list[int]:
        """Give what a preposition governs, coordinated nouns one by one."""
        p = self.p
        return [x for o in p.children[preposition] if p.deps[o] == "pobj" for x in self.spread(o)]

    def parties(self, noun: int, between: int) -> list[int]:
        """Give the parties of *between A, B and C*, the last ones fetched from where the parser put them."""
        p = self.p
        found = self.objects(between)
        # "A, the B, and C": B taken for another word for A, C for a second subject
        found += [
            k
            for o in found
            for k in p.children[o]
            if p.deps[k] == "appos" and self.headed(k) >= 0 and self.headed(o) >= 0
        ]
        joins = [k for k in p.children[noun] if p.deps[k] == "cc" and k > between]
        if joins:
            todo = [noun]
            while todo:
                at = todo.pop()
                for k in p.children[at]:
                    if p.deps[k] == "conj" and k > between and p.tags[k][:2] == "NN":
                        found.append(k)
                        todo.append(k)
            if p.deps[noun] in SUBJECTS:
                found += [k for k in p.children[p.heads[noun]] if p.deps[k] in SUBJECTS and k > joins[0]][:1]
        return found

    def phrase(self, head: int) -> tuple[int, int]:
        """Give the first and last token of a noun phrase, without determiner, clauses and most prepositions."""
        known = self._phrases.get(head)
        if known is not None:
            return known
        p = self.p
        mention = self.mention
        if p.deps[head] == "csubj":
            self._phrases[head] = (head, p.rights[head])
            return head, p.rights[head]
        low = high = head
        m = mention[head]
        if m >= 0:
            while low and mention[low - 1] == m:
                low -= 1
            while high + 1 < p.n and mention[high + 1] == m:
                high += 1
        else:
            while low and p.ends[low - 1] == p.starts[low] and "-" in {p.words[low - 1], p.words[low]}:
                low -= 1  # "the 22-year-old"
            while high + 1 < p.n and p.ends[high] == p.starts[high + 1] and "-" in {p.words[high], p.words[high + 1]}:
                high += 1  # "her brother-in-law"
        for c in p.children[head]:
            dep = p.deps[c]
            if c < low:
                if dep == "poss":
                    if p.tags[c] not in {"PRP$", "WP$"}:
                        low = p.lefts[c]
                elif dep == "predet" and p.lower[c] == "half":
                    low = min(low, c)
                elif (
                    dep in MODIFIERS
                    and (dep != "advmod" or (p.lower[c] not in FOCUS and p.lower[c] != "ago"))
                    and (dep != "punct" or p.words[c] in {"-", "–", "%"})
                ):
                    low = min(low, p.lefts[c])
            elif dep == "nummod" and c == high + 1 and p.lower[head].rstrip(".") in MONTHS:
                high = c  # "October 3"
            elif (
                c > high
                and dep == "prep"
                and (p.lower[c] == "of" or (p.lower[c] == "in" and p.lower[head] == "one"))
                and c == high + 1
                and not (p.deps[head] == "dobj" and p.lemmas[p.heads[head]] in q.ACCUSING)
            ):
                for o in p.children[c]:
                    if p.deps[o] == "pobj" and p.tags[o] not in {"PRP", "WDT", "WP"}:
                        for k in self.spread(o):
                            high = max(high, self.phrase(k)[1])
        # determiners of nested phrases may stand at the left edge ("their late father's old lorry")
        while (
            low < head
            and (p.tags[low] in EDGE or p.lower[low] in FOCUS)
            and not (m >= 0 and mention[low] == m)
            and p.lower[low] not in {"more", "less", "over", "at", "about", "almost", "nearly", "up", "half"}
            and not (p.lower[low] == "no" and p.lower[low + 1] in {"more", "less", "fewer"})
            and not (p.lower[low] in {"too", "so"} and p.lower[low + 1] in {"many", "much", "few", "little"})
        ):
            low += 1
        self._phrases[head] = (low, high)
        return low, high

    def words(self, low: int, high: int) -> str:
        """Give the restored text of some tokens, in one line."""
        p = self.p
        text = self.text[self.offset + p.starts[low] : self.offset + p.ends[high]]
        return re.sub(r"\s+", " ", text).strip()

    def shown(self, low: int, high: int) -> str:
        """Give the words of a phrase without the marks around it; a title inside keeps both of its quotes."""
        text = self.words(low, high).strip(" ,;:\"“”'‘’()[]|.*#—–")
        if re.search(r"\b[ap]\.m$", text):
            return text + "."
        return text + '"' if text.count('"') == 1 else text + "”" if text.count("“") > text.count("”") else text

    def headed(self, at: int) -> int:
        """Give the mention that heads a noun phrase (*Libya*, not *Libyan leaders*), or -1; values head none."""
        m = self.mention[at]
        if m < 0 or m in self.demonyms or self.mentions[m].type in VALUES:
            return -1
        p = self.p
        if p.tags[at][:1] == "J" and p.deps[at] == "amod":
            return -1
        head = p.heads[at]
        return m if head == at or self.mention[head] != m else -1

    def name(self, at: int) -> str:
        """Give the canonical name of an argument, or its noun phrase."""
        m = self.headed(at)
        if m >= 0:
            return self.mentions[m].name
        low, high = self.phrase(at)
        return self.shown(low, high)

    def hear(self) -> None:
        """Give what is said in a quotation that goes on over several sentences to whoever says one of them.

        One that follows in the next sentence is his too (*"It was late," said Ann Lee. "Nobody came."*).
        """
        p = self.p
        before: tuple[int, Clause] | None = None  #: where the last quotation that somebody speaks ended
        for low, high in self.quotations():
            said = [self.clause(v) for v in range(low, high) if p.tags[v] in VERB_TAGS]
            told = next((c for c in said if c.attribution), None)
            follows = before is not None and self.number(low) - self.number(before[0]) == 1
            if told is None and before is not None and follows and self.opens(low) == low:
                told = before[1]
            if told is not None:
                for c in said:
                    if not c.attribution:
                        c.attribution, c.speakers = told.attribution, told.speakers
            before = (high - 1, told) if told is not None else None

    def quotations(self) -> list[tuple[int, int]]:
        """Give the quotations of this parse, each from its first mark to its last or to the end."""
        found: list[tuple[int, int]] = []
        begin = -1
        for i, word in enumerate(self.p.words):
            if word == "“" or (word == '"' and begin < 0):
                begin = i
            elif word in QUOTES and begin >= 0:
                found.append((begin, i))
                begin = -1
        return found if begin < 0 else [*found, (begin, self.p.n)]

    def number(self, at: int) -> int:
        """Give the number of a token's sentence."""
        return bisect.bisect_right(self.begins, at) - 1

    def opens(self, at: int) -> int:
        """Give the first token of a token's sentence."""
        return self.begins[self.number(at)]

    def beside(self, at: int) -> int:
        """Give the name that stands beside a noun (*the crew chief, Hassan Bouali, said*), else the noun."""
        p = self.p
        if self.headed(at) < 0:
            for k in p.children[at]:
                if p.deps[k] == "appos" and k > at and p.words[p.lefts[k] - 1] != "(" and self.headed(k) >= 0:
                    return k
        return at

    def definite(self, at: int) -> bool:
        """Tell whether a noun has *the* or *this* before it."""
        p = self.p
        return any(p.deps[k] == "det" and p.lower[k] in {"the", "this"} for k in p.children[at])

    # Clauses

    def clause(self, v: int, depth: int = 0) -> Clause:
        """Work out subjects, voice and qualifiers of a verb."""
        known = self._clauses.get(v)
        if known is not None:
            return known
        c = Clause()
        self._clauses[v] = c
        if depth > 12:
            return c
        p = self.p
        deps, lower, tags = p.deps, p.lower, p.tags
        dep, head, tag = deps[v], p.heads[v], tags[v]
        own: list[int] = []
        auxiliaries: list[int] = []
        negations: list[int] = []
        particles: list[int] = []
        conditions: list[int] = []
        mark, maybe, cite = "", False, -1
        for k in p.children[v]:
            d = deps[k]
            if d in SUBJECTS or (d == "csubj" and tags[k] == "VBG" and self.gerund(k)):
                own.append(k)
                c.passive = c.passive or d == "nsubjpass"
            elif d == "aux" or d == "auxpass":
                auxiliaries.append(k)
                c.passive = c.passive or d == "auxpass"
            elif d == "dobj" and lower[k] in {"nothing", "nobody"}:
                c.negated = True  # "pays nothing under the law"
            elif d == "neg" or (lower[k] in q.NEGATORS and d in {"advmod", "preconj"}):
                negations.append(k)
            elif d == "prt":
                particles.append(k)
            elif d == "mark":
                mark = lower[k]
            elif d == "advmod":
                if lower[k] in {"when", "if"}:
                    mark = lower[k]
                elif lower[k] in q.MAYBE and not any(deps[n] in SUBJECTS or deps[n] == "xcomp" for n in p.children[k]):
                    maybe = True  # not *a process likely to take weeks*, which is about the process
            elif d == "advcl":
                if lower[p.lefts[k]] in q.IF_WORDS:
                    conditions.append(k)
            elif d == "prep" and lower[k] == "according":
                cite = k
        own = [k for k in own if ":" not in p.words[k + 1 : v]]  # "Range: read the small print"
        if len(own) > 1 and p.lemmas[own[0]].lower() in MUTUAL:
            own = own[:1]  # the other one is a party of the talks
        infinitive = any(tags[k] == "TO" for k in auxiliaries)
        inverted = own and not infinitive and min([*auxiliaries, v]) < p.lefts[own[0]]
        modal = next((lower[k] for k in reversed(auxiliaries) if tags[k] == "MD"), "")
        parent = (
            self.clause(head, depth + 1)
            if head != v
            and (tags[head] in VERB_TAGS or tags[head] == "MD")
            and deps[head] not in {"aux", "auxpass", "amod"}
            else None
        )

        if c.passive and tag == "VBN" and not auxiliaries and dep == "ROOT":
            c.passive, tag = False, "VBD"  # "the company invested": a past taken for a participle
        if own:
            c.own = True
            for k in own:
                if lower[k] in RELATIVES and tags[k] in {"WDT", "WP", "IN", "DT"}:
                    if dep == "relcl" and p.words[k - 1] != ":":  # "the question: who will rule"
                        c.subjects += self.antecedents(head, v)
                        c.factor *= 0.95
                elif (called := self._whose(k, v)) >= 0:
                    c.subjects += self.spread(called)
                elif lower[k] == "who" and dep != "relcl" and k > 1 and lower[k - 1] == "," and tags[k - 2][:1] == "N":
                    # "the forward, who scored": hung on the wrong verb, but only one noun stands before it
                    c.subjects.append(k - 2)
                    c.factor *= 0.95
                elif dep == "relcl" and any(
                    lower[o] in {"which", "whom"} for x in p.children[k] if lower[x] == "of" for o in p.children[x]
                ):
                    # "the firms, several of which closed plants": several of the firms
                    whole = self.antecedents(head, v)
                    if lower[k] in {"all", "both", "each", "none", "neither"}:
                        c.subjects += whole
                    elif whole:
                        self.wholes[k] = whole[0]
                        c.subjects.append(k)
                    c.factor *= 0.9
                elif tags[k] not in {"WDT", "WP"} and lower[k] != "there":
                    c.subjects += self.spread(k)
            adjective = head if tags[head][:1] == "J" else next((k for k in p.children[head] if deps[k] == "acomp"), -1)
            if infinitive and lower[p.lefts[v]] == "for" and dep in {"advcl", "xcomp", "ccomp"}:
                # "it is essential for the agency to act": not that it does
                c.modality = q.ADJECTIVES.get(lower[adjective], "planned") if adjective >= 0 else "planned"
                c.tense = "future"
            elif tag == "VBN" and not auxiliaries and dep in {"ccomp", "xcomp"} and p.lemmas[head] in WANTING:
                c.modality, c.passive = "planned", True  # "want the ban relaxed"
            elif dep == "ccomp" and parent is not None and (
                infinitive or (tag == "VB" and not auxiliaries and p.lemmas[head] in {"let", "make", "help"})
            ):
                # "allows banks to sell": the complement has its subject, its verb above has the say
                told = q.CONTROL.get(p.lemmas[head])
                if told == "negated":
                    c.negated = True
                elif told is not None:
                    c.modality = told or parent.modality
                if parent.negated and p.lemmas[head] in q.ALLOWING:
                    c.negated = True  # "will not allow banks to sell"
                c.tense = parent.tense
            elif infinitive and not modal and dep in {"conj", "ROOT"}:
                # "the wires to carry the output are missing": what they are for, not what they do; a headline's plan
                c.modality, c.tense = "planned", "future"
            if inverted and dep == "ROOT" and self.asks(v):
                c.subjects = []  # "did the mayor sell the park?"
        elif dep == "conj" and parent is not None:
            # "and there has been no progress": nobody's progress
            urged = tag == "VB" and not auxiliaries and (
                ":" in p.words[head:v] or self._bidding(head, v)  # "it is simple: crumble the moss"
            )
            # ... and "learning to leave them is half the skill" is about the learning
            other = urged or any(deps[k] in {"expl", "csubj"} for k in p.children[v])
            c.subjects = [] if other else parent.subjects
            if self._above(head, v, bool(auxiliaries)):
                above = p.heads[head] if deps[head] != "relcl" else p.heads[p.heads[head]]
                parent = self.clause(above, depth + 1)
                c.subjects = parent.subjects
            c.passive = c.passive or (tag == "VBN" and parent.passive and not auxiliaries)
            c.factor = parent.factor * 0.95
        elif infinitive and dep in {"xcomp", "advcl"} and (plan := self._plan(head, v)) >= 0:
            self._planned(c, plan, depth)
        elif dep in {"xcomp", "ccomp", "advcl"} and head != v:
            self._controlled(c, v, head, parent, dep, infinitive, mark, bool(auxiliaries))
        elif dep == "pcomp" and tag == "VBG":
            self._gerund(c, head, depth)
        elif dep in {"acl", "relcl"} and tags[head][:1] == "N" and lower[v] not in PREPOSITION_LIKE:
            if infinitive:
                self._planned(c, head, depth)
            elif p.lemmas[head] not in NO_AGENT and "whose" not in lower[p.lefts[v] : v]:
                noun = self.antecedents(head, v)
                if tag == "VBG":
                    if v + 1 >= p.n or lower[v + 1] != "of":  # "dating of the hearth" is a noun
                        c.subjects, c.factor = noun, 0.9
                        above = p.heads[p.heads[head]]
                        if noun == [head] and self._doer(above, v) == head:
                            c.modality = "possible"
                elif tag == "VBD" and dep == "acl" and any(deps[k] == "dobj" for k in p.children[v]):
                    c.subjects, c.factor = noun, 0.9  # "and two winters ago a storm carried away the bank"
                elif tag in {"VBN", "VBD"} and not auxiliaries and dep == "acl":
                    c.subjects, c.passive, c.factor = self._reduced(head, v, noun), True, 0.95

        elif head == v and (
            (tag in self.virtual and v <= (0 if tag == "VBZ" else 3))
            or ("MD" in self.virtual and tags[0] == "MD" and p.heads[0] == v)
        ):
            c.subjects = [-1]  # "New students: Will be offered a place"

        if parent is not None and dep in {"conj", "xcomp"} and not own and not modal:
            anew = any(tags[k] in {"VBZ", "VBP", "VBD"} for k in auxiliaries)  # "hopes to sell and has ordered"
            if not c.modality and (dep == "xcomp" or (tag in {"VB", "VBN", "VBG"} and not anew)):
                c.modality = parent.modality
            c.tense = c.tense or parent.tense
            if dep == "conj":
                c.condition = parent.condition
                if any(deps[k] == "cc" and lower[k] == "nor" and k < v for k in p.children[head]):
                    c.negated = True  # "neither confirmed nor denied"
                elif parent.negated and tag in {"VB", "VBN", "VBG"} and not auxiliaries:
                    # "should not release or destroy": neither of both
                    c.negated = any(deps[k] == "cc" and lower[k] in {"or", "nor"} for k in p.children[head])
        if parent is not None and dep == "xcomp" and parent.negated:
            c.negated = True
            if (p.lemmas[head], p.lower[p.particle(head)]) == ("rule", "out"):
                c.negated, c.modality = False, "possible"  # "did not rule out selling"
        if modal:
            c.modality = q.MODALS.get(modal, "")
            c.tense = "future" if modal in q.FUTURE else "present"
            if any(p.lemmas[k] == "have" for k in auxiliaries) and tag == "VBN":
                c.tense = "past"  # "might have sold"
        else:
            finite = next((tags[k] for k in auxiliaries if tags[k] in {"VBD", "VBZ", "VBP"}), tag)
            if finite == "VBD" or any(p.lemmas[k] in {"have", "’ve", "'ve"} for k in auxiliaries):
                c.tense = "past"
            elif finite in {"VBZ", "VBP"}:
                c.tense = "present"
            elif tag == "VBN" and dep in {"acl", "advcl"}:
                c.tense = "past"
            elif c.modality == "planned" and infinitive:
                c.tense = "future"
            elif parent is not None and not c.tense:
                c.tense = parent.tense or ("present" if tags[head] == "MD" else "")
        for k in negations:
            if lower[k] in {"not", "n't", "n’t"} and k + 1 < p.n and lower[k + 1] in q.PSEUDO:
                continue
            if k == p.lefts[v] and lower[k] == "not" and deps[k + 1] == "mark":
                continue  # "not until the union signed the deal": it did
            c.negated = True
            if k + 1 < p.n and lower[k + 1] in q.PARTIAL and not c.modality:
                c.modality = "possible"  # "a good runner is not always a good soldier"
        for k in own:
            if lower[k] in q.NO_WORDS or any(
                d < k and deps[d] in {"det", "neg", "preconj"} and lower[d] in {"no", "neither", "not"}
                for d in p.children[k]  # not "banks, not taxpayers, should pay"
            ):
                c.negated = True
        if any(lower[k] == "longer" and lower[k - 1] == "no" for k in p.children[v] if k):
            c.negated = True
        if inverted and dep == "advcl" and lower[min(auxiliaries, default=v)] in {"had", "should", "were"}:
            c.modality = "conditional"  # "had the bank sold the shares"
        elif mark in q.IF_WORDS and dep in {"advcl", "ccomp", "ROOT", "pcomp", "acl"}:
            c.modality = "possible" if mark == "whether" or dep in {"ccomp", "pcomp", "acl"} else "conditional"
        elif (maybe or (dep == "acl" and mark == "that" and p.lemmas[head] in q.CLAIMS)) and not c.modality:
            c.modality = "possible"  # "the case that the first settlers came by sea"
        if conditions:
            k = conditions[0]
            c.condition = self.words(p.lefts[k], p.rights[k]).rstrip(",.")
            c.modality = c.modality if c.modality in {"possible", "obligated", "planned"} else "conditional"
        if c.tense == "future" and not c.modality and any(
            lower[x] == "either" for k in p.children[v] if deps[k] == "dobj" for x in p.children[k]
        ):
            c.modality = "possible"  # "will sell either its insurer or its bank"
        self._attribute(c, dep, head, v, parent, cite)
        if modal in {"would", "'d", "’d"} and c.modality == "conditional" and c.speakers and not c.condition:
            c.modality = ""  # "said it would close": the future of the past
        if modal == "could" and c.negated and c.modality == "possible" and not c.condition:
            c.tense = "past"  # "could not pay its staff"
        chunk = sorted(
            k
            for k in (*auxiliaries, *negations, v, *particles)
            if v - 8 < k < v + 5 and not (k in negations and k + 1 < p.n and lower[k + 1] in q.PSEUDO)
        )
        pieces = [p.words[chunk[0]]]
        for a, b in itertools.pairwise(chunk):
            pieces.append(("" if p.ends[a] == p.starts[b] else " ") + p.words[b])
        c.text = "".join(pieces)
        return c

    def _above(self, head: int, v: int, helped: bool) -> bool:
        """Tell whether a verb that the parser joins to one below another is on a level with that other."""
        p = self.p
        above = p.heads[head]
        if p.tags[v] == "VBZ":  # "lets universities set fees and creates places"
            return p.tags[head] in {"VB", "VBP"} and p.deps[head] in {"ccomp", "xcomp"} and p.tags[above] == "VBZ"
        if p.deps[head] == "relcl" and p.tags[p.heads[above]] == "VBD" and p.tags[v] == "VBD" and not helped:
            # "thanked the women who had campaigned for her and vowed": a past goes with a past
            return p.deps[above] == "dobj" and any(p.lower[k] == "had" and p.deps[k] == "aux" for k in p.children[head])
        if p.lemmas[v] in VOWING and p.deps[head] == "ccomp" and p.lemmas[above] in q.SAYING and above < head:
            doers = [k for k in p.children[head] if p.deps[k] in SUBJECTS]
            if p.tags[v] == "VBD" and doers and not (human(p, doers[0]) or self.headed(doers[0]) >= 0):
                return True  # "said the subsidy was unfair and threatened to sue": no subsidy does
        # 'said it was being filled "lawfully", and blamed the winter': who said so blamed
        return (
            p.tags[v] == "VBD"
            and not helped
            and p.deps[head] == "ccomp"
            and above < head
            and p.lemmas[above] in q.SAYING
            and any(p.deps[k] in {"aux", "auxpass"} for k in p.children[head])
            # ... and "said that two had been hurt and blamed the rain", for a pluperfect goes with none
            and (
                any(p.lower[k] == "had" and p.deps[k] == "aux" for k in p.children[head])
                or not QUOTES.isdisjoint(p.words[head:v])
            )
        )

    def _whose(self, subject: int, v: int) -> int:
        """Give the noun after *whose* that a verb hung on another one is about (*Dana, whose son is ill*), or -1."""
        p = self.p
        at = next((k for k in range(subject + 1, v) if p.lower[k] == "whose"), -1)
        noun = p.heads[at] if at >= 0 else -1
        if noun < 0 or p.tags[noun][:2] != "NN" or p.deps[noun] != "appos":
            return -1
        # "Dana, whose son has been ill, called the shop": the parser joins both verbs, and both are read as Dana's
        another = any(p.tags[k] in {"VBD", "VBN"} and k > v and p.deps[k] != "acomp" for k in p.children[v])
        return -1 if another else noun

    def _bidding(self, head: int, v: int) -> bool:
        """Tell whether a base form beside a finite verb bids (*if the book is lost, ring your surgery*)."""
        p = self.p
        if any(p.deps[k] == "cc" and k < v for k in p.children[head]):
            return False
        helping = [k for k in p.children[head] if p.deps[k] in {"aux", "auxpass"}]
        if any(p.tags[k] == "MD" or p.lemmas[k] == "do" for k in helping):
            return False
        return bool({"VBD", "VBZ"} & {p.tags[k] for k in (head, *helping)})

    def antecedents(self, noun: int, v: int) -> list[int]:
        """Give the nouns that a relative pronoun stands for: all coordinated ones when its verb is plural."""
        p = self.p
        if p.tags[noun][:1] not in {"N", "P", "C"} or p.tags[noun] in {"PRP$"}:
            return []
        if p.deps[noun] == "appos" and self.headed(p.heads[noun]) >= 0:
            return [p.heads[noun]]  # "Liisa Tamm, an officer who teaches strategy"
        if self._person(noun) and any(p.lower[k] == "which" and p.deps[k] in SUBJECTS for k in p.children[v]):
            above = p.heads[noun]
            owner = p.heads[above]
            # "the family of the late Georg Castell, which holds": no person is a "which"
            return [owner] if p.lower[above] == "of" and p.tags[owner][:2] == "NN" else []
        m = self.mention[noun]
        if p.words[p.lefts[v] - 1] == "," and (
            timely(p, noun) or p.lemmas[noun] in UNITS or (m >= 0 and self.mentions[m].type in VALUES)
        ):
            return []  # "lower it by half a metre, which would help": the lowering would
        finite = next((k for k in p.children[v] if p.deps[k] in {"aux", "auxpass"}), v)
        whose = p.heads[p.heads[noun]]
        if p.deps[noun] == "pobj" and p.tags[whose][:2] == "NN" and self._beyond_place(noun, whose, v, finite):
            return self.spread(whose)
        if p.tags[finite] == "VBZ" and p.tags[noun] in {"NNS", "NNPS"}:
            # "the history of the villages, which tells": one tells, so it is not the villages
            at, steps = noun, 0
            while p.deps[at] == "pobj" and p.lower[p.heads[at]] == "of" and steps < 4:
                at, steps = p.heads[p.heads[at]], steps + 1
                if p.tags[at] in {"NN", "NNP"}:
                    return [at]
        return self.spread(noun) if p.tags[v] == "VBP" and p.tags[noun] in {"NN", "NNP"} else [noun]

    def _person(self, at: int) -> bool:
        m = self.headed(at)
        return m >= 0 and self.mentions[m].type == "PERSON"

    def _beyond_place(self, noun: int, whose: int, v: int, finite: int) -> bool:
        """Tell whether a relative clause after *the yard in Turku* is about the yard, by names and number."""
        p = self.p
        m = self.headed(noun)
        kind = self.mentions[m].type if m >= 0 else ""
        if any(p.lower[k] == "who" for k in p.children[v]):
            if kind not in {"", "PERSON"}:
                return True  # "an analyst at Kestrel Research who cut her rating"
            if human(p, whose) and not human(p, noun):
                return True  # "a trustee of the museum who resigned"
        if p.lower[p.heads[noun]] == "with" and p.lemmas[whose] in AGREEMENTS:
            return not any(p.lower[k] == "who" for k in p.children[v])  # "a treaty with Algeria, which was signed"
        place = kind in {"GPE", "LOC", "FAC"}
        where = p.lower[p.heads[noun]] in PLACING
        if p.words[p.lefts[v] - 1] != ",":
            # "a storm from the northwest that will close the route": nothing tells one northwest from another
            bare = (place and p.tags[noun] == "NNP") or p.lower[noun].replace("-", "") in COMPASS
            return bare and where and any(p.lower[k] == "that" and p.deps[k] in SUBJECTS for k in p.children[v])
        place = place or (m < 0 and "NNP" in {p.tags[k] for k in (noun, *p.children[noun])})
        if place and where:
            return True  # "a yard in Turku, which employs 400"
        plural = p.tags[finite] == "VBP" or p.lower[finite] == "were"
        one = p.tags[noun] in {"NN", "NNP"} and len(self.spread(noun)) < 2
        return plural and one and p.tags[whose][-1] == "S"  # "shares in the bank, which are listed"

    def gerund(self, at: int) -> bool:
        """Tell whether a clause that is a subject is short enough for an argument (*dating the stars*)."""
        p = self.p
        return (
            any(p.deps[k] in OBJECTS for k in p.children[at])
            and p.lefts[at] == at
            and p.rights[at] - at < 8
            and not any(p.deps[k] in {"ccomp", "xcomp", "advcl"} for k in p.children[at])
        )

    def _reduced(self, head: int, v: int, noun: list[int]) -> list[int]:
        """Give the noun that a participle after a comma belongs to: the one before the comma, or that one's head."""
        p = self.p
        end = self.phrase(head)[1]
        comma = next((k for k in range(end + 1, v) if p.words[k] == ","), -1)
        if comma < 0:
            return noun
        if any(p.words[k] not in {"”", '"', "’"} for k in range(end + 1, comma)):
            return []  # "resumed talks on Thursday, still divided": not the talks
        above = p.heads[head]
        if p.deps[head] == "pobj" and p.deps[above] == "prep" and p.lower[above] != "of":
            whose = p.heads[above]
            if p.tags[whose] == "VBN" and p.deps[whose] == "acl":
                whose = p.heads[whose]  # "two tankers diverted from the port, expected on Saturday"
            if p.tags[whose][:2] == "NN":
                return [whose]  # "the scheme at Saltby Marsh, developed by the agency"
        return noun

    def _controlled(
        self,
        c: Clause,
        v: int,
        head: int,
        parent: Clause | None,
        dep: str,
        infinitive: bool,
        mark: str,
        auxiliary: bool,
    ) -> None:
        """Find the subject of an open complement, of a purpose, or of a participle beside a clause."""
        p = self.p
        lemma, tag = p.lemmas[head], p.tags[v]
        if parent is None:
            # "is able to expand": the adjective's verb has the subject
            if (
                p.tags[head][:1] == "J"
                and p.deps[head] in {"acomp", "oprd"}
                and infinitive
                and p.tags[p.heads[head]] in VERB_TAGS
            ):
                above = self.clause(p.heads[head])
                word = p.lower[head]
                modality = q.ADJECTIVES.get(word)
                if modality is None or modality == "obligated":
                    return  # "it is easy to expand" says nothing of who does
                c.subjects = [s for s in above.subjects if s < 0 or p.lower[s] != "it"]
                c.modality, c.tense = modality, "future"
                if modality == "possible" and above.tense == "past" and word not in {"likely", "unlikely", "probable"}:
                    c.tense = "past"  # "was unable to sign"
                c.negated = above.negated or word in q.NEGATIVE_ADJECTIVES
                c.attribution, c.speakers = above.attribution, above.speakers
                c.factor = above.factor * 0.95
            return
        if tag == "VBG" and ((v == head + 1 and lemma in SWELLING) or (dep == "xcomp" and lemma in q.JUDGING)):
            return
        if infinitive and lemma == "be" and p.lemmas[v] == "blame":
            return  # "a poor harvest was to blame"
        if infinitive and lemma == "be" and dep == "xcomp" and (aims := self._aims(parent)) is not None:
            c.subjects, c.modality, c.tense = aims, "planned", "future"
            c.attribution, c.speakers, c.factor = parent.attribution, parent.speakers, parent.factor * 0.85
            return
        if infinitive and lemma in {"have", "be"} and "yet" in p.lower[head:v]:
            c.subjects, c.negated, c.tense, c.factor = parent.subjects, True, "past", parent.factor * 0.9
            return  # "has yet to sign"
        bare = not infinitive and (auxiliary or lemma not in {"help", "let", "make", "see", "watch", "hear"})
        if dep == "ccomp" and (mark or bare):
            return
        if parent.negated and lemma == "use" and infinitive:
            return
        if infinitive and lemma in CALLING and (called := self._called(head, v)) >= 0:
            c.subjects, c.modality, c.tense, c.factor = self.spread(called), "planned", "future", parent.factor * 0.85
            return
        if infinitive and lemma in ASKED_OF and (asked := self._governed(head, v, ASKED_OF[lemma])) >= 0:
            c.subjects, c.modality, c.factor = self.spread(asked), "obligated", parent.factor * 0.85
            return  # "called on the ministry to hire nurses"
        particle = p.particle(head)
        phrasal = q.PARTICLES.get((lemma, p.lower[particle]))
        told = phrasal or q.CONTROL.get(lemma)
        if dep in {"xcomp", "ccomp"} or (phrasal and v == particle + 1):
            objects = [
                k for k in p.children[head] if p.deps[k] in {"dobj", "dative"} and k < v and p.tags[k][:1] in {"N", "P"}
            ]
            c.subjects = self.spread(objects[0]) if objects and lemma in q.OBJECT_CONTROL else parent.subjects
            c.factor = parent.factor * 0.95
            if told == "obligated" and lemma in ASKING and not objects and not parent.passive:
                told = "planned"  # "asked to see the letter"
            if lemma == "come" and p.lemmas[v] in COMING:
                told = ""  # "came to rest against the gate"
            if told == "negated":
                c.negated = not parent.negated
                c.modality = parent.modality
            elif told is not None:
                c.modality = told or parent.modality
                if parent.modality in {"possible", "conditional"} and (told != "obligated" or parent.passive):
                    c.modality = parent.modality
            elif infinitive:
                c.modality = "planned"
                c.factor *= 0.9
            if infinitive and lemma == "go" and p.lower[head] == "going":
                c.modality, c.tense = "planned", "future"
            if lemma == "use":
                # "used to sell", "use tunnels to smuggle weapons"
                c.tense, c.modality = parent.tense if objects else "past", ""
            if parent.passive and infinitive and lemma in AWAITING:
                c.tense = "future"  # "are expected to sign"
            if parent.passive and infinitive and lemma in q.REPORTING:
                c.modality = "possible"
            return
        if mark and mark not in WHEN:
            return
        if tag == "VBG" and not infinitive and p.lower[v] not in PREPOSITION_LIKE and p.lower[p.lefts[v]] != "with":
            if p.lemmas[v].lower() in RESULTING and any(
                p.lower[k] in {"it", "them"} and p.deps[k] in {"dobj", "dative", "nsubj"} for k in p.children[v]
            ):
                return  # "raised a loan, giving it a market value": what happened gives it, not who did it
            if lemma in q.SAYING and v > head and self._fronted(head) >= 0 and p.lemmas[v] not in q.SAYING:
                return  # "fog shut the river, officials said, leaving towns short": not the officials
            if parent.passive and v > head:
                return  # "was closed, forcing owners out": not what was closed
            doer = self._doer(head, v)
            if doer >= 0:
                c.subjects, c.factor, c.attribution = self.spread(doer), parent.factor * 0.85, parent.attribution
                c.modality = "possible"
                return
            c.subjects = parent.subjects
            c.modality = parent.modality
            if lemma in ANNOUNCING and v > head:
                c.modality, c.tense = "planned", "future"  # "announced a merger, creating a giant": there is none yet
            c.attribution = parent.attribution
            c.factor = parent.factor * 0.85
        elif infinitive and not parent.passive and p.lower[p.lefts[v]] != "for":
            c.subjects = parent.subjects
            taught = [k for k in p.children[head] if p.deps[k] in OBJECTS and k < v and p.tags[k][:2] == "NN"]
            if taught and lemma in TEACHING:
                c.subjects = self.spread(taught[0])
            if parent.negated and lemma == "use":
                return  # "stopped using a run to judge fitness": it may be judged otherwise
            helped = any(p.deps[k] in OBJECTS and k < v for k in p.children[head])
            # "needs help to pass a budget": what for, not what must be
            told = "planned" if helped else q.CONTROL.get(lemma) or "planned"
            if told == "obligated" and lemma in ASKING:
                told = "planned"  # "asked for an hour to fix the bikes"
            c.modality = parent.modality if helped and parent.modality in {"possible", "conditional"} else told
            if lemma == "come" and p.lemmas[v] in COMING:
                c.modality, c.tense = parent.modality, parent.tense  # "came to rest against the gate"
            if parent.tense == "past" and not parent.negated and (
                lemma in TURNING or (lemma == "come" and "behind" in p.lower[head:v])
            ):
                c.modality, c.tense = parent.modality, "past"  # "came from behind to beat Arsenal"
            if c.modality == "negated":
                c.modality, c.negated = "", True
            c.factor = parent.factor * 0.85
        elif tag == "VBN" and p.lower[v] not in PREPOSITION_LIKE:
            about = parent
            if lemma in q.SAYING and v > head:
                # "profit fell, the bank said, hurt by bad loans": profit was
                said = self._fronted(head)
                if said < 0 and p.deps[head] == "parataxis" and p.heads[head] < head:
                    said = p.heads[head]
                about = self.clause(said) if said >= 0 else parent
            c.subjects, c.passive, c.factor = about.subjects, True, about.factor * 0.8

    def asks(self, v: int) -> bool:
        """Tell whether a verb's sentence is a question."""
        _, end = self.p.sents[self.number(v)]
        return "?" in self.p.words[max(v, end - 3) : end]

    def _aims(self, parent: Clause) -> list[int] | None:
        """Give who is to do what is somebody's aim (*the aim of the firm is to cut costs*), or None."""
        p = self.p
        for aim in parent.subjects:
            if aim < 0 or p.lemmas[aim].lower() not in AIMS or self.headed(aim) >= 0:
                continue
            for k in p.children[aim]:
                if p.deps[k] == "prep" and p.lower[k] == "of":
                    return self.objects(k)
                if p.deps[k] == "poss" and p.tags[k] != "PRP$":
                    return self.spread(k)
        return None

    def _called(self, head: int, v: int) -> int:
        """Give who is to do something in *pay for officers to direct traffic*, or -1."""
        p = self.p
        at = self._governed(head, v, {"for"})
        if at < 0 or p.tags[at][:2] != "NN" or timely(p, at):
            return -1
        return -1 if p.lemmas[at] in MEANS or p.lemmas[at] in q.PLAN_NOUNS else at

    def _doer(self, head: int, v: int) -> int:
        """Give who does what a verb hangs on (*depends on the army drawing back*), or -1."""
        return self._governed(head, v, {"on", "of", "about"}) if self.p.lemmas[head] in HANGING else -1

    def _governed(self, head: int, v: int, prepositions: Collection[str]) -> int:
        """Give the noun right before a clause that a preposition of the verb above governs, or -1."""
        p = self.p
        at = p.lefts[v] - 1
        k = p.heads[at]
        right = at >= 0 and p.deps[at] == "pobj" and p.heads[k] == head and p.lower[k] in prepositions
        return at if right else -1

    def _gerund(self, c: Clause, preposition: int, depth: int) -> None:
        """Find the subject of a gerund after a preposition (*by strengthening*, *aimed at fostering*)."""
        p = self.p
        above = p.heads[preposition]
        if p.deps[preposition] != "prep" or above == preposition:
            return
        word = p.lower[preposition]
        if p.tags[above] in VERB_TAGS:
            outer = self.clause(above, depth + 1)
            lemma = p.lemmas[above]
            objects = [k for k in p.children[above] if p.deps[k] == "dobj"]
            if word == "without":
                c.subjects, c.negated = outer.subjects, True
            elif word == "from" and objects and lemma in PREVENTING:
                c.subjects, c.negated = self.spread(objects[0]), True
            elif word == "of" and lemma in q.ACCUSING and (objects or outer.passive):
                c.subjects, c.modality = self.spread(objects[0]) if objects else outer.subjects, "possible"
            elif word == "for" and lemma in ANSWERING and (objects or outer.passive):
                c.subjects = self.spread(objects[0]) if objects else outer.subjects
                c.modality = outer.modality or ANSWERING[lemma]  # "fined the firm for breaking the rules"
            elif word in {"at", "on", "to", "towards", "toward"} and lemma in AIMING:
                c.subjects, c.modality = outer.subjects, "planned"
            elif word == "in" and objects and p.lemmas[objects[0]].lower() in TROUBLE:
                pass  # "provide hurdles in establishing a framework": it may never come
            elif word == "in" and objects and (whose := self._weighty(objects[0])):
                c.subjects = whose
            elif word == "against" and objects and lemma in WARNING:
                # "advised Chile against extending it"
                c.subjects, c.negated, c.modality = self.spread(objects[0]), True, "obligated"
            elif word in GERUND and (not outer.passive or word in {"after", "before", "without"}):
                c.subjects, c.modality = outer.subjects, outer.modality
                c.negated = outer.negated and word == "in"  # "did not succeed in selling"
            c.tense, c.factor, c.attribution = outer.tense, outer.factor * 0.85, outer.attribution
        elif (
            p.tags[above][:1] == "N"
            and word == "in"
            and p.lemmas[above] in {"role", "part"}
            and p.deps[above] == "dobj"
        ):
            outer = self.clause(p.heads[above], depth + 1)
            c.subjects, c.modality, c.tense, c.factor = outer.subjects, outer.modality, outer.tense, outer.factor * 0.85
            c.negated = outer.negated  # "did not take part in drafting"
        elif p.tags[above][:1] == "N" and word == "in" and (whose := self._weighty(above)):
            c.subjects, c.factor = whose, 0.8

    def _weighty(self, noun: int) -> list[int]:
        """Give whose importance in doing something a noun tells (*the importance of partners in fostering peace*)."""
        p = self.p
        if p.deps[noun] == "pobj" and p.lower[p.heads[noun]] == "of":
            noun = p.heads[p.heads[noun]]  # the parser hangs "in fostering" on the partners
        if p.lemmas[noun].lower() not in WEIGHT:
            return []
        return [o for k in p.children[noun] if p.deps[k] == "prep" and p.lower[k] == "of" for o in self.objects(k)]

    def _plan(self, head: int, v: int) -> int:
        """Give the noun of *underscores the commitment of America to support*, where it has somebody and is next."""
        p = self.p
        for k in p.children[head]:
            if (
                p.deps[k] in OBJECTS
                and p.lemmas[k] in q.PLAN_NOUNS
                and p.rights[k] + 1 == p.lefts[v]
                and any(p.deps[x] == "prep" and p.lower[x] in {"of", "by"} for x in p.children[k])
            ):
                return k
        return -1

    def _planned(self, c: Clause, noun: int, depth: int) -> None:
        """Find the subject of *a commitment to support*: the possessor, or the subject of the verb above."""
        p = self.p
        modality = q.PLAN_NOUNS.get(p.lemmas[noun])
        if modality is None:
            return
        if modality == "negated":
            c.negated = True
        else:
            c.modality = modality
        c.factor = 0.85
        c.tense = "future" if modality == "planned" else ""
        if any(p.lower[k] == "no" and p.deps[k] == "det" for k in p.children[noun]):
            c.negated = not c.negated  # "has no plans to sell"
        above = p.heads[noun]
        for k in p.children[noun]:
            if p.deps[k] == "poss":
                c.subjects = self.spread(k)
            elif p.deps[k] == "prep" and p.lower[k] in {"of", "by", "from"} and k > noun and not c.subjects:
                c.subjects = self.objects(k)
        if not c.subjects and p.deps[noun] == "dobj" and p.tags[above] in VERB_TAGS and p.lemmas[above] in HAVING:
            outer = self.clause(above, depth + 1)
            c.subjects = outer.subjects
            c.negated = c.negated or outer.negated
        elif not c.subjects and p.deps[noun] == "pobj" and p.lower[above] == "for":
            # "applied for permission to extend"
            verb = p.heads[above]
            if p.tags[verb] in VERB_TAGS and p.lemmas[verb] in ASKING:
                outer = self.clause(verb, depth + 1)
                c.subjects = outer.subjects
        elif c.subjects and p.tags[c.subjects[0]] == "PRP$":
            # "its plan to close": the subject of the clause, where it is not the plan itself
            verbal = p.tags[above] in VERB_TAGS and p.deps[noun] == "dobj"
            c.subjects = self.clause(above, depth + 1).subjects if verbal else []

    def _aside(self, k: int, v: int) -> int:
        """Give who speaks in a clause set off in that of a verb (*the bank, the minister said, has broken the law*).

        -1 where it is no such aside.
        """
        p = self.p
        kids = p.children[k]
        if p.lemmas[k] not in q.SAYING or p.tags[k] not in {"VBD", "VBZ", "VBP"}:
            return -1
        if k < v:
            told = {"nsubj", "punct", "npadvmod", "advmod"}
        else:
            told = {"nsubj", "punct", "npadvmod", "advcl", "cc"}
        when = [x for x in kids if p.deps[x] == "prep" and any(timely(p, o) for o in p.children[x])]
        plain = (k < v or p.deps[k] == "parataxis") and all(p.deps[x] in told or x in when for x in kids)
        low = next((x for x in kids if p.deps[x] == "nsubj"), -1)
        begin = p.lefts[low] if low >= 0 else k
        parted_off = p.words[p.lefts[k]] == "," or p.words[begin - 1] in {",", "”", '"'}
        return low if plain and parted_off else -1

    def _fronted(self, head: int) -> int:
        """Give the verb of what is said before a verb of saying (*the shop was planned, he said*), or -1."""
        p = self.p
        return next((k for k in p.children[head] if p.deps[k] == "ccomp" and k < head), -1)

    def _spoken(self, c: Clause, who: Iterable[int]) -> None:
        """Note who says a clause, by the name beside a noun where there is one."""
        c.speakers = list(map(self.beside, who))
        c.attribution = ", ".join(map(self.name, c.speakers))

    def _contrasting(self, v: int) -> bool:
        """Tell whether a clause after a comma sets something against the one above (*, while S&P affirmed it*)."""
        p = self.p
        first = p.lefts[v]
        return p.lower[first] in {"while", "whereas", "though", "although"} and p.words[first - 1] == ","

    def _attribute(self, c: Clause, dep: str, head: int, v: int, parent: Clause | None, cite: int) -> None:
        """Find whose word a clause is."""
        p = self.p
        if cite >= 0:
            for to in p.children[cite]:
                for o in self.objects(to):
                    self._spoken(c, [o])
                    return
        if not c.speakers:
            asides = [(k, v) for k in p.children[v] if p.deps[k] in {"ccomp", "parataxis"}]
            # "sales rose, the firm said, helped by demand"
            asides += [
                (x, k) for k in p.children[v] if p.deps[k] == "advcl"
                for x in p.children[k] if p.deps[x] == "parataxis" and v < x < k
            ]
            if dep == "advcl" and p.deps[head] == "parataxis":
                asides.append((head, p.heads[head]))  # "was paid, prosecutors allege, while the rest was spent"
            for k in p.children[v]:
                # "as Ann Lee has argued, the tax is too low"
                says = p.deps[k] == "advcl" and k < v and p.lower[p.lefts[k]] == "as" and p.lemmas[k] in q.SAYING
                if says and not any(p.deps[x] in {"dobj", "ccomp", "xcomp", "auxpass"} for x in p.children[k]):
                    self._spoken(c, [s for x in p.children[k] if p.deps[x] == "nsubj" for s in self.spread(x)])
            for aside, around in asides:
                if (speaker := self._aside(aside, around)) >= 0:
                    self._spoken(c, [speaker])
        if parent is None:
            if head != v and dep in {"relcl", "acl", "pcomp"}:
                at, steps = head, 0
                while p.tags[at] not in VERB_TAGS and p.heads[at] != at and steps < 8:
                    at, steps = p.heads[at], steps + 1
                if p.tags[at] in VERB_TAGS and at != v:
                    above = self.clause(at)
                    c.attribution, c.speakers = above.attribution, above.speakers
            return
        lemma = p.lemmas[head]
        if (
            dep == "ccomp"
            and lemma in q.DEMANDING
            and p.tags[v] in {"VB", "VBP"}
            and any(p.deps[k] == "nsubj" and p.tags[k] in {"NN", "NNP"} for k in p.children[v])
            and not any(p.deps[k] == "aux" for k in p.children[v])
        ):
            c.modality, c.tense = "obligated", ""  # "demanded that the firm raise wages"
        if (
            dep in {"ccomp", "parataxis"}
            and (lemma in q.SAYING or lemma in q.DEMANDING)
            and p.deps[head] not in {"acl", "relcl", "amod"}
        ):
            speakers = [s for s in parent.subjects if s >= 0 and p.tags[s] not in {"WP", "WDT", "EX"}]
            joined = p.deps[head] == "conj" or (p.tags[head] == "VBG" and p.deps[head] == "advcl")
            if speakers and not parent.passive and (parent.own or joined):
                self._spoken(c, speakers)
            if lemma in q.HOPING and c.modality in {"", "conditional"}:
                c.modality = "possible"
            if lemma in q.DENYING:
                c.negated = not c.negated
            if parent.negated and lemma in {"believe", "think", "expect", "suggest"}:
                c.negated = not c.negated
            elif (parent.negated or parent.modality) and not c.modality:
                c.modality = "conditional" if parent.modality == "conditional" else "possible"
            elif parent.attribution and not c.attribution:
                c.attribution, c.speakers = parent.attribution, parent.speakers
        elif dep == "ccomp" and p.lower[p.heads[head]] in q.NO_WORDS and lemma in SHOWING:
            c.negated = not c.negated  # "found nothing to suggest that the case was driven by politics"
        elif dep == "advcl" and c.own and v < head and lemma in q.SAYING and p.lower[p.lefts[v]] in q.IF_WORDS and any(
            p.deps[k] == "ccomp" and k > head and p.words[p.lefts[k] - 1] == "," for k in p.children[head]
        ):
            # "unless ministers cut the tax, the company warned, few will buy": its word too
            self._spoken(c, [s for s in parent.subjects if s >= 0])
        elif dep == "advcl" and c.own and v > head and lemma in q.SAYING and p.lower[p.lefts[v]] == "because":
            # "the firm will close the plant, he said, because it loses money"
            said = self._fronted(head)
            if said >= 0 and not c.attribution:
                above = self.clause(said)
                c.attribution, c.speakers = above.attribution, above.speakers
        elif dep == "advcl" and v < head and p.lower[p.lefts[v]] == "as" and p.lemmas[v] in q.SAYING:
            pass  # "as Ann Lee has argued, ...": that she did is nobody's word
        elif dep == "advcl" and c.own and v > head and self._contrasting(v):
            pass  # "the minister said it would help, though unions rejected it": nobody says so but the text
        elif dep in {"conj", "advcl", "xcomp", "ccomp"} and parent.attribution and not c.attribution:
            c.attribution, c.speakers = parent.attribution, parent.speakers
        elif dep == "conj" and c.own and lemma in q.SAYING and not c.attribution:
            # "the shop was planned, he said, and both owners had agreed"
            said = self._fronted(head)
            if said >= 0 and p.words[head + 1] == "," and QUOTES.isdisjoint(p.words[said:head]):
                above = self.clause(said)
                c.attribution, c.speakers = above.attribution, above.speakers


#: Verbs that double their last letter before an ending.
SHORT_VERB = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]")


def lemma(p: Parse, v: int, known: Collection[str] = ()) -> str:
    """Give a verb's lemma, with slips of the lemmatizer put right."""
    found = p.lemmas[v].lower()
    if known and found not in known and found not in LEMMAS:
        return base(p.lower[v])
    if p.lower[v] == found + "es" and found + "e" in known and found[-1] not in "szxho":
        return found + "e"  # "tapes" is of tape: of tap it would be "taps"
    if p.lower[v] in {found + "ed", found + "ing"} and found + "e" in known and SHORT_VERB.fullmatch(found):
        return found + "e"  # "scraped" is of scrape: of scrap it would be "scrapped"
    return LEMMAS.get(found, found)


def parted(p: Parse, at: int) -> bool:
    """Tell whether a word is a share of something named (*three of the eleven*, *one in five adults*)."""
    return any(
        (p.lower[k] == "of" or (p.lower[k] == "in" and p.lower[at] == "one"))
        and k == at + 1
        and any(p.deps[o] == "pobj" and p.tags[o][:2] in {"NN", "CD"} for o in p.children[k])
        for k in p.children[at]
    )


def empty(p: Parse, at: int) -> bool:
    """Tell whether an argument says nothing by itself (*things*, but not *three things*)."""
    if p.lower[at] not in EMPTY and p.lemmas[at].lower() not in EMPTY:
        return False
    if parted(p, at):
        return False
    return p.tags[at][:2] != "NN" or not any(p.deps[k] in {"amod", "nummod", "compound"} for k in p.children[at])


def human(p: Parse, at: int) -> bool:
    """Tell whether a noun is one for people, by lists or its end (*director*, *trustee*, *group*)."""
    lemma = p.lemmas[at].lower()
    return lemma in ROLES or lemma in GROUPS or lemma.endswith(HOLDING)


def timely(p: Parse, at: int) -> bool:
    """Tell whether a noun is a time (*last year*, but not *the first year of results* nor *the march*)."""
    word = p.lemmas[at].lower()
    if word == "time" and any(p.deps[k] in {"compound", "amod"} and p.tags[k] == "VBG" for k in p.children[at]):
        return False  # "observing time" is granted like money
    if word not in TIME_NOUNS or (
        word in {"march", "may", "second"} and p.words[at][0].islower() and p.tags[at][:2] == "NN"
    ):
        return False
    if p.lower[at] == "points":
        return False  # "points in dispute" are no time
    # "the end of the month" is a time, "the first year of results" is none
    return not any(
        p.deps[k] == "prep"
        and p.lower[k] == "of"
        and k == at + 1
        and not any(p.lemmas[o].lower() in TIME_NOUNS for o in p.children[k])
        for k in p.children[at]
    )
