"""What became of a phrase in gold articles: in all of them, and in those that are most like a document.

One spinner writes *framework* for *system* wherever it can, another never; in
an article on medicine *treatment* is not what it is in one on refugees.  So
each gold article counts the more, the more phrases it shares with the document.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: (spun phrase, plain phrase) -> places in one gold article; the empty plain phrase counts places that stay.
Counts = Mapping[tuple[str, str], int]

#: spun phrase -> plain phrase -> places, or what these weigh.
Seen = Mapping[str, float]

RECORDS_PATH = Path(__file__).with_name("records.tsv")

#: An article weighs exp(SHARP * (cosine - USUAL)) against one of the usual cosine, and at most MOST.
#: Sharper did better on the gold articles from 12 to 35, and 50 no better.
SHARP, USUAL, MOST = 35.0, 0.05, 100.0

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


class Records:
    """Counts of many gold articles, to be asked for one phrase."""

    def __init__(
        self, articles: Sequence[Counts] = (), names: Sequence[str] = (), real: Set[str] = frozenset()
    ) -> None:
        self._articles = articles
        self.names = names  #: of the articles, in their order
        self._worth = np.array([REAL if name in real else 1.0 for name in names] or [1.0] * len(articles))
        self._rows: dict[str, list[tuple[int, str, int]]] = {}
        self._seen: dict[str, dict[str, float]] = {}
        for number, counts in enumerate(articles):
            for (spun, plain), places in counts.items():
                self._rows.setdefault(spun, []).append((number, plain, places))
                seen = self._seen.setdefault(spun, {})
                seen[plain] = seen.get(plain, 0) + min(places, EACH)
        numbers: list[int] = []
        counts_of: list[int] = []
        rarities: list[float] = []
        self._posted: dict[str, tuple[float, int, int]] = {}  # rarity of a phrase, and where its articles stand below
        for spun, rows in self._rows.items():
            places_in: dict[int, int] = {}
            for number, _, places in rows:
                places_in[number] = places_in.get(number, 0) + places
            rarity = math.log((len(articles) + 1) / (len(places_in) + 0.5))
            self._posted[spun] = rarity, len(numbers), len(numbers) + len(places_in)
            numbers += places_in
            counts_of += places_in.values()
            rarities += [rarity] * len(places_in)
        # All phrases at once: arrays of a few numbers for each of thousands took half of the time of loading.
        self._numbers = np.array(numbers, np.int64)
        self._weights = np.array(rarities) * (1.0 + np.log(np.array(counts_of, np.float64)))
        self._lengths = np.sqrt(np.bincount(self._numbers, self._weights**2, len(articles))) + CALM
        self._out: int | None = None  # number of an article that is left out

    def without(self, name: str) -> Records:
        """Give the same records but for what one article shows: for judging how others would fare.

        They share all that is counted; only how rare a phrase is still comes from all articles.

        >>> Records([{("army", "military"): 2}], ["border-talks"]).without("border-talks").of("army")
        {}
        """
        if name not in self.names:
            return self
        kept = copy.copy(self)
        kept._out = list(self.names).index(name)
        kept._worth = self._worth.copy()
        kept._worth[kept._out] = 0.0
        return kept

    def of(self, spun: str) -> Seen:
        """Give what a phrase became in all articles."""
        seen = self._seen.get(spun, {})
        if self._out is None:
            return seen
        own = self._articles[self._out]
        rest = {plain: places - min(own.get((spun, plain), 0), EACH) for plain, places in seen.items()}
        return {plain: places for plain, places in rest.items() if places}

    def places(self, spun: str, plain: str) -> int:
        """Give at how many places of all articles a phrase stands for another, in whatever capitals.

        >>> Records([{("army", "military"): 5}, {("army", "military"): 1, ("army", ""): 2}]).places("Army", "military")
        6
        """
        spun, plain = spun.lower(), plain.lower()
        return sum(
            places for number, answer, places in self._rows.get(spun, ()) if answer == plain and number != self._out
        )

    def likeness(self, phrases: Mapping[str, int]) -> Floats:
        """Give how much each article counts for a document in which these phrases may be spun, (articles,).

        >>> records = Records([{("army", "military"): 2}, {("army", ""): 3, ("coach", ""): 2}])
        >>> weights = records.likeness({"army": 1, "coach": 3})
        >>> bool(weights[1] > weights[0])
        True
        >>> records.among("army", weights)[""] > records.among("army", weights)["military"]
        True
        """
        shared = np.zeros(len(self._articles))
        square = 0.0
        for spun, places in phrases.items():
            posted = self._posted.get(spun)
            if posted is not None:
                rarity, begin, end = posted
                own = rarity * (1.0 + math.log(places))
                shared[self._numbers[begin:end]] += own * self._weights[begin:end]
                square += own * own
        cosines = shared / self._lengths / (math.sqrt(square) + CALM)
        likeness: Floats = np.minimum(MOST, np.exp(SHARP * (cosines - USUAL))) * self._worth
        return likeness

    def among(self, spun: str, likeness: Floats) -> dict[str, float]:
        """Give what a phrase became, each article counting as much as it is like the document."""
        seen: dict[str, float] = {}
        for number, plain, places in self._rows.get(spun, ()):
            if number == self._out:
                continue
            seen[plain] = seen.get(plain, 0.0) + float(likeness[number]) * min(places, EACH)
        return seen


@functools.lru_cache(maxsize=4)
def load_records(path: Path = RECORDS_PATH) -> Records:
    """Read what ``tests/tuning/fit_weights.py`` counted in gold articles."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    marked = header.partition(": ")[2].split(" ")
    names = [name.removesuffix(MARK) for name in marked]
    real = {name.removesuffix(MARK) for name in marked if name.endswith(MARK)}
    articles: list[dict[tuple[str, str], int]] = [{} for _ in names]
    for line in lines:
        spun, plain, places = line.split("\t")
        for told in places.split(" "):
            number, _, count = told.partition(":")
            articles[int(number)][spun, plain] = int(count or 1)
    return Records(articles, names, real)


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


def odds(seen: Seen) -> float:
    """Give the log-odds that a phrase is a replacement, 0 where it was never seen.

    >>> odds({"": 1, "military": 7, "forces": 1}) > 1
    True
    """
    if not seen:
        return 0.0
    kept = seen.get("", 0.0)
    return math.log((sum(seen.values()) - kept + 0.7) / (kept + 0.7))


def standing(seen: Seen, answer: str) -> float:
    """Give how much an answer stands out among those of a phrase: the log of its share over an even one.

    >>> standing({"": 1, "military": 7, "forces": 1}, "military") > standing({"military": 7, "forces": 1}, "forces")
    True
    """
    changed = sum(seen.values()) - seen.get("", 0.0)
    known = len(seen) - ("" in seen)
    return math.log((seen.get(answer, 0.0) + 0.3) / (changed + 0.3 * (known + 1)) * (known + 1)) if changed else 0.0
