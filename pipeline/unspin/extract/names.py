"""Find what a document names: the model's finds and the lexicon's, cleaned, joined and typed."""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from unspin.extract.gazetteer import PLAIN, Gazetteer, Match
from unspin.extract.readings import DATELINE, URL
from unspin.extract.senses import ROLES
from unspin.extract.values import value
from unspin.extract.wordlists import words
from unspin.layout import MONTHS, fences
from unspin.records import Block, Mention, Metadata

#: What the model may name; ordinals, bare cardinals and times of day say nothing by themselves.
NAMED = words("PERSON ORG GPE LOC FAC NORP PRODUCT EVENT WORK_OF_ART LAW LANGUAGE")
VALUES = frozenset({"DATE", "MONEY", "PERCENT", "QUANTITY"})

#: Words before a person's name that are no part of it.
TITLES = words(
    "mr mrs ms miss mx dr doctor prof professor sir dame lord lady rev reverend father sister president "
    "vice-president prime minister chancellor senator governor mayor judge justice captain colonel general "
    "major lieutenant sergeant admiral commander secretary ambassador king queen prince princess pope bishop "
    "archbishop rabbi imam sheikh chief executive director manager coach guide substitute captain striker "
    "midfielder defender goalkeeper chairman chairwoman chair analyst spokesman spokeswoman spokesperson "
    "lawyer attorney economist founder ceo cfo cto cadet sheriff superintendent inspector detective constable "
    "private corporal councillor councilor alderman cllr lt rear adm vice maj cmdr brig gen col sgt capt rep sen gov "
    "hon"
)
HONORIFICS = words("mr mrs ms miss mx dr prof professor sir dame lord lady rev senator president judge justice captain")

#: Last words that tell the type of a name better than the model does.
LAST_WORDS = {
    word: label
    for label, words in {
        "ORG": "university college institute agency ministry committee council party court company inc ltd corp "
        "corporation group bank "
        "association foundation partners labs fc commission authority department bureau union federation "
        "organization organisation "
        "command alliance consortium coalition cooperative society board club service police army navy "
        "parliament senate congress "
        "administration office secretariat school academy museum hospital brigade division orchestra observatory "
        "holdings "
        "airlines airways pharmaceuticals motors technologies systems industries energy media times post journal "
        "tribune herald",
        "LOC": "river sea mountain mountains island islands lake valley desert nebula peninsula ocean gulf "
        "strait basin coast "
        "glacier marsh bay cape hills forest reef archipelago canyon plateau delta",
        "FAC": "airport stadium bridge hall road street avenue tower dam hotel station palace cathedral arena "
        "port harbour",
        "EVENT": "festival games cup olympics war championship championships summit conference fair marathon prix",
        "LAW": "act treaty constitution convention protocol accord",
    }.items()
    for word in words.split()
}
FIRM_LAST = words(
    "university college institute agency ministry committee council inc ltd corp corporation bank association "
    "foundation partners labs fc commission department bureau federation organization organisation consortium "
    "marsh company cooperative airlines airways river sea mountains island islands lake nebula peninsula ocean "
    "airport stadium festival olympics championships"
)

#: Capitalised for their place or as a habit, never names by themselves.
NEVER = words(
    "easter christmas ramadan i we you he she it they the a an this that these those here there monday tuesday "
    "wednesday thursday "
    "friday saturday sunday january february march april may june july august september october november "
    "december spring summer autumn winter source link author writer date title copyright content syndicated "
    "post publish publication published read more click key main total overall conclusion introduction "
    "summary overview however moreover furthermore additionally challenges opportunities strategy strategies "
    "objectives objective purpose focus area areas stage completion target first second third one two three "
    "four five six seven eight nine ten distance rumours yes no internet web online government state minister "
    "officials authorities ai it hr pr ceo cfo"
)

INITIALS = re.compile(r"\(\s*([A-Z][A-Za-z&.-]{1,9}[A-Z.])s?\s*\)")
QUOTED = re.compile(r"[“\"]([A-Z0-9][^“”\"\n]{1,60}?)[,.]?[”\"]")
PERCENT = re.compile(r"\d\s*(?:%|per ?cent)", re.I)
CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")
POSSESSIVE = re.compile(r"['’]s?$")
#: What multiplies an amount: ``€4.3m``; matches always.
SCALE = re.compile(r"(?:bn|tn|m|k)\b|")
SMALL_IN_TITLE = words("a an the of in on at to for and or from with by de la le du des von van")


#: First words of *Ministry of Health* and the like.
HEADS_OF = words("ministry university bank department college institute church house court")


#: The rest of *Saxony-Anhalt*, where the model stopped at the hyphen.
HYPHENED = re.compile(r"(?:-[A-Z][\w’']+)+")

#: A firm or a paper says so beside its name: *the consumer association Thuiswijzer*.
FIRM_BEFORE = re.compile(
    r"\b(?:association|company|firm|group|agency|charity|newspaper|brokerage|bank|start-?up|club|party|union|"
    r"institute|museum|"
    r"publisher|brand|manufacturer|retailer|consultancy|tank|developer|operator|airline|carmaker|maker|lender|"
    r"chain|broadcaster) $"
)
FIRM_AFTER = re.compile(r"\s(?:newspaper|magazine|company|group|airline|club|bank|party|foundation|website|brand)\b")

#: Named undertakings and weather.
CALLED = re.compile(r"\b(?:Exercise|Operation|Hurricane|Cyclone|Typhoon|Storm) [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")

#: Names that end in what they are: *Northern Rail Board*; only inside a sentence, after a small word.
PATTERN = re.compile(
    r"(?<=[a-z,] )(?:[A-Z][\w’'&-]+ ){1,4}(?:University|College|Institute|Agency|Ministry|Committee|Council|Court|"
    r"Company|Commission|"
    r"Authority|Association|Foundation|Bureau|Federation|Alliance|Union|Hospital|School|Museum|Observatory|"
    r"Society|Board|Trust)\b(?! [A-Z])"
)

#: A given name and a family name.
FULL_NAME = re.compile(
    r"\b([A-ZÀ-Þ][a-zà-ÿ]+) (?:[A-Z]\. )?(?:(?:van|von|de|der|den|da|dos|del|di|bin|al|el|la|le) "
    r"){0,2}([A-ZÀ-Þ][\w’'-]*[a-zà-ÿ])\b(?! (?:[A-Z][a-z]|of [A-Z]))"
)

#: A person after a title that nothing else bears.
TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Madame|Monsieur|Referee|Umpire|Midfielder|Goalkeeper|Striker|Winger|"
    r"Sergeant|Inspector|Detective|Constable|Colonel|Lieutenant|"
    r"Corporal|Judge|Senator|(?:President|Premier|Chancellor|Minister|Governor)(?= [A-ZÀ-Þ][a-zà-ÿ]+ [A-ZÀ-Þ])|"
    r"(?:(?:Rear|Vice|Lt|Maj|Brig)\.? )?(?:Adm|Gen|Col|Capt|Maj|Lt|Sgt|Cmdr)(?=\.))\.? "
    r"([A-ZÀ-Þ][\w’'-]*[a-zà-ÿ](?: [A-ZÀ-Þ][\w’'-]*[a-zà-ÿ])?)\b(?!['’]s? [A-Z]| [A-Z])"
)

#: Capitalised words inside a sentence that the model left out: ``the Little`` before *Antler River*.
BEFORE = re.compile(r"(?:\bthe|[a-z]) ((?:[A-Z][\w'’-]+ ){1,3})$")

#: What only an organisation or a team does; a stadium or a river that does it is none.
ACTING = re.compile(
    r"\s+(?:has |have |had |will |would |also |again )?(?:says?|said|won|wins?|beat|lost|lose|announced?|signed|"
    r"sold|bought|hired|"
    r"scored?|plans?|agreed|offered|launched|raised|start|fell|faced?|finished|must|currently has|should|moved|"
    r"applied|acquired)\b"
)
OF_PLACE = re.compile(
    r"\b(?:town|city|village|port|island|province|district|capital|municipality|suburb|resort|outskirts|"
    r"neighbou?rhood) of $"
    r"|\b(?:harbour|house|hotel|town|city|village|home|office|factory|school|church|museum|market|port|mill|"
    r"airport|hospital|"
    r"beach|lake|street|university|college|clinic|stadium) (?:in|at|near|outside) $",
    re.I,
)
LIVING = re.compile(r"\b(?:live|lives|lived|living|born|based|headquartered|grew up|arrived|stayed) (?:in|at) $", re.I)
#: Who is somewhere: *a trader in Bari*.
SOMEBODY_IN = re.compile(
    r"\b(?!(?:invest|believ|found|strik)|(?:never|over|after|under|number|other|matter|order) )"
    r"[a-z]{2,12}(?:er|or|ist|ian|man|woman)s? (?:in|near|outside) $"
)
WHERE_AFTER = re.compile(r",? where\b")
WATER = re.compile(
    r"\s(?:river|sea|lake|mountains?|valley|bay|islands?|peninsula|basin|desert|coast|strait|delta|hills)\b"
)
OPENING = re.compile(r"(?:^|[.!?:”\"]\s|\n)\s{0,9}(?:On|In|At|Near|Outside) (?:the )?$")
UNIT = re.compile(r"(?:k|M|G|T)?(?:W|Wh|B|b|Hz|m|g|l|pa|Pa)\b|km|kg|cm|mm|ha|mph|km/h|°C|C|F|GDP|CO2")

#: What a report of a match speaks of, and how clubs are called: *Marlow Harbour* is no port there.
SPORT = re.compile(
    r"\b(?:match|matches|league|season|goals?|striker|midfielder|defender|coach|division|playoffs?|innings)\b"
)
CLUB_LAST = words(
    "united town city albion harbour rovers wanderers athletic wednesday county rangers villa palace orient argyle "
    "hotspur thistle hearts"
)

#: Words that a company's name loses in running text (*Kettle* for *Kettle Labs*).
FIRM_WORDS = words(
    "labs inc ltd corp corporation group partners holdings motors systems technologies company co fc united town "
    "city albion harbour rovers wanderers athletic mills foods timber brands industries energy airlines airways media "
    "pharma pharmaceuticals therapeutics capital bancorp logistics shipping solar robotics software semiconductors "
    "minerals mining steel brewery brewing breweries stores retail lines dredging marine aerospace analytics networks"
)


#: An amount in a currency that is written out.
AMOUNT = re.compile(
    r"(?<![\w.,$€£-])\d{1,12}(?:[.,]\d{1,3}){0,4}(?:(?:[kmbt]|[mbt]n)|(?: (?:thousand|million|billion|trillion)))? "
    r"(?:dollars?|euros?|yen|yuan|renminbi|rupees?|roubles?|rubles?|zlotys?|naira|shekels?|hryvnias?|liras?|cedis?"
    r"|kron[aeo]r|krona|krone|pesos?|rand|shillings?|dirhams?|riyals?|rials?|dinars?|francs?|forints?|baht|ringgit"
    r"|rupiah|taka|birr|tenge|koruna)\b"
)
_MONTH = "|".join(name.title() for name in MONTHS if len(name) > 3 or name == "may")
#: What is paid is told in pounds, not weighed; in a sentence without an end.
PAID = re.compile(
    r"\b(?:paid|pays?|paying|costs?|sold|sells?|bought|buys?|fine[ds]?|worth|prices?d?|wages?|salary|earn(?:s|ed)?|raised|"
    r"spen[dt]s?|donated|loans?|debts?|fees?|bills?|budget|grants?|invest(?:s|ed)?|compensation|charge[ds]?)\b[^.!?]*$"
)
#: What no person is, however the model sees a name behind a role.
PLACES = frozenset({"LOC", "GPE", "FAC", "NORP"})

#: A day without its year.
DAY = re.compile(rf"\b(?:{_MONTH}) [0-3]?\d\b(?![.,:]?\d|%)|(?<![\w.,-])[0-3]?\d (?:{_MONTH})\b")

#: Who is named after a comma: *her counterpart, Dov Maresh, was ...*.
HOLDER = re.compile(r"\b(\w+), $")


#: Between the names of several authors.
AUTHORS = re.compile(r", (?:and )?| and | & ")


class Span(NamedTuple):
    """A stretch of the restored text that may name something."""

    start: int
    end: int
    label: str
    method: str
    block: int
    name: str = ""
    reference: str = ""
    demonym: bool = False


class Found(NamedTuple):
    """The mentions of a document, with what relations need to know of them."""

    mentions: tuple[Mention, ...]
    demonyms: frozenset[int]  #: indices of mentions such as *Libyan*


class Lines(NamedTuple):
    """What the model found in the reading of one stretch."""

    block: int
    start: int
    length: int
    part: str
    ents: Sequence[tuple[int, int, str, bool]]
    sentence_starts: frozenset[int]  #: offsets in the reading where a sentence begins


def mentions(
    text: str,
    blocks: Sequence[Block],
    metadata: Metadata,
    lines: Sequence[Lines],
    matches: Sequence[Match],
    gazetteer: Gazetteer,
    common: Collection[str],
    nouns: Collection[str],
) -> Found:
    """Give the mentions of a document in order of place; they do not overlap.

    ``common`` holds words that begin sentences far more often than they name
    anything (verbs, adjectives, adverbs).
    """
    starts = [block.start for block in blocks]

    def block_at(at: int) -> int:
        index = bisect.bisect_right(starts, at) - 1
        return index if index >= 0 and at < blocks[index].end else -1

    # no name is found in what is no prose: addresses, code
    shut = [m.span() for m in URL.finditer(text)] if "://" in text or "www." in text or "@" in text else []
    shut += fences(text)
    spans = _lexicon_spans(matches, block_at, blocks)
    spans += _metadata_spans(text, blocks, metadata)
    spans += _quoted_spans(text, blocks)
    spans += _patterned(text, blocks, gazetteer.given)
    spans += _datelines(text, blocks, gazetteer)
    lower = Counter(re.findall(r"\b[a-zà-ÿ][\w'-]+", text))
    for line in lines:
        kind = blocks[line.block].kind
        for start, end, label, modifier in line.ents:
            begin = line.start + min(start, line.length)
            span = _clean(text, begin, line.start + min(end, line.length), label, kind)
            if span is None:
                continue
            initial = start in line.sentence_starts
            titled = TITLED.fullmatch(text, *span) if label in NAMED and label != "PERSON" else None
            if titled and _bears(titled):
                span, label = titled.span(1), "PERSON"  # "Sergeant Lucie Marenne" taken for an organisation
            if modifier and label == "PERSON" and " " not in text[span[0] : span[1]]:
                continue  # "Hass avocados"
            if initial and label not in {"PERSON", "GPE"} and text[span[0] : span[1]].lower() in nouns:
                continue  # "Education is the hardest issue"
            if label in PLACES and _follows_role(text, span):
                label = "PERSON"
            if label in VALUES:
                told = "PERCENT" if PERCENT.search(text[span[0] : span[1]]) else label
                if told == "QUANTITY" and text[span[0] : span[1]].endswith("pounds") and PAID.search(
                    text, max(0, span[0] - 60), span[0]
                ):
                    told = "MONEY"  # "paid the driver 38,000 pounds"
                spans.append(Span(*span, told, "model", line.block))
            elif label in NAMED and not _mistaken(text, span, label, kind, line.part, initial, lower, common):
                spans.append(Span(*span, label, "model", line.block))
    spans += _missed_values(text, blocks, spans)
    if shut:
        spans = [s for s in spans if s.method == "metadata" or not any(a < s.end and s.start < b for a, b in shut)]
    chosen = _choose(spans, text)
    chosen, long_forms = _abbreviations(text, chosen, block_at)
    chosen = _repeat(text, chosen, block_at, blocks, lower, shut)
    return _canonical(text, blocks, metadata, chosen, long_forms)


def _lexicon_spans(matches: Sequence[Match], block_at: Callable[[int], int], blocks: Sequence[Block]) -> list[Span]:
    spans = []
    for match in matches:
        block = block_at(match.start)
        if block < 0 or blocks[block].kind == "metadata":
            continue
        n = match.name
        spans.append(Span(match.start, match.end, n.type, n.method, block, n.name, n.reference, n.demonym))
    return spans


def _metadata_spans(text: str, blocks: Sequence[Block], metadata: Metadata) -> list[Span]:
    spans = []
    authors = [part.strip() for part in AUTHORS.split(metadata.author)]
    if not all(part.count(" ") in {1, 2} for part in authors):
        authors = [metadata.author]
    for name, label in (*((author, "PERSON") for author in authors), (metadata.publisher, "ORG")):
        if not name.strip():
            continue
        for index, block in enumerate(blocks):
            if block.kind != "metadata":
                continue
            at = text.find(name, max(block.body, block.start), block.end)
            if at >= 0:
                spans.append(Span(at, at + len(name), label, "metadata", index, name))
                break
    return spans


def _patterned(text: str, blocks: Sequence[Block], given: Collection[str]) -> list[Span]:
    """Find names whose own words tell what they are."""
    spans = []
    for index, block in enumerate(blocks):
        if block.kind in {"paragraph", "item"}:
            for found in CALLED.finditer(text, block.start, block.end):
                spans.append(Span(*found.span(), "EVENT", "pattern", index))
            for found in PATTERN.finditer(text, block.start, block.end):
                last = found.group().rsplit(" ", 1)[1].lower()
                spans.append(Span(*found.span(), LAST_WORDS.get(last, "ORG"), "pattern", index))
            for found in TITLED.finditer(text, block.start, block.end):
                if _bears(found):
                    spans.append(Span(found.start(1), _bare(text, *found.span(1)), "PERSON", "pattern", index))
            for found in FULL_NAME.finditer(text, block.start, block.end):
                if found[1] in given and found[2].lower() not in LAST_WORDS and found[2].lower() not in NEVER:
                    spans.append(Span(found.start(), _bare(text, *found.span()), "PERSON", "pattern", index))
    return spans


def _follows_role(text: str, span: tuple[int, int]) -> bool:
    """Tell whether a name of two or three words stands right behind somebody's role (*shop owner Edie Marsh*)."""
    name = text[span[0] : span[1]].split()
    before = text[max(0, span[0] - 20) : span[0]].split(" ")
    return (
        2 <= len(name) <= 3
        and all(word[0].isupper() for word in name)
        and len(before) > 1
        and not before[-1]
        and before[-2] in ROLES
    )


def _bare(text: str, start: int, end: int) -> int:
    """Give where a name ends without its *'s*."""
    found = POSSESSIVE.search(text[start:end])
    return end if found is None or text[start:end].isupper() else start + found.start()


def _bears(titled: re.Match[str]) -> bool:
    """Tell whether a person bears the title of a :data:`TITLED`: no *Judge Business School*, no *Inspector General*."""
    name = titled[1].lower().split()
    return name[-1] not in LAST_WORDS and not any(word in TITLES or word in NEVER for word in name)


def _missed_values(text: str, blocks: Sequence[Block], spans: Sequence[Span]) -> list[Span]:
    """Find amounts of money and days that the model left out: *62 euros*, *October 3*."""
    found = []
    taken = sorted((s.start, s.end) for s in spans if s.label in VALUES)
    for index, block in enumerate(blocks):
        for label, pattern in (("MONEY", AMOUNT), ("DATE", DAY)):
            for match in pattern.finditer(text, block.start, block.end):
                at = bisect.bisect_left(taken, (match.end(), 0))
                if not at or taken[at - 1][1] <= match.start():
                    found.append(Span(*match.span(), label, "model", index))
    return found


def _datelines(text: str, blocks: Sequence[Block], gazetteer: Gazetteer) -> list[Span]:
    """Find the place before a dispatch: ``WARSAW, 4 October —``."""
    spans = []
    for index, block in enumerate(blocks):
        if block.kind == "paragraph":
            line = DATELINE.match(text, block.start, block.end)
            if line:
                place = line["place"].title()
                known = gazetteer.get(place)
                start, end = line.span("place")
                name, reference = (known.name, known.reference) if known else (place, "")
                spans.append(Span(start, end, known.type if known else "GPE", "alias", index, name, reference))
    return spans


def _quoted_spans(text: str, blocks: Sequence[Block]) -> list[Span]:
    """Find works named in quotation marks: each word of weight has a capital."""
    spans = []
    for index, block in enumerate(blocks):
        if block.kind == "metadata":
            continue
        for found in QUOTED.finditer(text, block.start, block.end):
            words = found[1].split()
            weighty = [w for w in words if w.lower() not in SMALL_IN_TITLE]
            if len(words) < 2 or len(words) > 8 or not all(w[0].isupper() or w[0].isdigit() for w in weighty):
                continue
            spans.append(Span(found.start(1), found.end(1), "WORK_OF_ART", "quoted", index))
    return spans


def _clean(text: str, start: int, end: int, label: str, kind: str) -> tuple[int, int] | None:
    """Cut a span in a block of some kind at line ends and strip what is no part of a name."""
    stretch = text[start:end]
    cut = stretch.find("\n")
    if cut >= 0:
        end = start + cut
    while start < end and (text[start].isspace() or text[start] in "\"'“”‘’([{<>,;:.|*#-–—"):
        start += 1
    while end > start and (
        text[end - 1].isspace()
        or text[end - 1] in "\"'“”‘’([{<>,;:|*#-–—"
        or (text[end - 1] == "." and label in VALUES)
    ):
        end -= 1
    if label in VALUES:
        if label == "MONEY" and start and text[start - 1] in "$€£¥":
            start -= 1  # the model leaves the sign out before a bare number
        if label == "MONEY" and end > start and text[end - 1].isdigit():
            end = SCALE.match(text, end).end()  # type: ignore[union-attr]
        return (start, end) if end > start else None
    stretch = text[start:end]
    low = stretch.lower()
    for lead in ("the ", "a ", "an ", "this ", "both "):
        if low.startswith(lead):
            start += len(lead)
            break
    found = POSSESSIVE.search(text[start:end])
    if found and found.group() not in {"'", "’"}:
        end = _bare(text, start, end)
    hyphen = HYPHENED.match(text, end)
    if hyphen:
        end = hyphen.end()
    if label in {"ORG", "LOC", "FAC", "EVENT", "LAW"} and kind not in {"title", "heading"}:
        more = BEFORE.search(text[max(0, start - 50) : start])
        if more and not any(w.lower() in TITLES for w in more[1].split()):
            start -= len(more[1])
    if label == "PERSON":
        hour = re.match(r"\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\.? ", text[start:end])
        if hour:
            start += hour.end()  # "until 10 p.m. Ralf Denning said"
        score = re.search(r"(?: \d{1,3}[-–]\d{1,3},?)+$", text[start:end])
        if score:
            end = start + score.start()  # "beat Ines Marchetti 4-6"
        while True:
            word = re.match(r"([\w'-]+)\.?\s+(?=\S)", text[start:end])
            if word is None or word[1].lower() not in TITLES:
                break
            start += word.end()
    if text[start:end].endswith(")") and "(" not in text[start:end]:
        end -= 1
    opening = text.find("(", start, end)
    if opening > start and ")" not in text[opening:end]:
        end = opening
        while text[end - 1].isspace():
            end -= 1
    # a closing full stop belongs to "Inc." and "U.S.", not to "the Senate."
    if (
        end > start
        and text[end - 1] == "."
        and not re.search(r"\b(?:[A-Z]\.)+$|\b(?:Inc|Ltd|Corp|Co|Jr|Sr|St)\.$", text[start:end])
    ):
        end -= 1
    return (start, end) if end > start else None


def _mistaken(
    text: str,
    span: tuple[int, int],
    label: str,
    kind: str,
    part: str,
    initial: bool,
    lower: Counter[str],
    common: Collection[str],
) -> bool:
    """Tell whether a rule can see that the model was wrong to call this a name."""
    name = text[span[0] : span[1]]
    words = name.split()
    if len(name) < 2 or len(words) > 9 or not CAPITAL.search(name) or "|" in name or name.replace(" ", "").isdigit():
        return True
    if text[span[0] - 1 : span[0]] == "-" or (text[span[1] : span[1] + 1] == "-" and not text[span[0]].isupper()):
        return True
    if UNIT.fullmatch(name) and re.search(r"\d\s*$", text[max(0, span[0] - 3) : span[0]]):
        return True
    low = [w.lower().strip(".,") for w in words]
    if len(words) == 1:
        word = low[0]
        if word in NEVER or name[0].islower():
            return True
        acronym = name.isupper() and len(name) > 1
        if not acronym and lower[word]:
            return True
        if not acronym and (initial or kind in {"cell", "title", "heading"} or part == "label") and word in common:
            return True
        if not acronym and (kind in {"cell"} or part == "label"):
            return True
        if acronym and len(name) > 6 and kind != "paragraph" and lower[word]:
            return True
        return label in {"WORK_OF_ART", "LAW", "EVENT"} and not acronym
    if all(w in NEVER or w in common or lower[w] for w in low if w not in SMALL_IN_TITLE):
        # "Strategic Meetings", "Security Sector Reform": every word is at home in the text
        capitals_only = all(w[0].isupper() for w in words if w.lower() not in SMALL_IN_TITLE)
        return label == "PERSON" or kind != "paragraph" or initial or not capitals_only
    if (
        part == "label"
        and label in {"WORK_OF_ART", "PRODUCT", "LAW", "EVENT", "ORG"}
        and not any(w.isupper() for w in words)
    ):
        return True
    if label == "PERSON" and (len(words) > 5 or any(c.isdigit() for c in name)):
        return True
    # Most words small: a phrase, not a name ("the Atlas mountains" stays: one of two)
    capitals = sum(w[0].isupper() or w[0].isdigit() for w in words)
    weighty = sum(w not in SMALL_IN_TITLE for w in low)
    return capitals * 2 < weighty


#: Who wins where spans overlap: the document's own word, then the lexicon, then the model.
RANK = {"metadata": 0, "lexicon": 1, "alias": 1, "quoted": 2, "pattern": 2, "model": 3}


def _choose(spans: Iterable[Span], text: str) -> list[Span]:
    """Keep spans that do not overlap: a longer name holds the lexicon's name inside it."""
    ordered = sorted(
        spans,
        key=lambda s: (
            s.method != "metadata",
            -(s.end - s.start) if s.label not in VALUES else 0,
            RANK.get(s.method, 4),
            s.start,
            s.label,
        ),
    )
    taken: list[tuple[int, int]] = []
    kept: list[Span] = []
    lexical = {(s.start, s.end): s for s in ordered if s.method in {"lexicon", "alias"}}
    edges = sorted(lexical)
    for s in ordered:
        at = bisect.bisect_left(taken, (s.start, s.end))
        if (at > 0 and taken[at - 1][1] > s.start) or (at < len(taken) and taken[at][0] < s.end):
            continue
        if s.method in {"model", "pattern"} and s.label in NAMED and _swallows(s, edges, lexical, text):
            continue
        taken.insert(at, (s.start, s.end))
        kept.append(s)
    return sorted(kept)


def _swallows(s: Span, edges: list[tuple[int, int]], lexical: dict[tuple[int, int], Span], text: str) -> bool:
    """Tell whether a model's span crosses or merely lists or decorates names that the lexicon knows."""
    at = bisect.bisect_left(edges, (s.start, 0))
    if at and edges[at - 1][1] > s.start:
        return True
    inside = []
    while at < len(edges) and edges[at][0] < s.end:
        if edges[at][1] > s.end:
            return True
        inside.append(lexical[edges[at]])
        at += 1
    if not inside:
        return False
    if any(text[m.end : m.end + 3] in {"'s ", "’s "} and m.end < s.end for m in inside):
        return True  # "America's Gates Foundation"
    rest = text[s.start : s.end]
    for match in reversed(inside):
        rest = rest[: match.start - s.start] + rest[match.end - s.start :]
    words = [w for w in re.findall(r"[\w'’]+", rest) if w.lower() not in SMALL_IN_TITLE and w not in {"s", "’s", "'s"}]
    if not words:
        return True  # "Libya and Egypt" as one name
    return not any(w[0].isupper() or w[0].isdigit() for w in words)  # "Libyan leaders" is no name


def _abbreviations(text: str, spans: list[Span], block_at: Callable[[int], int]) -> tuple[list[Span], dict[str, str]]:
    """Read definitions such as *Northern Rail Board (NRB)*: the short form names what stands before it."""
    forms: dict[str, str] = {}
    ends = {s.end: s for s in spans if s.label in NAMED}
    for found in INITIALS.finditer(text):
        short = found[1]
        before = found.start()
        while before and text[before - 1] == " ":
            before -= 1
        long = ends.get(before)
        if long is None:
            guess = _expansion(text, before, short)
            if guess is None:
                continue
            block = block_at(guess)
            if block < 0:
                continue
            long = Span(guess, before, "ORG", "abbreviation", block)
            spans = [s for s in spans if s.end <= guess or s.start >= before] + [long]
        elif not _fits(text[long.start : long.end], short) and not long.name:
            continue
        name = long.name or text[long.start : long.end]
        forms[short] = name
        at = found.start(1)
        known = next((s for s in spans if s.start < at + len(short) and at < s.end), None)
        if known is None or known.method == "model":
            if known is not None:
                spans.remove(known)
            spans.append(Span(at, at + len(short), long.label, "abbreviation", long.block, name, long.reference))
    return sorted(spans), forms


def _fits(long: str, short: str) -> bool:
    letters = [c for c in short.upper() if c.isalpha()]
    words = re.findall(r"\w+", long)
    initials = [w[0].upper() for w in words]
    weighty = [w[0].upper() for w in words if w.lower() not in SMALL_IN_TITLE]
    if letters in (initials, weighty):
        return True
    # AFRICOM: letters in order, the first one an initial, most of the words taking part
    it = iter(c.upper() for c in long if c.isalpha())
    return bool(initials) and letters[0] in initials[:2] and len(words) > 1 and all(c in it for c in letters)


def _expansion(text: str, end: int, short: str) -> int | None:
    """Give the start of the capitalised words before a bracket whose initials the bracket holds."""
    letters = [c for c in short.upper() if c.isalpha()]
    head = text[max(0, end - 120) : end]
    words = list(re.finditer(r"[\w'’&-]+", head.rsplit("\n", 1)[-1]))
    base = end - len(head.rsplit("\n", 1)[-1])
    for count in range(2, min(len(words), len(letters) + 4) + 1):
        chosen = words[-count:]
        first = chosen[0].group()
        if not first[0].isupper() or first.lower() in SMALL_IN_TITLE:
            continue
        if any(not w.group()[0].isupper() and w.group().lower() not in SMALL_IN_TITLE for w in chosen):
            return None
        initials = [w.group()[0].upper() for w in chosen]
        weighty = [w.group()[0].upper() for w in chosen if w.group().lower() not in SMALL_IN_TITLE]
        if letters in (initials, weighty):
            return base + chosen[0].start()
    return None


def _repeat(
    text: str,
    spans: list[Span],
    block_at: Callable[[int], int],
    blocks: Sequence[Block],
    lower: Counter[str],
    shut: Sequence[tuple[int, int]],
) -> list[Span]:
    """Find the other places of names that were found once; the model misses many a second mention."""
    known: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for s in spans:
        if s.label in NAMED and not s.demonym and s.method not in {"lexicon", "alias"}:
            name = text[s.start : s.end]
            if len(name) < 3 and not name.isupper():
                continue
            known[name][(s.label, s.name, s.reference)] += 1
            if s.label == "PERSON" and " " in name:
                last = name.rsplit(" ", 1)[1]
                if len(last) > 2 and last[0].isupper():
                    known[last][(s.label, "", "")] += 0
    by_first: dict[str, list[str]] = defaultdict(list)
    for name in known:
        word = re.match(r"\w+", name)
        if word is None or (" " not in name and (lower[name.lower()] or name.lower() in NEVER)):
            continue
        by_first[word.group()].append(name)
    if not by_first:
        return spans
    taken = sorted((s.start, s.end) for s in spans if s.label in NAMED)
    added: list[Span] = []
    for names in by_first.values():
        names.sort(key=lambda n: (-len(n), n))
    for word in re.finditer(r"[^\W_]+", text):
        names_here = by_first.get(word.group())
        if names_here is None:
            continue
        start = word.start()
        for name in names_here:
            end = start + len(name)
            if not text.startswith(name, start) or text[end : end + 1].isalnum():
                continue
            at = bisect.bisect_left(taken, (start, end))
            if (at > 0 and taken[at - 1][1] > start) or (at < len(taken) and taken[at][0] < end):
                break
            # a part of a longer name that nobody found: "Halifax" of "Halifax Harbour Trust"
            if (
                re.match(r"[ -][A-Z][a-z]", text[end : end + 3])
                and " " not in name
                and blocks[max(block_at(start), 0)].kind == "paragraph"
            ):
                break
            block = block_at(start)
            if block < 0 or (blocks[block].kind == "metadata") or any(a < end and start < b for a, b in shut):
                break
            label, canonical, reference = max(known[name].items(), key=lambda item: (item[1], item[0]))[0]
            added.append(Span(start, end, label, "alias" if canonical else "model", block, canonical, reference))
            bisect.insort(taken, (start, end))
            break
    if not added:
        return spans
    # values that a name now covers go
    return sorted(
        [s for s in spans if s.label in NAMED or not any(a.start < s.end and s.start < a.end for a in added)] + added
    )


def _typed(name: str, label: str, sport: bool) -> str:
    """Correct the model's type where the last word of a name tells it."""
    words = name.lower().replace(".", "").split()
    if sport and len(words) > 1 and words[-1] in CLUB_LAST:
        return "ORG"
    if len(words) > 1 and words[-1] in LAST_WORDS:
        told = LAST_WORDS[words[-1]]
        if (
            words[-1] in FIRM_LAST
            or label in {"PRODUCT", "NORP", "WORK_OF_ART"}
            or (label == "PERSON" and told == "ORG")
            or (label == "EVENT" and words[-1] in {"act", "treaty", "constitution"})
        ):
            return told
    if len(words) > 2 and words[0] in HEADS_OF and words[1] in {"of", "for"}:
        return "ORG"
    if len(words) > 1 and words[0] in {"lake", "mount"} and label != "PERSON":
        return "LOC"
    return label


def _canonical(
    text: str,
    blocks: Sequence[Block],
    metadata: Metadata,
    spans: Sequence[Span],
    long_forms: dict[str, str],
) -> Found:
    """Give each span its name and type within the document."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    lexical: dict[str, Span] = {}
    plain: list[str] = []
    sport = len(SPORT.findall(text)) > 3
    spans = _surnames(text, spans)
    for s in spans:
        name = s.name or _tidy_name(text[s.start : s.end])
        plain.append(name)
        if s.label in VALUES:
            continue
        if s.reference or (s.method in {"lexicon", "alias"} and s.name):
            lexical[name] = s
        weight = 100 if s.method in {"lexicon", "alias", "metadata"} and s.name else 1
        if s.method in {"quoted", "pattern"}:
            votes[name][s.label] += 50
            continue
        if s.label == "PERSON" and _honoured(text, s.start):
            weight += 5
        votes[name][_typed(name, s.label, sport)] += weight
        if weight == 1:
            told = _told(text, s)
            if told:
                votes[name][told] += 3
    types = {name: max(sorted(count), key=lambda label: count[label]) for name, count in votes.items()}
    joined = _short_forms(types, lexical, _firms_first(types, plain, spans))
    for short, long in long_forms.items():
        if short in types and long in types:
            joined[short] = long
    found: list[Mention] = []
    demonyms: list[int] = []
    for s, name in zip(spans, plain, strict=True):
        shown = text[s.start : s.end]
        block_id = blocks[s.block].block_id
        if s.label in VALUES:
            normal = value(shown, s.label, metadata.published)
            if normal:
                found.append(Mention(block_id, s.start, s.end, shown, normal, s.label, "model", "", normal))
            continue
        canonical = joined.get(name, name)
        label = types[canonical]
        reference = s.reference or (lexical[canonical].reference if canonical in lexical else "")
        method = s.method
        if canonical != name and method in {"model", "quoted"}:
            method = "abbreviation" if name in long_forms else "alias"
        if method == "quoted":
            method = "lexicon" if canonical in lexical else "model"
        if s.demonym:
            demonyms.append(len(found))
        found.append(Mention(block_id, s.start, s.end, shown, canonical, label, method, reference))
    return Found(tuple(found), frozenset(demonyms))


def _surnames(text: str, spans: Sequence[Span]) -> list[Span]:
    """Take a people or a place for a person who bears its name: *Mirelle Dane ... Dane's decision*."""
    named: set[str] = set()
    found = []
    for s in spans:
        shown = text[s.start : s.end]
        if s.label == "PERSON" and " " in shown:
            named.add(shown.rpartition(" ")[2])
        elif s.demonym and shown in named and not text[max(0, s.start - 5) : s.start].lower().endswith(("the ", "a ")):
            s = Span(s.start, s.end, "PERSON", "model", s.block)
        found.append(s)
    return found


def _tidy_name(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(PLAIN)).strip()


def _honoured(text: str, start: int) -> bool:
    before = re.search(r"([\w-]+)\.?\s+$", text[max(0, start - 24) : start])
    return before is not None and before[1].lower() in HONORIFICS


def _told(text: str, s: Span) -> str:
    """Give the type that the words around a name tell, or nothing."""
    before, after = text[max(0, s.start - 40) : s.start], text[s.end : s.end + 24]
    if s.label in {"FAC", "LOC", "WORK_OF_ART", "PRODUCT", "EVENT", "LAW"} and ACTING.match(after):
        return "ORG"
    if s.label in {"PERSON", "GPE", "PRODUCT", "LOC", "NORP", "FAC"} and (
        FIRM_BEFORE.search(before) or FIRM_AFTER.match(after)
    ):
        return "ORG"
    if s.label in {"ORG", "PERSON", "PRODUCT", "WORK_OF_ART", "NORP"}:
        if OF_PLACE.search(before):
            return "GPE"
        short = s.label != "PERSON" or " " not in text[s.start : s.end]
        if s.label == "ORG" and after.startswith(",") and FULL_NAME.fullmatch(text, s.start, s.end):
            holder = HOLDER.search(before)
            if holder and holder[1] in ROLES:
                return "PERSON"
        if short and (WHERE_AFTER.match(after) or LIVING.search(before)):
            return "GPE"
        if s.label == "PERSON" and short and SOMEBODY_IN.search(before):
            return "GPE"
    if s.label in {"ORG", "PERSON", "GPE", "PRODUCT"}:
        if WATER.match(after):
            return "LOC"
        if OPENING.search(before) and after.startswith(",") and " of " not in text[s.start : s.end]:
            return "GPE"
    return ""


def _firms_first(types: Mapping[str, str], names: Sequence[str], spans: Sequence[Span]) -> set[str]:
    """Give the words that stood for a company before anybody of that name came up.

    *Castell* after *Castell Dairies* is not *Georg Castell*, whom a later paragraph tells of.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for name, s in zip(names, spans, strict=True):
        places[name].append(s.start)
    firms = {name.split()[0]: at[0] for name, at in reversed(places.items()) if types.get(name) == "ORG"}
    people = {name.split()[-1]: at[0] for name, at in reversed(places.items()) if types.get(name) == "PERSON"}
    return {
        word
        for word, first in firms.items()
        if any(first < at < people.get(word, 0) for at in places.get(word, ()))
    }


def _short_forms(types: dict[str, str], lexical: Collection[str], firms: Collection[str]) -> dict[str, str]:
    """Join a short form to the one longer name that it is the beginning or the end of; ``firms`` are no people."""
    by_word: dict[str, set[str]] = defaultdict(set)
    for name in types:
        words = name.split()
        if len(words) < 2:
            continue
        by_word[words[0]].add(name)
        by_word[words[-1]].add(name)
        if len(words) > 2:
            by_word[" ".join(words[:2])].add(name)
            by_word[" ".join(words[-2:])].add(name)
    joined: dict[str, str] = {}
    for name, label in types.items():
        if name in lexical or name.lower().rstrip(".") in FIRM_WORDS or len(name) < 3:
            continue  # "Co" is the short form of nobody
        longer = sorted(n for n in by_word.get(name, ()) if n != name and len(n) > len(name))
        if name in firms:
            longer = [n for n in longer if types[n] == "ORG" and n.split()[0] == name]
        if types[name] == "PERSON":
            persons = [n for n in longer if types[n] == "PERSON"]
            longer = persons or [
                n
                for n in longer
                if types[n] in {"ORG", "FAC"} and (types[n] == "ORG" or n.split()[-1].lower() in FIRM_WORDS)
            ]
        elif " " not in name:
            # a family name tagged as something else, or the first word of a company
            persons = [n for n in longer if types[n] == "PERSON" and n.split()[-1] == name]
            longer = persons or [n for n in longer if types[n] in {"ORG", label} and n not in lexical]
        else:
            longer = [n for n in longer if types[n] == label]
        longer = [n for n in longer if not any(o != n and n in o.split(" ", 1)[0] for o in longer)]
        if (
            len(longer) == 1
            and label == "GPE"
            and longer[0].split()[0] == name
            and longer[0].split()[-1].lower() in FIRM_WORDS
        ) or (
            len(longer) == 1
            and (
                label != "GPE" or (types[longer[0]] == "GPE" and name == longer[0].split()[0])
            )
        ):
            joined[name] = longer[0]
    # chains: the longest form stands for all
    for name in list(joined):
        seen = {name}
        while joined[name] in joined and joined[name] not in seen:
            seen.add(joined[name])
            joined[name] = joined[joined[name]]
    return joined
