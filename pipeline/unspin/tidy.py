"""Repairs of the surface: encoding, markup, spacing, spelling slips, lost capitals; one small function a fault."""

from __future__ import annotations

import bisect
import difflib
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import ftfy

from unspin.edits import apply, compose, settle
from unspin.layout import ABBREVIATIONS, MONTH_NAMES, NUMBER_WORDS, SMALL, fences, layout, title_case
from unspin.records import CLEAN_KINDS, Block, Edit, Span


class Page(NamedTuple):
    """A text and its blocks, as the rules see them."""

    text: str
    blocks: Sequence[Block] = ()


class Repair(NamedTuple):
    """What a rule puts in the place of a stretch of the text."""

    start: int
    end: int
    replacement: str
    alternatives: tuple[str, ...] = ()


class Rule(NamedTuple):
    """A fault and the function that finds it; edits name it as ``tidy:NAME``."""

    name: str
    kind: str
    find: Callable[[Page], Iterator[Repair]]
    code: bool = False  #: also looks into URLs, addresses and code
    spun: bool = False  #: a fault only where a spinner was at work; elsewhere it is meant


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@functools.lru_cache(maxsize=2)
def _spelled(text: str) -> frozenset[str]:
    """Give the words of a text as they are written: a rule that none of them concerns need not look."""
    return frozenset(re.findall(r"\w+", text))


# --------------------------------------------------------------------------
# What is never touched: URLs, addresses, file names, code

_TLDS = (
    "com|org|net|edu|gov|mil|int|info|biz|news|africa|media|press|online|site|blog|tech|store|shop|app|dev|tv|eu|uk|us|ca|au"
    "|de|fr|io|ai|co|ly|ng|za|ke|eg|in|cn|jp|ru|br|it|es|nl|ch|se|no|me|xyz"
)
_SUFFIXES = (
    "txt|md|csv|tsv|json|jsonl|xml|html?|pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|svg|webp|mp[34]|zip|gz|tar|py|js|ts|css"
    "|java|c|h|cpp|rs|go|rb|php|sh|exe|dll|ini|cfg|ya?ml|toml|log|sql|ipynb"
)
_SPARED = re.compile(
    rf"""
      (?:https?|ftp)://[^\s<>"']+ | \bwww\.[^\s<>"']+
    | (?<![\w.+-])[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,5}}
    | (?<![\w.@-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_TLDS})\b(?:/[^\s<>"']*)?
    | (?<![\w.@-])[A-Z][A-Za-z0-9-]{{0,62}}\.(?:com|org|net|Com|Org|Net|js|JS)\b
    | (?<![\w./-])[\w-]{{1,80}}\.(?:{_SUFFIXES})\b(?!\.\w)
    | `[^`\n]{{1,300}}`
    | \{{[^\s{{}}|]{{0,80}},[^\s{{}}|]{{0,80}}\}}
    | (?<![\w.])\w{{2,40}}(?:\.\w{{2,40}}){{1,9}}\.\w{{1,40}}(?![\w.])
    | <[A-Za-z/!][^<>\n]{{0,300}}>
    | (?<![\w/.])[~.]{{0,2}}(?:/[\w.-]{{1,80}}){{2,20}}
    | (?<![\w&])[@\#]\w{{2,60}}
    | (?<![\w-])\w{{1,40}}(?:-[a-z0-9]{{1,40}}){{4,60}}
    | (?<!\w)\w{{1,60}}\(\)
    """,
    re.VERBOSE,
)


def spared(text: str) -> list[Span]:
    """Give the sorted spans of URLs, addresses, file names and code.

    >>> spared("see afric.news/x for more")
    [(4, 16)]
    """
    spans = [match.span() for match in _SPARED.finditer(text)]
    spans += fences(text)
    spans.sort()
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _within(spans: Sequence[Span], start: int, end: int) -> bool:
    """Tell whether a stretch overlaps one of the sorted spans."""
    at = bisect.bisect_right(spans, (start, float("inf"))) - 1
    if at >= 0 and spans[at][1] > start:
        return True
    return at + 1 < len(spans) and spans[at + 1][0] < max(end, start + 1)


# --------------------------------------------------------------------------
# Encoding

#: ftfy's defaults straighten quotes and rewrite entities, ligatures and widths, which are no faults of encoding.
_FTFY = ftfy.TextFixerConfig(
    uncurl_quotes=False,
    unescape_html=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    normalization=None,
)


def mojibake(page: Page) -> Iterator[Repair]:
    """Undo a wrong decoding, line by line: ``Libyaâ€™s`` to ``Libya’s``."""
    if page.text.isascii():
        return
    for match in re.finditer(r"[^\n\r]+", page.text):
        old = match.group()
        if not old.isascii() and (new := ftfy.fix_encoding(old, _FTFY)) != old:
            yield from _differences(old, new, match.start())


def _differences(old: str, new: str, at: int) -> Iterator[Repair]:
    """Give the smallest replacements, word by word where the words still pair."""
    before, after = re.split("( )", old), re.split("( )", new)
    if len(before) != len(after):
        matcher = difflib.SequenceMatcher(None, before[:2000], after[:2000], autojunk=False)
        if len(before) > 2000 or len(after) > 2000:
            yield _narrow(old, new, at)
            return
        starts = [0]
        for word in before:
            starts.append(starts[-1] + len(word))
        for tag, i, j, k, m in matcher.get_opcodes():
            if tag != "equal":
                yield _narrow("".join(before[i:j]), "".join(after[k:m]), at + starts[i])
        return
    for a, b in zip(before, after, strict=True):
        if a != b:
            yield _narrow(a, b, at)
        at += len(a)


def _narrow(old: str, new: str, at: int) -> Repair:
    """Cut off what two strings begin and end with alike."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Repair(at + head, at + len(old) - tail, new[head : len(new) - tail])


# joiners hold emoji and Persian or Indic letters together, so they go only beside Latin letters
_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u2061-\u2064\ufff9-\ufffb]+|(?<![^\x00-\u024f])[\u200c-\u200f\u202a-\u202e]+(?=[\x00-\u024f]|$)"
    "|[\x00-\x08\x0e-\x1f\x7f]+"
)


def invisible(page: Page) -> Iterator[Repair]:
    """Remove zero-width and control characters; line ends, tabs and form feeds stay."""
    for match in _INVISIBLE.finditer(page.text):
        yield Repair(match.start(), match.end(), "")


# --------------------------------------------------------------------------
# Markup

_BRACED = re.compile(
    r"(?<![\w$\\{}\"'#@%=(<>:\[`])\{(?P<words>[A-Za-z][A-Za-z’'-]{1,30}(?: [A-Za-z][A-Za-z’'-]{0,30}){0,3})\}"
    r"(?![\w{}(\[`:=\"/])"
)
#: Names that templates put between braces.
_PLACEHOLDERS = _words(
    "name names first last firstname lastname surname username user email mail address city country state date day "
    "month year time title company url link href keyword keywords id key value text content body subject number "
    "count price amount total product phone site website domain path file filename message index item items type "
    "category slug author source n x y z i"
)


def braces(page: Page) -> Iterator[Repair]:
    """Take plain words out of stray braces: ``army {hardware}``, but not ``Dear {name}``."""
    text = page.text
    for match in _BRACED.finditer(text):
        words = match["words"].casefold().split()
        if set(words) & _PLACEHOLDERS and len(words) < 3:
            continue
        if _is_code(text, match.start(), match.end()) or text[max(0, match.start() - 3) : match.start()].rstrip()[
            -1:
        ] in tuple(")=>:"):
            continue
        yield Repair(match.start(), match.end(), match["words"])


_CHOICE = re.compile(r"[^\W_]|[ \t’'.,!?%$&()-]")


def spintax(page: Page) -> Iterator[Repair]:
    """Choose the first wording of ``{big|large|huge}`` and keep the others as alternatives."""
    text = page.text
    opened: list[tuple[int, list[int]]] = []  # place of the brace, places of the bars at its depth
    found: list[tuple[int, int, list[int]]] = []
    for match in re.finditer(r"[{|}\n]", text):
        sign, at = match.group(), match.start()
        if sign == "\n":
            opened.clear()
        elif sign == "{":
            opened.append((at, []))
        elif opened and sign == "|":
            opened[-1][1].append(at)
        elif opened and sign == "}":
            start, bars = opened.pop()
            if bars and at - start <= 600:
                while found and found[-1][0] > start:
                    found.pop()
                found.append((start, at + 1, bars))
    for start, end, bars in found:
        cuts = [start, *bars, end - 1]
        choices = [_first_wording(text[a + 1 : b]) for a, b in pairwise(cuts)]
        plain = all(c is not None and all(map(_CHOICE.match, c)) for c in choices)
        wordings = [c.strip() for c in choices if c is not None and c.strip()]
        if not plain or not any(len(c) > 1 and c[0].isalpha() for c in wordings):
            continue
        if (
            (start and text[start - 1] in "\\$={(\"'`")
            or text[max(0, start - 3) : start].rstrip()[-1:] == "`"
            or any(re.search(r"[a-z][A-Z]", wording) for wording in wordings)
            or _is_code(text, start, end)
            or re.search(r"--?\w+[ =]$", text[max(0, start - 20) : start])
        ):
            continue
        yield Repair(start, end, wordings[0], tuple(dict.fromkeys(wordings[1:])))


def _first_wording(choice: str) -> str | None:
    """Resolve the braces inside one choice; None where they do not pair."""
    for _ in range(10):
        inner = re.search(r"\{([^{}|]*)(?:\|[^{}]*)?\}", choice)
        if inner is None:
            return choice if "{" not in choice and "}" not in choice and "|" not in choice else None
        choice = choice[: inner.start()] + inner[1] + choice[inner.end() :]
    return None


def _is_code(text: str, start: int, end: int) -> bool:
    """Tell whether the line around a stretch reads as code."""
    low = max(text.rfind("\n", 0, start) + 1, start - 200)
    high = text.find("\n", end, end + 200)
    around = text[low:start] + " " + text[end : high if high >= 0 else end + 200]
    return bool(re.search(r"[;{}][ \t]*$|\\\w+|=>|[^\s=]=[^\s=]|\w\(\)|[ \t]==? |::|<\w|\$\w", around))


# --------------------------------------------------------------------------
# Spacing

# the mark first, though it stands in the middle: it is what is seldom
_GLUE = re.compile(r"[,;](?<=[A-Za-z)”’%.\d][,;])(?=[A-Za-z“‘(])")
_MONTH = "|".join(names.split()[0].capitalize() for names in MONTH_NAMES)
_DATE = re.compile(rf"\b(?:(?:19|20)\d\d|(?:{_MONTH}) \d{{1,2}})$")
_FULL_STOP = re.compile(
    r"[.](?:(?<=[a-z]{2}[.])(?=[A-Za-z])|(?<=\b(?:19|20)\d\d[.])(?=[A-Z][a-z])|(?<=[a-z][)”’%][.])(?=[A-Z]))"
    r"|[!?](?<=[a-z]{2}[!?])(?=[A-Z][a-z])"
)
_ACRONYM = re.compile(
    r"(?<![\w.])(?:(?:[A-Z]\.){2,5}(?=[a-z]{2,})|(?:U\.S\.A?|U\.K\.|U\.N\.|E\.U\.)(?=[A-Z][a-z]{2,}))"
)
_OPENED = re.compile(r"(?<=[a-z]{3})\((?=[A-Z]{2,8}\))")
_SHUT = re.compile(r"(?<=[ \t])(\([A-Z]{2,10}\))(?=[a-z]{2})")
_ARTICLE = re.compile(
    r"(?<![\w-])(the|and|of|in|with|by|for|from|to)(?=((?:U\.S\.|U\.K\.|U\.N\.|E\.U\.)(?!\w)|[A-Z][a-z]{3,20}(?![\w.])))"
)
_WORD_BEFORE = re.compile(r"[A-Za-z’'-]{1,40}$")
_WORD_AFTER = re.compile(r"[A-Za-z’'-]{1,40}")
#: Words before a full stop that a capital may follow without a space: degrees and products.
_DOTTED = _words("ph psy ed sc eng phil asp vb ado node vue lib")
#: Lower-case words that begin a sentence but end no domain and no file name.
_OPENERS = _words(
    "the this these those there they their however moreover additionally furthermore meanwhile although because "
    "while when with according also but and which such its our we he she"
)
_NO_OPENERS = _words("Net Com Org Js JS NET Io")


def glued(page: Page) -> Iterator[Repair]:
    """Put the space after a comma, full stop or abbreviation that lost it: ``held,together``, ``area.This``."""
    text = page.text
    for match in _GLUE.finditer(text):
        at = match.start()
        left, right = _word_before(text, at), _word_after(text, at + 1)
        if text[at - 1] == "." and not re.search(r"[A-Z]\.$", text[max(0, at - 2) : at]):
            continue
        if text[at - 1].isalpha() and (len(left) < 2 or (text[at + 1].isalpha() and max(len(left), len(right)) < 3)):
            continue
        if text[at + 1].isalpha() and len(right) < 2 and right not in ("a", "I"):
            continue
        if text[at - 1].isdigit() and not (right[:1].islower() and _DATE.search(text, max(0, at - 14), at)):
            continue  # ``1,a``; but ``In 2024,the``
        if text[at] == ";" and re.search(r"&#?\w{1,10}$", text[max(0, at - 12) : at]):
            continue
        if _is_data(text, at):
            continue
        yield Repair(at, at + 1, text[at] + " ")
    for match in _FULL_STOP.finditer(text):
        at = match.start()
        left, right = _word_before(text, at), _word_after(text, at + 1)
        token = _token(text, at)
        if left.casefold() in _DOTTED or right in _NO_OPENERS or sum(token.count(s) for s in ".!?") > 3:
            continue
        if re.search(r"[_/\\@(=\[{]\w*\.|\.\w+\(|::", token) or _is_camel(left) or _is_camel(right):
            continue
        if right[:1].islower():
            after = text[at + 1 + len(right) : at + 2 + len(right)]
            if (
                text[at] != "."
                or right not in _OPENERS
                or after not in (" ", ",")
                or len(left) < 3
                or not left.islower()
            ):
                continue
        elif len(right) == 1 and text[at + 2 : at + 3] not in (" ", ",", "’", "'"):
            continue  # *Ph.D.*, *members.A.*
        elif (
            left[:1].isupper()
            and text[at] == "."
            and re.match(r"[A-Z]\w*\.[A-Z]\w*[^\w\s]?$", token)
            and right not in _SENTENCE_STARTS
        ):
            continue
        yield Repair(at, at + 1, text[at] + " ")
    for match in _ACRONYM.finditer(text):
        yield Repair(match.end() - 1, match.end(), ". ")
    for match in _SHUT.finditer(text):
        yield Repair(match.end() - 1, match.end(), ") ")
    for match in _OPENED.finditer(text):
        yield Repair(match.start(), match.end(), " (")
    for match in re.finditer(r"(?<=[a-z,.!?])”(?=[A-Za-z]{2})", text):
        yield Repair(match.start(), match.end(), "” ")
    for match in _ARTICLE.finditer(text):
        if "." in match[2] or match[2].casefold() in _NAMES:  # *theLibyan*, but *inDrive* and *ofCourse* stay
            yield Repair(match.start(1), match.end(1), match[1] + " ")


def _word_before(text: str, at: int) -> str:
    match = _WORD_BEFORE.search(text[max(0, at - 40) : at])
    return match.group() if match else ""


def _word_after(text: str, at: int) -> str:
    match = _WORD_AFTER.match(text, at)
    return match.group() if match else ""


def _token(text: str, at: int) -> str:
    """Give what stands between white space around a place (80 characters either side at most)."""
    low, high = max(0, at - 80), at + 80
    return (re.search(r"\S*$", text[low:at]) or [""])[0] + (re.match(r"\S*", text[at:high]) or [""])[0]


def _is_camel(word: str) -> bool:
    return bool(re.search(r"[a-z][A-Z]", word))


#: Words that begin a sentence after a dot without a space: what they follow is no name (``System.Out``).
_SENTENCE_STARTS = _words(
    "The This These Those That There They Their It Its In On At As A An And But For From With By To Of If While "
    "When Where After Before During Since Although Though However Moreover Additionally Furthermore Meanwhile He "
    "She We You I His Her Our Your My Both Each Some Many Most All Such Here What Who Why How Through Under Over "
    "Between Among According Despite Following Key No Not One Two Another Other Also So Then Thus Yet Or Once "
    "Overall Finally First Second Recent Recently"
)


def _is_data(text: str, at: int) -> bool:
    """Tell whether a line is a row of values and not prose: more commas without a space than spaces."""
    low = max(text.rfind("\n", 0, at) + 1, at - 200)
    high = text.find("\n", at, at + 200)
    line = text[low : high if high >= 0 else at + 200]
    return len(re.findall(r",(?=\S)", line)) >= max(1, line.strip().count(" ")) or _is_code(text, at, at)


_SPACED = re.compile(r"(?<=[A-Za-z)”’])[ \t\u00a0]{1,3}(?P<mark>[,;.?!])(?P<next>(?=\s|$|[”)])|(?=[A-Za-z]{2}))")


def spaced(page: Page) -> Iterator[Repair]:
    """Remove the space before a comma, semicolon or sentence end: ``leaders , who``."""
    text = page.text
    for match in _SPACED.finditer(text):
        at, mark = match.start("mark"), match["mark"]
        after = text[at + 1 : at + 2]
        if mark == "." and re.match(r"[ \t]*\.", text[at + 1 : at + 4]):
            continue  # an ellipsis: *so . . .*
        if mark in "?!" and re.match(r"[ \t]{1,4}[a-z]", text[at + 1 : at + 6]):
            continue  # the sign itself: *the wildcard ? and others*
        if not after or after.isspace() or after in "”)":
            yield Repair(match.start(), at, "")
        elif mark == "," or (mark == "." and _word_after(text, at + 1) in _SENTENCE_STARTS):
            yield Repair(match.start(), at + 1, mark + " ")


# --------------------------------------------------------------------------
# Spelling

# not here: words that may rightly stand twice (*had had*, *that that*, *is is*), and prepositions: a spun phrase often
# ends with one, so that *several of which* becomes *a number of of which* and *demand for* becomes *call for for*
_DOUBLED = re.compile(
    r"(?<![\w’'-])(the|and|its|an|their|or|was|were|are|has|have|will|would|be|been|being|this|these|those|it|which)"
    r"(?P<again>[ \t]{1,3}\1)(?![\w’'-])",
    re.I,
)


def doubled(page: Page) -> Iterator[Repair]:
    """Remove the second of two like function words: ``in the the region``."""
    for match in _DOUBLED.finditer(page.text):
        second = match["again"].strip()
        if second.islower() and not match[1][1:].isupper():
            yield Repair(match.start("again"), match.end("again"), "")


#: Common slips that have one right form and are no word, name or abbreviation of their own.
MISSPELLINGS: dict[str, str] = dict(
    pair.split(":")
    for pair in _words("""
    abscence:absence absense:absence accidentaly:accidentally accomodate:accommodate accomodated:accommodated
    accomodation:accommodation accompanyed:accompanied accordingto:according_to accross:across acheive:achieve
    acheived:achieved acheivement:achievement acheiving:achieving acknowlege:acknowledge acknowleged:acknowledged
    acommodate:accommodate acquaintence:acquaintance adequatly:adequately adress:address adressed:addressed
    adresses:addresses adressing:addressing advertisment:advertisement agreeement:agreement agreemnt:agreement
    agressive:aggressive agressively:aggressively alledged:alleged alledgedly:allegedly allegience:allegiance
    allready:already alot:a_lot amendmend:amendment ammendment:amendment amoung:among analagous:analogous
    analize:analyze annnounced:announced annouced:announced annoucement:announcement annualy:annually
    anounced:announced anouncement:announcement anual:annual apparant:apparent apparantly:apparently
    appearence:appearance approximatly:approximately aproach:approach aproved:approved aquire:acquire
    aquired:acquired aquisition:acquisition arguement:argument artical:article assasinated:assassinated
    assasination:assassination assistence:assistance athorities:authorities attemp:attempt attemped:attempted
    attendence:attendance availabe:available availible:available avaliable:available basicly:basically
    becasue:because becomming:becoming becouse:because becuase:because beggining:beginning begining:beginning
    beleive:believe beleived:believed beleives:believes belive:believe benefitial:beneficial benifit:benefit
    benifits:benefits betwen:between beween:between bilion:billion buisness:business businesss:business
    busness:business campain:campaign campaing:campaign cancelation:cancellation catagories:categories
    catagory:category cemetary:cemetery challange:challenge challanges:challenges challeges:challenges
    charachter:character cheif:chief circumstanses:circumstances cirumstances:circumstances collegue:colleague
    collegues:colleagues comission:commission comissioner:commissioner comitted:committed comittee:committee
    commited:committed commitee:committee commiting:committing committe:committee committment:commitment
    committments:commitments comparision:comparison compatability:compatibility competetion:competition
    competetive:competitive completly:completely concensus:consensus concious:conscious conferance:conference
    confrence:conference conjuction:conjunction consistant:consistent consistantly:consistently
    consitution:constitution constitutent:constituent contestent:contestant continious:continuous
    continously:continuously contraversial:controversial controversal:controversial convienient:convenient
    cooperatoin:cooperation coorperation:cooperation corparate:corporate correspondant:correspondent
    counterterorism:counterterrorism critisism:criticism critisize:criticize decison:decision decisons:decisions
    definately:definitely definatly:definitely definitly:definitely delagation:delegation demostrate:demonstrate
    demostration:demonstration dependance:dependence desicion:decision desision:decision develope:develop
    developement:development developements:developments develpment:development devlopment:development
    diference:difference diferent:different diffculty:difficulty difficulity:difficulty diffrent:different
    dificult:difficult disasterous:disastrous discusion:discussion discusions:discussions discussons:discussions
    dissapear:disappear dissapeared:disappeared dissapointed:disappointed dissapointing:disappointing
    dissapointment:disappointment econimic:economic econmic:economic economicly:economically effeciency:efficiency
    efficency:efficiency eficient:efficient elction:election embarass:embarrass embarassed:embarrassed
    embarassing:embarrassing embarassment:embarrassment emmission:emission emmissions:emissions enemys:enemies
    enviornment:environment enviroment:environment enviromental:environmental enviroments:environments
    environement:environment equippment:equipment equiptment:equipment especialy:especially essencial:essential
    exagerate:exaggerate exagerated:exaggerated excede:exceed excercise:exercise excercises:exercises
    exellent:excellent existance:existence existant:existent expecially:especially experiance:experience
    experianced:experienced experiances:experiences explaination:explanation extremly:extremely facilites:facilities
    familar:familiar febuary:february finaly:finally financialy:financially foreing:foreign foriegn:foreign
    forseeable:foreseeable fourty:forty foward:forward freind:friend freinds:friends fullfil:fulfil fullfill:fulfill
    furthur:further futher:further garantee:guarantee garanteed:guaranteed gaurantee:guarantee gaurd:guard
    generaly:generally govement:government govenment:government goverment:government govermental:governmental
    goverments:governments governement:government grammer:grammar greatful:grateful guidence:guidance
    happend:happened harrass:harass harrassed:harassed harrassment:harassment heigth:height heirarchy:hierarchy
    hieght:height higly:highly historicaly:historically humanitarion:humanitarian humantarian:humanitarian
    hypocracy:hypocrisy identifed:identified imediate:immediate imediately:immediately immediatley:immediately
    immediatly:immediately implemention:implementation implimentation:implementation importence:importance
    importent:important incidently:incidentally indepedence:independence indepedent:independent
    independance:independence independant:independent independantly:independently inflence:influence
    infomation:information informaton:information infrastruture:infrastructure infrastucture:infrastructure
    inteligence:intelligence intelligance:intelligence interational:international intergration:integration
    internatonal:international interum:interim interupt:interrupt interupted:interrupted intrest:interest
    intrested:interested intresting:interesting investement:investment investmnet:investment jeapardy:jeopardy
    judgeing:judging knowlegde:knowledge knowlege:knowledge labratory:laboratory leadeship:leadership
    legitamate:legitimate liason:liaison libary:library lisence:licence maintainance:maintenance
    maintance:maintenance maintenence:maintenance managment:management manuever:maneuver mediteranean:mediterranean
    milion:million militery:military millenium:millennium millitary:military minstry:ministry
    mischievious:mischievous misson:mission monitering:monitoring morover:moreover neccesary:necessary
    neccessarily:necessarily neccessary:necessary necesary:necessary necessery:necessary negociate:negotiate
    negociation:negotiation negociations:negotiations negotation:negotiation negotations:negotiations
    neigboring:neighboring neigbour:neighbour neigbouring:neighbouring noticable:noticeable noticably:noticeably
    occasionaly:occasionally occassion:occasion occassional:occasional occassionally:occasionally
    occassions:occasions occurance:occurrence occurances:occurrences occured:occurred occurence:occurrence
    occurences:occurrences occuring:occurring offical:official offically:officially officals:officials
    officaly:officially oficial:official oficials:officials omision:omission oportunities:opportunities
    oportunity:opportunity opportunites:opportunities oppurtunities:opportunities oppurtunity:opportunity
    organisaton:organisation organizaton:organization orginal:original orginally:originally originaly:originally
    paralel:parallel parlament:parliament parliamentry:parliamentary parliment:parliament particpants:participants
    particpate:participate particulary:particularly partnersip:partnership peacefull:peaceful peice:piece
    percieve:perceive percieved:perceived performence:performance permanant:permanent permenant:permanent
    perseverence:perseverance personel:personnel personell:personnel personnell:personnel politcal:political
    politican:politician politicans:politicians poltical:political populaton:population posess:possess
    posession:possession posible:possible possesion:possession potental:potential practicaly:practically
    preceeded:preceded preceeding:preceding prefered:preferred prefering:preferring presense:presence
    presidental:presidential previouly:previously privelege:privilege priviledge:privilege probabaly:probably
    probaly:probably proccess:process proceedure:procedure profesional:professional professionel:professional
    proffesional:professional programe:programme prominant:prominent pronounciation:pronunciation
    propoganda:propaganda prosperty:prosperity publicaly:publicly pursuade:persuade quaterly:quarterly realy:really
    reccomend:recommend reccommend:recommend reccommendation:recommendation recgonize:recognize reciept:receipt
    recieve:receive recieved:received recieves:receives recieving:receiving recogntion:recognition
    recomend:recommend recomendation:recommendation recomendations:recommendations recomended:recommended
    recommandation:recommendation referal:referral refered:referred refering:referring refrence:reference
    regionaly:regionally relativly:relatively relevent:relevant religous:religious remeber:remember
    rememberance:remembrance repitition:repetition reponse:response representitive:representative
    representitives:representatives representive:representative representives:representatives resistence:resistance
    resouces:resources resourse:resource resourses:resources responsability:responsibility responsable:responsible
    responsibilty:responsibility restaraunt:restaurant resturant:restaurant rythm:rhythm sacrafice:sacrifice
    safty:safety scedule:schedule secratary:secretary secretery:secretary secuirty:security secuity:security
    securty:security seige:siege sepcial:special seperate:separate seperated:separated seperately:separately
    seperation:separation severly:severely sevral:several shoud:should similarily:similarly similiar:similar
    simular:similar sincerly:sincerely situatoin:situation situtation:situation soley:solely
    sovereignity:sovereignty soverignty:sovereignty specificaly:specifically spokeman:spokesman stategic:strategic
    stategy:strategy stong:strong strenght:strength strenghten:strengthen strenghtening:strengthening
    strengthning:strengthening succes:success succesful:successful succesfull:successful succesfully:successfully
    successfull:successful successfuly:successfully sucess:success sucessful:successful sucessfully:successfully
    sufficent:sufficient suport:support suported:supported supportting:supporting supress:suppress suprise:surprise
    suprised:surprised suprising:surprising surpress:suppress survaillance:surveillance surveilance:surveillance
    sustainible:sustainable sustanable:sustainable technolgy:technology techology:technology tecnology:technology
    teh:the temperture:temperature tendancy:tendency teritory:territory terorism:terrorism terorist:terrorist
    territorry:territory terroism:terrorism terrorits:terrorist terrosim:terrorism thats:that's therfore:therefore
    thier:their thoughout:throughout threatend:threatened threshhold:threshold througout:throughout
    togather:together toghether:together tommorow:tomorrow tommorrow:tomorrow tomorow:tomorrow trainning:training
    traning:training transfered:transferred transfering:transferring transision:transition transparancy:transparency
    truely:truly tyrany:tyranny unanimus:unanimous underming:undermining unforseen:unforeseen
    unfortunatley:unfortunately unfortunatly:unfortunately untill:until usefull:useful usualy:usually vaccum:vacuum
    vegatable:vegetable vehical:vehicle violance:violence visable:visible volenteer:volunteer volontary:voluntary
    vulnerabilty:vulnerability vunerable:vulnerable whcih:which wheras:whereas wich:which wiht:with
    withdrawl:withdrawal witheld:withheld withing:within woudl:would writting:writing yeild:yield yeilds:yields
    yesteday:yesterday
    """)
)
_NUMBERS = {word: str(number) for number, word in enumerate(NUMBER_WORDS) if number}
_UNIT = "|".join([*_NUMBERS][:9])
_WHOLE = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_MIXED = rf"(?:\d{{1,3}}\.(?:{_UNIT})|(?:{_WHOLE})\.(?:\d{{1,2}}|{_UNIT}))(?![\w-]|\.\w)"
#: What follows a number that is no score, verse or footnote.
_MEASURE = (
    r"(?:%|[ -](?:[mb]illion|trillion|per ?cent|degree|point|mile|kilomet|met(?:re|er)|hour|minute|second|time|inch))"
)
_POINT = re.compile(rf"(?<=[$£€]){_MIXED}|(?<![\w.,$£€-]){_MIXED}(?={_MEASURE})")
_TENS = re.compile(
    rf"(?<![\w.,-])(?P<tens>[2-9])0-(?P<unit>(?:{_UNIT})(?=[ -](?:hour|year|day|minute|percent))|[1-9](?=[ -]hour\b))"
)


def numbers(page: Page) -> Iterator[Repair]:
    """Write numbers of which a part was spelt out in figures: ``102.five``, ``$three.eight``, ``20-four``."""
    for match in _POINT.finditer(page.text):
        yield Repair(*match.span(), ".".join(_NUMBERS.get(part, part) for part in match.group().split(".")))
    for match in _TENS.finditer(page.text):
        yield Repair(*match.span(), match["tens"] + _NUMBERS.get(match["unit"], match["unit"]))


_LOWER_WORD = re.compile(r"(?<![\w@#./\\’'-])[A-Za-z][a-z]{2,20}(?![\w@’'-]|\.\w)")


def misspelled(page: Page) -> Iterator[Repair]:
    """Correct a slip from :data:`MISSPELLINGS`: ``wich`` to ``which``; a capital inside a sentence is a name."""
    text = page.text
    if not any(word in MISSPELLINGS or word.lower() in MISSPELLINGS for word in _spelled(text)):
        return
    for match in _LOWER_WORD.finditer(text):
        word = match.group()
        plain = MISSPELLINGS.get(word) or MISSPELLINGS.get(word.lower())
        if plain is None:
            continue
        if word[0].isupper():
            if not _opens(text, match.start()):
                continue
            plain = plain[0].upper() + plain[1:]
        yield Repair(match.start(), match.end(), plain.replace("_", " "))


def _opens(text: str, at: int) -> bool:
    """Tell whether a word stands at the start of a line or sentence."""
    before = text[max(0, at - 6) : at].rstrip(" \t\"“‘'(*_#-")
    return (at <= 6 and not before) or not before or before[-1] in ".!?:\n\r|•"


# --------------------------------------------------------------------------
# Lost capitals

_ALWAYS = _words("""
swiss afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahrain bangladesh
belarus belgium belize benin bhutan bolivia botswana brazil brunei bulgaria burundi cambodia cameroon canada chile
colombia comoros croatia cyprus denmark djibouti ecuador egypt eritrea estonia eswatini ethiopia finland gabon
gambia germany ghana greece greenland grenada guatemala guyana haiti honduras hungary iceland india indonesia iraq
iran ireland israel italy jamaica japan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon lesotho
liberia libya liechtenstein lithuania luxembourg madagascar malawi malaysia maldives malta mauritania mauritius
mexico moldova mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger nigeria
norway pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda senegal
serbia seychelles singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan
tajikistan tanzania thailand tunisia turkmenistan uganda ukraine uruguay uzbekistan vanuatu venezuela vietnam yemen
zambia zimbabwe britain england scotland wales america africa asia europe antarctica oceania eurasia mediterranean
sahara sahel maghreb balkans caucasus scandinavia crimea siberia african albanian algerian american angolan arab
arabs argentine argentinian armenian asian australian austrian azerbaijani bangladeshi belarusian belgian bolivian
bosnian brazilian british bulgarian burmese cambodian cameroonian canadian chilean chinese colombian congolese
croatian cuban cypriot czech danish egyptian emirati eritrean estonian ethiopian european finnish filipino georgian
german germans ghanaian greek greeks guatemalan haitian hungarian icelandic indian indonesian iranian iraqi israeli
israelis italian jamaican japanese kenyan korean kurdish kuwaiti latvian lebanese liberian libyan libyans lithuanian
malaysian maltese mexican moldovan mongolian moroccan mozambican namibian nepalese nigerian nigerians norwegian
pakistani palestinian palestinians paraguayan peruvian portuguese qatari romanian russian russians rwandan saudi
scottish senegalese serbian singaporean slovak slovenian somali spanish sudanese swedish syrian syrians taiwanese
tanzanian thai tunisian turkish ugandan ukrainian ukrainians uruguayan uzbek venezuelan vietnamese welsh yemeni
zambian zimbabwean africans americans asians europeans canadians australians indians mexicans egyptians iranians
iraqis pakistanis brazilians italians koreans monday tuesday wednesday thursday friday saturday sunday mondays
tuesdays wednesdays thursdays fridays saturdays sundays january february april june july september october november
december abuja accra algiers amsterdam ankara athens baghdad bangkok barcelona beijing beirut benghazi berlin bogota
brussels bucharest budapest cairo caracas casablanca chicago copenhagen dakar damascus delhi dhaka doha dubai dublin
frankfurt geneva hamburg hanoi harare havana helsinki houston islamabad istanbul jakarta jerusalem johannesburg
kabul kampala karachi khartoum kigali kinshasa kyiv lagos lahore lisbon london luanda lusaka madrid manila melbourne
milan misrata mogadishu montreal moscow mumbai munich nairobi oslo ottawa paris prague pretoria pyongyang riyadh
seoul shanghai stockholm sydney taipei tehran tobruk tokyo toronto tripoli tunis vienna warsaw washington zurich
california texas florida michigan pennsylvania massachusetts arizona oregon colorado wisconsin minnesota kremlin
christian christians christianity muslim muslims islamic islam jewish jews judaism hindu hindus buddhist buddhism
quran ramadan christmas english french dutch latin arabic swahili hebrew
""")
#: Names of more than one word.
_PHRASES = """
north africa|west africa|east africa|central africa|southern africa|sub-saharan africa|horn of africa|
north america|south america|latin america|central america|south asia|southeast asia|central asia|east asia|
middle east|north korea|south korea|south africa|south sudan|saudi arabia|united states|united kingdom|
united nations|united arab emirates|european union|african union|arab league|sri lanka|costa rica|el salvador|
puerto rico|burkina faso|sierra leone|ivory coast|cape verde|new zealand|papua new guinea|north macedonia|
hong kong|new york|new delhi|los angeles|san francisco|las vegas|tel aviv|abu dhabi|cape town|addis ababa|
buenos aires|rio de janeiro|sao paulo|mexico city|kuala lumpur|eastern europe|western europe|red sea|black sea|
persian gulf|south china sea|suez canal|world war
""".replace("\n", "").split("|")
_NAMES = {name: name.capitalize() for name in _ALWAYS}
#: Words after which a nationality is a common word: *french fries*, *swiss cheese*.
_COMMON_AFTER = _words(
    "fries toast press windows doors door oven ovens roulette delight numeral numerals muffin muffins pastry summer "
    "shorts hat hats blind blinds cheese dressing wheel salad bread beans nut nuts pig pigs leather braid horn kiss "
    "setter terrier script shepherd measles chocolate coffee bulldog crochet pepper peppers powder envelope "
    "envelopes folder folders sprout sprouts chard broil sausage sausages pastries hound hounds"
)
#: Names that are also words: what in a document tells that the country is meant, and what follows the common word.
_GUARDED: dict[str, tuple[str, frozenset[str]]] = {
    "turkey": (
        r"Turkish|Ankara|Istanbul|Erdo[gğ]an",
        _words("meat breast farm farms sandwich dinner leg legs hunting hunters shoot"),
    ),
    "china": (
        r"Chinese|Beijing|Shanghai|Xi Jinping",
        _words("plate plates cup cups cabinet shop ware clay doll dolls tea set"),
    ),
    "afghan": (r"Afghans?|Kabul|Taliban", _words("blanket blankets hound hounds")),
    "jordan": (r"Jordanians?|Amman|King Abdullah", frozenset()),
    "chad": (r"Chadians?|N['’]Djamena|Lake Chad", frozenset()),
    "mali": (r"Malians?|Bamako", frozenset()),
    "cuba": (r"Cubans?|Havana", frozenset()),
    "guinea": (r"Guineans?|Conakry|Equatorial Guinea|Bissau", _words("pig pigs fowl fowls hen hens")),
    "georgia": (r"Georgians?|Tbilisi|Atlanta", frozenset()),
    "togo": (r"Togolese|Lom[eé]", frozenset()),
    "oman": (r"Omanis?|Muscat", frozenset()),
    "france": (r"French|Paris|Macron", frozenset()),
    "rome": (r"Italian|Italy|Roman", frozenset()),
    "congo": (r"Congolese|Kinshasa|Brazzaville", frozenset()),
}
_PHRASE = re.compile(
    r"(?<![\w@#./\\])(?:"
    + "|".join(sorted((p.replace(" ", r"[ \t]") for p in _PHRASES if p), key=len, reverse=True))
    + r")(?![\w@]|\.\w)"
)
_MONTHS = re.compile(
    r"(?<![\w-])(?:(?<=\bin )(?:march|may|august)(?= \d{4}\b)|(?:march|may|august)(?= \d{1,2}(?:st|nd|rd|th)?, \d{4}\b)"
    r"|(?<=\b\d )(?:march|may|august)(?=,? \d{4}\b)|(?<=\b\d\d )(?:march|may|august)(?=,? \d{4}\b)"
    r"|(?<=\b(?:early|since|until) )(?:march|august)(?= \d)|(?<=\b(?:late|last|next) )august(?=[ ,.]))"
)
_POLISH = re.compile(
    r"(?<![\w-])polish(?= (?:government|president|prime minister|parliament|army|foreign|defen[cs]e|border|authorities"
    r"|embassy|troops|police|economy|zloty|officials|citizens|capital|city|company)\b)"
)
_ABBREVIATED = re.compile(r"(?<![\w.])(?:u\.s\.|u\.k\.|u\.n\.|e\.u\.)(?!\w)")
_NAME_WORD = re.compile(r"(?<![\w@#./\\’'])(?P<word>[a-z]{4,20})(?![\w@]|\.\w|/\w)")


def names(page: Page) -> Iterator[Repair]:
    """Give countries, peoples, months, weekdays and big cities their capitals: ``in libya``, ``north africa``."""
    text = page.text
    if not _is_cased(text):
        return
    for match in _PHRASE.finditer(text):
        words = match.group().split(" ")
        yield Repair(match.start(), match.end(), " ".join(w if w in ("of", "de") else _capital(w) for w in words))
    for match in _MONTHS.finditer(text):
        yield Repair(match.start(), match.end(), match.group().capitalize())
    for match in _POLISH.finditer(text):
        yield Repair(match.start(), match.end(), "Polish")
    for match in _ABBREVIATED.finditer(text):
        yield Repair(match.start(), match.end(), match.group().upper())
    if _NAMES.keys().isdisjoint(_spelled(text)) and _GUARDED.keys().isdisjoint(_spelled(text)):
        return
    told: dict[str, bool] = {}
    for match in _NAME_WORD.finditer(text):
        word = match["word"]
        name = _NAMES.get(word)
        if name is None and word in _GUARDED:
            evidence, common = _GUARDED[word]
            if word not in told:
                told[word] = bool(re.search(rf"\b(?:{evidence})\b", text)) or bool(
                    re.search(rf"[a-z,] {word.capitalize()}\b", text)
                )
            if told[word] and _following(text, match.end()) not in common:
                name = word.capitalize()
        if name and _following(text, match.end()) not in _COMMON_AFTER:
            yield Repair(match.start(), match.end(), name)


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def _following(text: str, at: int) -> str:
    match = re.compile(r"[ \t]([A-Za-z]{1,30})").match(text, at)
    return match[1] if match else ""


_START = re.compile(r"(?:(?<=[.!?] )|(?<=[.!?]\n)|(?<=\n)|^)[\"“‘(*-]{0,2} ?([A-Za-z])")


@functools.lru_cache(maxsize=2)
def _starts(text: str) -> tuple[str, ...]:
    """Give the letters that the sentences and lines of a text begin with."""
    return tuple([match[1] for match in _START.finditer(text[:200_000])])


def _is_cased(text: str) -> bool:
    """Tell whether a text is written with capitals at all: some people write without, which is no fault."""
    starts = _starts(text)
    return len(starts) < 4 or sum(s.isupper() for s in starts) >= 0.5 * len(starts)


_LOWER_START = re.compile(r"(?<=(?P<b>[a-z)]{2}))[.!?][”)]?[ \t]{1,2}(?P<word>[a-z][a-z’'-]*)(?=[\s,;:])")
#: Words that never take a capital.
_NEVER = _words("www http https ftp adidas asics de la le von van der den al el bin ibn iphone ipad ebay")


def sentences(page: Page) -> Iterator[Repair]:
    """Begin a sentence with a capital: ``... the area. the new talks``."""
    text = page.text
    starts = _starts(text)
    if sum(s.islower() for s in starts) > max(1, 0.2 * len(starts)) or not any(s.isupper() for s in starts):
        return
    for match in _LOWER_START.finditer(text):
        left, word = _word_before(text, match.start()), match["word"]
        if left.casefold() in ABBREVIATIONS or len(left) < 3 or word in _NEVER or left[0].isupper():
            continue
        if text[match.start()] in "!?" and word not in _OPENERS:
            continue  # *Yahoo! said*, *"Why?" he asked*
        at = match.start("word")
        yield Repair(at, at + 1, word[0].upper())


def starts(page: Page) -> Iterator[Repair]:
    """Begin a paragraph, item, cell or heading with a capital where nearly all others of the document do."""
    text = page.text
    places: dict[str, list[int]] = {}
    for block in page.blocks:
        if block.kind == "metadata":
            continue
        whole = block.kind != "paragraph" or (
            text[block.end - 1] in '.!?:”"' and text.count(" ", block.start, block.end) >= 3
        )
        if whole and text[block.start].isalpha():
            places.setdefault(block.kind.replace("title", "heading"), []).append(block.start)
        if block.kind == "item" and block.label and text[block.body].isalpha():
            places.setdefault("body", []).append(block.body)
    for found in places.values():
        lower = [at for at in found if text[at].islower()]
        if len(found) < 4 or len(lower) > 0.25 * len(found):
            continue
        for at in lower:
            word = _word_after(text, at)
            if word in _NEVER or not word.islower() or text[at + len(word) : at + len(word) + 1] in "._/@":
                continue
            yield Repair(at, at + 1, text[at].upper())


def headings(page: Page) -> Iterator[Repair]:
    """Give a Title-Case heading, label or cell back the capital of a word inside: ``Safety sector Reform``.

    Only between two capitalised words: the last word of a heading is often left in lower case by its author.
    """
    text = page.text
    for block in page.blocks:
        if block.kind in ("title", "heading", "cell"):
            span = (block.start, block.end)
        elif block.kind == "item" and block.label:
            span = block.label
        else:
            continue
        line = text[span[0] : span[1]]
        if len(line) > 200 or title_case(line) < 0.6:
            continue
        words = re.finditer(r"(?<![\w’'./-])[A-Za-z][\w’'-]*(?![\w.])", line)
        content = [m for m in words if m.group().casefold() not in SMALL]
        if sum(m.group()[0].isupper() for m in content) < 2:
            continue
        for at in range(1, len(content) - 1):
            before, match, after = content[at - 1 : at + 2]
            word = match.group()
            if word.islower() and len(word) > 3 and before.group()[0].isupper() and after.group()[0].isupper():
                yield Repair(span[0] + match.start(), span[0] + match.start() + 1, word[0].upper())


_TOKEN = re.compile(r"(?<![\w@#./\\’'-])(?:(?:[A-Z]\.){2,5}|[A-Za-z][a-z]{2,30}|[A-Z]{2,12})(?![\w@]|\.\w)")


_DOTS = re.compile(r"(?<=[A-Z]\.[A-Z])\.")


def elsewhere(page: Page) -> Iterator[Repair]:
    """Write a word as the rest of the document does: ``africom`` as ``AFRICOM``, ``embassy`` as ``Embassy``.

    Only what stands there once, and never otherwise in lower case, is taken for a slip.
    """
    text = page.text
    if not _is_cased(text):
        return
    upper = {word.lower() for word in _spelled(text) if len(word) >= 5 and word.isupper()}
    if upper.isdisjoint(_spelled(text)) and not _DOTS.search(text):
        return
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    lower: list[tuple[re.Match[str], str]] = []
    spans = [(b.start, b.end) for b in page.blocks if b.kind in ("paragraph", "item")]
    for start, end in spans:
        before: re.Match[str] | None = None
        for match in _TOKEN.finditer(text, start, end):
            word = match.group()
            near = before is not None and text[before.end() : match.start()] in (" ", "-")
            left = before.group() if before is not None and near else ""
            single[word] += 1
            if left and left[0].isupper():
                pairs[left, word] += 1
            if word.islower() and len(word) >= 4:
                lower.append((match, left))
            before = match
    for match, left in lower:
        word = match.group()
        if single[word] > 1:
            continue
        if single[word.upper()] >= 2 and single[word.capitalize()] == 0 and len(word) >= 5:
            yield Repair(match.start(), match.end(), word.upper())
        elif left.endswith(".") and pairs[left, word.capitalize()] >= 3 and pairs[left, word] == 1:
            yield Repair(match.start(), match.start() + 1, word[0].upper())


# --------------------------------------------------------------------------

#: Every rule, stage by stage; each stage sees what the stages before it made of the text.
STAGES: tuple[tuple[Rule, ...], ...] = (
    (Rule("mojibake", "encoding", mojibake, code=True),),
    (Rule("invisible", "encoding", invisible, code=True),),
    (Rule("spintax", "markup", spintax),),
    (Rule("braces", "markup", braces, spun=True),),
    (Rule("numbers", "spelling", numbers),),
    (Rule("glued", "spacing", glued), Rule("spaced", "spacing", spaced)),
    (Rule("doubled", "spelling", doubled), Rule("misspelled", "spelling", misspelled)),
    (Rule("names", "case", names), Rule("elsewhere", "case", elsewhere)),
    (Rule("sentences", "case", sentences), Rule("starts", "case", starts)),
    (Rule("headings", "case", headings),),
)


#: One repair may bring another to light (a capital, that a heading is in Title Case); a third is rare.
_PASSES = 4


def tidy(text: str, spun: bool = True) -> list[Edit]:
    """Find the faults of a text's surface; the edits are settled and in its own offsets.

    ``spun``: whether the text may be spun; one that is not has faults of ``CLEAN_KINDS`` alone, and means its braces.

    >>> [(e.original, e.replacement, e.rule) for e in tidy("This conversation,held in libya, was long.")]
    [(',', ', ', 'tidy:glued'), ('libya', 'Libya', 'tidy:names')]
    """
    made: list[Edit] = []
    current, blocks, divided = text, list[Block](), ""
    for _ in range(_PASSES):
        before = current
        for stage in STAGES:
            rules = [rule for rule in stage if spun or (rule.kind in CLEAN_KINDS and not rule.spun)]
            if not rules:
                continue
            if rules[0].kind == "case" and divided != current:
                blocks, divided = layout(current), current
            if found := settle(_edits(Page(current, blocks), rules)):
                made = compose(text, made, found)
                current = apply(text, made)
        if current == before:
            break
    return made


def _edits(page: Page, rules: Sequence[Rule]) -> list[Edit]:
    """Collect what the rules of a stage find outside URLs, addresses and code."""
    found: list[Edit] = []
    for rule in rules:
        repairs = list(rule.find(page))
        safe = spared(page.text) if repairs and not rule.code else []
        for start, end, replacement, alternatives in repairs:
            original = page.text[start:end]
            if original != replacement and not _within(safe, start, end):
                name = f"tidy:{rule.name}"
                found.append(
                    Edit(start, end, original, replacement, "changed", rule.kind, name, alternatives=alternatives)
                )
    return found
