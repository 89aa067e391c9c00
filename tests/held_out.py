"""Leave out of what Unspin learnt what one gold article showed: a figure then tells how an unseen one would fare."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from unspin.evaluate import GoldEdit
from unspin.layout import layout
from unspin.restore import Restorer, cuts, decoder
from unspin.restore.language_model import START, STOP


class HeldOut:
    """A restorer that forgets one article at a time."""

    def __init__(self, restorer: Restorer) -> None:
        self.restorer = restorer
        self._records, self._domain = restorer.records, restorer.models[2]

    def leave_out(self, name: str, spun: str, gold: Sequence[GoldEdit]) -> None:
        """Forget an article, by its name without suffixes; one that nothing was learnt from leaves all as it is."""
        known = name in self._records.names
        self.restorer.use_records(self._records.without(name))
        self.restorer.use_domain(self._domain.without(bigrams(plain_side(spun, gold))) if known else self._domain)

    def remember(self) -> None:
        """Know everything again."""
        self.restorer.use_records(self._records)
        self.restorer.use_domain(self._domain)


def plain_side(spun: str, gold: Sequence[GoldEdit]) -> str:
    """Give an article with the first answer in each marked place."""
    pieces, at = [], 0
    for span in gold:
        pieces += [spun[at : span.start], span.accepted[0]]
        at = span.end
    return "".join(pieces) + spun[at:]


def bigrams(plain: str) -> Counter[tuple[str, str]]:
    """Count the words of a plain text, two in a row, with where sentences begin and end."""
    found: Counter[tuple[str, str]] = Counter()
    for _, tokens in cuts(plain, layout(plain)):
        line: list[str] = []
        for number, token in enumerate(tokens):
            if token.breaks or not number:
                line += [STOP, START] if number else [START]
            line += ["a" if word == "an" else word for word in decoder.token_words(token)]
        found.update(pair for pair in itertools.pairwise([*line, STOP]) if pair != (STOP, START))
    return found
