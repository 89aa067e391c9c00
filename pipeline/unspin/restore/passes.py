"""What a pass over a document found out, and what that means for the next: arrays over all options of the document."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from unspin.restore import features, prior, reranker
from unspin.restore.arrays import Floats, Ints
from unspin.restore.candidates import Candidate
from unspin.restore.graph import Flags, Graph, Spots, Weighed, best_of
from unspin.restore.lattice import Lattice, cut

#: A block of an otherwise clean document was spun by itself where its own spin score reaches this, with several sure
#: hits (a phrase counts as two): at .9, one in 200 documents of clean news more was changed somewhere.
ALONE, SEVERAL = 0.98, 4.0

#: Share of its words that a document must have besides such blocks to be called clean but for them, and the spin score
#: that these must stay below: at the bound that calls a document clean, .9, whole paragraphs of spun pages were left as
#: they stood, whose rest scored .54 to .84; that of clean news with such a block scores below .14.
REST, REST_CLEAN = 0.33, 0.5

#: Share of a document's sure choices below which a pack has no part in it.
FEW = 0.1

#: Sure choices that tell which packs have a part in a document.
ENOUGH = 10


class Signs(NamedTuple):
    """What is known of options before the passes, side by side.

    >>> signs = Signs(np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 1)), np.array([True, False, True]))
    >>> signs.of(np.array([False, True, True])).taught.tolist()
    [False, True]
    """

    early: Floats  #: the features of each that do not change from pass to pass, (options, features)
    slopes: Floats  #: what to add to the weights of the later passes for each, (options, features)
    more: Floats  #: what else the reranker sees of each, (options, reranker.MORE)
    taught: Flags  #: whether the reranker knows the like of each

    @classmethod
    def joined(cls, parts: Sequence[Signs]) -> Signs:
        """Give the signs of several lots of options as one."""
        parts = [no_signs(), *parts]
        return cls(
            np.concatenate([part.early for part in parts]),
            np.concatenate([part.slopes for part in parts]),
            np.concatenate([part.more for part in parts]),
            np.concatenate([part.taught for part in parts]),
        )

    def of(self, which: slice | Flags) -> Signs:
        """Give the signs of some of the options."""
        return Signs(self.early[which], self.slopes[which], self.more[which], self.taught[which])


def no_signs() -> Signs:
    """Give the signs of no options."""
    wide = np.zeros((0, len(features.NAMES)))
    return Signs(wide, wide, np.zeros((0, len(reranker.MORE))), np.zeros(0, np.bool_))


class Document(NamedTuple):
    """The options of all blocks of a document, laid out together."""

    parts: list[list[Lattice]]  #: what is decoded in one go: more than one only where the document is very long
    graph: Graph | None  #: of the only part
    spots: Spots
    signs: Signs  #: of the options
    candidates: list[Candidate]
    rules: Ints  #: number of each option's rule
    terms: Flags  #: whether each option is a term of the glossary
    packs: Ints  #: number of each option's pack
    names: list[str]  #: of the packs
    keys: Ints  #: number of the words of each stretch of tokens that has options
    blocks: Ints  #: block of each stretch of tokens that has options
    sizes: Ints  #: tokens of each block


#: Tokens of which no more are decoded in one go: what the arrays of some 500 bytes a token need stays small.
MOST = 20_000


def parted(lattices: Sequence[Lattice], most: int = MOST) -> list[list[Lattice]]:
    """Part lattices into what is decoded in one go."""
    parts: list[list[Lattice]] = [[]]
    room = most
    for lattice in lattices:
        for piece in cut(lattice, most) if len(lattice.kept) > most else [lattice]:
            if len(piece.kept) > room and parts[-1]:
                parts.append([])
                room = most
            parts[-1].append(piece)
            room -= len(piece.kept)
    return parts


class Sure(NamedTuple):
    """The places of a pass, whether each is to change, and the sure changes among them."""

    blocks: Ints  #: of each place
    change: Floats  #: probability that the place is not to stay
    options: Ints  #: that are sure
    where: Ints  #: block of each of these
    evidence: Floats  #: what each is worth as evidence


class Findings(NamedTuple):
    """What a pass found out about a document; floats and arrays by option, as the features are."""

    late: dict[str, float | Floats]  #: features that the pass gives
    spun: Flags  #: whether each stretch with options lies in a block that may be edited


def numbered(names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Number names as they come.

    >>> numbered(["web", "news", "web"])
    (array([0, 1, 0]), ['web', 'news'])
    """
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64), list(numbers)


def sure(document: Document, weighed: Weighed) -> Sure:
    """Give the sure changes of a pass, phrases counting double since chance seldom makes them.

    Terms of the glossary count for nothing: it is no phrase that a spinner was seen to write, and with them one more
    in 300 documents of clean news was taken to be spun.
    """
    spots = document.spots
    places, begins = weighed.places, weighed.begins[:-1]
    taken = np.flatnonzero(weighed.taken >= 0)
    option = weighed.taken[taken]
    chance = weighed.chances[begins[taken] + 1 + option - spots.options[places[taken]]]
    taken, option = taken[chance >= prior.SURE], option[chance >= prior.SURE]
    longer = spots.last[places[taken]] - spots.first[places[taken]] > 1
    blocks = document.blocks[places]
    return Sure(
        blocks,
        1.0 - weighed.chances[begins],
        option,
        blocks[taken],
        np.where(document.terms[option], 0.0, np.where(longer, 2.0, 1.0)),
    )


def likeliest(weighed: Weighed) -> Ints:
    """Give the likeliest option at each place, the first of those that are."""
    chances = weighed.chances.copy()
    chances[weighed.begins[:-1]] = -1.0  # that the tokens stay
    return weighed.options[best_of(chances, weighed.begins)]


def judge(
    document: Document, weighed: Weighed, found: Sure, weights: features.Weights
) -> tuple[float, set[int]]:
    """Give the spin score of a document and the blocks that may be edited.

    A document that is clean but for some blocks, each with overwhelming evidence
    of its own, has the score of these, and only they may be edited.
    """
    sizes, spots, places = document.sizes, document.spots, weighed.places
    keys, phrases = document.keys[places], spots.last[places] - spots.first[places] > 1
    factors = prior.bayes_factors(found.change)
    # No spinner was seen to write a term of the glossary: it may tell against spinning, never for it.
    factors = np.where(document.terms[likeliest(weighed)], np.minimum(factors, 0.0), factors)

    def scored(blocks: Flags) -> float:
        """Give the score of some of the blocks, taken together."""
        there = blocks[found.blocks]
        of = np.zeros(int(there.sum()), np.int64)
        whole = prior.evidence(factors[there], keys[there], phrases[there], of, 1)
        return prior.spin_score(float(whole[0]), int(sizes[blocks].sum()), weights.spin)

    own = prior.evidence(factors, keys, phrases, found.blocks, len(sizes)).tolist()
    sure_ones = np.bincount(found.where, found.evidence, len(sizes)).tolist()
    alone = {
        number: score
        for number in range(len(sizes))
        if sure_ones[number] >= SEVERAL
        and (score := prior.spin_score(own[number], int(sizes[number]), weights.spin)) >= ALONE
    }
    everywhere = np.ones(len(sizes), np.bool_)
    whole = scored(everywhere)
    rest = everywhere.copy()
    rest[list(alone)] = False
    if alone and sizes[rest].sum() >= REST * sizes.sum() and scored(rest) < REST_CLEAN:
        return max(alone.values()), set(alone)
    if whole < weights.clean:
        return whole, set()
    return whole, {n for n in range(len(sizes)) if not prior.stands_apart(own[n], int(sizes[n]))}


def findings(
    document: Document,
    weighed: Weighed,
    found: Sure,
    spun: set[int],
    families: Mapping[str, str],
    science: Sequence[str],
) -> Findings:
    """Give what a pass says of the blocks that may be edited, as features of the next."""
    blocks = len(document.sizes)
    may = np.zeros(blocks, np.bool_)
    may[list(spun)] = True
    inside = may[found.blocks]
    whole = prior.share(float(found.change[inside].sum()), int(inside.sum()))
    changes = np.bincount(found.blocks, found.change, blocks).tolist()
    counts = np.bincount(found.blocks, minlength=blocks).tolist()
    told = features.log_odds(whole)
    shares = [features.log_odds(prior.share(a, n, whole)) - told for a, n in zip(changes, counts, strict=True)]
    counted = may[found.where]
    evidence = float(found.evidence[counted].sum())
    # What the rules came to at all their places.
    own = np.zeros(len(document.rules))
    other = weighed.options >= 0
    options, chances = weighed.options[other], weighed.chances[other]
    own[options] = chances
    of = document.spots.of
    there = may[document.blocks[of[options]]]
    options, chances = options[there], chances[there]
    rules, many = document.rules[options], int(document.rules.max(initial=0)) + 1
    totals = np.bincount(rules, chances, many)[document.rules]
    odds = np.bincount(rules, log_odds(chances), many)[document.rules]
    places = np.bincount(rules, minlength=many)[document.rules]
    rest = np.maximum(places - 1, 1)
    several = places > 1
    block = np.array(shares)[document.blocks[of]]
    packs = np.bincount(document.packs[found.options[counted]], minlength=len(document.names))
    by_name = {name: float(count) for name, count in zip(document.names, packs.tolist(), strict=True) if count}
    strange = features.strangers(by_name, families)
    all_sure = sum(by_name.values())
    absent = {n for n in science if all_sure >= ENOUGH and by_name.get(n, 0.0) < FEW * all_sure}
    late: dict[str, float | Floats] = {
        "glossary": foreign(document, absent),
        "document": told,
        "block": block,
        "density": math.log(10.0 * (evidence + 0.25) / (int(document.sizes[may].sum()) + 60.0)),
        "elsewhere": np.where(several, 2.0 * (totals - own) / rest - 1.0, 0.0),
        "together": np.where(several, (odds - log_odds(own)) / np.sqrt(rest), 0.0),
        "stranger": np.array([strange.get(name, 0.0) for name in document.names] or [0.0])[document.packs],
    }
    return Findings(late, may[document.blocks])


def given(document: Document, context: features.Context) -> Findings:
    """Give what is known beforehand: all options the same."""
    late: dict[str, float | Floats] = {
        "glossary": foreign(document, context.packs),
        "document": context.document,
        "block": context.block,
        "density": context.density,
    }
    return Findings(late, np.ones(len(document.spots.first), np.bool_))


def foreign(document: Document, absent: Set[str] | None) -> Floats:
    """Give ``glossary``: 1 for a science term where nothing shows, or not yet, that the document is of its field."""
    return np.array([float(c.science and (absent is None or c.pack in absent)) for c in document.candidates])


def channel(document: Document, weights: Sequence[float], known: Findings, later: bool = False) -> Floats:
    """Give what each option is worth whatever stands around it, by its features.

    ``later``: in a later pass than the first, where phrases have weights of their own.
    """
    own = np.array(weights) + (document.signs.slopes if later else 0.0)
    # Not a matrix product, whose last bits may depend on how many rows there are.
    worth: Floats = (document.signs.early * own).sum(axis=1)
    for name, values in known.late.items():
        worth += own[..., features.INDEX[name]] * values
    return worth


def values(document: Document, known: Findings) -> Floats:
    """Give all features of each option but for the language models' (0 there), (options, features)."""
    found = document.signs.early.copy()
    for name, column in known.late.items():
        found[:, features.INDEX[name]] = column
    return found


def log_odds(shares: Floats) -> Floats:
    """Give the natural log-odds of shares as ``features.log_odds`` does for one."""
    shares = np.clip(shares, 0.018, 0.982)
    return np.log(shares / (1.0 - shares))
