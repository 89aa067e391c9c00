"""Parses that cannot be right are put right where the words around leave one reading.

The model slips most on short sentences and on text that still holds spun
words.  Each rule sees a contradiction (an adjective with an object, a verb
that hangs on nothing, a relative pronoun far from its noun) and settles it;
where two readings are left, the parse stays as it is.  A mended parse is read
by the same clause rules as any other.
"""

from __future__ import annotations

import functools
from importlib.metadata import version
from typing import TYPE_CHECKING

from unspin.cache import kept
from unspin.extract.qualifiers import ACCUSING, SAYING
from unspin.extract.senses import TIME_NOUNS
from unspin.extract.wordlists import words

if TYPE_CHECKING:
    from unspin.extract.parses import Parse

_SUBJECTS = words("nsubj nsubjpass")
_FINITE = words("VBD VBZ VBP MD")
_VERBS = words("VB VBD VBG VBN VBP VBZ")
_PLACES = words("nsubj nsubjpass dobj pobj attr appos")

#: Plural nouns that are verbs after a noun phrase with an article (*a contract and hopes for an answer*).
_HOPES = words("hopes plans aims wants seeks intends")

#: Nouns that count what follows *of*.
_COUNTS = words("dozens scores hundreds thousands millions billions")

#: Adjectives in -ing that stand before a noun with a comma before them and are no participles of the clause.
_DESCRIBING = words("leading growing existing remaining following surrounding neighbouring neighboring outstanding")


def mend(p: Parse) -> bool:
    """Mend a parse in place and tell whether anything changed; edges must be worked out anew then."""
    changed = False
    for i in range(p.n):
        tag, dep = p.tags[i], p.deps[i]
        kids = p.children[i]
        if dep in _PLACES and tag in {"JJ", "RB"} and any(p.lower[k] in {"a", "an", "the"} for k in kids):
            changed = _article(p, i) or changed
        if dep == "conj" and tag[:2] == "NN":
            changed = _two_clauses(p, i) or _second_subject(p, i) or changed
        if p.lower[i] in _SCALES and p.tags[i - 1] == "CD":
            changed = _sum(p, i) or changed
        if not kids:
            if dep == "prep" and p.lower[i] in {"provided", "providing"}:
                changed = _provided(p, i) or changed
            if dep == "amod" and i and p.words[i - 1] == ",":
                changed = _participle(p, i) or changed
            if dep == "nummod" and p.lower[i - 1] == "number":
                changed = _ranked(p, i) or changed
            if dep == "compound" and p.lower[i] == "account":
                changed = _account(p, i) or changed
            continue
        if tag in {"JJ", "NN", "VB", "VBD", "VBN"}:
            changed = _verb(p, i) or changed
        if dep == "nsubj" and p.lower[p.lefts[i]] in {"outside", "inside"}:
            changed = _where(p, i) or changed
        if i and dep == "dobj" and tag == "NN" and p.lemmas[p.heads[i]] in _NAMING and p.tags[i - 1] == "NNP":
            changed = _office(p, i) or changed
        if dep == "dobj" and tag == "VBZ":
            changed = _plural(p, i) or changed
        if dep == "dobj" and p.lemmas[p.heads[i]] in _ACCUSING:
            changed = _accused(p, i) or changed
        if dep == "nummod" and tag == "CD":
            changed = _shifted(p, i) or changed
        elif dep == "appos":
            changed = _quoted(p, i) or _accorded(p, i) or _listed(p, i) or changed
        elif dep == "npadvmod":
            changed = _first(p, i) or changed
        elif dep == "prep" and p.lower[i] == "in" and p.lower[i - 1] == "one":
            changed = _one_in(p, i) or changed
        elif dep == "pcomp" and tag == "VBG":
            changed = _counted(p, i) or changed
        elif dep == "conj" and tag in {"VBD", "VBN"}:
            changed = _level(p, i) or _pointed(p, i) or changed
        elif dep == "conj" and tag in {"VB", "VBP"}:
            changed = _bare(p, i) or _past(p, i) or changed
        elif dep == "parataxis":
            changed = _said(p, i) or changed
        elif dep == "ccomp":
            changed = _inverted(p, i) or changed
        if dep == "csubj" and tag == "VBG":
            changed = _gerund(p, i) or changed
        elif dep == "acl" and tag == "VBD":
            changed = _finite(p, i) or _naming(p, i) or changed
        elif tag in _VERBS and dep not in {"relcl", "ROOT"}:
            changed = _relative(p, i) or changed
        elif tag == "NNS" and dep == "conj":
            changed = _hopes(p, i) or changed
        elif tag == "NNS" and dep == "ROOT":
            changed = _noun_root(p, i) or changed
    return changed


def base(word: str) -> str:
    """Give the base form of a verb.

    >>> base("Surprising"), base("ships")
    ('surprise', 'ship')
    """
    lower = word.lower()
    if known := _verbs().get(lower):
        return known
    from lemminflect import getAllLemmasOOV

    found = getAllLemmasOOV(lower, "VERB").get("VERB")
    return str(found[0]) if found else lower


@functools.lru_cache(maxsize=1)
def _verbs() -> dict[str, str]:
    """Give the base form of every form of a verb that lemminflect lists; its own table takes long to read."""

    def read() -> dict[str, str]:
        from lemminflect import config, getAllLemmas
        from lemminflect.codecs.LemmaLUCodec import LemmaLUCodec

        listed = ((word, getAllLemmas(word, "VERB")) for word in LemmaLUCodec.load(config.lemma_lu_fn))
        return {word: found["VERB"][0] for word, found in listed if found}

    verbs: dict[str, str] = kept("verbs", version("lemminflect"), read)
    return verbs


def _is_verb(word: str) -> bool:
    return word.lower() in _verbs()


def _become(p: Parse, i: int, tag: str) -> None:
    p.tags[i] = tag
    p.lemmas[i] = base(p.words[i])


def _hang(p: Parse, i: int, head: int, dep: str) -> None:
    """Hang a token elsewhere; nothing is hung below itself."""
    if head != i:
        old = p.heads[i]
        if old != i and i in p.children[old]:
            p.children[old].remove(i)
        if i not in p.children[head]:
            p.children[head].append(i)
            p.children[head].sort()
    p.heads[i] = head
    p.deps[i] = dep


def _sentence(p: Parse, i: int) -> tuple[int, int, int]:
    """Give where a token's sentence begins and ends, and its root."""
    begin, end = next((a, b) for a, b in p.sents if a <= i < b)
    return begin, end, next((k for k in range(begin, end) if p.deps[k] == "ROOT"), -1)


def _below(p: Parse, i: int, top: int) -> bool:
    """Tell whether a token hangs below another."""
    steps = 0
    while p.heads[i] != i and steps < 60:
        if i == top:
            return True
        i, steps = p.heads[i], steps + 1
    return i == top


def _article(p: Parse, i: int) -> bool:
    """*The whale is a mammal*: what has an article and is subject or object is a noun."""
    if i + 1 < p.n and p.tags[i + 1][:2] == "NN" and p.heads[i + 1] == p.heads[i]:
        return False  # the noun is the next word
    if any(p.tags[k] in {"RBS", "RBR"} for k in p.children[i]):
        return False  # "is the most surprising"
    p.tags[i] = "NN"
    return True


def _verb(p: Parse, i: int) -> bool:
    """*The larger ones clear the way*: what has subject and object is a verb; a bare one with a subject is finite."""
    kids = p.children[i]
    subjects = [k for k in kids if p.deps[k] in _SUBJECTS and k < i]
    if not subjects:
        return False
    tag = p.tags[i]
    if any(p.deps[k] in {"aux", "auxpass", "cop"} for k in kids):
        return False
    dep = p.deps[i]
    if tag in {"JJ", "NN"}:
        if any(p.deps[k] in {"det", "poss", "case"} for k in kids):
            return False
        if not any(p.deps[k] == "dobj" and k > i for k in kids) or not _is_verb(p.words[i]):
            return False
        plural = p.tags[subjects[0]] in {"NNS", "NNPS"}
        _become(p, i, "VBP" if plural and dep != "ccomp" else "VB")
        return True
    if tag == "VBD" and dep == "ccomp" and p.lemmas[p.heads[i]] == "let":
        p.tags[i] = "VB"  # "lets universities set fees"
        return True
    if tag == "VB" and dep in {"ROOT", "relcl"}:
        p.tags[i] = "VBP"
        return True
    if tag == "VBN" and dep == "ROOT" and p.deps[subjects[0]] == "nsubj":
        p.tags[i] = "VBD"  # "the company invested in": a passive would have its auxiliary
        return True
    return False


def _provided(p: Parse, i: int) -> bool:
    """*will build it provided the state pays*: a participle before a clause with nothing below it is a conjunction."""
    clause = next((k for k in p.children[p.heads[i]] if k > i and p.lefts[k] == i + 1 and p.deps[k] == "ccomp"), -1)
    if clause < 0:
        return False
    p.tags[i] = "IN"
    _hang(p, i, clause, "mark")
    p.deps[clause] = "advcl"
    return True


def _participle(p: Parse, i: int) -> bool:
    """*left the rate unchanged, surprising traders*: a second object after a comma is the participle's."""
    if not p.lower[i].endswith("ing") or p.lower[i] in _DESCRIBING or p.tags[i] not in {"JJ", "VBG"}:
        return False
    noun = p.heads[i]
    verb = p.heads[noun]
    if (
        noun <= i
        or p.deps[noun] not in {"dobj", "appos", "dep", "npadvmod"}
        or p.tags[noun][:2] != "NN"
        or p.tags[verb] not in _VERBS
        or verb > i
        or any(p.deps[k] in {"det", "poss", "cc"} and k < i for k in p.children[noun])
        or any(p.tags[k] == "CC" or p.words[k] == "," for k in range(i + 1, noun))
        or not any(p.deps[k] in {"dobj", "prep", "acomp", "attr"} and k < i for k in p.children[verb])
        or not _is_verb(p.words[i])
    ):
        return False
    _become(p, i, "VBG")
    _hang(p, i, verb, "advcl")
    _hang(p, noun, i, "dobj")
    return True


def _shifted(p: Parse, i: int) -> bool:
    """*brought to an end one of the wars*: a number after a noun that it cannot count is the verb's object."""
    noun = p.heads[i]
    preposition = p.heads[noun]
    verb = p.heads[preposition]
    if (
        i != noun + 1
        or p.deps[noun] != "pobj"
        or p.deps[preposition] != "prep"
        or p.tags[verb] not in _VERBS
        or any(p.deps[k] == "dobj" for k in p.children[verb])
        or not any(p.lower[k] == "of" for k in p.children[i])
    ):
        return False
    _hang(p, i, verb, "dobj")
    return True


def _ranked(p: Parse, i: int) -> bool:
    """*beat world number six Ines Marchetti*: the name after a rank is what the rank stands for."""
    noun = p.heads[i]
    if p.lower[noun] != "number" or noun != i - 1 or p.deps[noun] not in _PLACES:
        return False
    last = i
    while last + 1 < p.n and p.tags[last + 1][:3] == "NNP":
        last += 1
    head, dep = p.heads[noun], p.deps[noun]
    if last == i or _below(p, head, last):
        return False
    _hang(p, noun, last, "compound")
    _hang(p, last, head, dep)
    return True


def _quoted(p: Parse, i: int) -> bool:
    """*the prize for "Dust", a thriller*: what follows a title in quotes and a comma is said of the title."""
    low = p.lefts[i]
    noun = low - 3
    if (
        noun < 0
        or p.words[low - 1] != ","
        or p.words[low - 2] not in {"”", '"', "’"}
        or p.tags[noun][:2] != "NN"
        or p.heads[i] >= noun
        or _below(p, noun, i)
    ):
        return False
    _hang(p, i, noun, "appos")
    return True


#: What follows the figure of a sum.
_SCALES = words("k m bn tn b")

#: Verbs of which *of* tells what somebody did or did not do.
_ACCUSING = ACCUSING | words("acquit clear")


def _sum(p: Parse, i: int) -> bool:
    """*dropped to 310m kroner*: one sum, not two things."""
    noun = i + 1
    if (
        noun >= p.n
        or p.ends[i - 1] != p.starts[i]
        or p.tags[noun] not in {"NN", "NNS"}
        or p.heads[noun] != p.heads[i]
        or p.deps[noun] not in {"pobj", "dobj", "conj", "appos", "nsubj", "npadvmod"}
        or _below(p, noun, i)
    ):
        return False
    _hang(p, i, noun, "nummod")
    p.tags[i] = "CD"
    return True


def _where(p: Parse, i: int) -> bool:
    """*Outside court, Anna Kemp thanked them*: a place before the comma is no subject beside another one."""
    verb = p.heads[i]
    end = p.rights[i] + 1
    if p.words[end : end + 1] != [","] or not any(p.deps[k] == "nsubj" and i < k < verb for k in p.children[verb]):
        return False
    p.deps[i] = "npadvmod"
    return True


def _accused(p: Parse, i: int) -> bool:
    """*accused the company of punishing workers*: of which somebody is accused, not which the company has."""
    of = next((k for k in p.children[i] if p.lower[k] == "of"), -1)
    if of < i or not any(p.deps[k] == "pcomp" for k in p.children[of]):
        return False
    _hang(p, of, p.heads[i], "prep")
    return True


#: Verbs that give somebody an office.
_NAMING = words("appoint name elect make declare crown")


def _office(p: Parse, i: int) -> bool:
    """*appointed Anna Phiri ambassador*: whom, and what to be."""
    name = i - 1
    if p.deps[name] != "compound" or p.heads[name] != i or any(p.deps[k] in {"det", "poss"} for k in p.children[i]):
        return False
    for k in [k for k in p.children[i] if k < name]:
        _hang(p, k, name, p.deps[k])
    _hang(p, name, p.heads[i], "dobj")
    p.deps[i] = "oprd"
    return True


def _naming(p: Parse, i: int) -> bool:
    """*The president named Anna Phiri as minister*: the only verb is the sentence's, and it has an object."""
    begin, end, root = _sentence(p, i)
    named = next((k for k in p.children[i] if p.deps[k] == "oprd" and p.tags[k] == "NNP"), -1)
    if (
        p.lemmas[i] not in _NAMING
        or named < 0
        or p.heads[i] != root
        or p.tags[root][:2] != "NN"
        or p.rights[root] < i
        or any(p.tags[k] in _FINITE for k in range(begin, end) if k != i)
    ):
        return False
    for k in [k for k in p.children[root] if k > i]:
        _hang(p, k, i, p.deps[k])
    _hang(p, i, i, "ROOT")
    p.children[root].remove(i)
    _hang(p, root, i, "nsubj")
    p.deps[named] = "dobj"
    return True


def _plural(p: Parse, i: int) -> bool:
    """*blocked NATO plans that it disliked*: what follows a name as another object is no verb."""
    name = i - 1
    if name < 0 or p.tags[name] != "NNP" or p.deps[name] != "dobj" or p.heads[name] != p.heads[i]:
        return False
    p.tags[i] = "NNS"
    _hang(p, name, i, "compound")
    return True


def _one_in(p: Parse, i: int) -> bool:
    """*affects one in three adults*: of so many one, not where."""
    if not 0 < i < p.n - 1 or p.heads[i] == i - 1 or p.tags[i - 1] != "CD" or p.tags[i + 1] != "CD":
        return False
    if p.deps[i - 1] not in _PLACES or p.heads[i - 1] != p.heads[i]:
        return False
    _hang(p, i, i - 1, "prep")
    return True


def _shares(p: Parse, i: int) -> bool:
    """Tell whether a verb has neither subject nor auxiliary of its own, but those of a verb beside it."""
    return not any(p.deps[k] in {"aux", "auxpass", "nsubj", "nsubjpass"} for k in p.children[i])


def _accorded(p: Parse, i: int) -> bool:
    """*According to the club Rolling City, a model managed 23 km*: the subject of a verb that has none."""
    begin, _, root = _sentence(p, i)
    if (
        p.lower[begin] != "according"
        or root < i
        or p.tags[root] not in _FINITE
        or any(p.deps[k] in _SUBJECTS for k in p.children[root])
        or p.words[p.lefts[i] - 1] != ","
        or not _below(p, i, begin)
    ):
        return False
    _hang(p, i, root, "nsubj")
    return True


def _listed(p: Parse, i: int) -> bool:
    """*Two helicopters, a navy ship and 30 boats joined*: no comma closes it, so it is a list and no apposition."""
    head = p.heads[i]
    last = next((k for k in p.children[i] if p.deps[k] == "conj"), -1)
    join = next((k for k in p.children[i] if p.deps[k] == "cc" and p.lower[k] == "and"), -1)
    end = p.rights[i] + 1
    if (
        not i < join < last
        or p.deps[head] not in _SUBJECTS
        or p.words[p.lefts[i] - 1] != ","
        or p.rights[head] + 1 != end
        or end != p.heads[head]
        or not any(p.deps[k] in {"det", "nummod"} for k in p.children[head])
        or not any(p.deps[k] in {"det", "nummod"} for k in p.children[i])
    ):
        return False
    p.deps[i] = "conj"
    return True


def _first(p: Parse, i: int) -> bool:
    """*A teacher, a nurse and two drivers joined*: the first of a list before a verb is no adverb."""
    verb = p.heads[i]
    second = next((k for k in p.children[verb] if p.deps[k] in _SUBJECTS and k > i), -1)
    if (
        second < 0
        or p.tags[i] not in {"NN", "NNS"}
        or p.lemmas[i].lower() in TIME_NOUNS
        or p.rights[i] + 2 != p.lefts[second]
        or p.words[p.rights[i] + 1] != ","
        or not any(p.deps[k] in {"det", "nummod"} for k in p.children[i])
        or not any(p.deps[k] == "conj" for k in p.children[second])
    ):
        return False
    dep = p.deps[second]
    _hang(p, second, i, "conj")
    p.deps[i] = dep
    return True


def _counted(p: Parse, i: int) -> bool:
    """*hundreds of filling stations*: a participle between a number and what is counted only describes it."""
    of = p.heads[i]
    counted = next((k for k in p.children[i] if k == i + 1 and p.deps[k] == "dobj" and p.tags[k] == "NNS"), -1)
    if counted < 0 or of != i - 1 or p.lower[of] != "of" or p.lower[p.heads[of]] not in _COUNTS:
        return False
    _hang(p, counted, of, "pobj")
    _hang(p, i, counted, "amod")
    return True


def _level(p: Parse, i: int) -> bool:
    """*has forced shops to close and left drivers queuing*: on a level with a past, not with an infinitive."""
    head = p.heads[i]
    above = p.heads[head]
    if (
        p.tags[head] != "VB"
        or p.deps[head] not in {"xcomp", "ccomp"}
        or not any(p.tags[k] == "TO" for k in p.children[head])
        or p.tags[above] not in {"VBD", "VBN"}
        or p.deps[above] in {"acl", "amod"}
        or not _shares(p, i)
        or not any(p.deps[k] in {"dobj", "prep", "xcomp"} for k in p.children[i])
    ):
        return False
    _hang(p, i, above, "conj")
    return True


def _joined(p: Parse, i: int) -> int:
    """Give the *and* or *but* right before a noun's phrase that joins it to the noun it hangs on, or -1."""
    low = min([p.lefts[i], i])
    return next((k for k in p.children[p.heads[i]] if k == low - 1 and p.lower[k] in {"and", "but"}), -1)


def _two_clauses(p: Parse, i: int) -> bool:
    """*closed the bridge and firefighters rescued two children*: a verb with no *and* of its own has a subject."""
    noun = p.heads[i]
    verb = p.heads[noun] if p.deps[noun] == "dobj" else p.heads[p.heads[noun]]
    join = _joined(p, i)
    if join < 0 or p.deps[noun] not in {"dobj", "pobj"} or p.tags[verb] not in {"VBD", "VBZ", "VBP"}:
        return False
    second = next((k for k in p.children[verb] if k > i and p.deps[k] == "conj"), -1)
    if second < 0 or p.tags[second] not in {"VBD", "VBZ", "VBP"} or any(
        p.deps[k] in _SUBJECTS for k in p.children[second]
    ):
        return False
    below = (*p.children[noun], *p.children[verb])
    aside = [k for k in below if i < k < second and p.deps[k] in {"relcl", "appos", "acl"}]
    between = range(p.rights[i] + 1, min([p.lefts[second], second]))
    if any(p.tags[k] == "CC" and p.heads[k] in {noun, verb, i} for k in range(i + 1, second)) or any(
        p.words[k] != "," and not any(p.lefts[a] <= k <= p.rights[a] for a in aside) for k in between
    ):
        return False
    if p.words[second - 1] == "," and not aside and not any(p.deps[k] == "appos" for k in p.children[i]):
        return False  # "closed the bridge and the road, rescued two children": a list of deeds
    _hang(p, join, verb, "cc")
    _hang(p, i, second, "nsubj")
    for k in aside:
        _hang(p, k, i, p.deps[k])
    return True


#: Verbs besides those of saying that take a clause without *that*.
_CLAUSAL = words(
    "assume believe bet calculate check conclude consider decide discover doubt ensure expect fear feel figure find "
    "forget guarantee guess hear hope imagine judge know learn let make mean notice pray presume pretend prove read "
    "realise realize reckon remember see sense show suggest suppose suspect tell think understand watch wish worry"
)


def _second_subject(p: Parse, i: int) -> bool:
    """*praised the team and reporters questioned the coach*: the first verb takes an object and no clause."""
    noun = p.heads[i]
    second = p.heads[noun]
    verb = p.heads[second]
    join = _joined(p, i)
    if (
        join < 0
        or p.deps[noun] != "nsubj"
        or p.deps[second] != "ccomp"
        or p.tags[second] not in {"VBD", "VBZ", "VBP"}
        or p.tags[verb] not in {"VBD", "VBZ", "VBP"}
        or p.lefts[noun] != verb + 1
        or p.lemmas[verb] in SAYING
        or p.lemmas[verb] in _CLAUSAL
        or any(p.deps[k] in {"dobj", "mark"} for k in p.children[verb])
    ):
        return False
    _hang(p, join, verb, "cc")
    _hang(p, noun, verb, "dobj")
    _hang(p, i, second, "nsubj")
    p.deps[second] = "conj"
    return True


def _bare(p: Parse, i: int) -> bool:
    """*will close a factory that employs 640 workers and move two lines*: a bare verb goes with a bare one."""
    head = p.heads[i]
    above = p.heads[p.heads[head]]
    if (
        p.tags[head] not in {"VBZ", "VBD"}
        or p.deps[head] != "relcl"
        or p.tags[above] != "VB"
        or above >= head
        or not any(p.deps[k] == "aux" for k in p.children[above])
        or not _shares(p, i)
    ):
        return False
    p.tags[i] = "VB"
    _hang(p, i, above, "conj")
    return True


#: Verbs whose past is as their base form.
_SAME = words("cut put set hit let shut spread quit cost hurt split burst cast bet shed thrust")


def _past(p: Parse, i: int) -> bool:
    """*damaged houses and cut power*: a bare verb beside a past one without auxiliary is a past too."""
    head = p.heads[i]
    if p.lower[i] not in _SAME or p.tags[head] != "VBD" or not _shares(p, i):
        return False
    p.tags[i] = "VBD"
    return True


def _two_subjects(p: Parse, i: int) -> tuple[int, int]:
    """Give the two subjects of a verb that hangs on one without any, or -1 twice."""
    subjects = [k for k in p.children[i] if p.deps[k] == "nsubj"]
    if len(subjects) != 2 or any(p.deps[k] in _SUBJECTS for k in p.children[p.heads[i]]):
        return -1, -1
    return subjects[0], subjects[1]


def _inverted(p: Parse, i: int) -> bool:
    """*A rope is on it, said the lawyer, ice is goods*: the first of two subjects is that of the verb before it."""
    verb = p.heads[i]
    first, second = _two_subjects(p, i)
    if not verb < first < second < i or p.lefts[first] != verb + 1 or "," not in p.words[first:second]:
        return False
    _hang(p, first, verb, "nsubj")
    return True


def _pointed(p: Parse, i: int) -> bool:
    """*They may be careful, pointed out Lars Brandt*: who stands behind such a verb after a comma is its subject."""
    speaker = next((k for k in p.children[i] if p.deps[k] == "dobj"), -1)
    particle = p.particle(i)
    if (
        speaker < 0
        or not i
        or p.words[i - 1] != ","
        or (p.lemmas[i] not in SAYING and p.lemmas[i] != "point")
        or p.tags[speaker] != "NNP"
        or p.lefts[speaker] != particle + 1
        or any(p.deps[k] == "cc" for k in p.children[p.heads[i]])
    ):
        return False
    _hang(p, speaker, i, "nsubj")
    return True


def _account(p: Parse, i: int) -> bool:
    """*took into account age and sex*: what follows is the verb's object, not a kind of age."""
    noun = p.heads[i]
    into = p.heads[noun]
    verb = p.heads[into]
    if noun != i + 1 or p.deps[noun] != "pobj" or p.lower[into] != "into" or p.lemmas[verb] != "take":
        return False
    _hang(p, i, into, "pobj")
    _hang(p, noun, verb, "dobj")
    return True


def _said(p: Parse, i: int) -> bool:
    """*Farmers who wait, said the minister, make money*: the first of two subjects is that of the main verb."""
    verb = p.heads[i]
    first, second = _two_subjects(p, i)
    if verb < i or not first < i < second or p.words[i - 1] != ",":
        return False
    _hang(p, first, verb, "nsubj")
    return True


def _gerund(p: Parse, i: int) -> bool:
    """*Farmers growing rice use water*, *Combining data cut the time*: whose subject and object a noun is."""
    verb = p.heads[i]
    own = [k for k in p.children[i] if p.deps[k] == "nsubj" and k == i - 1]
    if own and not any(p.deps[k] in _SUBJECTS for k in p.children[verb]):
        _hang(p, own[0], verb, "nsubj")
        _hang(p, i, own[0], "acl")
        if p.tags[verb] == "VB" and not any(p.deps[k] == "aux" for k in p.children[verb]):
            p.tags[verb] = "VBP"
        return True
    between = [k for k in p.children[verb] if p.deps[k] == "nsubj" and i < k < verb]
    if between and not any(p.deps[k] == "dobj" for k in p.children[i]):
        _hang(p, between[0], i, "dobj")
        return True
    return False


def _finite(p: Parse, i: int) -> bool:
    """*Japan's failure to protect whales angered Australia*: the only finite verb is that of the sentence."""
    begin, end, root = _sentence(p, i)
    if (
        root < 0
        or root >= i
        or p.tags[root][:2] != "NN"
        or any(p.tags[k] in _FINITE for k in range(begin, end) if k != i)
        or not any(p.deps[k] == "dobj" for k in p.children[i])
        or any(p.words[k] == "," for k in range(root, i))
        or not any(p.tags[k] == "VB" for k in range(root, i))
    ):
        return False
    _hang(p, i, i, "ROOT")
    for k in range(begin, end):
        if i in p.children[k] and k != i:
            p.children[k].remove(i)
    _hang(p, root, i, "nsubj")
    return True


def _relative(p: Parse, i: int) -> bool:
    """*light that most instruments cannot detect*: a relative pronoun's verb hangs on the noun before it."""
    pronoun = next(
        (
            k
            for k in p.children[i]
            if ((p.tags[k] == "WDT" and p.lower[k] in {"which", "that"}) or p.lower[k] == "who")
            and p.deps[k] in {"nsubj", "nsubjpass", "dobj"}
        ),
        -1,
    )
    if pronoun < 2 or pronoun > i or p.lefts[i] < pronoun:
        return False
    if p.deps[i] == "xcomp" and p.deps[p.heads[i]] == "relcl":
        return False  # "the drill that Poland plans to hold"
    before = pronoun - 1
    if p.words[before] == ",":
        before -= 1
    elif p.lower[pronoun] == "who":
        return False  # "asked who": a question, not a relative
    if p.tags[before][:2] != "NN" or _below(p, before, i) or p.heads[i] == before:
        return False
    _hang(p, i, before, "relcl")
    return True


def _hopes(p: Parse, i: int) -> bool:
    """*has offered a contract and hopes for an answer*: a bare plural after a noun with an article is a verb."""
    noun = p.heads[i]
    verb = p.heads[noun]
    if (
        p.lower[i] not in _HOPES
        or p.deps[noun] != "dobj"
        or p.tags[verb] not in _VERBS
        or p.lower[i - 1] != "and"
        or i + 1 >= p.n
        or p.lower[i + 1] not in {"for", "to"}
        or not any(p.lower[k] in {"a", "an"} for k in p.children[noun])
    ):
        return False
    _become(p, i, "VBZ")
    _hang(p, i, verb, "conj")
    return True


def _noun_root(p: Parse, i: int) -> bool:
    """*The town borders on a park*: a sentence without a verb whose last noun can be one."""
    begin, end, _ = _sentence(p, i)
    noun = i - 1
    if (
        noun < begin
        or p.deps[noun] != "compound"
        or p.tags[noun] != "NN"
        or p.heads[noun] != i
        or noun - 1 < begin
        or p.lower[noun - 1] not in {"a", "an", "the"}
        or any(p.tags[k] in _VERBS or p.tags[k] == "MD" for k in range(begin, end))
        or not any(p.deps[k] in {"prep", "dobj"} for k in p.children[i])
        or p.words[end - 1] not in ".!?"
        or not _is_verb(p.words[i])
    ):
        return False
    _become(p, i, "VBZ")
    _hang(p, noun, i, "nsubj")
    _hang(p, noun - 1, noun, "det")
    return True
