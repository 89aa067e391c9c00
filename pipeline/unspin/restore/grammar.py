"""Make a chosen phrase fit its place: capitals, articles, words doubled at a seam."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unspin.records import Edit
from unspin.restore.language_model import article
from unspin.restore.tokens import shape_of

#: Words that stay lower case inside a Title-Case heading.
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "nor",
        "of",
        "on",
        "or",
        "over",
        "per",
        "the",
        "to",
        "up",
        "via",
        "with",
    ]
)

#: Words that are never meant twice in a row.
NEVER_DOUBLED = frozenset(
    [
        "a",
        "an",
        "the",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "will",
        "that",
    ]
)

#: Letters of a word in capitals that may be an abbreviation.
LONGEST_ABBREVIATION = 5

#: The indefinite article right before a place.
ARTICLE = re.compile(r"(?<![\w'’.-])([Aa])(n?)(\s+(?:[\"“‘'(]\s?)?)$")

NEXT_WORD = re.compile(r"[\"“‘'(]?([^\W_]+(?:\.(?=[^\W_]))?)")


def capitals(original: str, plain: str, title: bool, opens: bool = False) -> str:
    """Write a plain phrase the way the spun one was written.

    ``title``: the phrase stands in a Title-Case heading or label.  ``opens``: it
    opens a sentence, of which figures give no sign.  A short
    word in capitals that stands for a name is an abbreviation and no shouting.

    >>> capitals("Army", "military", False), capitals("ARMY", "military", False)
    ('Military', 'MILITARY')
    >>> capitals("USA", "United States", False), capitals("TOP COURT", "Supreme Court", False)
    ('United States', 'SUPREME COURT')
    >>> capitals("Members of the Family", "relations", True), capitals("Safety", "safety of the state", True)
    ('Relations', 'Safety of the State')
    >>> capitals("4", "four", False), capitals("4", "four", False, opens=True)
    ('four', 'Four')
    """
    first = re.split(r"[\s-]", original, maxsplit=1)[0] or original
    if len(original) > 2 and original.isupper():
        abbreviation = len(original) <= LONGEST_ABBREVIATION and original.isalpha() and not plain.islower()
        return plain if abbreviation else plain.upper()
    if original[:1].isdigit() and (title or opens):
        return _up(plain)
    if not plain or shape_of(first) not in {"Capital", "UPPER", "mixed"} or not first[0].isupper():
        return plain
    if title:
        words = plain.split(" ")
        return " ".join(w if i and w in SMALL else "-".join(_up(p) for p in w.split("-")) for i, w in enumerate(words))
    return _up(plain)


#: What stands before a word that opens a sentence: the end of another, or the place of a dispatch (``LAGOS, 4 May —``).
OPENS = re.compile(r"(?:[.!?][\"”’')]?\s+|^[A-Z][A-Z.' -]{1,40}(?:,[^\n–—]{1,40})?[–—-] )[\"“‘'(]?$", re.M)


def written(text: str, start: int, end: int, plain: str, title: bool, begins: bool) -> str:
    """Write a plain phrase the way the spun one in ``[start, end)`` was written, at a sentence's beginning as there.

    ``begins``: it is the first of its piece.

    >>> written("Gone. 4 left.", 6, 7, "four", False, False), written("The 4 left.", 4, 5, "four", False, False)
    ('Four', 'four')
    >>> written("LAGOS, 4 May — 4 left.", 15, 16, "four", False, False)
    'Four'
    """
    original = text[start:end]
    # Only of figures is it not seen from their capitals.
    opens = original[:1].isdigit() and (begins or OPENS.search(text, max(0, start - 90), start) is not None)
    return capitals(original, plain, title, opens)


def _up(word: str) -> str:
    return word[:1].upper() + word[1:]


def articles(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Repair ``a`` and ``an`` before and at the start of what was changed.

    Gives the edits with the article's edit joined in where the changed phrase
    begins right after it; nothing else in the text is looked at.

    >>> edit = Edit(2, 13, "complicated", "advanced", "changed", "word", "r")
    >>> [(e.original, e.replacement) for e in articles("A complicated plan", [edit])]
    [('A', 'An'), ('complicated', 'advanced')]
    """
    found: list[Edit] = []
    for edit in edits:
        if edit.outcome == "changed" and edit.replacement:
            before = ARTICLE.search(text, max(0, edit.start - 6), edit.start)
            word = NEXT_WORD.match(edit.replacement)
            if before and word:
                wanted = article(word[1].lower())
                written = "a" + before[2]
                if wanted != written and article(_first_word(edit.original)) == written:
                    start = before.start(1)
                    old = before[1] + before[2]
                    new = before[1] + wanted[1:]
                    found.append(
                        Edit(
                            start,
                            start + len(old),
                            old,
                            new,
                            "changed",
                            "agreement",
                            "grammar:article",
                            edit.pack,
                            edit.score,
                        )
                    )
        found.append(edit)
    return found


def _first_word(text: str) -> str:
    match = NEXT_WORD.match(text)
    return match[1].lower() if match else ""


def mended(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Make edits fit what stands around them; gives them in order of place."""
    seamed = seams(text, sorted(edits, key=lambda e: (e.start, e.end)))
    return articles(text, undoubled(text, seamed))


#: What may stand twice in a row.
TWICE = frozenset(["that", "had", "very", "so"])

BEFORE = re.compile(r"([^\W_]{1,40})\s{1,4}$")
AFTER = re.compile(r"\s+([^\W_]+)")

#: The same for an item of a series, which another item or the end of the clause must follow.
BEFORE_SERIES = re.compile(r"([^\W_]{1,40}),[ ](?:(?:and|or)[ ])?$")
AFTER_SERIES = re.compile(r",[ ](?:(?:and|or)[ ])?([^\W_]{1,40})(?=[,.;:)]|[ ](?:and|or)\b)")
NEXT_ITEM = re.compile(r"[,.;:)]|[ ](?:and|or)\b")


def undoubled(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Only propose a change that puts a word beside the same word, or an item into a series that has it.

    >>> edit = Edit(9, 17, "transfer", "switch", "changed", "word", "r")
    >>> [e.outcome for e in undoubled("a switch transfer", [edit])]
    ['suspect']
    >>> edit = Edit(10, 19, "precision", "accuracy", "changed", "word", "r")
    >>> [e.outcome for e in undoubled("accuracy, precision and speed", [edit])]
    ['suspect']
    """
    found: list[Edit] = []
    left = (-1, "", "")  # end of the change before, its last word and that of what stood there
    starts = {e.start for e in edits if e.outcome == "changed"}
    for edit in edits:
        if edit.outcome == "changed" and edit.replacement:
            words, old = edit.replacement.lower().split(" "), edit.original.lower().split(" ")
            if _doubles(text, edit, words, old, left, starts):
                edit = edit._replace(outcome="suspect")
            else:
                left = edit.end, words[-1], old[-1]
        found.append(edit)
    return found


def _doubles(
    text: str, edit: Edit, words: Sequence[str], old: Sequence[str], left: tuple[int, str, str], starts: set[int]
) -> bool:
    """Tell whether a change says what is said beside it, where what stood there did not."""
    low = max(0, edit.start - 60)
    before = [BEFORE.search(text, low, edit.start)] if words[0] not in TWICE else []
    after = [AFTER.match(text, edit.end)] if words[-1] not in TWICE else []
    if len(words) == 1:
        before += [BEFORE_SERIES.search(text, low, edit.start)] if NEXT_ITEM.match(text, edit.end) else []
        after += [AFTER_SERIES.match(text, edit.end)]
    for match in filter(None, before):
        new, was = left[1:] if left[0] == match.end(1) else (match[1].lower(),) * 2
        if words[0] == new and old[0] != was:
            return True
    # Of two changes side by side the second one gives way.
    beyond = (match for match in filter(None, after) if match.start(1) not in starts)
    return any(words[-1] == match[1].lower() != old[-1] for match in beyond)


def seams(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Drop a small word that a change would double with the word after it, and the comma of a ``however`` that
    becomes ``but``.

    >>> edit = Edit(0, 9, "get entry", "access to", "changed", "phrase", "r")
    >>> [(e.original, e.replacement) for e in seams("get entry to water", [edit])]
    [('get entry to', 'access to')]
    >>> edit = Edit(6, 13, "however", "but", "changed", "word", "r")
    >>> [(e.original, e.replacement) for e in seams("cold, however, dry", [edit])]
    [('however,', 'but')]
    """
    found: list[Edit] = []
    taken = {e.start for e in edits if e.outcome == "changed"}
    for edit in edits:
        last = edit.replacement.rpartition(" ")[2].lower()
        after = AFTER.match(text, edit.end)
        if (
            edit.outcome == "changed"
            and after
            and last in NEVER_DOUBLED
            and after[1].lower() == last
            and after.start(1) not in taken
        ):
            edit = edit._replace(end=after.end(), original=text[edit.start : after.end()])
        if edit.outcome == "changed" and edit.replacement.lower() == "but" and text[edit.end : edit.end + 1] == ",":
            edit = edit._replace(end=edit.end + 1, original=edit.original + ",")
        found.append(edit)
    return found
