"""What a document's restoration stands on: its tokens, and what the packs say of them.

Packs reach the decoder through :meth:`Restorer.matches` alone (and by the
families of the packs that matched), so a result stays good under other packs
exactly where these say the same of its tokens.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from unspin.restore import Piece, Restorer
from unspin.restore.candidates import Candidate, Match
from unspin.restore.tokens import Token

#: In the order of their numbers.
SHAPES = ("lower", "Capital", "UPPER", "mixed", "number")

#: Marks of tokens begin at this character, so that few need to be escaped.
ZERO = ord("0")


def footing(pieces: Sequence[Piece], families: Mapping[str, str]) -> bytes:
    """Write what the restoration of a document stands on: to be kept and asked with :func:`holds`.

    ``families``: the spinner family of each pack.
    """
    told = {
        "said": said((piece.matches for piece in pieces), families),
        "tokens": [(" ".join(t.word for t in p.found), "".join(map(mark, p.found))) for p in pieces],
    }
    return json.dumps(told, separators=(",", ":")).encode()


def holds(kept: bytes, restorer: Restorer, families: Mapping[str, str]) -> bool:
    """Tell whether the packs of a restorer say what others said when the footing was written.

    >>> restorer, text = Restorer.load(["news"]), "The army met demanding situations."
    >>> from unspin.records import Block
    >>> decoded = restorer.restore(text, [Block("b1", "", "paragraph", 0, len(text))])
    >>> kept = footing(decoded.pieces, {})
    >>> holds(kept, restorer, {}), holds(kept, Restorer.load(["health"]), {})
    (True, False)
    """
    told = json.loads(kept)
    found = (list(map(token, words.split(" "), marks)) for words, marks in told["tokens"])
    return bool(said((restorer.matches(tokens) for tokens in found), families) == told["said"])


def said(pieces: Iterable[Sequence[Match]], families: Mapping[str, str]) -> str:
    """Give a hash of what is said of each stretch of each piece, and of the families of the packs that say it."""
    total = hashlib.sha256()
    packs: set[str] = set()
    for matches in pieces:
        for first, last, candidates in matches:
            digest, by = words_of(candidates)
            packs |= by
            total.update(f"{first} {last} {digest}\n".encode())
        total.update(b"\0")
    total.update(repr(sorted((name, families.get(name, "")) for name in packs)).encode())
    return total.hexdigest()


#: What was told of the candidates of entries, by the identity of the tuple: held, so that no other gets its number.
_told: dict[int, tuple[tuple[Candidate, ...], str, frozenset[str]]] = {}

#: Tuples that are held, 2 KB each; most stretches of a corpus come again.
HELD = 1 << 12


def words_of(candidates: tuple[Candidate, ...]) -> tuple[str, frozenset[str]]:
    """Give a hash of candidates and the names of their packs."""
    known = _told.get(id(candidates))
    if known is None:
        digest = hashlib.sha256(repr(candidates).encode("utf-8", "surrogatepass")).hexdigest()
        known = candidates, digest, frozenset(candidate.pack for candidate in candidates)
        # Those of other channels are made anew at each place.
        if all(candidate.channel == "pack" for candidate in candidates):
            if len(_told) >= HELD:
                _told.clear()
            _told[id(candidates)] = known
    return known[1], known[2]


def mark(found: Token) -> str:
    """Write all that channels look at in a token but its word as one character.

    >>> from unspin.restore.tokens import tokens
    >>> (army,) = tokens("Army's", 0, 6)
    >>> token("army", mark(army)) == army._replace(start=0, end=0)
    True
    """
    flags = (bool(found.suffix), found.breaks, found.joint, found.hyphen, found.shielded)
    return chr(ZERO + sum(1 << n for n, flag in enumerate(flags) if flag) + (SHAPES.index(found.shape) << len(flags)))


@functools.lru_cache(maxsize=1 << 16)
def token(word: str, marked: str) -> Token:
    """Read a token as :func:`mark` wrote it, without its place in the text."""
    number = ord(marked) - ZERO
    suffix, breaks, joint, hyphen, shielded = (bool(number >> n & 1) for n in range(5))
    return Token(0, 0, word, "'s" if suffix else "", SHAPES[number >> 5], breaks, joint, hyphen, shielded)
