"""What the model is given of each block: its text as a sentence, with the way back to the restored text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from unspin.extract.gazetteer import Match
from unspin.layout import SMALL, code
from unspin.records import Block

WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][\w'’-]*")

#: Marks before a list item, and the pounds of a Markdown heading.
MARKER = re.compile(r"\s*(?:[-*•–—]\s+|\(?\d{1,3}[.)]\s+|#{1,6}\s+|>\s+)")

#: A block that is stressed as a whole in Markdown: ``*Uptake has fallen.*``
STRESS = re.compile(r"(?P<mark>[*_]{1,3})(?P<inner>[^\s*_][^*_]*)(?P=mark)")

#: An address of the web or of mail; what stands before an @ has 64 characters at most (RFC 5321).
URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@[\w-]+\.[\w.]+")

#: Where the news comes from, before its first sentence: ``WARSAW, 4 October —``.
DATELINE = re.compile(
    r"\s*(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ.'’ -]{2,30}[A-ZÀ-Þ])"
    r"(?P<rest>(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?| ?\([A-Za-z .]+\)|, "
    r"[A-Z]?[a-z]*\.? ?\d{1,2}(?: [A-Z][a-z]+)?)*)\s*(?:—|–|--|-)\s+"
)

#: A paragraph that ends so introduces the list below it.
LEAD_IN_END = re.compile(r"[:：]\s*$")


#: spaCy asks for 1 GB of memory for 100,000 characters of one reading and refuses one of more
#: than a million characters.  A block of 60,000 is ten times the longest paragraph of prose.
LONGEST = 60_000

#: Where a sentence ends, or else a word.
_ENDS = (re.compile(r"[.!?][\"'”’)]*\s+"), re.compile(r"\s+"))


class Reading(NamedTuple):
    """A stretch of a block as the model reads it; as long as the stretch, but for a closing full stop."""

    block: int  #: index into the document's blocks
    start: int  #: of the stretch in the restored text
    text: str  #: character for character the stretch, some letters made small, then perhaps `` .``
    length: int  #: of the stretch
    part: str  #: ``text``, ``label`` or ``body``


def small(text: str) -> str:
    """Make letters small one by one, so that the length stays.

    >>> small("İZMİR"), len(small("İZMİR"))
    ('İzmİr', 5)
    """
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def title_case(text: str) -> bool:
    """Tell whether a line is written in Title Case (or in capitals throughout).

    >>> title_case("Why Coverage Fell"), title_case("Shares rise as Poland holds"), title_case("In conclusion")
    (True, False, False)
    """
    words = [w for w in WORD.findall(text)[1:] if w.lower() not in SMALL]
    if not words:
        return False
    capital = sum(1 for w in words if w[0].isupper())
    return bool(capital * 3 > len(words) * 2)


def cases(text: str, blocks: Sequence[Block]) -> tuple[Counter[str], Counter[str]]:
    """Count words that the paragraphs write small, and words that they write with a capital inside a sentence."""
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    for block in blocks:
        if block.kind != "paragraph":
            continue
        for word in re.finditer(r"(?<=[a-z,;] )[A-Za-z][\w'-]*", text[block.start : block.end]):
            (upper if word.group()[0].isupper() else lower)[word.group().lower()] += 1
    return lower, upper


def sentence_case(text: str, keep: Iterable[tuple[int, int]], upper: Counter[str], lower: Counter[str]) -> str:
    """Write a Title Case line as a sentence, leaving known names as they are.

    >>> sentence_case("Why Vaccine Coverage Fell In Ghana", [(29, 34)], Counter(), Counter())
    'Why vaccine coverage fell in Ghana'
    """
    kept = sorted(keep)
    out: list[str] = []
    at = 0
    first = True
    for word in WORD.finditer(text):
        w = word.group()
        start, end = word.span()
        inside = any(a < end and start < b for a, b in kept)
        shouted = sum(c.isupper() for c in w) > 1 and not text.isupper()
        named = upper[w.lower()] > lower[w.lower()]
        if first or inside or shouted or named or (len(w) == 1 and w != "A"):
            first = False
            continue
        out += [text[at:start], small(w)]
        at = end
    out.append(text[at:])
    return "".join(out)


def opening_verb(text: str, verbs: Collection[str]) -> bool:
    """Tell whether a text opens with an imperative or a gerund: its capital would make it a name.

    >>> opening_verb("Equip local authorities", {"equip"}), opening_verb("Making plans", {"make"})
    (True, True)
    """
    word = WORD.match(text)
    if word is None or not text[0].isupper() or not text[1:2].islower():
        return False
    w = word.group().lower()
    return w in verbs or (
        w.endswith("ing") and (w[:-3] in verbs or w[:-3] + "e" in verbs or (w[-4:-3] == w[-5:-4] and w[:-4] in verbs))
    )


def pieces(text: str, longest: int = LONGEST) -> list[tuple[int, int]]:
    """Cut a text at sentence ends into stretches that the model can hold; at words where no sentence ends.

    >>> pieces("One ran. Two ran. Three", 20)
    [(0, 18), (18, 23)]
    >>> pieces("x" * 5, 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    found: list[tuple[int, int]] = []
    at = 0
    while len(text) - at > longest:
        cut = at + longest
        for ends in _ENDS:
            # only the last part of the window is looked at: a piece is never needlessly short
            last = [m.end() for m in ends.finditer(text, at + longest // 2, at + longest)]
            if last:
                cut = last[-1]
                break
        found.append((at, cut))
        at = cut
    found.append((at, len(text)))
    return found


def readings(text: str, blocks: Sequence[Block], names: Sequence[Match], verbs: Collection[str]) -> list[Reading]:
    """Give the stretches of a document that the model reads, in order of place."""
    found: list[Reading] = []
    counts: tuple[Counter[str], Counter[str]] | None = None
    at = 0
    fenced = code(text, blocks)
    for index, block in enumerate(blocks):
        if block.kind == "metadata" or block.block_id in fenced:
            continue
        parts = [(block.start, block.end, "text")]
        if block.label is not None and block.body > block.start:
            parts = [(*block.label, "label"), (block.body, block.end, "body")]
        for start, end, part in parts:
            if block.kind == "paragraph":
                line = DATELINE.match(text, start, end)
                if line:
                    start = line.end()
            mark = MARKER.match(text, start, end)
            if mark and part != "body":
                start = mark.end()
            while end > start and text[end - 1].isspace():
                end -= 1
            stress = STRESS.fullmatch(text, start, end)
            if stress:
                start, end = stress.span("inner")
            if end <= start:
                continue
            stretch = text[start:end]
            read = stretch.replace("\r", " ").replace("\n", " ").replace("\t", " ").replace("\xa0", " ")
            if (block.kind in {"title", "heading"} or part == "label" or block.kind == "cell") and title_case(stretch):
                if counts is None:
                    counts = cases(text, blocks)
                while at and names[at - 1].end > start:
                    at -= 1
                while at < len(names) and names[at].end <= start:
                    at += 1
                keep = []
                for match in names[at:]:
                    if match.start >= end:
                        break
                    keep.append((match.start - start, match.end - start))
                read = sentence_case(read, keep, counts[1], counts[0])
            if block.kind in {"item", "cell"} and part != "label" and opening_verb(read, verbs):
                read = small(read[0]) + read[1:]
            for a, b in pieces(read):
                piece = read[a:b]
                if block.kind != "paragraph" and piece[-1] not in ".!?:;":
                    piece += " ."
                found.append(Reading(index, start + a, piece, b - a, part))
    return found
