"""What is known of a candidate besides how it reads: the features that weights.json weighs."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from unspin.restore.arrays import Floats
from unspin.restore.candidates import Candidate
from unspin.restore.graph import Flags
from unspin.restore.tokens import Token

#: Names of the features, in the order of every weight vector.
NAMES = (
    "changed",  # 1 for every candidate, 0 for keeping: the threshold
    "longer",  # words of the plain phrase less words of the spun one: the language model prefers fewer words
    "phrase",  # the spun phrase has several words: these are seldom chance
    "capital",  # capitalised where no sentence begins and the block is not in Title Case: likely a name
    "short",  # a spun word of four letters or less
    "fuzzy",  # how much rarer a misspelt word is than the one meant: what the language models gain by that is no sign
    "glossary",  # a term of a science pack where the document shows no sign of that pack
    "open",
    "frequency",  # log frequency of the plain phrase less that of the spun one, out of context
    "document",  # log-odds of the share of matches changed in the document
    "block",  # the same of the block less that of the document
    "elsewhere",  # -1 to 1: how surely the same rule fired at its other places in the document
    "judged",  # log-odds that the spun phrase is a replacement, as its entries were judged
    "share",  # how much of that falls to this plain phrase
    "record",  # the same from the gold articles: log-odds that the key is a replacement there
    "answer",  # log share of this plain phrase among the key's replacements there
    "context",  # how much better the plain phrase suits the ten words around, by the context model
    "density",  # log of the document's evidence per ten words
    "together",  # what the rule's other places say together: sum of log-odds over the root of their number
    "present",  # log of how often the plain phrase itself stands in the document, against the spun one:
    # a spinner that replaces a word mostly replaces it everywhere
    "stranger",  # how seldom packs of this one's family explain what was found in the document: log share, 0 at best
    "topic",  # how much better the plain phrase suits what the document is about (``topics.py``)
    "nearby",  # the same of the thirty words to either side
    "akin",  # what "record" is, from the gold articles most like the document (``gold_records.py``)
    "akin_answer",  # what "answer" is, from these
    "told",  # log-odds that a phrase is a replacement, as it is told: that it is a term of the glossary, by how its
    # words stand for the term's (``glossary.py``), or that an entry holds, by the author of a pack of others
    "article",  # 1 where ``a`` or ``an`` before the place suits the plain phrase and not the spun one, -1 the reverse
    "trigram",
    "web",
    "domain",  # log P of the words by the bigrams of plain articles (``domain_model.py``), likewise
)

#: The language models among them.
MODELS = ("trigram", "web", "domain")

#: Weights of what ``weights.json`` does not name yet: those of channels that came after it was written.
USUAL = {"fuzzy": 0.6, "glossary": -6.0, "told": 1.0}

INDEX = {name: at for at, name in enumerate(NAMES)}


class Context(NamedTuple):
    """What is known of a document and a block."""

    document: float = 0.0
    block: float = 0.0
    density: float = 0.0
    packs: frozenset[str] | None = None  #: science packs that the document shows no sign of; None: it is not known yet


class Weights(NamedTuple):
    """The weights of the first pass and of the later ones, and the thresholds, as read from ``weights.json``."""

    first: tuple[float, ...]
    later: tuple[float, ...]
    changed: float  #: least probability of an applied edit
    suspect: float  #: least probability of a proposed one
    spin: tuple[float, float]  #: intercept and slope of the spin score over the evidence in proportion
    clean: float  #: a document below this spin score is clean
    rescore: tuple[float, float, float] = (0.0, 1.0, 0.0)  #: of any change, the decoder's and a transformer's odds


WEIGHTS_PATH = Path(__file__).with_name("weights.json")


@functools.lru_cache(maxsize=4)
def load_weights(path: Path = WEIGHTS_PATH) -> Weights:
    """Read the weights that ``tests/tuning/fit_weights.py`` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))

    def vector(part: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(float(part.get(name, USUAL.get(name, 0.0))) for name in NAMES)

    return Weights(
        vector(data["first"]),
        vector(data["later"]),
        float(data["changed"]),
        float(data["suspect"]),
        (float(data["spin"][0]), float(data["spin"][1])),
        float(data["clean"]),
        (data["rescore"][0], data["rescore"][1], data["rescore"][2]),
    )


#: What is added to the log-odds by which the author of a pack says that an entry holds: against what every change
#: has to overcome.  As 400 pairs that hold were tried, once the shipped packs and all counts had forgotten them.
AUTHOR = 2.0

#: What is added besides for each further word of the phrase, in proportion: who tells of *demanding situations* means
#: that, and not the *demanding* of another entry of his.
LONGER = 1.7

#: Of ten places, at how many an entry of others holds where its author does not say, and one that is a suspect.
UNSAID, DOUBTED = 5, 3


def authors_odds(candidate: Candidate) -> float:
    """Give the log-odds that an entry of a pack of others holds where its phrase stands.

    >>> base = Candidate("x", ("x",), "r", "p", "NN", "pack", False, 9)
    >>> [round(authors_odds(base._replace(often=often)), 2) for often in (9, 1, 0)]
    [4.2, -0.2, 2.0]
    >>> round(authors_odds(base._replace(spun="a b c")), 2)
    7.26
    """
    part = (candidate.often or (DOUBTED if candidate.suspect else UNSAID)) / 10.0
    return math.log(part / (1.0 - part)) + AUTHOR + LONGER * part * min(candidate.spun.count(" "), 3)


def own(
    candidates: Sequence[Candidate], spun: Sequence[Sequence[str]], frequencies: Floats, strange: Flags
) -> Floats:
    """Give the features of candidates for the words of their keys, wherever they stand, (candidates, features).

    0 for all others, and what became of the keys in gold articles is not among them.
    ``spun``: the words of each one's key; ``frequencies``: how much likelier each is than these by themselves;
    ``strange``: which are of packs that did not come with Unspin, so that their authors' word is all there is.
    """
    values = np.zeros((len(candidates), len(NAMES)))
    terms = np.array([c.channel == "glossary" for c in candidates], np.bool_)
    changed = np.array([c.changed_odds for c in candidates])
    columns: dict[str, Any] = {
        "changed": 1.0,
        "longer": [len(c.words) - len(words) for c, words in zip(candidates, spun, strict=True)],
        "phrase": [len(words) > 1 for words in spun],
        "short": [len(words) == 1 and len(words[0]) <= 4 for words in spun],
        "fuzzy": [c.slip for c in candidates],
        "open": [c.channel == "open" for c in candidates],
        "frequency": frequencies,
        "judged": np.where(terms | strange, 0.0, changed),
        "told": [
            authors_odds(c) if alien else c.changed_odds if term else 0.0
            for c, term, alien in zip(candidates, terms.tolist(), strange.tolist(), strict=True)
        ],
        "share": np.where(strange, 0.0, [c.answer_share for c in candidates]),
    }
    for name, column in columns.items():
        values[:, INDEX[name]] = column
    return values


def is_capital(token: Token, title: bool) -> bool:
    """Tell whether a token is written like a name: capitalised where neither a sentence nor Title Case makes it so."""
    return token.shape != "lower" and not token.breaks and not title


def strangers(places: Mapping[str, float], families: Mapping[str, str]) -> dict[str, float]:
    """Give the feature "stranger" of each pack from the places that each pack explains in a document.

    A pack of the family that explains most has 0; two pseudo-places for every
    family keep few places from deciding.

    >>> told = strangers({"news": 30.0, "web": 2.0}, {"news": "newswire", "web": "web", "sport": "newswire"})
    >>> {name: round(value, 2) for name, value in told.items()}
    {'news': 0.0, 'web': -2.08, 'sport': 0.0}
    """
    seen = dict.fromkeys(families.values(), 2.0)
    for pack, count in places.items():
        if pack in families:
            seen[families[pack]] += count
    most = max(seen.values(), default=1.0)
    return {pack: math.log(seen[family] / most) for pack, family in families.items()}


def log_odds(share: float) -> float:
    """Give the natural log-odds of a share, kept within -4 and 4.

    >>> log_odds(0.5)
    0.0
    """
    share = min(max(share, 0.018), 0.982)
    return math.log(share / (1.0 - share))
