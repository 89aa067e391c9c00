"""Restore the plain terms of spun text: a noisy channel decoded in three passes."""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.lexicon.read import LexiconError, Pack, find_packs, fingerprint, read_packs
from unspin.records import Block, Edit, Span
from unspin.restore import candidates, decoder, facts, features, grammar, prior
from unspin.restore.candidates import Candidate, Match
from unspin.restore.context_model import ContextModel
from unspin.restore.context_model import shipped as shipped_context
from unspin.restore.decoder import Choice, Lattice
from unspin.restore.fuzzy import NearMisses
from unspin.restore.glossary import Glossary, merged
from unspin.restore.language_model import Mixture, Models, Web
from unspin.restore.tokens import Token, tokens
from unspin.restore.trigram import Trigram

__all__ = ["Decoded", "LexiconError", "Piece", "Restorer", "uncollected"]

#: Share of the longer words that a Title-Case block capitalises.
TITLE_SHARE = 0.6


#: Words that are remembered from text to text, a quarter of what a vocabulary can number.
ROOM = 1 << 18

#: Share of a document's sure choices below which a pack has no part in it.
FEW = 0.1


#: What the first pass typically finds in a spun document, for texts too short to tell.
KNOWN_SPUN = features.Context(document=0.7, density=0.7, packs=frozenset())


class Decoded(NamedTuple):
    """What restoring a text came to."""

    edits: tuple[Edit, ...]  #: in offsets of the text that was given
    status: str  #: ``done`` or ``clean``
    spin_score: float
    pack: str
    pieces: Sequence[Piece] = ()  #: what was decoded, with what the packs say of it


Floats = npt.NDArray[np.float64]


class Piece(NamedTuple):
    """A stretch of a block that is decoded in one go, with its lattice."""

    block: int  #: index of the block it belongs to
    found: list[Token]
    matches: list[Match]
    title: bool
    lattice: Lattice
    early: Floats  #: the features of each option that do not change from pass to pass, (options, features)


class Known(NamedTuple):
    """What is known of the candidates for the words of a key, wherever these stand."""

    candidates: tuple[Candidate, ...]
    words: list[tuple[int, ...]]  #: what each puts into the text
    own: Floats  #: their features of their own, (candidates, features)
    vectors: npt.NDArray[np.float32]  #: of the words that stand there and of each candidate, for the context model


class Restorer:
    """Packs, language models and weights, loaded once and used for any number of texts.

    >>> restorer = Restorer.load()
    >>> restorer.restore("The army met.", [Block("b1", "", "paragraph", 0, 13)]).status
    'clean'
    """

    def __init__(
        self,
        packs: Sequence[Pack] | Callable[[], Sequence[Pack]],
        trie: candidates.Trie,
        weights: features.Weights,
        models: tuple[Trigram, Web],
        careful: float = 0.5,
        lexicon_hash: str = "",
        records: features.Records | None = None,
        glossary: Glossary | None = None,
        near_misses: NearMisses | None = None,
        with_facts: bool = True,
    ) -> None:
        self._packs = packs
        self.records: features.Records = records or {}
        self._context: ContextModel = shipped_context()
        self.weights = weights
        self.careful = careful
        self.bound = least_chance(careful, weights.changed)
        self._trie = trie
        self._glossary = glossary
        self._near_misses = near_misses
        self._facts = with_facts
        self.models = models
        self._language = Models(*models)
        self._lexicon_hash = lexicon_hash
        self._frequencies: dict[tuple[str, ...], float] = {}
        self._known: dict[tuple[str, ...], Known] = {}

    @classmethod
    def load(
        cls,
        packs: Sequence[str | Path] = (),
        careful: float = 0.5,
        weights: Path | None = None,
        without: Sequence[str] = (),
    ) -> Restorer:
        """Load packs by name or path (all shipped ones where none is named), without some of the channels.

        Raises LexiconError at the first line of a pack that cannot be used.
        Packs that were compiled before are not read again until they are asked for.
        """
        folders = find_packs(packs)
        mark = fingerprint(folders)

        @functools.cache
        def read() -> Sequence[Pack]:
            return read_packs(folders)

        with uncollected():  # nothing that loading makes is garbage
            models = Trigram(), Web.load()
            trie = candidates.load_trie(read, mark)
            return cls(
                read,
                trie,
                features.load_weights(weights or features.WEIGHTS_PATH),
                models,
                careful,
                mark,
                features.load_records(),
                None if "glossary" in without else Glossary.load(read, mark, models),
                None if "fuzzy" in without else NearMisses(trie, models),
                "facts" not in without,
            )

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in order of name."""
        return tuple(self._packs() if callable(self._packs) else self._packs)

    def identity(self) -> dict[str, object]:
        """Give what the restored text depends on besides the input: names and hashes."""
        weights = hashlib.sha256(repr(self.weights).encode()).hexdigest()
        return {
            "packs": [p.name for p in self.packs],
            "lexicons": self._lexicon_hash,
            "weights": weights,
            "careful": self.careful,
            "channels": [
                name
                for name, there in (("glossary", self._glossary), ("fuzzy", self._near_misses), ("facts", self._facts))
                if there
            ],
        }

    # -- the passes

    def restore(self, text: str, blocks: Sequence[Block]) -> Decoded:
        """Propose edits for the blocks of a text, which is left as it is.

        Three passes: the first decodes without knowing the document; what it
        finds gives the document its spin score and its prior, under which the
        second pass decides, and again the third with the better prior that the
        second gives.  A clean document gets no edit.
        """
        pieces = self.pieces(text, blocks)
        words = sum(len(p.found) for p in pieces)
        choices = [self.decode(p, self.weights.first) for p in pieces]
        score, spun = self.judge(pieces, choices, words)
        if score < self.weights.clean:
            return Decoded((), "clean", score, "", pieces)
        for weights in (self.weights.second, self.weights.third):
            contexts = self.contexts(pieces, choices, spun)
            choices = [
                self.decode(p, weights, context, before) if context else []
                for p, context, before in zip(pieces, contexts, choices, strict=True)
            ]
        edits = [e for p, cs in zip(pieces, choices, strict=True) for e in self.edits(text, p, cs)]
        if self._facts:
            own = [p.found for p in pieces if p.block in spun]
            found = [e for tokens_ in own for e in facts.corrupted(text, tokens_)]
            edits = facts.with_facts(edits, [*found, *facts.contradictions(text, own)])
        edits = grammar.articles(text, grammar.seams(text, sorted(edits, key=lambda e: (e.start, e.end))))
        return Decoded(tuple(edits), "done", score, prior.best_pack(c for cs in choices for c in cs), pieces)

    def restore_spun(self, text: str) -> list[Edit]:
        """Propose edits for a text that is known to be spun, whatever its own evidence: for proving entries."""
        block = Block("b1", "", "paragraph", 0, len(text))
        edits: list[Edit] = []
        for piece in self.pieces(text, [block]):
            edits += self.edits(text, piece, self.decode(piece, self.weights.third, KNOWN_SPUN))
        return grammar.articles(text, grammar.seams(text, sorted(edits, key=lambda e: (e.start, e.end))))

    def pieces(self, text: str, blocks: Sequence[Block]) -> list[Piece]:
        """Cut the blocks into what is decoded together: labels and bodies apart.

        They are for decoding until others are made: the numbers of their words
        may be given anew after that.
        """
        self._forget(len(text))
        cuts: list[tuple[int, list[Token]]] = []
        for number, block in enumerate(blocks):
            spans: list[Span] = []
            if block.kind == "metadata":
                spans = [block.label] if block.label else [(block.start, block.end)]
            elif block.label:
                spans = [block.label, (max(block.body, block.label[1]), block.end)]
            else:
                spans = [(block.start, block.end)]
            cuts += [(number, cut) for start, end in spans if (cut := tokens(text, start, end))]
        counts = phrases(cut for _, cut in cuts)
        return [self.piece(cut, self.matches(cut), counts, number) for number, cut in cuts]

    def matches(self, found: Sequence[Token]) -> list[Match]:
        """Give what the stretches of tokens may stand for, by all channels."""
        matches = candidates.find_matches(found, self._trie)
        if self._near_misses is not None:
            matches = merged(matches, self._near_misses.matches(found))
        if self._glossary is not None:
            matches = merged(matches, self._glossary.matches(found, is_title(found)))
        return matches

    def piece(self, found: list[Token], matches: list[Match], counts: Mapping[Words, int], block: int = 0) -> Piece:
        """Lay out the lattice of tokens, with the features of its options that do not change from pass to pass.

        ``counts``: how often each phrase stands in the document.
        """
        title = is_title(found)
        known = [self.known(found, match) for match in matches]
        words = [w for k in known for w in k.words]
        lattice = decoder.lattice(found, matches, words, self._language.vocabulary)
        return Piece(block, found, matches, title, lattice, self.early(found, matches, known, title, counts))

    def early(
        self,
        found: Sequence[Token],
        matches: Sequence[Match],
        known: Sequence[Known],
        title: bool,
        counts: Mapping[Words, int],
    ) -> Floats:
        """Give the features of all options that do not change from pass to pass, (options, features)."""
        if not matches:
            return np.zeros((0, len(features.NAMES)))
        values = np.concatenate([k.own for k in known])
        columns = {
            "capital": self.capital(found, matches, title),
            "context": self.suits(found, matches, known),
            "present": self.present(found, matches, counts),
        }
        for name, column in columns.items():
            values[:, features.INDEX[name]] = column
        return values

    def known(self, found: Sequence[Token], match: Match) -> Known:
        """Give what is known of the candidates of a match wherever it stands; remembered by its words."""
        stretch = found[match.first : match.last]
        key = tuple([t.word + t.suffix for t in stretch])
        known = self._known.get(key)
        if known is None or known.candidates is not match.candidates:
            spun = tuple(w for t in stretch for w in decoder.token_words(t))
            usual = self._frequency(spun)
            words = [t.word for t in stretch]
            suffix = stretch[-1].suffix
            known = self._known[key] = Known(
                match.candidates,
                [self._language.vocabulary.numbers(decoder.option_words(c, suffix)) for c in match.candidates],
                np.array(
                    [features.own(c, words, self._frequency(c.words) - usual, self.records) for c in match.candidates]
                ),
                np.array([self._context.vector(w) for w in (tuple(words), *(c.words for c in match.candidates))]),
            )
        return known

    def capital(self, found: Sequence[Token], matches: Sequence[Match], title: bool) -> list[float]:
        """Tell for each option whether its place is written like a name."""
        values: list[float] = []
        for first, _, given in matches:
            values += [float(features.is_capital(found[first], title))] * len(given)
        return values

    def suits(self, found: Sequence[Token], matches: Sequence[Match], known: Sequence[Known]) -> list[float]:
        """Give how much better each option suits its sentence than what stands there, by the context model."""
        begins = [i for i, token in enumerate(found) if token.breaks] + [len(found)]
        sentence = -1
        left = right = None
        places: list[npt.NDArray[np.float32]] = []
        for match in matches:
            while match.first >= begins[sentence + 1]:
                sentence += 1
                left = None
            low, high = begins[sentence], begins[sentence + 1]
            if left is None or right is None:
                left, right = self._context.contexts([t.word for t in found[low:high]])
            places.append(left[match.first - low] + right[match.last - low])
        sizes = [len(k.vectors) for k in known]
        around = np.repeat(np.array(places), sizes, axis=0)
        vectors = np.concatenate([k.vectors for k in known])
        # One product a row: its bits do not depend on how many rows there are.
        scores: list[float] = np.matmul(around[:, None, :], vectors[:, :, None])[:, 0, 0].tolist()
        values: list[float] = []
        at = 0
        for size in sizes:
            stays = scores[at]
            values += [score - stays for score in scores[at + 1 : at + size]]
            at += size
        return values

    def present(self, found: Sequence[Token], matches: Sequence[Match], counts: Mapping[Words, int]) -> list[float]:
        """Give how often each option's plain phrase stands in the document already, against the spun one."""
        values: list[float] = []
        for first, last, given in matches:
            own = counts.get(tuple([t.word for t in found[first:last]]), 0) + 0.5
            for candidate in given:
                others = counts.get(candidate.words, 0)
                values.append(math.log((others + 0.5) / (others + own)))
        return values

    def use_records(self, records: features.Records) -> None:
        """Weigh with other records from now on."""
        self.records = records
        self._known.clear()

    def _forget(self, size: int) -> None:
        """Empty the memory of words and trigrams before a text that it has no room for."""
        if len(self._language.vocabulary) + size // 2 > ROOM:
            self._language.forget()
            self._known.clear()
        if len(self._known) > ROOM // 8:
            self._known.clear()
            self._frequencies.clear()

    def judge(self, pieces: Sequence[Piece], first: Sequence[Sequence[Choice]], words: int) -> tuple[float, set[int]]:
        """Give the spin score of a document and the blocks that may be edited.

        A document that is clean as a whole may hold a spun paragraph: its
        blocks with overwhelming evidence of their own still count.
        """
        by_block: dict[int, list[Choice]] = {}
        sizes: dict[int, int] = {}
        for piece, choices in zip(pieces, first, strict=True):
            by_block.setdefault(piece.block, []).extend(choices)
            sizes[piece.block] = sizes.get(piece.block, 0) + len(piece.found)
        whole = prior.spin_score(prior.evidence(c for cs in first for c in cs), words, self.weights.spin)
        if whole >= self.weights.clean:
            return whole, {n for n in by_block if not stands_apart(prior.evidence(by_block[n]), sizes[n])}
        alone: dict[int, float] = {}
        for number, choices in by_block.items():
            found = prior.evidence(choices)
            if found >= 8:
                score = prior.spin_score(found, sizes[number], self.weights.spin)
                if score >= max(self.weights.clean, 0.9):
                    alone[number] = score
        return (max(alone.values()), set(alone)) if alone else (whole, set())

    def contexts(
        self, pieces: Sequence[Piece], first: Sequence[Sequence[Choice]], spun: set[int]
    ) -> list[features.Context | None]:
        """Give each piece what the first pass says of its document and block; None where nothing may change."""
        chosen = [c for piece, cs in zip(pieces, first, strict=True) if piece.block in spun for c in cs]
        whole = prior.share(chosen)
        by_block: dict[int, list[Choice]] = {}
        for piece, choices in zip(pieces, first, strict=True):
            by_block.setdefault(piece.block, []).extend(choices)
        elsewhere: dict[str, tuple[float, float, int]] = {}
        for rule, chances in decoder.probabilities(chosen).items():
            elsewhere[rule] = (sum(chances), sum(map(features.log_odds, chances)), len(chances))
        document = features.log_odds(whole)
        words = sum(len(piece.found) for piece in pieces if piece.block in spun)
        density = math.log(10.0 * (prior.evidence(chosen) + 0.25) / (words + 60.0))
        strangers = self.strangers(chosen)
        foreign = self.foreign(chosen)
        found: list[features.Context | None] = []
        for piece in pieces:
            if piece.block not in spun:
                found.append(None)
                continue
            block = features.log_odds(prior.share(by_block[piece.block], whole)) - document
            found.append(features.Context(document, block, elsewhere, density, strangers, foreign))
        return found

    def strangers(self, chosen: Sequence[Choice]) -> dict[str, float]:
        """Give how strange each pack is to a document by what was chosen in it; nothing where no weight asks."""
        if not any(weights[features.INDEX["stranger"]] for weights in (self.weights.second, self.weights.third)):
            return {}
        places: Counter[str] = Counter()
        for choice in chosen:
            if choice.candidate is not None and choice.probability >= prior.SURE:
                places[choice.candidate.pack] += 1
        return features.strangers(places, {pack.name: pack.family for pack in self.packs})

    def foreign(self, choices: Sequence[Choice]) -> frozenset[str]:
        """Give the science packs that hardly any sure choice of a document comes from, if there are enough to tell."""
        sure = [c.candidate.pack for c in choices if c.candidate is not None and c.probability >= prior.SURE]
        science = self._glossary.science if self._glossary is not None else ()
        return frozenset(n for n in science if len(sure) >= 10 and sure.count(n) < FEW * len(sure))

    # -- one piece

    def decode(
        self,
        piece: Piece,
        weights: Sequence[float],
        context: features.Context | None = None,
        before: Sequence[Choice] = (),
    ) -> list[Choice]:
        """Decode one piece under a weight vector and give its choices."""
        if not piece.matches:
            return []
        channel = self.channel(piece, weights, context or features.Context(), before)
        mixture = self.mixture(weights)
        path = decoder.best_path(piece.lattice, channel, mixture)
        return decoder.weigh(piece.lattice, path, channel, mixture)

    def channel(
        self, piece: Piece, weights: Sequence[float], context: features.Context, before: Sequence[Choice]
    ) -> list[float]:
        """Give what each option of a piece is worth whatever stands around it, by its features."""
        # Not a matrix product, whose last bits may depend on how many rows there are.
        early: list[float] = (piece.early * np.array(weights)).sum(axis=1).tolist()
        at = features.INDEX
        same = (
            weights[at["document"]] * context.document
            + weights[at["block"]] * context.block
            + weights[at["density"]] * context.density
        )
        for number, option in enumerate(piece.lattice.options):
            if option[2].science:
                early[number] += weights[at["glossary"]] * features.foreign(option[2], context)
        if not context.elsewhere:
            return [value + same for value in early]
        own = {(c.first, c.last, o.rule): p for c in before for p, o in c.others if o is not None}
        elsewhere, together, stranger = (weights[at[name]] for name in ("elsewhere", "together", "stranger"))
        values: list[float] = []
        for value, (first, last, candidate) in zip(early, piece.lattice.options, strict=True):
            rule = candidate.rule
            a, b = features.late(rule, context, own.get((first, last, rule), 0.0))
            value += same + elsewhere * a + together * b
            if stranger:
                value += stranger * context.strangers.get(candidate.pack, 0.0)
            values.append(value)
        return values

    def mixture(self, weights: Sequence[float]) -> Mixture:
        """Give the language models mixed as a weight vector says."""
        return self._language.mixture((weights[features.INDEX["trigram"]], weights[features.INDEX["web"]]))

    def _frequency(self, words: tuple[str, ...]) -> float:
        value = self._frequencies.get(words)
        if value is None:
            trigram = self.models[0]
            value = sum(
                trigram.score(words[i - 2] if i > 1 else "", words[i - 1] if i else "", w) for i, w in enumerate(words)
            )
            self._frequencies[words] = value
        return value

    def edits(self, text: str, piece: Piece, choices: Sequence[Choice]) -> list[Edit]:
        """Turn choices into edits: sure ones changed, doubtful ones suspect."""
        made: list[Edit] = []
        for choice in choices:
            ranked = [(p, c) for p, c in choice.others if c is not None]
            if not ranked:
                continue
            chance, candidate = ranked[0]
            if choice.candidate is not None and choice.candidate is not candidate:
                chance, candidate = choice.probability, choice.candidate
            applied = choice.candidate is candidate and chance >= self.bound and not candidate.suspect
            if not applied and chance < self.weights.suspect:
                continue
            start, end = piece.found[choice.first].start, piece.found[choice.last - 1].end
            original = text[start:end]
            new = grammar.capitals(original, candidate.plain, piece.title)
            if new == original:
                continue
            others = tuple(dict.fromkeys(c.plain if c else original for _, c in choice.others if c is not candidate))
            made.append(
                Edit(
                    start,
                    end,
                    original,
                    new,
                    "changed" if applied else "suspect",
                    "phrase" if choice.last - choice.first > 1 else "word",
                    candidate.rule,
                    candidate.pack,
                    round(chance, 4),
                    others[:6],
                )
            )
        return made


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage that refers to itself for later."""
    usual = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if usual:
            gc.enable()


def least_chance(careful: float, usual: float) -> float:
    """Give the least probability of an applied edit: 0.35 at 0, the usual at 0.5, 0.99 at 1.

    >>> least_chance(0.0, 0.65), least_chance(0.5, 0.65), least_chance(1.0, 0.65)
    (0.35, 0.65, 0.99)
    """
    low, high, part = (0.35, usual, careful * 2) if careful <= 0.5 else (usual, 0.99, careful * 2 - 1)
    return low + (high - low) * part


def stands_apart(found: float, words: int) -> bool:
    """Tell whether a block of a spun document is so free of evidence that it was not spun with the rest.

    Blocks of spun documents have ten sure hits and more in a hundred words;
    thirty words without one are a quotation or a section left alone.

    >>> stands_apart(0.0, 40), stands_apart(0.0, 12), stands_apart(3.0, 40)
    (True, False, False)
    """
    return words >= 30 and found < 0.02 * words


Words = tuple[str, ...]


def phrases(cuts: Iterable[Sequence[Token]]) -> Mapping[Words, int]:
    """Count the words of pieces and every two and three in a row.

    >>> sorted(phrases([tokens("the army met", 0, 12)]))
    [('army',), ('army', 'met'), ('met',), ('the',), ('the', 'army'), ('the', 'army', 'met')]
    """
    counts: Counter[Words] = Counter()
    for cut in cuts:
        words = [token.word for token in cut]
        counts.update(zip(words, strict=False))
        counts.update(pairwise(words))
        counts.update(zip(words, words[1:], words[2:], strict=False))
    return counts


def is_title(found: Sequence[Token]) -> bool:
    """Tell whether tokens are written in Title Case: most longer words begin with a capital.

    >>> is_title(tokens("Top-Degree Talks on Army Help", 0, 29))
    True
    """
    long = [t for t in found if len(t.word) > 3 and t.shape != "number"]
    return (
        bool(long)
        and sum(t.shape in {"Capital", "UPPER"} for t in long) >= TITLE_SHARE * len(long)
        and (len(long) > 1 or found[0].shape == "Capital")
    )
