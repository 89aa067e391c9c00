"""What is known of a candidate besides how it reads: the features that weights.json weighs."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.restore.candidates import Candidate, Match
from unspin.restore.tokens import Token

#: Names of the features, in the order of every weight vector.
NAMES = (
    "changed",  # 1 for every candidate, 0 for keeping: the threshold
    "longer",  # words of the plain phrase less words of the spun one: the language model prefers fewer words
    "phrase",  # the spun phrase has several words: these are seldom chance
    "capital",  # capitalised where no sentence begins and the block is not in Title Case: likely a name
    "short",  # a spun word of four letters or less
    "fuzzy",
    "glossary",
    "open",
    "frequency",  # log frequency of the plain phrase less that of the spun one, out of context
    "document",  # log-odds of the share of matches changed in the document
    "block",  # the same of the block less that of the document
    "elsewhere",  # -1 to 1: how surely the same rule fired at its other places in the document
    "trigram",
    "web",
)

INDEX = {name: at for at, name in enumerate(NAMES)}


class Context(NamedTuple):
    """What the first pass found out about a document and a block."""

    document: float = 0.0
    block: float = 0.0
    elsewhere: Mapping[str, tuple[float, int]] = {}  #: rule -> sum of probabilities, number of places


class Weights(NamedTuple):
    """The weights of both passes and the thresholds, as read from ``weights.json``."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    changed: float  #: least probability of an applied edit
    suspect: float  #: least probability of a proposed one
    spin: tuple[float, float]  #: intercept and slope of the spin score over evidence per 100 words
    clean: float  #: a document below this spin score is clean


WEIGHTS_PATH = Path(__file__).with_name("weights.json")


@functools.lru_cache(maxsize=4)
def load_weights(path: Path = WEIGHTS_PATH) -> Weights:
    """Read the weights that ``tests/tuning/fit_weights.py`` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))

    def vector(part: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(float(part.get(name, 0.0)) for name in NAMES)

    return Weights(vector(data["first"]), vector(data["second"]), float(data["changed"]), float(data["suspect"]),
                   (float(data["spin"][0]), float(data["spin"][1])), float(data["clean"]))


def static(match: Match, candidate: Candidate, found: Sequence[Token], title: bool, context: Context,
           frequency: float, own: float = 0.0) -> list[float]:
    """Give the features of a candidate but for the language models' (0 there).

    ``own`` is the probability that the rule had at this very place in the
    first pass; it does not count as evidence from elsewhere.
    """
    token = found[match.first]
    values = [0.0] * len(NAMES)
    values[0] = 1.0
    values[1] = float(len(candidate.words) - (match.last - match.first))
    values[2] = float(match.last - match.first > 1)
    values[3] = float(token.shape != "lower" and not token.breaks and not title)
    values[4] = float(match.last - match.first == 1 and len(token.word) <= 4)
    values[5] = float(candidate.channel == "fuzzy")
    values[6] = float(candidate.channel == "glossary")
    values[7] = float(candidate.channel == "open")
    values[8] = frequency
    values[9] = context.document
    values[10] = context.block
    total, places = context.elsewhere.get(candidate.rule, (0.0, 0))
    if places > 1:
        values[11] = 2.0 * (total - own) / (places - 1) - 1.0
    return values


def dot(weights: Sequence[float], values: Sequence[float]) -> float:
    """Give the weighted sum."""
    return math.fsum(w * v for w, v in zip(weights, values, strict=True) if v)


def log_odds(share: float) -> float:
    """Give the natural log-odds of a share, kept within -4 and 4.

    >>> log_odds(0.5)
    0.0
    """
    share = min(max(share, 0.018), 0.982)
    return math.log(share / (1.0 - share))
