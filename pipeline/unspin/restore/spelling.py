"""Spell what is put into a document as the document spells: American or British.

Packs and gold articles hold both, and a spinner mixes them; which of them a
document keeps to is told by the different words that only one of them has.
The pairs are those of the package ``breame`` that follow a rule; the others
(``check`` and ``cheque``, ``meter`` and ``metre``) may be two words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from unspin.cache import kept
from unspin.restore.candidates import Candidate

#: British, American: how endings and the middles of words differ.
RULES = (
    (r"is(e|ed|es|ing|er|ers|ation|ations|ational|able|ably)$", r"iz\1"),
    (r"ys(e|ed|ing|er|ers)$", r"yz\1"),  # ``analyses`` may be a noun
    (r"our", "or"),
    (r"(cent|theat|fib|lit|calib|epicent|lust|somb|meag|spect)re(s|d|goer|goers|piece|pieces|glass)?$", r"\1er\2"),
    (r"(def|off|pret)ence(s|less)?$", r"\1ense\2"),
    (r"ll(ed|ing|er|ers|ors?|ings)$", r"l\1"),
    (r"(fulfil|enrol|instil)(s|ment|ments)?$", r"\1l\2"),
    (r"programme(s?)$", r"program\1"),
)

#: Words that are spelt so on both sides as well.
BOTH = frozenset(["program", "programs", "glamour", "glamours"])

#: Words that tell how a document spells, but may be two words (``meter``).
SIGNS = {
    "british": frozenset(["metre", "metres", "kilometre", "kilometres", "centimetre", "centimetres"]),
    "american": frozenset(["kilometer", "kilometers", "centimeter", "centimeters"]),
}

#: Spelling -> word of the other spelling -> word of this one.
Pairs = Mapping[str, Mapping[str, str]]


@functools.lru_cache(maxsize=1)
def pairs() -> Pairs:
    """Give the words that are spelt in two ways, by the spelling wanted."""
    # Kept, since asking the rules takes longer than all else at the first document.
    american = kept("spelling", f"{version('breame')} {RULES} {sorted(BOTH)}", _american)
    return {
        "american": american,
        "british": {other: british for british, other in sorted(american.items()) if other not in BOTH},
    }


def _american() -> dict[str, str]:
    from breame.data.spelling_constants import BRITISH_ENGLISH_SPELLINGS

    return {
        british: other
        for british, other in BRITISH_ENGLISH_SPELLINGS.items()
        if british not in BOTH and other in {re.sub(left, right, british) for left, right in RULES} - {british}
    }


def variety(words: Iterable[str]) -> str:
    """Tell which spelling most words of a text that are spelt in two ways keep to, ``american`` or ``british``.

    Each counts once, since a spinner that puts one in does so wherever it can.  Empty where neither has more.
    ``words``: in lower case.

    >>> variety(["organization", "defense", "the", "organising", "organising", "organising"])
    'american'
    >>> variety(["the", "kilometres"]), variety(["the", "meter"])
    ('british', '')
    """
    there = set(words)
    table = pairs()
    british = len(there & (table["american"].keys() | SIGNS["british"]))
    american = len(there & (table["british"].keys() | SIGNS["american"]))
    if british == american:
        return ""
    return "american" if american > british else "british"


def spelt(phrase: str, spelling: str) -> str:
    """Spell the words of a phrase as wanted, but for those of names.

    >>> spelt("well-organised programmes", "american"), spelt("defense programs of Labor", "british")
    ('well-organized programs', 'defence programs of Labor')
    """
    table = pairs()[spelling]
    return re.sub(r"\b[a-z]+\b", lambda match: table.get(match[0], match[0]), phrase)


def in_one(
    readings: Sequence[tuple[float, Candidate | None]], spelling: str
) -> list[tuple[float, Candidate | None]]:
    """Spell what a place may stand for as wanted; what comes to the same is one reading then, the first.

    >>> base = Candidate("programmes", ("programmes",), "r", "p", "NNS", "pack", False, 5)
    >>> made = in_one([(0.5, base), (0.25, base._replace(plain="programs")), (0.25, None)], "american")
    >>> [(chance, c and c.plain) for chance, c in made]
    [(0.75, 'programs'), (0.25, None)]
    """
    chances: dict[str, float] = {}
    kept: dict[str, Candidate | None] = {}
    for chance, candidate in readings:
        if candidate is None:
            name = ""
        else:
            name = spelt(candidate.plain, spelling)
            candidate = candidate if name == candidate.plain else candidate._replace(plain=name)
        chances[name] = chances.get(name, 0.0) + chance
        kept.setdefault(name, candidate)
    return sorted(((chances[name], kept[name]) for name in kept), key=lambda pair: -pair[0])
