"""What became of a phrase in gold articles: in all of them, and in those that are most like a document.

One spinner writes *framework* for *system* wherever it can, another never; in
an article on medicine *treatment* is not what it is in one on refugees.  So
each gold article counts the more, the more phrases it shares with the document.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.cache import kept_arrays
from unspin.restore.arrays import Floats, Ints, ends, runs

#: (spun phrase, plain phrase) -> places in one gold article; the empty plain phrase counts places that stay.
Counts = Mapping[tuple[str, str], int]

RECORDS_PATH = Path(__file__).with_name("records.tsv")

#: An article weighs exp(SHARP * (cosine - USUAL)) against one of the usual cosine, and at most MOST.
#: Sharper did better on the gold articles from 12 to 35, and 50 no better.  The usual cosine lies at most ABOVE over
#: the mean of all articles: a text of a sentence or two shares little with any, and whatever gold says of its phrases
#: would count for less than in the texts of 400 words that were fitted to (these have means of .03).
SHARP, USUAL, MOST, ABOVE = 35.0, 0.05, 100.0, 0.025

#: Length of the vector of a text of some 80 words; of shorter ones cosines say less, in proportion, for they are those
#: with the few articles that happen to share a phrase.
LONG = 27.0

#: Places of one article that count: what a spinner does with a word it mostly does to all of them (without a bound
#: the articles that say it most often would decide; 1 and 2 did alike).
EACH = 2

#: How much more an article counts that a real spinner made than one that we spun ourselves: 2 and 4 did a little better
#: than 1 on real pages that nothing was fitted to, 2 cost the other articles nothing.
REAL = 2.0

#: What such an article's name ends in where records are written.
MARK = "*"

#: What is added to the length of the vector of a document, so that a short one is like no article in particular.
CALM = 3.0


#: How many columns :meth:`Records.counts` gives.
COUNTS = 4


class Asked(NamedTuple):
    """What records are asked for: by the numbers that they give phrases and pairs, -1 for what they lack."""

    phrases: Ints
    pairs: Ints  #: of each phrase and an answer


class Records:
    """Counts of many gold articles, to be asked for phrases."""

    def __init__(
        self, articles: Sequence[Counts] = (), names: Sequence[str] = (), real: Set[str] = frozenset()
    ) -> None:
        rows = [
            (spun, plain, number, places)
            for number, counts in enumerate(articles)
            for (spun, plain), places in counts.items()
        ]
        self._take(_laid_out(rows, len(articles)), names, real)

    @classmethod
    def of_arrays(cls, made: Mapping[str, Any], names: Sequence[str], real: Set[str]) -> Records:
        """Give the records that :func:`_laid_out` laid out."""
        records = cls.__new__(cls)
        records._take(made, names, real)
        return records

    def _take(self, made: Mapping[str, Any], names: Sequence[str], real: Set[str]) -> None:
        self.names = names  #: of the articles, in their order
        self._ids = {spun: number for number, spun in enumerate(made["phrases"].tolist())}
        # Pairs of a phrase and an answer, those of each phrase from ``begins`` on, in order of answer; their answers;
        # and for each pair, from ``rows`` on, the articles that have it and at how many places.
        self._begins: Ints = made["begins"]
        answers = made["answers"].tolist()
        self._answers = [answers[number] for number in made["answer"].tolist()]
        self._stays = np.array([not answer for answer in self._answers], np.bool_)
        self._first, self._number, self._places = (made[name] for name in ("rows", "number", "places"))
        self._counted = np.minimum(self._places, EACH)
        # How rare it is, and in which articles it stands with what weight, from ``posts`` on.
        self._rarity, self._posts, self._post, self._weights = (
            made[name] for name in ("rarity", "posts", "post", "weights")
        )
        count = int(made["count"])
        self._worth = np.array([REAL if name in real else 1.0 for name in names] or [1.0] * count)
        self._lengths = np.sqrt(np.bincount(self._post, self._weights**2, count)) + CALM
        self._out = -1  # number of an article that is left out
        self._whole: tuple[Ints, Floats, Floats] | None = None  # of all articles: what :meth:`_summed` gives

    def without(self, name: str) -> Records:
        """Give the same records but for what one article shows: for judging how others would fare.

        They share all that is counted; only how rare a phrase is still comes from all articles.

        >>> rest = Records([{("army", "military"): 2}], ["border-talks"]).without("border-talks")
        >>> rest.counts(rest.asked([("army", "military")])).tolist()
        [[0.0, 0.0, 0.0, 0.0]]
        """
        if name not in self.names:
            return self
        kept = copy.copy(self)
        kept._out = list(self.names).index(name)
        kept._worth = self._worth.copy()
        kept._worth[kept._out] = 0.0
        kept._whole = None
        return kept

    def asked(self, pairs: Iterable[tuple[str, str]]) -> Asked:
        """Number spun phrases, each with an answer, for asking what became of them.

        >>> Records([{("army", "military"): 2, ("army", ""): 1}]).asked([("army", "military"), ("navy", "fleet")])
        Asked(phrases=array([ 0, -1]), pairs=array([ 1, -1]))
        """
        found: dict[str, dict[str, int]] = {}
        phrases, numbers = [], []
        for spun, answer in pairs:
            at = self._ids.get(spun, -1)
            if spun not in found:
                low, high = (int(self._begins[at]), int(self._begins[at + 1])) if at >= 0 else (0, 0)
                found[spun] = dict(zip(self._answers[low:high], range(low, high), strict=True))
            phrases.append(at)
            numbers.append(found[spun].get(answer, -1))
        return Asked(np.array(phrases, np.int64), np.array(numbers, np.int64))

    def counts(self, asked: Asked, likeness: Floats | None = None) -> Floats:
        """Give what became of phrases, (asked, COUNTS).

        The columns: at how many places a phrase stayed, was replaced, became the answer, and what kinds of that there
        are.  ``likeness``: how much each article counts, (articles,); none: all alike.

        >>> records = Records([{("army", "military"): 2}, {("army", ""): 1, ("army", "forces"): 1}])
        >>> records.counts(records.asked([("army", "military")])).tolist()
        [[1.0, 3.0, 2.0, 3.0]]
        """
        found = np.zeros((len(asked.phrases), COUNTS))
        known = np.flatnonzero(asked.phrases >= 0)
        if not len(known):
            return found
        if likeness is None:
            if self._whole is None:
                self._whole = self._summed(np.arange(len(self._begins) - 1), np.where(self._worth > 0, 1.0, 0.0))
            _, sums, kinds = self._whole
            at, of = asked.phrases[known], asked.pairs
        else:
            numbers, at = np.unique(asked.phrases[known], return_inverse=True)
            pairs, sums, kinds = self._summed(numbers, likeness)
            of = np.where(asked.pairs >= 0, np.searchsorted(pairs, asked.pairs), -1)
        found[known] = kinds[at]
        found[:, 2] = np.where(of >= 0, sums[of], 0.0)
        return found

    def _summed(self, numbers: Ints, likeness: Floats) -> tuple[Ints, Floats, Floats]:
        """Give all pairs of phrases in order, their places, and what :meth:`counts` gives of phrases themselves."""
        sizes = self._begins[numbers + 1] - self._begins[numbers]
        pairs = runs(self._begins[numbers], sizes)
        lengths = self._first[pairs + 1] - self._first[pairs]
        rows = runs(self._first[pairs], lengths)
        sums = np.add.reduceat(likeness[self._number[rows]] * self._counted[rows], ends(lengths)[:-1])
        begins = ends(sizes)[:-1]
        kept = np.add.reduceat(np.where(self._stays[pairs], sums, 0.0), begins)
        changed = np.add.reduceat(np.where(self._stays[pairs], 0.0, sums), begins)
        kinds = np.add.reduceat((sums > 0).astype(np.float64), begins)
        return pairs, sums, np.stack([kept, changed, np.zeros(len(kept)), kinds], axis=1)

    def places(self, spun: str, plain: str) -> int:
        """Give at how many places of all articles a phrase stands for another, in whatever capitals.

        >>> Records([{("army", "military"): 5}, {("army", "military"): 1, ("army", ""): 2}]).places("Army", "military")
        6
        """
        at, plain = self._ids.get(spun.lower(), -1), plain.lower()
        for pair in range(self._begins[at], self._begins[at + 1]) if at >= 0 else ():
            if self._answers[pair] == plain:
                own = slice(self._first[pair], self._first[pair + 1])
                return int(self._places[own][self._number[own] != self._out].sum())
        return 0

    def likeness(self, phrases: Ints) -> Floats:
        """Give how much each article counts for a document in which these phrases may be spun, (articles,).

        ``phrases``: the number of the phrase at each place, -1 for one that the records lack.

        >>> records = Records([{("army", "military"): 2}, {("army", ""): 3, ("coach", ""): 2}])
        >>> weights = records.likeness(records.asked([("army", ""), ("coach", "")]).phrases)
        >>> bool(weights[1] > weights[0])
        True
        >>> kept, replaced, *_ = records.counts(records.asked([("army", "military")]), weights)[0]
        >>> bool(kept > replaced)
        True
        """
        numbers, places = np.unique(phrases[phrases >= 0], return_counts=True)
        own = self._rarity[numbers] * (1.0 + np.log(places))
        sizes = self._posts[numbers + 1] - self._posts[numbers]
        posts = runs(self._posts[numbers], sizes)
        shared = np.bincount(self._post[posts], np.repeat(own, sizes) * self._weights[posts], len(self._lengths))
        length = math.sqrt(float((own * own).sum()))
        cosines = shared / self._lengths / (length + CALM)
        usual = min(USUAL, float(cosines.mean()) + ABOVE) if len(cosines) else USUAL
        sharp = SHARP * min(1.0, length / LONG)
        likeness: Floats = np.minimum(MOST, np.exp(sharp * (cosines - usual))) * self._worth
        return likeness


def _laid_out(rows: Iterable[tuple[str, str, int, int]], count: int) -> dict[str, npt.NDArray[Any]]:
    """Lay out (spun phrase, plain phrase, article, places): rows of one pair together, pairs of one phrase."""
    rows = sorted(rows)
    phrases = list(dict.fromkeys(spun for spun, _, _, _ in rows))
    answers = sorted({plain for _, plain, _, _ in rows})
    ids, plains = ({word: number for number, word in enumerate(words)} for words in (phrases, answers))
    phrase = np.array([ids[spun] for spun, _, _, _ in rows], np.int64)
    number = np.array([article for _, _, article, _ in rows], np.int64)
    places = np.array([told for _, _, _, told in rows], np.int64)
    # Each phrase once an article, with all its places there.
    width = max(count, 1)
    posts, of = np.unique(phrase * width + number, return_inverse=True)
    poster = posts // width
    articles_of = np.bincount(poster, minlength=len(phrases))
    rarity = np.log((count + 1) / (articles_of + 0.5))
    whole = np.bincount(of, places, len(posts))
    room = max(len(answers), 1)
    pair = phrase * room + np.array([plains[plain] for _, plain, _, _ in rows], np.int64)
    pairs, first = np.unique(pair, return_index=True)
    return {
        "count": np.array(count),
        "phrases": np.array(phrases, np.str_),
        "answers": np.array(answers, np.str_),
        "begins": np.searchsorted(pairs // room, np.arange(len(phrases) + 1)),
        "answer": pairs % room,
        "rows": np.append(first, len(rows)),
        "number": number,
        "places": places,
        "rarity": rarity,
        "posts": np.searchsorted(poster, np.arange(len(phrases) + 1)),
        "post": posts % width,
        "weights": rarity[poster] * (1.0 + np.log(whole)),
    }


def read(text: str) -> tuple[list[str], set[str], Iterator[tuple[str, str, int, int]]]:
    """Read what :func:`written` wrote: names of articles, those marked as real, rows as :func:`_laid_out` takes them.

    >>> names, real, rows = read(written({"border": {("army", "military"): 2}, "page*": {("army", ""): 1}}))
    >>> names, real, list(rows)
    (['border', 'page'], {'page'}, [('army', '', 1, 1), ('army', 'military', 0, 2)])
    """
    header, _, rest = text.partition("\n")
    marked = header.partition(": ")[2].split(" ")
    names = [name.removesuffix(MARK) for name in marked]
    return names, {name.removesuffix(MARK) for name in marked if name.endswith(MARK)}, _rows(rest)


def _rows(text: str) -> Iterator[tuple[str, str, int, int]]:
    for line in text.splitlines():
        spun, plain, places = line.split("\t")
        for told in places.split(" "):
            number, _, several = told.partition(":")
            yield spun, plain, int(number), int(several or 1)


@functools.lru_cache(maxsize=4)
def load_records(path: Path = RECORDS_PATH) -> Records:
    """Read what ``tests/tuning/fit_weights.py`` counted in gold articles."""
    data = path.read_bytes()
    names, real, rows = read(data.decode("utf-8"))
    made = kept_arrays("records-3", hashlib.sha256(data).hexdigest(), lambda: _laid_out(rows, len(names)))
    return Records.of_arrays(made, names, real)


def written(articles: Mapping[str, Counts]) -> str:
    """Write the counts of articles by their names, real ones marked, as :func:`load_records` reads them.

    >>> written({"border": {("army", "military"): 2}, "navy": {("army", "military"): 1}}).split()
    ['spun', 'plain', 'articles:', 'border', 'navy', 'army', 'military', '0:2', '1']
    """
    told: dict[tuple[str, str], list[str]] = {}
    for number, counts in enumerate(articles.values()):
        for pair, places in counts.items():
            told.setdefault(pair, []).append(f"{number}:{places}" if places > 1 else str(number))
    rows = [f"{spun}\t{plain}\t{' '.join(told[spun, plain])}\n" for spun, plain in sorted(told)]
    return f"spun\tplain\tarticles: {' '.join(articles)}\n" + "".join(rows)


def odds(counts: Floats) -> Floats:
    """Give the log-odds that phrases are replacements, by :meth:`Records.counts`; 0 where one was never seen.

    >>> odds(np.array([[1, 7, 7, 2], [0, 0, 0, 0]])).round(2).tolist()
    [1.51, 0.0]
    """
    found: Floats = np.log((counts[..., 1] + 0.7) / (counts[..., 0] + 0.7))
    return found


def standing(counts: Floats) -> Floats:
    """Give how much answers stand out among those of their phrases: the logs of their shares over even ones.

    >>> military, forces = standing(np.array([[1, 8, 7, 3], [1, 8, 1, 3]]))
    >>> bool(military > 0 > forces)
    True
    """
    kept, changed, answers, kinds = np.moveaxis(counts, -1, 0)
    every = kinds - (kept > 0) + 1  # the answers, and one that was not seen yet
    found: Floats = np.where(changed > 0, np.log((answers + 0.3) / (changed + 0.3 * every) * every), 0.0)
    return found
