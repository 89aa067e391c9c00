"""Blocks of a text (title, headings, paragraphs, items, cells, metadata lines) and what it says of itself."""

from __future__ import annotations

import datetime
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import yaml
from rapidfuzz import fuzz, process

from unspin.records import Block, Metadata, Source, Span

# --------------------------------------------------------------------------
# Metadata lines


#: Keys of metadata lines and the field that they fill; ``""`` is a key that fills none.
#: The spun forms were seen in the footers of content farms, or are what spinners make of the plain ones.
KEYS: dict[str, str] = {
    "author": (
        "article author, author, author name, authors, byline, created by, creator, posted by, put up by, reported "
        "by, reporter, story by, submitted by, words by, writer, written by, written through"
    ),
    "published": (
        "article date, creation date, date, date of publication, date posted, date published, date revealed, first "
        "published, issued on, newsletter date, post date, posted, posted on, publication date, publish date, "
        "publish time, published, published at, published date, published on, publishing date, put up date, put up "
        "on, release date, revealed, revealed on, submit date"
    ),
    "publisher": (
        "publication, published by, publisher, publisher name, revealed by, revealed through, site, site name, "
        "sitename, website, writer site"
    ),
    "source_url": (
        "article link, article url, authentic source, canonical url, hyperlink, link, link to source, original "
        "article, original link, original source, original url, permalink, read the original article, source, "
        "source hyperlink, source link, source url, supply, supply hyperlink, supply link, supply url, unique "
        "source, unique supply, url, via"
    ),
    "title": ("article title, heading, headline, title"),
    "": (
        "also read, article id, categories, category, classes, contact, contact us, content source, copyright, "
        "credit, credits, description, disclaimer, edited by, editor, filed under, follow us, image credit, image "
        "source, keywords, lang, language, last modified, last updated, location, modified, photo, photo credit, "
        "read more, read time, reading time, related, related articles, share this, slug, summary, tag, tags, "
        "topics, up to date on, updated, updated on"
    ),
}
_FIELD = {key: field for field, keys in KEYS.items() for key in keys.split(", ")}

#: Those of the keys that spinners make of plain ones; all others are as they should be.
_SPUN_KEYS = frozenset({
    "authentic source", "date revealed", "hyperlink", "link to source", "newsletter date", "post date", "put up by",
    "put up date", "put up on", "revealed", "revealed by", "revealed on", "revealed through", "source hyperlink",
    "supply", "supply hyperlink", "supply link", "supply url", "unique source", "unique supply", "up to date on",
    "writer", "writer site", "written through",
})

#: 88 lets *Sourse link* and *Publish dates* pass and keeps *Related work* from *Related* (tried on labels of items).
_NEAR = 88

#: How many lines at the top and at the bottom may be metadata lines.
_MARGIN = 12

_LABELLED = re.compile(r"(?P<key>[^\W\d_][^:：\n]{0,39}?)[ \t]{0,3}[:：](?P<gap>[ \t]*)(?=\S)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'\]|]+", re.I)
_BYLINE = re.compile(
    r"(?:\*{1,2}|_)?(?P<key>By|by|BY)[ \t]+"
    r"(?P<name>[A-Z][\w.’'-]*(?:[ \t]+(?:de|da|van|von|der|al|bin|and|&|[A-Z][\w.’'-]*)){0,6})"
    r"(?P<rest>[ \t]*(?:[,|·•–—-][^\n]{0,80})?)"
)
_LEGAL = re.compile(
    r"(?:copyright\b|©|\(c\)\s*(?:19|20)\d\d|all rights? (?:are )?reserved\b"
    r"|the post .{1,200} (?:appeared|gave the impression) first on\b"
    r"|this (?:article|post|story|content) (?:was|has been) (?:originally |first )?(?:published|posted|syndicated)\b"
    r"|(?:published|posted|revealed|updated|last updated)(?: on| at)? (?=.{0,12}\d)"
    r"|(?:advertisement|share this article|subscribe to our newsletter)\W*$)",
    re.I,
)
_PUBLISHED = re.compile(r"(?:published|posted|revealed)(?: on| at)? ", re.I)


@functools.lru_cache(maxsize=4096)
def field(key: str) -> str | None:
    """Name the metadata field that a line's key fills: empty where it fills none, None where it is no such key.

    >>> field("Writer"), field("Supply hyperlink"), field("Tags"), field("Joint exercises")
    ('author', 'source_url', '', None)
    """
    plain = " ".join(re.sub(r"[^a-z ]+", " ", key.casefold().replace("_", " ")).split())
    if not plain or len(plain) > 40:
        return None
    if plain in _FIELD:
        return _FIELD[plain]
    if len(plain) < 6:  # one slip in a short word makes another word: *sire*, *data*, *late*
        return None
    found = process.extractOne(plain, _FIELD.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return _FIELD[found[0]] if found else None


def front_matter(text: str) -> int:
    """Give where the ``---`` ``key: value`` ``---`` at the top of a text ends, 0 where there is none.

    >>> front_matter("---\\ntitle: Talks\\n---\\nThe army met."), front_matter("--- The army met.")
    (20, 0)
    """
    if not text.lstrip("\ufeff\r\n\t ").startswith("---"):
        return 0
    lines = _lines(text)
    after = _front_matter(text, lines, [])
    return lines[after - 1].end if after else 0


def is_settled(key: str) -> bool:
    """Tell whether a key of a metadata line is no spun phrase.

    >>> is_settled("Title"), is_settled("Supply hyperlink"), is_settled("Date of publication"), is_settled("Data")
    (True, False, True, False)
    """
    plain = " ".join(key.casefold().split())
    return plain in _FIELD and plain not in _SPUN_KEYS


# --------------------------------------------------------------------------
# Dates

#: Each with its abbreviations, the whole name first.
MONTH_NAMES = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
#: Numbers as they are spelt out, from nought.
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
#: Words before a full stop that end no sentence.
ABBREVIATIONS = frozenset(
    word
    for line in (
        "etc vs inc corp co ltd plc bros dept est approx ave blvd rd st mt ft sq cu oz lb lbs pct cts dlrs mln bln qtr",
        "yr yrs mo mos hr hrs min sec no nos vol pp ed eds fig figs ch art cf al ie eg viz jr sr dr mr mrs ms prof gen",
        "col capt lt sgt maj rev hon gov sen rep pres jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues",
        "wed thu thurs fri sat sun incl excl max avg tel ext dist univ assn intl natl govt dep asst adm cmdr brig misc",
        "temp gal tsp tbsp ca op ibid et seq para sub",
    )
    for word in line.split()
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_TIME = (
    r"(?:(?:T|,?[ \t]{1,3}(?:at[ \t]{1,3})?|[ \t]{1,3}[-–|][ \t]{1,3})"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,9})?)?"
    r"[ \t]{0,2}(?P<half>[ap]\.?m\b\.?)?[ \t]{0,2}(?P<zone>Z\b|(?:UTC|GMT)\b|[+-]\d\d:?\d\d\b)?)?"
)
_DATES = tuple(
    re.compile(pattern + _TIME, re.I)
    for pattern in (
        r"(?<![\d-])(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)",
        r"\b" + _MONTH + r"[ \t]{0,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?,?[ \t]{1,3}(?P<year>\d{4})\b",
        r"(?<![\d.])(?P<day>\d{1,2})(?:st|nd|rd|th)?[ \t-]{1,3}(?:of[ \t])?"
        + _MONTH
        + r",?[ \t-]{0,3}(?P<year>\d{4})\b",
        r"(?<![\d/.])(?P<first>\d{1,2})(?P<sep>[-/.])(?P<other>\d{1,2})(?P=sep)(?P<year>\d{4})(?!\d)",
    )
)


def iso_date(text: str) -> str:
    """Write the first date of a short text in ISO 8601, with its time if it has one; empty if none is clear.

    >>> iso_date("2025-03-03 10:28:00"), iso_date("Monday, March 3rd, 2025 at 9:05 pm"), iso_date("04/05/2025")
    ('2025-03-03T10:28:00', '2025-03-03T21:05:00', '')
    """
    text = text[:200]
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if found := _iso(match.groupdict(default="")):
                return found
    return ""


def _iso(part: dict[str, str]) -> str:
    try:
        if "first" in part:
            first, other = int(part["first"]), int(part["other"])
            if part["sep"] == "." or first > 12:  # 03.04.2025 is written day first wherever it is written
                day, month = first, other
            elif other > 12 or first == other:
                day, month = other, first
            else:
                return ""
        else:
            day = int(part["day"])
            month = MONTHS.get(part["month"].casefold()) or int(part["month"])
        date = datetime.date(int(part["year"]), month, day)
        if not part["hour"]:
            return date.isoformat()
        hour = int(part["hour"])
        if part["half"]:
            if not 1 <= hour <= 12:
                return date.isoformat()
            hour = hour % 12 + (12 if part["half"][0] in "pP" else 0)
        time = datetime.time(hour, int(part["minute"]), int(part["second"] or 0))
    except ValueError:
        return ""
    zone = part["zone"].upper()
    if zone in {"Z", "UTC", "GMT"}:
        zone = "Z"
    elif zone and ":" not in zone:
        zone = zone[:3] + ":" + zone[3:]
    return f"{date.isoformat()}T{time.isoformat()}{zone}"


# --------------------------------------------------------------------------
# Lines

_LINE = re.compile(r"[^\n\r\v\f\u0085\u2028\u2029]+")
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=[^\s#])")
_ITEM = re.compile(r"(?:[-*•‣◦·●▪–—][ \t]+|\(?\d{1,3}[.)][ \t]+|\(?[a-z][)][ \t]+|\(?[ivx]{1,5}[)][ \t]+)(?=\S)")
_RULE = re.compile(r"(?:[-*_=~•][ \t]*){3,}$")
_FENCE = re.compile(r"(?:```|~~~)")
_FENCE_LINE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})(?P<rest>[^\n]*)$", re.M)
_QUOTE = re.compile(r"(?:>[ \t]?)+(?=\S)")
_SEPARATOR = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_END = re.compile(r"[.!?…:;,][\"'”’)\]*_]*$")
_STOP = re.compile(r"[.!?…:;][\"'”’)\]*_]*$")
_LABEL = re.compile(
    r"(?P<mark>\*\*|__)?(?P<label>[^\s:*_][^:\n*]{0,78}?)(?:\*\*|__)?[ \t]*[:：](?:\*\*|__)?[ \t]+(?=\S)"
)
_BOLD = re.compile(r"(?P<mark>\*\*|__)(?P<text>[^*_\n]{1,150})(?P=mark)[ \t]*:?$")

#: Words that Title Case leaves in lower case.
SMALL = frozenset(
    word
    for line in (
        "a about after against amid among an and are as at be before between but by can during for from has have how",
        "in including inside into is it its may nor not of off on onto or our over per so than that the their through",
        "thru to toward towards under up upon versus via vs was were what when who why will with within without yet",
    )
    for word in line.split()
)

#: Pronouns that can only be the subject of a clause, or nearly so: no heading in sentence case opens with one.
SUBJECTS = frozenset(
    ("i", "he", "she", "we", "they", "it", "nobody", "somebody", "anybody", "everybody", "someone", "anyone")
)


class _Line(NamedTuple):
    start: int  #: of its text, white space aside
    end: int
    indent: int
    gap: bool  #: an empty line (or the start of the text) stands before it


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    reach = 0
    for match in _LINE.finditer(text):
        raw = match.group()
        body = raw.strip()
        if not body:
            continue
        lead = len(raw) - len(raw.lstrip())
        start = match.start() + lead
        breaks = text[reach:start]
        gap = not found or breaks.count("\n") > 1 or (breaks.count("\r") > 1 and "\n" not in breaks)
        indent = sum(4 if c == "\t" else 1 for c in raw[:lead][:80])
        found.append(_Line(start, start + len(body), indent, gap))
        reach = start + len(body)
    return found


def _wrapped(text: str, lines: Sequence[_Line]) -> bool:
    """Tell whether the lines of a document are broken at a margin, so that a paragraph is several lines."""
    pairs = carried = open_ended = wide = 0
    widest = max((x.end - x.start for x in lines if x.end - x.start <= 200), default=0)
    for line, after in pairwise(lines):
        if after.gap:
            continue
        heads = (text[line.start : line.start + 8], text[after.start : after.start + 8])
        if any(_ITEM.match(h) or _HEADING.match(h) for h in heads) or "|" in text[line.start : line.end]:
            continue
        pairs += 1
        is_open = _STOP.search(text, max(line.start, line.end - 8), line.end) is None
        open_ended += is_open
        carried += is_open and text[after.start].islower()
        wide += 0.6 * widest < line.end - line.start <= 200
    # a paragraph on a line ends with a full stop nearly always and the next begins with a capital;
    # of lines broken at a margin most end open, and the next goes on in lower case
    return widest >= 30 and pairs > 0 and min(open_ended, wide) >= 0.6 * pairs and carried >= 0.35 * pairs


# --------------------------------------------------------------------------
# Headings


def title_case(text: str) -> float:
    """Give the share of content words that begin with a capital (0 where there is none).

    >>> title_case("Review of Safety Threats in libya"), title_case("to sum up")
    (0.75, 0.0)
    """
    words = [w for w in _WORD.findall(text) if w.casefold() not in SMALL]
    return sum(w[0].isupper() for w in words) / len(words) if words else 0.0


def _heading_like(text: str, start: int, end: int) -> bool:
    """Tell whether a line alone reads as a heading: short, not ended like a sentence, in Title Case or a few words."""
    if end - start > 150:
        return False
    line = text[start:end]
    if _BOLD.match(line):
        return True
    words = _WORD.findall(line)
    if not 1 <= len(words) <= 18 or not any(len(w) > 2 for w in words):
        return False
    if _URL.search(line) or "@" in line or "|" in line:
        return False
    share = title_case(line)
    if _END.search(line):
        # a question may be a heading: *What Comes Next for Libya?*
        return line[-1] in "?!" and len(words) <= 12 and share >= 0.75 and len(words) >= 3
    digits = sum(c.isdigit() for c in line)
    if digits > 0.3 * len(line):
        return False
    if len(words) >= 2 and share >= 0.6:
        return True
    if len(words) == 1:
        return line[0].isupper() and digits == 0 and '"' not in line
    if words[0].casefold().split("’")[0].split("'")[0] in SUBJECTS:
        return False  # a clause that lost its full stop: *nobody knew why*
    return len(words) <= 6 and digits == 0 and "," not in line and line[0] not in "\"“'‘(["


def _headline_like(text: str, start: int, end: int) -> bool:
    """Tell whether the first line of a text reads as a headline."""
    if end - start > 200:
        return False
    line = text[start:end]
    words = _WORD.findall(line)
    if not 2 <= len(words) <= 25 or _URL.search(line) or "@" in line:
        return False
    if line[-1] in "?!":
        return len(words) <= 18
    return not _END.search(line) and not line[0].islower()


# --------------------------------------------------------------------------
# Tables


def _pieces(text: str, line: _Line) -> list[Span]:
    """Give the spans between the pipes of a table row, white space aside (empty cells are empty spans)."""
    cuts = [line.start - 1]
    at = line.start
    while (at := text.find("|", at, line.end)) >= 0:
        if at == line.start or text[at - 1] != "\\":
            cuts.append(at)
        at += 1
    cuts.append(line.end)
    spans = []
    for a, b in pairwise(cuts):
        a += 1
        piece = text[a:b]
        body = piece.strip()
        lead = len(piece) - len(piece.lstrip()) if body else 0
        spans.append((a + lead, a + lead + len(body)))
    if text[line.start] == "|":
        spans = spans[1:]
    if text[line.end - 1] == "|" and spans and spans[-1][0] == spans[-1][1]:
        spans = spans[:-1]
    return spans


def _table_end(text: str, lines: Sequence[_Line], at: int) -> int:
    """Give the index after the last row of the table that begins at a line; the index itself where none does."""
    if "|" not in text[lines[at].start : lines[at].end]:
        return at
    end = at
    while end < len(lines) and "|" in text[lines[end].start : lines[end].end] and (end == at or not lines[end].gap):
        end += 1
    if end - at < 2:
        return at
    if _SEPARATOR.match(text, lines[at + 1].start, lines[at + 1].end):
        return end
    # no header line: every row has to look like one
    edged = all(text[x.start] == "|" or text[x.end - 1] == "|" for x in lines[at:end])
    counts = {len(_pieces(text, x)) for x in lines[at : min(end, at + 50)]}
    return end if edged and len(counts) == 1 and counts.pop() >= 2 else at


# --------------------------------------------------------------------------
# Blocks


class _Draft(NamedTuple):
    kind: str
    start: int
    end: int
    level: int = 0
    row: int | None = None
    column: int | None = None
    header: int | None = None  #: index of the draft that is the column heading
    label: Span | None = None
    body: int = -1


def layout(text: str) -> list[Block]:
    """Divide a text into blocks that are sorted, do not overlap and hold all of its words.

    >>> [(b.kind, b.parent_id) for b in layout("# Talks\\n\\nThey include:\\n- Drills: More.\\n- Aid.")]
    [('title', ''), ('paragraph', 'b1'), ('item', 'b2'), ('item', 'b2')]
    """
    return _parented(text, list(_drafts(text)))


def fences(text: str) -> list[Span]:
    """Give the spans of fenced code, fences included; one that is never closed fences nothing.

    >>> fences("Run this:\\n```sh\\nmake all\\n```\\nand wait.")
    [(10, 28)]
    """
    found: list[Span] = []
    if "```" not in text and "~~~" not in text:
        return found
    opening: re.Match[str] | None = None
    for match in _FENCE_LINE.finditer(text):
        if opening is None:
            opening = match if match["mark"][0] == "~" or "`" not in match["rest"] else None
        elif match["mark"].startswith(opening["mark"]) and not match["rest"].strip():
            found.append((opening.start("mark"), match.end("mark")))
            opening = None
    return found


def code(text: str, blocks: Sequence[Block]) -> set[str]:
    """Give the ids of the blocks that are fenced code and no prose.

    >>> text = "Run this:\\n```sh\\nmake all\\n```\\nand wait."
    >>> code(text, layout(text))
    {'b2'}
    """
    starts = {start for start, _ in fences(text)}
    return {block.block_id for block in blocks if block.start in starts}


def _drafts(text: str) -> Iterator[_Draft]:
    lines = _lines(text)
    fenced = dict(fences(text))
    wrapped = _wrapped(text, lines)
    meta = _metadata_lines(text, lines)
    drafts: list[_Draft] = []
    at = front = _front_matter(text, lines, drafts)
    titled = False
    indents: list[int] = []
    while at < len(lines):
        line = lines[at]
        start, end = line.start, line.end
        following = lines[at + 1] if at + 1 < len(lines) else None
        first = not any(d.kind != "metadata" for d in drafts[-_MARGIN:]) and len(drafts) <= _MARGIN + front
        if start in fenced:
            drafts.append(_Draft("paragraph", start, fenced[start]))
            while at < len(lines) and lines[at].start < fenced[start]:
                at += 1
            continue
        if _RULE.match(text, start, end) or _SEPARATOR.match(text, start, end):
            at += 1
            continue
        if (stop := _table_end(text, lines, at)) > at:
            drafts += _cells(text, lines[at:stop], len(drafts))
            at = stop
            continue
        if mark := _HEADING.match(text, start, end):
            level = len(mark[1])
            body, tail = mark.end(), end
            while tail > body and text[tail - 1] in "# \t":
                tail -= 1
            is_title = not titled and first and (level == 1 or not _ranked(text, lines[at + 1 :], level))
            titled = titled or is_title
            drafts.append(_Draft("title", body, tail, 1) if is_title else _Draft("heading", body, tail, level))
            at += 1
            continue
        if (
            following
            and not following.gap
            and line.gap
            and end - start <= 150
            and _underlined(text, following)
            and (text[following.start] == "=" or _heading_like(text, start, end))
        ):
            level = 1 if text[following.start] == "=" else 2
            is_title = not titled and first and level == 1
            titled = titled or is_title
            drafts.append(_Draft("title" if is_title else "heading", start, end, level))
            at += 2
            continue
        if at in meta:
            label, body = meta[at]
            drafts.append(_Draft("metadata", start, end, label=label, body=body))
            at += 1
            continue
        if mark := _ITEM.match(text, start, end):
            while indents and indents[-1] > line.indent:
                indents.pop()
            if not indents or indents[-1] < line.indent:
                indents.append(line.indent)
            stop = at + 1
            # a further line of an item is indented, or the whole text is broken at a margin
            while stop < len(lines) and _continues(text, lines[stop], line.indent, wrapped, meta, stop):
                stop += 1
            body = mark.end()
            tail = lines[stop - 1].end
            label, text_at = _label(text, body, tail)
            drafts.append(_Draft("item", body, tail, min(len(indents), 9), label=label, body=text_at))
            at = stop
            continue
        indents.clear()
        if mark := _QUOTE.match(text, start, end):
            start = mark.end()
        alone = not wrapped or (line.gap and (following is None or following.gap))
        if alone and following is not None:
            if first and not titled and _headline_like(text, start, end):
                titled = True
                drafts.append(_Draft("title", start, end, 1))
                at += 1
                continue
            if _heading_like(text, start, end) and not _labelled_line(text, start, end):
                bold = _BOLD.match(text, start, end)
                if bold:
                    start, end = bold.span("text")
                drafts.append(_Draft("heading", start, end, 2))
                at += 1
                continue
        label, body = (None, 0) if wrapped or not drafts or not _lead_in(text, drafts) else _label(text, start, end)
        if label and len(_WORD.findall(text, *label)) <= 6 and text[label[0]].isupper():
            # items that lost their marks: *Reform: Overseeing ...* under *Key challenges include:*
            drafts.append(_Draft("item", start, end, 1, label=label, body=body))
            at += 1
            continue
        stop = at + 1
        if wrapped:
            while stop < len(lines) and _continues(text, lines[stop], -1, True, meta, stop):
                stop += 1
        drafts.append(_Draft("paragraph", start, lines[stop - 1].end))
        at = stop
    yield from drafts


def _ranked(text: str, lines: Sequence[_Line], level: int) -> bool:
    """Tell whether a later heading is of the same rank as the first or above it, so that the first is no title."""
    marks = (_HEADING.match(text, line.start, line.end) for line in lines)
    return any(mark is not None and len(mark[1]) <= level for mark in marks)


def _continues(
    text: str, line: _Line, indent: int, wrapped: bool, meta: dict[int, tuple[Span | None, int]], at: int
) -> bool:
    if line.gap or at in meta or not (wrapped or line.indent > indent + 1):
        return False
    marks = (_HEADING, _ITEM, _FENCE, _QUOTE, _RULE, _SEPARATOR)
    return not any(mark.match(text, line.start, line.end) for mark in marks)


def _underlined(text: str, line: _Line) -> bool:
    return len(set(text[line.start : line.end][:200])) == 1 and text[line.start : line.start + 3] in ("===", "---")


def _lead_in(text: str, drafts: Sequence[_Draft]) -> bool:
    """Tell whether the last block announces items, or is an item that was announced."""
    last = drafts[-1]
    return (last.kind == "item" and last.label is not None) or (
        last.kind == "paragraph" and text[last.end - 1] in ":："
    )


def _labelled_line(text: str, start: int, end: int) -> bool:
    """Tell whether a short line is *Label: text* rather than a heading with a colon in it."""
    label, body = _label(text, start, end)
    return label is not None and end - body > 0 and title_case(text[body:end]) < 0.5


def _label(text: str, start: int, end: int) -> tuple[Span | None, int]:
    """Find the label before an item's colon and the place where the text after it begins."""
    match = _LABEL.match(text, start, end)
    if match is None:
        return None, start
    label = match.span("label")
    words = _WORD.findall(text, *label)
    if not 1 <= len(words) <= 9 or re.search(r"[.!?,;]\s|[\"“”]", text[label[0] : label[1]]):
        return None, start
    return label, match.end()


def _cells(text: str, rows: Sequence[_Line], base: int) -> Iterator[_Draft]:
    """Make a block of each cell that is not empty; the first row is the header if ``---|---`` follows it."""
    headed = bool(_SEPARATOR.match(text, rows[1].start, rows[1].end))
    heads: dict[int, int] = {}
    count = row = 0
    for line in rows:
        if _SEPARATOR.match(text, line.start, line.end):
            continue
        for column, (start, end) in enumerate(_pieces(text, line)):
            if start == end:
                continue
            header = heads.get(column) if row else None
            if headed and row == 0:
                heads[column] = base + count
            yield _Draft("cell", start, end, row=row, column=column, header=header)
            count += 1
        row += 1


_KEYED = re.compile(r"(?P<quote>[\"']?)([\w][\w .-]{0,38}?)(?P=quote)[ \t]*:(?:[ \t]+|$)")


def _front_matter(text: str, lines: Sequence[_Line], drafts: list[_Draft]) -> int:
    """Read ``---`` ``key: value`` ``---`` at the top; give the index of the line after it."""
    if not lines or text[lines[0].start : lines[0].end] != "---" or text[: lines[0].start].strip("\ufeff\r\n\t "):
        return 0
    found: list[_Draft] = []
    for index, line in enumerate(lines[1:60], 1):
        if text[line.start : line.end] in ("---", "..."):
            drafts += found
            return index + 1
        match = _KEYED.match(text, line.start, line.end)
        if match:
            found.append(_Draft("metadata", line.start, line.end, label=match.span(2), body=match.end()))
        elif line.indent or text[line.start] in "-#":
            found.append(_Draft("metadata", line.start, line.end))
        else:
            return 0
    return 0


def _metadata_lines(text: str, lines: Sequence[_Line]) -> dict[int, tuple[Span | None, int]]:
    """Find the lines near the top and the bottom that tell of the document: index -> (key, where the value begins)."""
    found: dict[int, tuple[Span | None, int]] = {}
    margin = sorted(set(range(min(_MARGIN, len(lines)))) | set(range(max(0, len(lines) - _MARGIN), len(lines))))
    for index in margin:
        start, end = lines[index].start, lines[index].end
        if end - start > 400:
            continue
        while start < end and text[start] in "*_>|- \t" and text[start : start + 2] != "--":
            start += 1
        labelled = _LABELLED.match(text, start, end)
        if labelled and field(labelled["key"]) is not None and _is_value(text, labelled, end):
            body = labelled.end()
            while body < end and text[body] in "*_ \t":
                body += 1
            found[index] = ((labelled.start("key"), labelled.end("key")), min(body, end))
        elif (by := _BYLINE.fullmatch(text, start, end)) and _WORD.findall(by["name"])[1:]:
            found[index] = (by.span("key"), by.start("name"))
        elif _LEGAL.match(text, start, end) and len(lines) > 1:
            found[index] = (None, lines[index].start)
    return found


def _is_value(text: str, match: re.Match[str], end: int) -> bool:
    """Tell whether what follows a key is a value and not the rest of a sentence."""
    value = text[match.end() : end].strip("*_ \t")
    kind = field(match["key"])
    if kind == "published":
        return bool(iso_date(value)) or len(value) <= 40
    if kind == "source_url":
        return bool(_URL.search(value)) or len(_WORD.findall(value)) <= 8
    if kind in ("author", "publisher"):
        return bool(_URL.search(value)) or (len(_WORD.findall(value)) <= 12 and not value.endswith((".", "!", "?")))
    return len(value) <= 300


def _parented(text: str, drafts: Sequence[_Draft]) -> list[Block]:
    """Number the blocks and name the heading, lead-in or item that each stands under."""
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []  # level, id
    lead, items = "", list[tuple[int, str]]()
    for number, draft in enumerate(drafts, 1):
        block_id = f"b{number}"
        above = headings[-1][1] if headings else ""
        parent = above
        if draft.kind in ("title", "heading"):
            level = 0 if draft.kind == "title" else draft.level
            while headings and headings[-1][0] >= level:
                headings.pop()
            parent = headings[-1][1] if headings else ""
            headings.append((level, block_id))
            lead = block_id if text[draft.end - 1] in ":：" else ""
            items = []
        elif draft.kind == "item":
            while items and items[-1][0] >= draft.level:
                items.pop()
            parent = items[-1][1] if items else lead or above
            items.append((draft.level, block_id))
        elif draft.kind == "cell":
            if items:  # the lead-in announced the items, not the table after them
                lead, items = "", []
            parent = lead or above
        elif draft.kind == "metadata":
            parent = ""
        else:
            items = []
            lead = block_id if text[draft.end - 1] in ":：" else ""
        blocks.append(
            Block(
                block_id,
                parent,
                draft.kind,
                draft.start,
                draft.end,
                draft.level,
                draft.row,
                draft.column,
                "" if draft.header is None else f"b{draft.header + 1}",
                draft.label,
                draft.start if draft.body < 0 else draft.body,
            )
        )
    return blocks


# --------------------------------------------------------------------------
# Metadata


def metadata(text: str, blocks: Iterable[Block]) -> Metadata:
    """Read title, author, date, publisher and source from the blocks that state them; nothing is guessed.

    >>> text = "They met on Monday.\\nWriter : Atticus Reed\\nPost date : 2025-03-03 10:28:00"
    >>> found = metadata(text, layout(text))
    >>> found.author, found.published
    ('Atticus Reed', '2025-03-03T10:28:00')
    """
    found = dict.fromkeys(Metadata._fields, "")
    title = ""
    front = front_matter(text)
    fields = _front_fields(text, front)
    for key, value in fields.items():
        _note(found, key, value)
    for block in blocks:
        if block.kind == "title":
            title = headline(text, block.start, block.end)
        if block.kind != "metadata" or (fields and block.start < front):
            continue
        value = " ".join(text[block.body : block.end].strip("*_ \t\"'").split())
        if block.label is not None:
            _note(found, text[slice(*block.label)], value)
        elif _PUBLISHED.match(value) and not found["published"]:
            found["published"] = iso_date(value)
    return Metadata(**found)._replace(title=found["title"] or title)


def _note(found: dict[str, str], key: str, value: str) -> None:
    """Take what a metadata line says, where its key is one of ours and no line before said it."""
    name = "author" if key.casefold() == "by" else field(key)
    if not name or not value:
        return
    if name == "published":
        value = iso_date(value)
    elif name == "source_url":
        url = _URL.search(value)
        value = url.group().rstrip(".,;)") if url else ""
    elif name == "author":
        value = _author(value, found)
    if value and not found[name]:
        found[name] = value


#: Front matter beyond this many characters is read line by line: YAML is slow, and may nest and repeat.
_LONGEST_FRONT = 20_000


def _front_fields(text: str, end: int) -> dict[str, str]:
    """Read front matter as YAML, all values as text; empty where it is none."""
    front = text[:end].strip("\ufeff\r\n\t ")
    if not 6 < len(front) < _LONGEST_FRONT:
        return {}
    try:
        # The base loader makes texts, lists and dictionaries of them, and nothing else.
        told = yaml.load(front[3:-3], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {key: one_line(value) for key, value in told.items() if isinstance(key, str)}


_SURROGATE = re.compile("[\ud800-\udfff]")


def one_line(value: object) -> str:
    """Give a value of JSON or YAML as one line of text: names of lists and of ``{"name": ...}`` joined by commas.

    >>> one_line([{"name": "Jane Doe"}, "John  Roe", 7])
    'Jane Doe, John Roe'
    """
    values = value if isinstance(value, list) else [value]
    words = (v.get("name") if isinstance(v, dict) else v for v in itertools.islice(values, 100))
    named = (" ".join(_SURROGATE.sub("\ufffd", w[:10_000]).split()) for w in words if isinstance(w, str))
    return ", ".join(filter(None, named))[:1000]


def all_metadata(source: Source, text: str, blocks: Sequence[Block], spans: Sequence[Span]) -> Metadata:
    """Give what is known of a document: what came with its file, and else what its restored text says.

    ``spans``: of the blocks, in the source text.  A title that heads the text too is given as it reads there now.
    """
    said = zip(source.metadata, metadata(text, blocks), strict=True)
    joint = Metadata(*(outside or inside for outside, inside in said))
    for block, span in zip(blocks, spans, strict=True):
        if block.kind == "title" and headline(source.text, *span) == joint.title:
            return joint._replace(title=headline(text, block.start, block.end))
    return joint


def headline(text: str, start: int, end: int) -> str:
    """Give a headline as it is written, without marks of emphasis."""
    return " ".join(text[start:end].strip("*_ ").split())


def _author(value: str, found: dict[str, str]) -> str:
    """Take the name out of *Jane Doe | March 3, 2025*, and the date with it."""
    parts = re.split(r"[ \t]*[|·•][ \t]*|[ \t]+[–—-][ \t]+|,[ \t]+(?=\w+ \d|\d)", value, maxsplit=1)
    if len(parts) > 1 and not found["published"]:
        found["published"] = iso_date(parts[1])
    return re.sub(r"^by[ \t]+", "", parts[0], flags=re.I).strip(" ,*_")
