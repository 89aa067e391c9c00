"""What is known of candidates wherever they stand: worked out for all new ones of a text at once, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.restore import features, reranker
from unspin.restore.arrays import Floats, Ints, ends
from unspin.restore.candidates import Candidate, Match
from unspin.restore.context_model import ContextModel
from unspin.restore.gold_records import Asked, Records, odds, standing
from unspin.restore.graph import Flags
from unspin.restore.language_model import Vocabulary
from unspin.restore.lattice import option_words, token_words
from unspin.restore.recent import Recent
from unspin.restore.slopes import Slopes
from unspin.restore.tokens import Token
from unspin.restore.trigram import Trigram

#: Words and phrases whose candidates are remembered with all that is known of them, 3 KB each.
ROOM = 4096


class Known(NamedTuple):
    """What is known of the candidates for the words of a key, wherever these stand."""

    candidates: tuple[Candidate, ...]
    words: list[tuple[int, ...]]  #: what each puts into the text
    own: Floats  #: their features of their own, (candidates, features)
    slopes: Floats  #: what to add to the weights of the later passes for each, (candidates, features)
    standing: Floats  #: what else the reranker sees of each wherever it stands, (candidates, reranker.STANDING)
    vectors: npt.NDArray[np.float32]  #: of what stands there and of each candidate, for the context model
    taught: Flags  #: whether the reranker knows the like of each
    asked: Asked  #: what the records are asked of each
    phrases: Ints  #: the different spun phrases among these


class Knowledge:
    """The models and counts that tell of candidates by themselves, and what they told."""

    def __init__(
        self,
        trigram: Trigram,
        context: ContextModel,
        slopes: Slopes,
        records: Records,
        families: Mapping[str, str],
        knows: Callable[[Candidate], bool],
        strange: Collection[str] = (),
    ) -> None:
        """``strange``: names of packs that did not come with Unspin."""
        self._trigram, self._context, self._slopes, self._families = trigram, context, slopes, families
        self._strange = strange
        self.records, self._knows = records, knows
        self._recent: Recent[tuple[str, ...], Known] = Recent(room=ROOM)

    def __len__(self) -> int:
        """Count what is remembered."""
        return self._recent.remembered()

    def use_records(self, records: Records) -> None:
        """Ask other records from now on."""
        self.records = records
        self.forget()

    def forget(self) -> None:
        """Forget everything: the numbers of words mean something else from now on."""
        self._recent.clear()

    def turn(self) -> None:
        """Forget what texts before the last ones had, where that is much."""
        self._recent.turn()

    def of(self, found: Sequence[Token], matches: Sequence[Match], vocabulary: Vocabulary) -> list[Known]:
        """Give what is known of the candidates of matches."""
        keys = [tuple([t.word + t.suffix for t in found[first:last]]) for first, last, _ in matches]
        known = [self._recent.get(key) or self._recent.recall(key) for key in keys]
        new = {
            (key, id(match.candidates)): match
            for key, match, was in zip(keys, matches, known, strict=True)
            if was is None or was.candidates != match.candidates
        }
        if not new:
            return known  # type: ignore[return-value]
        made = dict(zip(new, self._make(found, list(new.values()), vocabulary), strict=True))
        self._recent.update({key: one for (key, _), one in made.items()})
        return [
            made.get((key, id(match.candidates)), was)  # type: ignore[misc]
            for key, match, was in zip(keys, matches, known, strict=True)
        ]

    def _make(self, found: Sequence[Token], matches: Sequence[Match], vocabulary: Vocabulary) -> list[Known]:
        """Work out what is known of the candidates of matches, all at once."""
        stretches = [found[first:last] for first, last, _ in matches]
        spun = [tuple([t.word for t in stretch]) for stretch in stretches]
        options = [candidate for match in matches for candidate in match.candidates]
        sizes = np.array([len(match.candidates) for match in matches])
        plain = [candidate.words for candidate in options]
        each = [words for words, size in zip(spun, sizes.tolist(), strict=True) for _ in range(size)]
        stays = [tuple(chain.from_iterable(map(token_words, stretch))) for stretch in stretches]
        frequency = self._trigram.chains([*stays, *plain])
        # What gold articles show of a phrase is of other spinners than the one that somebody's own pack tells of.
        strange = np.array([c.channel in ("pack", "fuzzy") and c.pack in self._strange for c in options], np.bool_)
        asked = self.records.asked(
            [("", "") if alien else (c.spun, c.answer) for c, alien in zip(options, strange.tolist(), strict=True)]
        )
        became = self.records.counts(asked)
        written = self.records.counts(self.records.asked([(" ".join(words), "") for words in plain]))
        rarer = frequency[len(stays) :] - np.repeat(frequency[: len(stays)], sizes)
        own = features.own(options, each, rarer, strange)
        own[:, features.INDEX["record"]], own[:, features.INDEX["answer"]] = odds(became), standing(became)
        slopes = self._slopes.of(
            [() if alien else words for words, alien in zip(each, strange.tolist(), strict=True)], plain
        )
        others = reranker.standing(options, np.array([len(words) for words in each]), became, written, self._families)
        suffixes = [stretch[-1].suffix for stretch in stretches]
        made: list[Known] = []
        for match, words, suffix, (low, high) in zip(
            matches, spun, suffixes, pairwise(ends(sizes).tolist()), strict=True
        ):
            # Copies: a part of an array would keep all of it.
            here = Asked(*(column[low:high].copy() for column in asked))
            made.append(
                Known(
                    match.candidates,
                    [vocabulary.numbers(option_words(c, suffix)) for c in match.candidates],
                    own[low:high].copy(),
                    slopes[low:high].copy(),
                    others[low:high].copy(),
                    np.array([self._context.vector(w) for w in (words, *plain[low:high])]),
                    np.array([self._knows(c) for c in match.candidates], np.bool_),
                    here,
                    np.unique(here.phrases),
                )
            )
        return made
