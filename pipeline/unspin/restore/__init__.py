"""Restore the plain terms of spun text: a noisy channel decoded in three passes."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.lexicon.read import LexiconError, Pack, find_packs, fingerprint, read_packs
from unspin.records import Block, Edit, Span
from unspin.restore import candidates, decoder, facts, features, grammar, prior
from unspin.restore.candidates import Candidate, Match
from unspin.restore.context_model import ContextModel
from unspin.restore.context_model import shipped as shipped_context
from unspin.restore.decoder import Choice
from unspin.restore.fuzzy import NearMisses
from unspin.restore.glossary import Glossary, merged
from unspin.restore.language_model import Mixture, Trigram, Web
from unspin.restore.tokens import Token, tokens

__all__ = ["Decoded", "LexiconError", "Piece", "Restorer"]

#: Share of the longer words that a Title-Case block capitalises.
TITLE_SHARE = 0.6


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


class Piece(NamedTuple):
    """A stretch of a block that is decoded in one go, with its lattice."""

    block: int  #: index of the block it belongs to
    found: list[Token]
    matches: list[Match]
    title: bool
    suits: dict[tuple[int, int, Candidate], float]  #: what the context model says of each candidate at its place
    present: dict[tuple[int, int, Candidate], float]  #: how often the plain phrase stands in the document already


class Restorer:
    """Packs, language models and weights, loaded once and used for any number of texts.

    >>> restorer = Restorer.load()
    >>> restorer.restore("The army met.", [Block("b1", "", "paragraph", 0, 13)]).status
    'clean'
    """

    def __init__(
        self,
        packs: Sequence[Pack],
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
        self.packs = tuple(packs)
        self.records: features.Records = records or {}
        self._context: ContextModel = shipped_context()
        self.weights = weights
        self.careful = careful
        self.bound = least_chance(careful, weights.changed)
        self._trie = trie
        self._glossary = glossary
        self._near_misses = near_misses
        self._facts = with_facts
        self._models = models
        self._lexicon_hash = lexicon_hash
        self._mixtures: dict[tuple[float, ...], Mixture] = {}
        self._frequencies: dict[tuple[str, ...], float] = {}

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
        """
        folders = find_packs(packs)
        mark = fingerprint(folders)
        read = read_packs(folders)
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
            return Decoded((), "clean", score, "")
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
        return Decoded(tuple(edits), "done", score, prior.best_pack(c for cs in choices for c in cs))

    def restore_spun(self, text: str) -> list[Edit]:
        """Propose edits for a text that is known to be spun, whatever its own evidence: for proving entries."""
        block = Block("b1", "", "paragraph", 0, len(text))
        edits: list[Edit] = []
        for piece in self.pieces(text, [block]):
            edits += self.edits(text, piece, self.decode(piece, self.weights.third, KNOWN_SPUN))
        return grammar.articles(text, grammar.seams(text, sorted(edits, key=lambda e: (e.start, e.end))))

    def pieces(self, text: str, blocks: Sequence[Block]) -> list[Piece]:
        """Cut the blocks into what is decoded together: labels and bodies apart."""
        found: list[Piece] = []
        counts: Counter[str] = Counter()
        for number, block in enumerate(blocks):
            spans: list[Span] = []
            if block.kind == "metadata":
                spans = [block.label] if block.label else [(block.start, block.end)]
            elif block.label:
                spans = [block.label, (max(block.body, block.label[1]), block.end)]
            else:
                spans = [(block.start, block.end)]
            for start, end in spans:
                cut = tokens(text, start, end)
                if cut:
                    counts.update(phrases(cut))
                    title = is_title(cut)
                    matches = candidates.find_matches(cut, self._trie)
                    if self._near_misses is not None:
                        matches = merged(matches, self._near_misses.matches(cut))
                    if self._glossary is not None:
                        matches = merged(matches, self._glossary.matches(cut, title))
                    found.append(Piece(number, cut, matches, title, self.suits(cut, matches), {}))
        for piece in found:
            for match in piece.matches:
                own = counts[" ".join(t.word for t in piece.found[match.first : match.last])]
                for candidate in match.candidates:
                    others = counts[" ".join(candidate.words)]
                    piece.present[match.first, match.last, candidate] = math.log((others + 0.5) / (others + own + 0.5))
        return found

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
        foreign = self.foreign(chosen)
        found: list[features.Context | None] = []
        for piece in pieces:
            if piece.block not in spun:
                found.append(None)
                continue
            block = features.log_odds(prior.share(by_block[piece.block], whole)) - document
            found.append(features.Context(document, block, elsewhere, density, foreign))
        return found

    def foreign(self, choices: Sequence[Choice]) -> frozenset[str]:
        """Give the science packs that hardly any sure choice of a document comes from, if there are enough to tell."""
        sure = [c.candidate.pack for c in choices if c.candidate is not None and c.probability >= prior.SURE]
        science = {pack.name for pack in self.packs if pack.subject == "science"}
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
        known = context or features.Context()
        own = {(c.first, c.last, o.rule): p for c in before for p, o in c.others if o is not None}

        def channel(match: Match, candidate: Candidate) -> float:
            return features.dot(
                weights,
                features.static(
                    match,
                    candidate,
                    piece.found,
                    piece.title,
                    known,
                    self.frequency(match, candidate, piece.found),
                    own.get((match.first, match.last, candidate.rule), 0.0),
                    self.records,
                    piece.suits[match.first, match.last, candidate],
                    piece.present[match.first, match.last, candidate],
                ),
            )

        arcs = decoder.lattice(piece.found, piece.matches, channel)
        score = self.mixture(weights).score
        path = decoder.best_path(piece.found, arcs, score)
        return decoder.weigh(piece.found, arcs, path, score)

    def suits(self, found: Sequence[Token], matches: Sequence[Match]) -> dict[tuple[int, int, Candidate], float]:
        """Give how much better each candidate suits its sentence than what stands there, by the context model."""
        begins = [i for i, token in enumerate(found) if token.breaks] + [len(found)]
        sentence = -1
        left = right = None
        values: dict[tuple[int, int, Candidate], float] = {}
        for match in matches:
            while match.first >= begins[sentence + 1]:
                sentence += 1
                left = None
            low, high = begins[sentence], begins[sentence + 1]
            if left is None or right is None:
                left, right = self._context.contexts([t.word for t in found[low:high]])
            around = left[match.first - low] + right[match.last - low]
            kept = float(around @ self._context.vector(tuple(t.word for t in found[match.first : match.last])))
            for candidate in match.candidates:
                values[match.first, match.last, candidate] = (
                    float(around @ self._context.vector(candidate.words)) - kept
                )
        return values

    def mixture(self, weights: Sequence[float]) -> Mixture:
        """Give the language models mixed as a weight vector says."""
        key = (weights[features.INDEX["trigram"]], weights[features.INDEX["web"]])
        if key not in self._mixtures:
            self._mixtures[key] = Mixture(tuple(zip(self._models, key, strict=True)))
        return self._mixtures[key]

    def frequency(self, match: Match, candidate: Candidate, found: Sequence[Token]) -> float:
        """Give log frequency of the plain phrase less that of the spun one, out of context."""
        spun = tuple(w for t in found[match.first : match.last] for w in decoder.token_words(t))
        return self._frequency(candidate.words) - self._frequency(spun)

    def _frequency(self, words: tuple[str, ...]) -> float:
        value = self._frequencies.get(words)
        if value is None:
            trigram = self._models[0]
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


def phrases(found: Sequence[Token]) -> Iterator[str]:
    """Give every word of a piece and every two and three in a row.

    >>> list(phrases(tokens("the army met", 0, 12)))
    ['the', 'the army', 'the army met', 'army', 'army met', 'met']
    """
    for at in range(len(found)):
        for end in range(at + 1, min(at + 4, len(found) + 1)):
            yield " ".join(t.word for t in found[at:end])


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
