"""Find spun phrases that a slip of typing hides (``demandng situations``, ``demandingsituations``)."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from unspin.cache import kept
from unspin.restore.candidates import LONGEST_KEY, Candidate, Match, Trie, find_matches, keys
from unspin.restore.language_model import Web
from unspin.restore.tokens import Token
from unspin.restore.trigram import Trigram

#: Shorter words have too many neighbours one slip away.
SHORTEST = 6

#: How much more often the web has the word than its misspelling: ``adviser`` and ``advisor`` are both words.
USUAL = 50.0


class NearMisses:
    """The words of all keys by first letter and length, so that a word is compared with few of them."""

    def __init__(self, trie: Trie, models: tuple[Trigram, Web], mark: str) -> None:
        """Take the trie of the packs that ``mark`` tells from others; their words are indexed once for all runs."""
        self._trie, self._mark = trie, mark
        self._trigram, self._web = models
        self._index: tuple[dict[str, list[str]], dict[str, list[str]]] | None = None
        self._meant: dict[str, tuple[str, ...]] = {}

    def _made(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Index the keys: words by first letter and length, and short keys by how they are written together."""
        words: set[str] = set()
        glued: dict[str, list[str]] = {}
        for key in keys(self._trie):
            words.update(key)
            if 1 < len(key) < 4:
                glued.setdefault("".join(key), list(key))
        buckets: dict[str, list[str]] = {}
        for word in sorted(word for word in words if len(word) >= SHORTEST and word.isalpha()):
            buckets.setdefault(f"{word[0]}{len(word)}", []).append(word)
        return buckets, glued

    def meant(self, word: str) -> tuple[str, ...]:
        """Give the words of a key that a word is a slip of, none where it is a word or there is no single nearest.

        A slip is one letter more, less, other, or two changed about, after the first letter.
        """
        if len(word) < SHORTEST or not word.isalpha() or self._trigram.known(word) >= 0:
            return ()
        found = self._meant.get(word)
        if found is None:
            if self._index is None:  # most texts have no such word
                self._index = kept("misses", self._mark, self._made)
            buckets, glued = self._index
            found = self._meant[word] = tuple(glued.get(word) or self._nearest(word, buckets))
        return found

    def _nearest(self, word: str, buckets: dict[str, list[str]]) -> tuple[str, ...]:
        near = [
            other
            for length in (len(word) - 1, len(word), len(word) + 1)
            for other, _, _ in process.extract(word, buckets.get(f"{word[0]}{length}", ()), scorer=OSA.distance,
                                               score_cutoff=1, limit=3)
        ]
        known = self._web.count(word)
        near = [other for other in near if other != word and self._web.count(other) > USUAL * known]
        return (near[0],) if len(near) == 1 else ()

    def matches(self, found: Sequence[Token]) -> list[Match]:
        """Give what the keys stand for that stretches would be without a slip; names are never taken for one."""
        made: list[Match] = []
        for at, token in enumerate(found):
            if token.shape != "lower" or token.shielded:
                continue
            meant = self.meant(token.word)
            if not meant:
                continue
            low, high = max(0, at - LONGEST_KEY), min(len(found), at + LONGEST_KEY)
            whole = [token._replace(word=word, joint=token.joint if n == 0 else True, suffix="",
                                    breaks=token.breaks and n == 0) for n, word in enumerate(meant)]
            whole[-1] = whole[-1]._replace(suffix=token.suffix)
            more = len(meant) - 1
            slip = self._rarity(token.word) - sum(map(self._rarity, meant))
            for match in find_matches([*found[low:at], *whole, *found[at + 1 : high]], self._trie):
                first, last = low + match.first, low + match.last
                if first <= at and last >= at + len(meant):
                    made.append(Match(first, last - more, tuple(slipped(c, slip) for c in match.candidates)))
        return made

    def _rarity(self, word: str) -> float:
        return self._trigram.score("", "", word)


def slipped(candidate: Candidate, slip: float) -> Candidate:
    """Give a candidate as it is found through a slip, with how much rarer the slip is than what was meant."""
    return candidate._replace(channel="fuzzy", slip=slip)
