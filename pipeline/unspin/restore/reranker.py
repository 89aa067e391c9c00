"""Judge the readings of each place once more, by small neural networks.

The decoder adds up what speaks for a candidate, so that it can search all paths
at once.  How much one sign is worth hangs on the others: that a plain phrase was
seen once among many answers says little where the words around are those of
its usual company, and much where the lexicon knows it from one article alone.
After each of the later passes perceptrons with two hidden layers see all signs of a
reading together, with how the decoder judged it against the others of its place
and how often the gold articles show the phrase at all, and say what to add to
its log-odds, on the average (``tests/tuning/perceptron.py``).  Which stretches are places at all they do not change.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np

from unspin.restore import features
from unspin.restore.arrays import Floats, Ints, ends
from unspin.restore.candidates import Candidate
from unspin.restore.graph import Flags, Spots, Weighed, best_of, shares
from unspin.restore.tokens import Token

#: Families of packs that it tells apart, and the parts of speech by the first letter of their Penn tags.
FAMILIES = ("newswire", "web", "thesaurus")
SPEECH = ("N", "V", "J", "R", "X")

#: What is known of an option besides its features, in order.
STANDING = (
    "kept", "replaced", "answers", "kinds",  # what became of the spun phrase in gold: ``calmed`` counts
    "plain_kept", "plain_replaced",  # what became of the plain phrase where a spinner wrote it
    *(f"family_{name}" for name in FAMILIES), "science",
    *(f"speech_{letter}" for letter in SPEECH),
    "proposed", "spun_words", "plain_words",
)  # fmt: skip
NEARBY = ("kept_akin", "replaced_akin", "answers_akin", "kinds_akin")  #: the first four by articles like the document
PLACE = ("title", "short", "opens")  #: of the block or of where the place stands in it
MORE = STANDING + NEARBY + PLACE

#: What the networks see of a reading: features but those of the language models, what these say together, how the
#: decoder judged it, and the above.
JUDGED = ("models", "odds", "behind", "any", "many")
INPUTS = features.NAMES[: -len(features.MODELS)] + JUDGED + MORE

#: The family of each pack.
Families = Mapping[str, str]

#: Tokens of a block below which its places are ``short``.
SHORT = 7

#: Log-odds beyond these are taken for these, and inputs beyond so many standard deviations for so many.
ODDS, LIMIT = 30.0, 6.0

#: Readings that go through the networks in one product, and that are laid out for it at a time (2 KB each).
ROWS, MOST = 256, 16_384

RERANKER_PATH = Path(__file__).with_name("reranker.npz")


def calmed(counts: Floats) -> Floats:
    """Give what ``Records.counts`` gives as the networks see it: logs, and the root of how many kinds.

    >>> calmed(np.array([[1, 7, 7, 4]])).round(2).tolist()
    [[0.69, 2.08, 2.08, 2.0]]
    """
    return np.concatenate([np.log1p(counts[:, :3]), np.sqrt(counts[:, 3:])], axis=1)


def standing(candidates: Sequence[Candidate], lengths: Ints, own: Floats, plain: Floats, families: Families) -> Floats:
    """Give what is known of candidates wherever they stand, (candidates, STANDING).

    ``lengths``: tokens of the key of each; ``own``, ``plain``: what became of each spun phrase and of each plain one in
    gold, as ``Records.counts`` gives it; ``families``: of the packs.
    """
    columns = [
        *one_of(FAMILIES, [families.get(c.pack, "") for c in candidates]),
        [c.science for c in candidates],
        *one_of(SPEECH, [c.form[:1] for c in candidates]),
        [c.suspect for c in candidates],
        lengths / 2,
        [len(c.words) / 2 for c in candidates],
    ]
    return np.concatenate([calmed(own), calmed(plain)[:, :2], np.array(columns, np.float64).T], axis=1)


def one_of(names: Sequence[str], values: Sequence[str]) -> Floats:
    """Tell for each name which values are it, (names, values).

    >>> one_of(["web", "newswire"], ["web", "", "web"]).tolist()
    [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    numbers = {name: number for number, name in enumerate(names)}
    here = np.array([numbers.get(value, -1) for value in values])
    found: Floats = (here == np.arange(len(names))[:, None]).astype(np.float64)
    return found


def place(found: Sequence[Token], first: int, title: bool) -> list[float]:
    """Give what is known of a place whatever may stand there, in order of ``PLACE``."""
    return [float(title), float(len(found) < SHORT), float(found[first].breaks or not first)]


class Reranker:
    """The networks: how their inputs are scaled, and for each layer a matrix and offsets of each network.

    >>> ones = [(np.ones((2, 3, 1)), np.zeros((2, 1)))]
    >>> Reranker(np.zeros(3), np.ones(3), ones).added(np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]])).tolist()
    [3.5, 0.0]
    """

    def __init__(
        self, mean: Floats, scale: Floats, layers: Sequence[tuple[Floats, Floats]], packs: Set[str] = frozenset()
    ) -> None:
        self._mean, self._scale, self._layers = mean, scale, layers
        self._packs = packs  # with whose entries they were taught

    def knows(self, candidate: Candidate) -> bool:
        """Tell whether candidates like this one taught the networks; of others they say nothing."""
        return candidate.channel == "pack" and candidate.pack in self._packs

    @classmethod
    def load(cls, path: Path = RERANKER_PATH) -> Reranker:
        """Read the networks from their file (no pickles inside)."""
        with np.load(path, allow_pickle=False) as data:
            if bytes(data["inputs"]).decode("utf-8").split("\n") != list(INPUTS):
                raise ValueError(f"{path}: made for other inputs; run tests/tuning/fit_weights.py --write")
            layers = [
                (data[f"matrix{number}"].astype(np.float64), data[f"offset{number}"].astype(np.float64))
                for number in range(sum(key.startswith("matrix") for key in data))
            ]
            packs = frozenset(bytes(data["packs"]).decode("utf-8").split("\n"))
            return cls(data["mean"], data["scale"], layers, packs)

    def added(self, inputs: Floats) -> Floats:
        """Give what to add to the log-odds of readings, (readings,), by their inputs, (readings, inputs)."""
        found = np.zeros(len(inputs))
        for low in range(0, len(inputs), MOST):
            found[low : low + MOST] = self._added(inputs[low : low + MOST])
        return found

    def _added(self, inputs: Floats) -> Floats:
        many, width = inputs.shape
        padded = np.zeros((-(-many // ROWS) * ROWS, width))
        padded[:many] = np.clip((inputs - self._mean) / self._scale, -LIMIT, LIMIT)
        # Products of one size, so that their last bits do not depend on how many rows there are.
        signal = padded.reshape(1, -1, ROWS, width)
        for number, (matrix, offset) in enumerate(self._layers):
            signal = signal @ matrix[:, None] + offset[:, None, None]
            if number < len(self._layers) - 1:
                signal = np.maximum(signal, 0.0)
        found: Floats = signal.mean(axis=0).reshape(-1)[:many]
        return found

    def judged(
        self, spots: Spots, weighed: Weighed, values: Floats, worth: Floats, more: Floats, known: Flags
    ) -> Weighed:
        """Judge all readings of a document again.

        By option: ``values``, the features; ``worth``, what it was to the decoder without the language models;
        ``more``, what is known besides; ``known``, whether the networks know its like.
        """
        if not len(weighed.places):
            return weighed
        begins, counts = weighed.begins[:-1], np.diff(weighed.begins)
        told = np.log(np.maximum(weighed.chances, 1e-300))
        odds = told - np.repeat(told[begins], counts)
        others = weighed.options >= 0
        options = weighed.options[others]
        models = odds[others] - worth[options]
        added = self.added(inputs(odds[others], models, counts - 1, values[options], more[options]))
        odds[others] += np.where(known[options], added, 0.0)
        chances = shares(odds, weighed.begins)
        return weighed._replace(chances=chances, taken=taken(spots, weighed, chances))


def inputs(odds: Floats, models: Floats, counts: Ints, values: Floats, more: Floats) -> Floats:
    """Give what the networks see of the readings of places, those that keep the text left out, (readings, inputs).

    ``odds``: what each is worth to the decoder, as log-odds against keeping the text; ``models``: the language models'
    part in that; ``counts``: readings of each place, at least one; ``values``: features; ``more``: see ``MORE``.
    """
    begins = ends(counts)[:-1]
    own = np.clip(odds, -ODDS, ODDS)
    judged = [
        models,
        own,
        own - np.repeat(np.maximum.reduceat(own, begins), counts),
        np.repeat(np.log1p(np.add.reduceat(np.exp(own), begins)), counts),
        np.repeat(np.log(counts), counts),
    ]
    return np.concatenate([values[:, : -len(features.MODELS)], np.stack(judged, axis=1), more], axis=1)


def taken(spots: Spots, weighed: Weighed, chances: Floats) -> Ints:
    """Give the likeliest option at each place, -1 where the tokens stay; where places overlap, one alone changes."""
    likely = best_of(chances, weighed.begins)
    found = weighed.options[likely]
    first, last = spots.first[weighed.places], spots.last[weighed.places]
    covered = np.zeros(int(last.max()) + 1, np.bool_)
    # What the path changes already comes first, then the surest.
    order = np.lexsort((-chances[likely], weighed.taken < 0))
    for number in order[found[order] >= 0].tolist():
        low, high = first[number], last[number]
        if covered[low:high].any():
            found[number] = -1
        else:
            covered[low:high] = True
    return found


@functools.lru_cache(maxsize=1)
def shipped() -> Reranker:
    """Give the networks that come with Unspin, loaded once."""
    return Reranker.load()
