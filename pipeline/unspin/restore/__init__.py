"""Restore the plain terms of spun text: a noisy channel decoded in three passes."""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unspin.cache import kept
from unspin.layout import code, front_matter, is_settled
from unspin.lexicon.read import LexiconError, Pack, find_packs, fingerprint, read_marked
from unspin.records import Block, Edit, Span
from unspin.restore import agreement, candidates, decoder, facts, features, grammar, passes, prior, reranker, rescore
from unspin.restore.arrays import Floats, ends
from unspin.restore.candidates import Match
from unspin.restore.context_model import WINDOW, ContextModel
from unspin.restore.context_model import shipped as shipped_context
from unspin.restore.decoder import Choice, Lattice
from unspin.restore.domain_model import DomainModel
from unspin.restore.fuzzy import NearMisses
from unspin.restore.glossary import Glossary, merged
from unspin.restore.gold_records import COUNTS, Asked, Records, load_records, odds, standing
from unspin.restore.graph import Flags, Spots, Weighed, best, graph, joined, laid_spots, weigh
from unspin.restore.known import Knowledge, Known
from unspin.restore.language_model import Loaded, Mixture, Models, article, load_models
from unspin.restore.passes import Document, Findings, Signs, no_signs
from unspin.restore.slopes import shipped as shipped_slopes
from unspin.restore.spelling import in_one, variety
from unspin.restore.tokens import Token, tokens
from unspin.restore.topics import Topics
from unspin.restore.transformer import Transformer

__all__ = ["Decoded", "LexiconError", "Piece", "Restorer", "uncollected"]

#: Share of the longer words that a Title-Case block capitalises.
TITLE_SHARE = 0.6


#: Words that are numbered from text to text, a quarter of what a vocabulary can number.
ROOM = 1 << 18

#: Options that are so far behind another of their place, in log-odds, before the language models are asked, are not
#: weighed in any pass: by the weights of the later ones, and without what a pass finds.
FAR = 5.0

#: What the first pass typically finds in a spun document, for texts too short to tell.
KNOWN_SPUN = features.Context(document=0.7, density=0.7, packs=frozenset())


class Decoded(NamedTuple):
    """What restoring a text came to."""

    edits: tuple[Edit, ...]  #: in offsets of the text that was given
    status: str  #: ``done`` or ``clean``
    spin_score: float
    pack: str
    pieces: Sequence[Piece] = ()  #: what was decoded, with what the packs say of it


class Piece(NamedTuple):
    """A stretch of a block that is decoded in one go, with its lattice."""

    block: int  #: index of the block it belongs to
    found: list[Token]
    matches: list[Match]
    title: bool
    lattice: Lattice
    signs: Signs  #: of the lattice's options


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
        models: Loaded,
        careful: float = 0.5,
        lexicon_hash: str = "",
        records: Records | None = None,
        glossary: Glossary | None = None,
        near_misses: NearMisses | None = None,
        with_facts: bool = True,
        families: Mapping[str, str] | None = None,
        reader: rescore.Reader | None = None,
    ) -> None:
        self._packs = packs
        self._reader = reader
        self._families = families
        self._context: ContextModel = shipped_context()
        self._topics = Topics(self._context, models[1])
        self._reranker = reranker.shipped()
        self._agreement = agreement.load_agreement()
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
        self._knowledge = Knowledge(
            models[0],
            self._context,
            shipped_slopes(),
            records or Records(),
            self.families,
            self._reranker.knows,
            self.families.keys() - {folder.name for folder in find_packs()},
        )

    @classmethod
    def load(
        cls,
        packs: Sequence[str | Path] = (),
        careful: float = 0.5,
        weights: Path | None = None,
        without: Sequence[str] = (),
        rescored: bool = False,
    ) -> Restorer:
        """Load packs by name or path (all shipped ones where none is named), without some of the channels.

        ``rescored``: doubtful choices are put to a transformer.
        Raises LexiconError at the first line of a pack that cannot be used,
        FileNotFoundError where there is no transformer.
        Packs that were compiled before are not read again until they are asked for.
        """
        folders = find_packs(packs)
        mark = fingerprint(folders)

        @functools.cache
        def read() -> Sequence[Pack]:
            return read_marked(folders, mark)

        with uncollected():  # nothing that loading makes is garbage
            models = load_models()
            trie = candidates.load_trie(read, mark)
            return cls(
                read,
                trie,
                features.load_weights(weights or features.WEIGHTS_PATH),
                models,
                careful,
                mark,
                load_records(),
                None if "glossary" in without else Glossary.load(read, mark, models[:2]),
                None if "fuzzy" in without else NearMisses(trie, models[:2], mark),
                "facts" not in without,
                kept("families", mark, lambda: {pack.name: pack.family for pack in read()}),
                Transformer.load() if rescored else None,
            )

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in order of name."""
        return tuple(self._packs() if callable(self._packs) else self._packs)

    @property
    def families(self) -> Mapping[str, str]:
        """The spinner family of each pack, by its name."""
        if self._families is None:
            self._families = {pack.name: pack.family for pack in self.packs}
        return self._families

    @property
    def science(self) -> tuple[str, ...]:
        """Names of the science packs whose terms are looked for."""
        return self._glossary.science if self._glossary is not None else ()

    def identity(self) -> dict[str, object]:
        """Give what the restored text depends on besides the input: names and hashes."""
        weights = hashlib.sha256(repr(self.weights).encode()).hexdigest()
        return {
            "packs": sorted(self.families),
            "lexicons": self._lexicon_hash,
            "weights": weights,
            "careful": self.careful,
            "channels": [
                name
                for name, there in (("glossary", self._glossary), ("fuzzy", self._near_misses), ("facts", self._facts))
                if there
            ],
            "rescored": self._reader is not None,
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
        document = self.document(pieces)
        known = passes.given(document, features.Context())
        _, weighed = self.solve(document, self.weights.first, known)
        found = passes.sure(document, weighed)
        score, spun = passes.judge(document, weighed, found, self.weights)
        if score < self.weights.clean:
            return Decoded((), "clean", score, "", pieces)
        for _ in range(2):
            known = passes.findings(document, weighed, found, spun, self.families, self.science)
            _, weighed = self.solve(document, self.weights.later, known, later=True)
            weighed = self.judged(document, weighed, self.weights.later, known)
            found = passes.sure(document, weighed)
        choices = decoder.choices(document.spots, weighed, [p.lattice for p in pieces])
        if (reader := self._reader) is not None:
            asked = [rescore.Heard(p.found, cs, p.title) for p, cs in zip(pieces, choices, strict=True)]
            choices = rescore.rescored(text, asked, reader, self.weights.rescore, self.bound)
        spelling = variety(token.word for piece in pieces for token in piece.found)
        edits = [e for p, cs in zip(pieces, choices, strict=True) for e in self.edits(text, p, cs, spelling)]
        if self._facts:
            own = [p.found for p in pieces if p.block in spun]
            titles = [e for tokens_ in own for e in facts.corrupted(text, tokens_)]
            edits = facts.with_facts(edits, [*titles, *facts.contradictions(text, own)])
        edits = grammar.mended(text, edits)
        best = prior.best_pack(
            (c.candidate.pack, c.probability) for cs in choices for c in cs if c.candidate is not None
        )
        return Decoded(tuple(edits), "done", score, best, pieces)

    def restore_spun(self, text: str) -> list[Edit]:
        """Propose edits for a text that is known to be spun, whatever its own evidence: for trying entries."""
        return grammar.mended(text, self.chosen_spun(text))

    def chosen_spun(self, text: str) -> list[Edit]:
        """Give what :meth:`restore_spun` proposes before the grammar of the result is mended."""
        block = Block("b1", "", "paragraph", 0, len(text))
        edits: list[Edit] = []
        for piece in self.pieces(text, [block]):
            edits += self.edits(text, piece, self.decode(piece, self.weights.later, KNOWN_SPUN))
        return edits

    def pieces(self, text: str, blocks: Sequence[Block], far: float = FAR) -> list[Piece]:
        """Cut the blocks into what is decoded together: labels and bodies apart.

        They are for decoding until others are made: the numbers of their words
        may be given anew after that.  ``far``: options that far behind another of their place are not weighed.
        """
        self._forget(len(text))
        made = cuts(text, blocks)
        counts = phrases(cut for _, cut in made)
        return self.laid_out(made, [self.matches(cut) for _, cut in made], counts, far)

    def matches(self, found: Sequence[Token]) -> list[Match]:
        """Give what the stretches of tokens may stand for, by all channels."""
        matches = candidates.find_matches(found, self._trie)
        if self._near_misses is not None:
            matches = merged(matches, self._near_misses.matches(found))
        if self._glossary is not None:
            matches = merged(matches, self._glossary.matches(found, is_title(found)))
        return matches

    def piece(
        self, found: list[Token], matches: list[Match], counts: Mapping[Words, int], far: float = math.inf
    ) -> Piece:
        """Lay out the lattice of tokens, with the features of its options that do not change from pass to pass.

        ``counts``: how often each phrase stands in the document; ``far``: as for :meth:`pieces`.
        """
        return self.laid_out([(0, found)], [matches], counts, far)[0]

    def laid_out(
        self,
        cuts: Sequence[tuple[int, list[Token]]],
        matches: Sequence[list[Match]],
        counts: Mapping[Words, int],
        far: float,
    ) -> list[Piece]:
        """Lay out stretches of tokens, each with its block and what it may stand for."""
        whole: list[Token] = []
        every: list[Match] = []
        capital: list[float] = []
        placed: list[list[float]] = []
        titles = [is_title(found) for _, found in cuts]
        for (_, found), given, title in zip(cuts, matches, titles, strict=True):
            shift = len(whole)
            whole += found
            every += [Match(first + shift, last + shift, options) for first, last, options in given]
            capital += self.capital(found, given, title)
            placed += [reranker.place(found, match.first, title) for match in given]
        everything = self._knowledge.of(whole, every, self._language.vocabulary)
        akin = self.akin(everything)
        signs = no_signs() if not every else Signs(
            self.early(whole, every, everything, capital, counts, akin),
            np.concatenate([k.slopes for k in everything]),
            self.more(every, everything, akin, placed),
            np.concatenate([k.taught for k in everything]),
        )
        near = self.near(every, signs, far)
        words = [words for k in everything for words in k.words]
        if not near.all():
            signs = signs.of(near)
            words = list(itertools.compress(words, near.tolist()))
        left = iter(near.tolist())
        pieces: list[Piece] = []
        at = 0
        for (block, found), given, title in zip(cuts, matches, titles, strict=True):
            weighed = [m._replace(candidates=tuple([c for c in m.candidates if next(left)])) for m in given]
            end = at + sum([len(match.candidates) for match in weighed])
            laid = decoder.lattice(found, weighed, words[at:end], self._language.vocabulary)
            pieces.append(Piece(block, found, given, title, laid, signs.of(slice(at, end))))
            at = end
        return pieces

    def near(self, matches: Sequence[Match], signs: Signs, far: float) -> Flags:
        """Tell of each option whether what is known before the models are asked puts it near the best of its place.

        Only options of packs named as those that come with Unspin are ever far behind (``taught``), and only behind
        one another: what a term is worth is not known before the document is, and of anybody else's entries no gold
        article tells.
        """
        taught = signs.taught
        near = np.ones(len(taught), np.bool_)
        if far == math.inf or not matches:
            return near
        worth = (signs.early * (np.array(self.weights.later) + signs.slopes)).sum(axis=1)
        worth = np.where(taught, worth, -math.inf)
        sizes = np.array([len(match.candidates) for match in matches])
        best = np.repeat(np.maximum.reduceat(worth, ends(sizes)[:-1]), sizes)
        near[taught] = worth[taught] > best[taught] - far
        return near

    def early(
        self,
        found: Sequence[Token],
        matches: Sequence[Match],
        known: Sequence[Known],
        capital: Sequence[float],
        counts: Mapping[Words, int],
        akin: Floats,
    ) -> Floats:
        """Give the features of all options that do not change from pass to pass, (options, features)."""
        values = np.concatenate([k.own for k in known])
        columns = {
            "capital": capital,
            "present": self.present(found, matches, counts),
            "article": suits_article(found, matches),
            "akin": odds(akin),
            "akin_answer": standing(akin),
            **self.suits(found, matches, known),
        }
        for name, column in columns.items():
            values[:, features.INDEX[name]] = column
        return values

    def capital(self, found: Sequence[Token], matches: Sequence[Match], title: bool) -> list[float]:
        """Tell for each option whether its place is written like a name."""
        values: list[float] = []
        for first, _, given in matches:
            values += [float(features.is_capital(found[first], title))] * len(given)
        return values

    def suits(
        self, found: Sequence[Token], matches: Sequence[Match], known: Sequence[Known]
    ) -> dict[str, Floats]:
        """Give how much better each option suits what is around it than what stands there.

        By the context model in its sentence (``context``), and by what the
        document and the words nearby are about.
        """
        begins = [i for i, token in enumerate(found) if token.breaks or not i] + [len(found)]
        words = [token.word for token in found]
        left, right = self._context.all_contexts([words[low:high] for low, high in pairwise(begins)])
        breaks = np.zeros(len(found), np.int64)
        breaks[begins[:-1]] = WINDOW  # as many rows lie before each sentence
        rows = np.cumsum(breaks) + np.arange(len(found))
        spans = np.array([(match.first, match.last) for match in matches])
        around = {
            "context": left[rows[spans[:, 0]]] + right[rows[spans[:, 1] - 1] + 1],
            **self._topics.around(self._topics.numbers(words), spans),
        }
        sizes = np.array([len(k.vectors) for k in known])
        vectors = np.concatenate([k.vectors for k in known])
        stays = np.cumsum(sizes) - sizes
        options = np.ones(len(vectors), np.bool_)
        options[stays] = False
        columns: dict[str, Floats] = {}
        for name, places in around.items():
            each = np.repeat(places, sizes, axis=0)
            # One product a row: its bits do not depend on how many rows there are.
            scores = np.matmul(each[:, None, :], vectors[:, :, None])[:, 0, 0].astype(np.float64)
            columns[name] = (scores - np.repeat(scores[stays], sizes))[options]
        return columns

    def akin(self, known: Sequence[Known]) -> Floats:
        """Give what became of options' spun phrases in the gold articles most like the document, (options, COUNTS)."""
        if not known:
            return np.zeros((0, COUNTS))
        likeness = self.records.likeness(np.concatenate([k.phrases for k in known]))
        phrases, pairs = (np.concatenate(parts) for parts in zip(*(k.asked for k in known), strict=True))
        return self.records.counts(Asked(phrases, pairs), likeness)

    def more(
        self, matches: Sequence[Match], known: Sequence[Known], akin: Floats, placed: Sequence[Sequence[float]]
    ) -> Floats:
        """Give what else the reranker sees of all options, (options, reranker.MORE)."""
        places = np.repeat(np.array(placed), [len(match.candidates) for match in matches], axis=0)
        return np.concatenate([np.concatenate([k.standing for k in known]), reranker.calmed(akin), places], axis=1)

    def present(self, found: Sequence[Token], matches: Sequence[Match], counts: Mapping[Words, int]) -> list[float]:
        """Give how often each option's plain phrase stands in the document already, against the spun one."""
        values: list[float] = []
        for first, last, given in matches:
            own = counts.get(tuple([t.word for t in found[first:last]]), 0) + 0.5
            for candidate in given:
                others = counts.get(candidate.words, 0)
                values.append(math.log((others + 0.5) / (others + own)))
        return values

    @property
    def records(self) -> Records:
        """What became of phrases in gold articles."""
        return self._knowledge.records

    def use_records(self, records: Records) -> None:
        """Weigh with other records from now on."""
        self._knowledge.use_records(records)

    def use_domain(self, domain: DomainModel) -> None:
        """Ask another model of plain articles from now on, one with the same numbers of words."""
        self._language.use_domain(domain)

    def _forget(self, size: int) -> None:
        """Empty the memory of words and trigrams before a text that it has no room for."""
        if len(self._language.vocabulary) + size // 2 > ROOM:
            self._language.forget()
            self._knowledge.forget()
        self._knowledge.turn()
        self._context.turn()
        candidates.turn(self._trie)
        if self._glossary is not None:
            self._glossary.turn()

    # -- documents

    def document(self, pieces: Sequence[Piece]) -> Document:
        """Lay out the options of pieces together; what blocks they are of is in them."""
        options = [option.candidate for piece in pieces for option in piece.lattice.options]
        rules, _ = passes.numbered([candidate.rule for candidate in options])
        terms = np.array([candidate.channel == "glossary" for candidate in options], np.bool_)
        packs, names = passes.numbered([candidate.pack for candidate in options])
        blocks = np.array([piece.block for piece in pieces], np.int64)
        lattices = [piece.lattice for piece in pieces]
        parts = passes.parted(lattices)
        return Document(
            parts,
            graph(parts[0], self._language) if len(parts) == 1 else None,
            laid_spots(lattices),
            Signs.joined([piece.signs for piece in pieces]),
            options,
            rules,
            terms,
            packs,
            names,
            passes.numbered(
                [" ".join([t.word for t in p.found[m.first : m.last]]) for p in pieces for m in p.matches]
            )[0],
            np.repeat(blocks, [len(piece.matches) for piece in pieces]),
            np.bincount(blocks, [len(piece.found) for piece in pieces]).astype(np.int64),
        )

    def solve(
        self, document: Document, weights: Sequence[float], known: Findings, later: bool = False
    ) -> tuple[list[int], Weighed]:
        """Decode a document under a weight vector: the options on its best paths, and how likely each reading is.

        In the ``later`` passes phrases have weights of their own.

        Of a document in several parts the graphs are made anew each time, since all at once would need much memory.
        """
        worth, models = passes.channel(document, weights, known, later), self.mixture(weights).weights
        made: list[tuple[Spots, Weighed]] = []
        path: list[int] = []
        spot = option = 0
        for part in document.parts:
            laid = document.graph or graph(part, self._language)
            spots, options = spot + len(laid.spots.first), option + len(laid.spots.of)
            own = worth[option:options]
            on = best(laid, own, models)
            path += (np.flatnonzero(on[laid.nodes.into[:-1]]) + option).tolist()
            weighed = weigh(laid, on, known.spun[spot:spots], own, models)
            if document.graph:
                return path, weighed
            made.append((laid.spots, weighed))
            spot, option = spots, options
        return path, joined(made)

    def judged(
        self, document: Document, weighed: Weighed, weights: Sequence[float], known: Findings
    ) -> Weighed:
        """Judge the readings of a later pass under a weight vector again, all that is known of each seen together."""
        worth = passes.channel(document, weights, known, later=True)
        values = passes.values(document, known)
        return self._reranker.judged(document.spots, weighed, values, worth, document.signs.more, document.signs.taught)

    def decode(self, piece: Piece, weights: Sequence[float], context: features.Context) -> list[Choice]:
        """Decode one piece by itself, as in the later passes, and give its choices."""
        document = self.document([piece])
        known = passes.given(document, context)
        _, weighed = self.solve(document, weights, known, later=True)
        weighed = self.judged(document, weighed, weights, known)
        return decoder.choices(document.spots, weighed, [piece.lattice])[0]

    def mixture(self, weights: Sequence[float]) -> Mixture:
        """Give the language models mixed as a weight vector says."""
        trigram, web, domain = (weights[features.INDEX[name]] for name in features.MODELS)
        return self._language.mixture((trigram, web, domain))

    def edits(self, text: str, piece: Piece, choices: Sequence[Choice], spelling: str = "") -> list[Edit]:
        """Turn choices into edits, spelt as the document is: sure ones changed, doubtful ones suspect."""
        made: list[Edit] = []
        for choice in choices:
            # No candidate is worth more than all together.
            if sum([chance for chance, other in choice.others if other is not None]) < self.weights.suspect - 1e-9:
                continue
            readings = in_one(choice.others, spelling) if spelling else choice.others
            ranked = agreement.worth(readings, self._agreement)
            if not ranked:
                continue
            chance, candidate = ranked[0]
            applied = choice.candidate is not None and chance >= self.bound and not candidate.suspect
            if not applied and chance < self.weights.suspect:
                continue
            start, end = piece.found[choice.first].start, piece.found[choice.last - 1].end
            if closes(text, piece.found, choice.last) and not candidate.plain.endswith("."):
                end -= 1
            original = text[start:end]
            new = grammar.written(text, start, end, candidate.plain, piece.title, not choice.first)
            if new == original:
                continue
            others = tuple(dict.fromkeys(c.plain if c else original for _, c in readings if c is not candidate))
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
                    round(min(chance, 1.0), 4),
                    others[:6],
                )
            )
        return made


def cuts(text: str, blocks: Sequence[Block]) -> list[tuple[int, list[Token]]]:
    """Cut the blocks of a text into stretches of tokens, each with the number of its block: labels and bodies apart."""
    found: list[tuple[int, list[Token]]] = []
    front = front_matter(text)
    fenced = code(text, blocks)
    for number, block in enumerate(blocks):
        if block.block_id in fenced:
            continue
        spans: list[Span] = []
        if block.kind == "metadata":
            if block.start < front or (block.label and is_settled(text[slice(*block.label)])):
                continue  # its key is nobody's wording
            spans = [block.label] if block.label else [(block.start, block.end)]
        elif block.label:
            spans = [block.label, (max(block.body, block.label[1]), block.end)]
        else:
            spans = [(block.start, block.end)]
        found += [(number, cut) for start, end in spans if (cut := tokens(text, start, end))]
    return found


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


def suits_article(found: Sequence[Token], matches: Sequence[Match]) -> list[float]:
    """Give for each option how much better the article before it suits it than what stands there.

    Spinners leave it as it was: before *an pressing matter* stood *an urgent matter*.
    """
    values: list[float] = []
    for first, _, given in matches:
        before = found[first - 1].word if first and not found[first].breaks and found[first].joint else ""
        if before not in {"a", "an"}:
            values += [0.0] * len(given)
            continue
        stays = article(found[first].word) == before
        values += [float((article(c.words[0]) == before) - stays) if c.words else 0.0 for c in given]
    return values


def sentence_ends(found: Sequence[Token], at: int) -> bool:
    """Tell whether a sentence or the text ends before the token of a number."""
    return at == len(found) or found[at].breaks


def closes(text: str, found: Sequence[Token], at: int) -> bool:
    """Tell whether the full stop before the token of a number ends its sentence too (``12 p.c. They``)."""
    return text[found[at - 1].end - 1] == "." and sentence_ends(found, at)


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
