"""Cut block texts into the tokens that candidates and the language model speak of."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

#: A word with inner apostrophes, or an initialism with full stops (``U.S.``, ``p.c``), or a number with inner marks.
WORD = re.compile(
    r"(?:[^\W\d_]\.)+(?:[^\W\d_]\.|[^\W\d_](?!\w))"
    r"|\d+(?:[.,:/]\d+)*(?:[^\W\d_]{1,3}\b)?"
    r"|[^\W_]+(?:['’][^\W_]+)*"
)

#: Between two words: what ends a sentence for the language model.
BREAK = re.compile(r"[.!?;:•|()\[\]{}\n\r]|\s[-–—]+\s|—")

#: What may stand between the words of one phrase.
JOINTS = frozenset({" ", "-", "\u00a0", "‑", "  ", " \u00a0"})

POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)

#: Stretches that nothing may touch: addresses, mail, tags, code, handles, file names, sums of money, shares.
SHIELD = re.compile(
    r"[$€£¥]\d[\d.,]*|\d[\d.,]{0,20}[ \u00a0]?[%°]|"
    r"(?:https?://|www\.)[^\s<>\"']{1,2000}"
    r"|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"
    r"|`[^`\n]{1,500}`"
    r"|[@#]\w{1,80}"
    r"|<[/!]?[a-zA-Z][^<>\n]{0,300}>"
    r"|\b[\w-]{1,64}(?:\.[\w-]{1,64}){0,4}\.(?:com|org|net|gov|edu|io|news|info|co|uk|de|fr|eu|txt|csv|pdf|py|js|html|json|xml|jpg|png)\b"
    r"|\b\w*_\w+\b"
    r"|\b[a-z]+[A-Z]\w*\b"
)


class Token(NamedTuple):
    """A word of a block."""

    start: int  #: in the text that was cut
    end: int  #: without a possessive ``'s``
    word: str  #: lower case, straight apostrophes, no possessive
    suffix: str  #: ``'s`` or empty
    shape: str  #: ``lower Capital UPPER mixed number``
    breaks: bool  #: a sentence, item or clause of another kind begins here
    joint: bool  #: only a space or a hyphen stands between the token before and this one
    hyphen: bool  #: a hyphen stands there
    shielded: bool


def shape_of(word: str) -> str:
    """Tell how a word is written.

    >>> [shape_of(w) for w in ("army", "Army", "ARMY", "iPhone", "2025", "A")]
    ['lower', 'Capital', 'UPPER', 'mixed', 'number', 'Capital']
    """
    if word[0].isdigit():
        return "number"
    if word.islower():
        return "lower"
    if word[0].isupper() and (len(word) == 1 or word[1:].islower()):
        return "Capital"
    if word.isupper():
        return "UPPER"
    return "mixed"


def fold(word: str) -> str:
    """Lower a word and straighten its apostrophes."""
    return word.lower().replace("’", "'")


@functools.lru_cache(maxsize=50_000)
def _written(word: str) -> tuple[str, str, str]:
    """Give a word folded and without its possessive, the possessive, and how the word is written."""
    suffix = ""
    if word[-1] in "sSſ" and POSSESSIVE.search(word) and len(word) > 2:
        word, suffix = word[:-2], "'s"
    return fold(word), suffix, shape_of(word)


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Cut ``text[start:end]`` into tokens; offsets are those of ``text``.

    >>> [(t.word, t.suffix, t.breaks) for t in tokens("Libya’s army left. It won", 0, 25)]
    [('libya', "'s", True), ('army', '', False), ('left', '', False), ('it', '', True), ('won', '', False)]
    >>> [t.word for t in tokens("the second 1/2", 0, 14)]
    ['the', 'second', '1/2']
    >>> [t.word for t in tokens("5 p.c of U.S. homes", 0, 19)]
    ['5', 'p.c', 'of', 'u.s.', 'homes']
    """
    shields = [m.span() for m in SHIELD.finditer(text, start, end)]
    found: list[Token] = []
    last = start
    at = 0
    for match in WORD.finditer(text, start, end):
        a, b = match.span()
        word, suffix, shape = _written(match[0])
        gap = text[last:a]
        breaks = not found or (gap != " " and BREAK.search(gap) is not None)
        if not breaks and found and text[a].isupper() and text[last - 1] == ".":
            breaks = True  # ``U.S. Officials``: the full stop belongs to the word before
        if suffix:
            b -= 2
        while at < len(shields) and shields[at][1] <= a:
            at += 1
        shielded = at < len(shields) and shields[at][0] < match.end()
        joint = gap in JOINTS
        found.append(Token(a, b, word, suffix, shape, breaks, joint, joint and gap in "-‑", shielded))
        last = match.end()
    return found
