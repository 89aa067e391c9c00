"""Learn entries from pairs: spun texts beside their plain originals."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.evaluate import GoldEdit, read_gold
from unspin.extract.speech import UNTOLD, Speech, speeches
from unspin.layout import ABBREVIATIONS
from unspin.lexicon import forms
from unspin.lexicon.forms import FUNCTION
from unspin.records import Span
from unspin.restore.tokens import Token, tokens

#: The longest phrases that are learnt, in words; longer differences are rewritings, not synonyms.
LONGEST = 6

#: Spun phrase, plain phrase and form of an entry.
Key = tuple[str, str, str]


class Pair(NamedTuple):
    """A spun phrase beside the plain one, in a plain sentence."""

    spun: str
    plain: str
    before: str  #: plain text of the sentence, left of the phrase
    after: str


class Proposal(NamedTuple):
    """An entry that the evidence suggests, in the columns of ``entries.tsv`` and what speaks for it."""

    spun: str
    plain: str
    form: str
    example: str
    often: int  #: of ten places of the spun phrase, how many stand for this plain phrase
    places: int  #: where it was seen
    documents: int
    kept: int  #: places where the spun phrase stood in both texts
    clean: float = 0.0  #: places of the spun phrase in a million words of clean text
    gated: str = ""  #: why it should not be accepted unseen; empty: it passed


#: Columns of a proposals file: those of a pack, then the evidence.
PROPOSAL_COLUMNS = ("spun", "plain", "form", "example", "often", "places", "documents", "kept", "clean")

#: A sentence begins after a line end, or after a stop, a space and a capital, quote or digit.
SENTENCE_END = re.compile(r"\n+|(?<=[.!?])[”\"']?\s+(?=[“\"'(]?[A-Z0-9])|\s\|\s")

#: What stands before a full stop: a word, an initial, or letters with stops between them (``U.S``).
BEFORE_STOP = re.compile(r"(?<![\w.])(?:(?P<letters>[A-Za-z](?:\.[A-Za-z])*)|(?P<word>[A-Za-z]{2,6}))$")

#: Least share of words that two sentences must have in common to be a pair: spinners leave two of three, fewer in
#: short ones.
LIKE = 0.2


def ends_sentence(text: str, stop: int) -> bool:
    """Tell whether the full stop at ``stop`` ends a sentence: not after a title, an initial or an abbreviation.

    >>> text = "Dr. J. Mbeki of the U.S. Navy left."
    >>> [ends_sentence(text, at) for at, sign in enumerate(text) if sign == "."]
    [False, False, False, False, True]
    """
    found = BEFORE_STOP.search(text, max(0, stop - 12), stop)
    if found is None:
        return True
    if found["letters"]:
        return False
    word = found["word"].lower()
    return word not in ABBREVIATIONS or (word == "no" and not text[stop + 1 : stop + 3].strip()[:1].isdigit())


def sentences(text: str) -> list[Span]:
    """Give the stretches of a text's sentences, lines and table cells.

    >>> text = "He left. She stayed!"
    >>> [text[a:b] for a, b in sentences(text)]
    ['He left.', 'She stayed!']
    """
    found: list[Span] = []
    at = 0
    for end in SENTENCE_END.finditer(text):
        stop = end.start() - 1
        spaces = end[0].isspace() and "\n" not in end[0]
        if spaces and text[stop : stop + 1] == "." and not ends_sentence(text, stop):
            continue
        found.append((at, end.start()))
        at = end.end()
    found.append((at, len(text)))
    return [(a, b) for a, b in found if text[a:b].strip()]


def align_sentences(spun: Sequence[Sequence[str]], plain: Sequence[Sequence[str]]) -> list[tuple[Span, Span]]:
    """Align sentences, given as words, so that most words agree; gives ranges of one or two on each side.

    >>> align_sentences([["a", "b"], ["x"], ["c", "d", "e", "f"]], [["a", "b"], ["c", "d"], ["e", "g"]])
    [((0, 1), (0, 1)), ((2, 3), (1, 3))]
    """
    left, right = [Counter(s) for s in spun], [Counter(s) for s in plain]
    n, m = len(left), len(right)
    # Texts of a pair run side by side: looking far off the diagonal costs time and finds only chance.
    width = abs(n - m) + 12
    best: dict[Span, tuple[float, Span | None]] = {(0, 0): (0.0, None)}
    for i in range(n + 1):
        low, high = max(0, i * m // max(n, 1) - width), min(m, i * m // max(n, 1) + width)
        for j in range(low, high + 1):
            if (i, j) not in best:
                continue
            total = best[i, j][0]
            for a, b in ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1)):
                if i + a > n or j + b > m:
                    continue
                gain = 0.0
                if a and b:
                    one, other = sum(left[i : i + a], Counter()), sum(right[j : j + b], Counter())
                    common, size = sum((one & other).values()), one.total() + other.total()
                    if 2 * common < LIKE * size:
                        continue
                    gain = common - 0.1 * (a + b)
                step = (i + a, j + b)
                if step not in best or total + gain > best[step][0]:
                    best[step] = (total + gain, (i, j))
    at: Span | None = (n, m)
    found: list[tuple[Span, Span]] = []
    while at is not None and at in best:
        before = best[at][1]
        if before is not None and before[0] < at[0] and before[1] < at[1]:
            found.append(((before[0], at[0]), (before[1], at[1])))
        at = before
    return found[::-1]


def align(spun: str, plain: str) -> Iterator[Pair]:
    """Align a spun text with its plain original, sentence by sentence, and give the phrases that differ.

    >>> [(p.spun, p.plain) for p in align("the army leaders met in the area", "the military leaders met in the region")]
    [('army', 'military'), ('area', 'region')]
    """
    left, right = sentences(spun), sentences(plain)
    words = [[[t.word for t in tokens(text, a, b)] for a, b in spans] for text, spans in ((spun, left), (plain, right))]
    for (a, b), (c, d) in align_sentences(*words):
        yield from align_words(spun, (left[a][0], left[b - 1][1]), plain, (right[c][0], right[d - 1][1]))


def align_words(spun: str, there: Span, plain: str, here: Span) -> Iterator[Pair]:
    """Align the words of a stretch of a spun text with those of a plain one; each difference is a pair."""
    left, right = tokens(spun, *there), tokens(plain, *here)
    matcher = difflib.SequenceMatcher(None, [t.word for t in left], [t.word for t in right], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "replace" and b - a <= LONGEST and d - c <= LONGEST and whole(left, a, b) and whole(right, c, d):
            start, end = sentence(plain, right[c].start, right[d - 1].end)
            yield Pair(spun[left[a].start : left[b - 1].end], plain[right[c].start : right[d - 1].end],
                       plain[start : right[c].start], plain[right[d - 1].end : end])


def divide(pairs: Sequence[tuple[str, Pair]]) -> Iterator[tuple[str, Pair]]:
    """Cut pairs that are made of others, seen by themselves: two neighbours that were both replaced.

    >>> alone = [("a", Pair("army", "military", "", "")), ("a", Pair("area", "region", "", ""))]
    >>> [(p.spun, p.plain) for _, p in divide([*alone, ("b", Pair("army area", "military region", "The ", "."))])][2:]
    [('army', 'military'), ('area', 'region')]
    """
    known = {(p.spun.lower(), p.plain.lower()) for _, p in pairs}
    for name, pair in pairs:
        left, right = pair.spun.split(), pair.plain.split()
        cut = cuts(left, right, known) if len(left) > 1 and len(right) > 1 else []
        if not cut:
            yield name, pair
            continue
        a = c = 0
        for b, d in cut:
            before, after = " ".join(right[:c]), " ".join(right[d:])
            yield name, Pair(" ".join(left[a:b]), " ".join(right[c:d]), pair.before + before + " " * bool(before),
                             " " * bool(after) + after + pair.after)
            a, c = b, d


def cuts(left: Sequence[str], right: Sequence[str], known: set[tuple[str, str]]) -> list[Span]:
    """Give where two phrases can be cut so that every part is known by itself; empty where they cannot."""
    whole = (" ".join(left).lower(), " ".join(right).lower())
    ways: dict[Span, list[Span]] = {(0, 0): []}
    for i in range(len(left)):
        for j in range(len(right)):
            if (i, j) not in ways:
                continue
            for b in range(i + 1, len(left) + 1):
                for d in range(j + 1, len(right) + 1):
                    part = (" ".join(left[i:b]).lower(), " ".join(right[j:d]).lower())
                    if part != whole and part in known and (b, d) not in ways:
                        ways[b, d] = [*ways[i, j], (b, d)]
    return ways.get((len(left), len(right)), [])


def whole(found: Sequence[Token], start: int, end: int) -> bool:
    """Tell whether tokens stand in one sentence and could be a phrase."""
    return all(t.joint and not t.breaks for t in found[start + 1 : end]) and not any(
        t.shielded or t.shape == "number" for t in found[start:end])


def sentence(text: str, start: int, end: int) -> Span:
    """Give the sentence around a place (a line, or what full stops divide).

    >>> sentence("Armies met. They left.", 0, 6), sentence("Armies met. They left.", 12, 16)
    ((0, 11), (12, 22))
    >>> sentence("They left. Gen. Dee of the U.S. Army stayed.", 26, 30)
    (11, 44)
    """
    stops = [at for at in _places(text, ". ") if ends_sentence(text, at)]
    marks = [*stops, *(at for mark in ("\n", "|", ": ") for at in _places(text, mark))]
    low = max((at + (2 if text[at] in ".:" else 1) for at in marks if at < start), default=0)
    high = min((at for at in marks if at >= end and text[at] != ":"), default=len(text))
    return low, high + (high < len(text) and text[high] == ".")


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def propose(pairs: Iterable[tuple[str, Pair]], spun: Iterable[str] = (), clean: Iterable[str] = ()) -> list[Proposal]:
    """Make entries of pairs, given with the name of their document; most frequent first.

    Function words alone, names, numbers and mere spellings are left out.
    ``spun``: the spun texts, to count where a phrase was kept; ``clean``: texts
    never spun, which gate phrases that are as usual there.
    """
    places: Counter[Key] = Counter()
    documents: dict[Key, set[str]] = {}
    examples: dict[Key, str] = {}
    named = list(divide(list(pairs)))
    told = speeches([(pair.before, pair.plain, pair.after) for _, pair in named])
    made = [
        (document, entry)
        for (document, pair), speech in zip(named, told, strict=True)
        if (entry := entry_of(pair, speech)) is not None
    ]
    seen = Counter(entry[:3] for _, entry in made)
    for document, (low, high, form, example) in made:
        # Before another noun the model takes many a noun for an adjective.
        other = {"noun": "adj", "adj": "noun"}.get(form, form)
        key = (low, high, other if (seen[low, high, other], other) > (seen[low, high, form], form) else form)
        places[key] += 1
        documents.setdefault(key, set()).add(document)
        if key not in examples or quality(example) > quality(examples[key]):
            examples[key] = example
    wanted = {words for key in places for words in spun_forms(key)}
    there, spun_words = occurrences(spun, wanted)
    usual, clean_words = occurrences(clean, wanted)
    changed: Counter[str] = Counter()
    for key, count in places.items():
        changed[key[0]] += count
    found = []
    for key, count in places.items():
        keys = spun_forms(key)
        kept = max(0, sum(there[k] for k in keys) - changed[key[0]])
        per_million = 1e6 * sum(usual[k] for k in keys) / clean_words if clean_words else 0.0
        replaced = 1e6 * changed[key[0]] / spun_words if spun_words else 0.0
        gated = ""
        if clean_words and per_million >= replaced:
            gated = "as usual in clean text"
        # The rule of succession: a single place says little, and makes 7.
        often = min(9, max(1, round(10 * (count + 1) / (changed[key[0]] + kept + 2))))
        found.append(Proposal(*key, examples[key], often, count, len(documents[key]), kept, round(per_million, 1),
                              gated))
    return sorted(found, key=lambda p: (-p.documents, -p.places, p.spun, p.plain, p.form))


def spun_forms(key: Key) -> set[tuple[str, ...]]:
    """Give the words of every inflection of an entry's spun phrase."""
    return {tuple(re.split(r"[ -]", left.lower())) for left, _, _ in forms.pairs(*key)}


def occurrences(texts: Iterable[str], wanted: set[tuple[str, ...]]) -> tuple[Counter[tuple[str, ...]], int]:
    """Count phrases, given as words, in texts; gives the counts and the number of words."""
    lengths: dict[str, set[int]] = {}
    for words in wanted:
        lengths.setdefault(words[0], set()).add(len(words))
    counts: Counter[tuple[str, ...]] = Counter()
    size = 0
    for text in texts:
        found = [t.word for t in tokens(text, 0, len(text))]
        size += len(found)
        for at, word in enumerate(found):
            for length in lengths.get(word, ()):
                phrase = tuple(found[at : at + length])
                if phrase in wanted:
                    counts[phrase] += 1
    return counts, size


def gold_pairs(folder: Path) -> Iterator[tuple[str, str, list[Pair]]]:
    """Give name, spun text and pairs of each gold article of a folder."""
    for name, spun, edits in read_gold(folder):
        pairs = []
        for at, edit in enumerate(edits):
            if not edit.required or not edit.spun.strip() or not edit.accepted[0].strip():
                continue
            before, after = plain_beside(spun, edits, at)
            pairs.append(Pair(edit.spun, edit.accepted[0], before, after))
        yield name, spun, pairs


def plain_beside(spun: str, edits: Sequence[GoldEdit], at: int) -> tuple[str, str]:
    """Give the restored text of the sentence, left and right of a gold edit."""
    low, high = sentence(spun, edits[at].start, edits[at].end)
    left, start = "", low
    for edit in edits[:at]:
        if edit.start >= low:
            left += spun[start : edit.start] + edit.accepted[0]
            start = edit.end
    left += spun[start : edits[at].start]
    right, start = "", edits[at].end
    for edit in edits[at + 1 :]:
        if edit.end <= high:
            right += spun[start : edit.start] + edit.accepted[0]
            start = edit.end
    return left, right + spun[start:high]


def proposal_lines(proposals: Iterable[Proposal]) -> Iterator[str]:
    """Write a proposals file: a pack's columns, then evidence; what a gate stopped is commented out."""
    yield "\t".join(PROPOSAL_COLUMNS)
    for p in proposals:
        yield (f"# {p.gated}: " if p.gated else "") + "\t".join(
            (p.spun, p.plain, p.form, p.example, str(p.often), str(p.places), str(p.documents), str(p.kept),
             f"{p.clean:g}"))


def quality(example: str) -> tuple[int, str]:
    """Rank examples: eight to twenty words are best; ties by text, so that order has no effect."""
    count = len(example.split())
    return (-abs(count - 13) if count < 8 or count > 20 else 10, example)


def entry_of(pair: Pair, told: Speech = UNTOLD) -> tuple[str, str, str, str] | None:
    """Make one entry of a pair, or None where it teaches nothing; ``told``: what ``speeches`` says of it.

    >>> entry_of(Pair("demanding situations", "challenges", "It faces ", " this year."))
    ('demanding situation', 'challenge', 'noun', 'It faces [demanding situations|challenges] this year.')
    """
    spun, plain = " ".join(pair.spun.split()), " ".join(pair.plain.split())
    before, after = pair.before, pair.after
    words, others = spun.split(), plain.split()
    if len(words) > 1 and len(others) > 1 and words[0].lower() in {"a", "an", "the"} and (
            others[0].lower() in ({"a", "an"} if words[0].lower() != "the" else {"the"})):
        before, spun, plain = f"{before}{others[0]} ", " ".join(words[1:]), " ".join(others[1:])
    low, high = spun.lower(), plain.lower()
    letters = (low + high.replace(".", "")).replace("’", "'")
    if not plain or low == high or re.search(r"[^a-z' -]", letters):
        return None
    if low.replace("-", " ").replace(" ", "") == high.replace("-", " ").replace(" ", ""):
        form = "phrase"
    elif all(w in FUNCTION for w in low.split()) and all(w in FUNCTION for w in high.split()):
        return None
    else:
        form = ""
    if any(w[:1].isupper() for w in plain.split()[1:]) or (plain[:1].isupper() and pair.before.strip()):
        return None
    base = (low, high, "phrase") if form else base_forms(low, high, before, told)
    example = f"{before.lstrip()}[{spun}|{plain}]{after.rstrip()}"
    if "[" in before + after or "|" in before + after or "\t" in example or len(example) > 400:
        return None
    return (*base, " ".join(example.split()))


def base_forms(spun: str, plain: str, before: str, told: Speech = UNTOLD) -> tuple[str, str, str]:
    """Give base forms and the form column under which a pair is one of an entry's inflections.

    ``told``: what the plain phrase is in its sentence, if known: its form and lemma are tried first.

    >>> base_forms("guarantee", "promise", "They "), base_forms("guarantee", "promise", "They ", Speech("verb"))
    (('guarantee', 'promise', 'noun'), ('guarantee', 'promise', 'verb'))
    >>> base_forms("foliage", "leaves", "The ", Speech("noun", "leaf"))
    ('foliage', 'leaf', 'noun')
    """
    from lemminflect import getAllLemmas

    speech = told.form
    if speech in {"adj", "adv"} and " " not in spun + plain and all(
        speech.upper() in getAllLemmas(word) for word in (spun, plain)
    ):
        return spun, plain, speech
    ways = (("noun", "NNS", "NOUN"), ("verb", "VBG", "VERB"), ("verb", "VBN", "VERB"), ("verb", "VBD", "VERB"),
            ("verb", "VBZ", "VERB"), ("noun", "NN", "NOUN"), ("verb", "VB", "VERB"))
    for form, tag, base in sorted(ways, key=lambda way: way[0] != speech):
        left = lemma_at_head(spun, form, base, getAllLemmas)
        right = lemma_at_head(plain, form, base, getAllLemmas, told.lemma)
        if not left or not right:
            continue
        if tag in {"NN", "VB"} and (left != spun or right != plain):
            continue
        if form == "noun" and {spun.split()[0], plain.split()[0]} & FUNCTION:
            continue
        helped = re.search(r"\b(?:to|will|would|can|could|may|might|must|should|not)\s+$", before)
        if tag == "VB" and not helped and speech != "verb":
            continue
        if tag == "NN" and "VERB" in getAllLemmas(spun.split()[0]) and re.search(r"\bto\s+$", before):
            continue
        if any((s, p) == (spun, plain) and t == tag for s, p, t in forms.pairs(left, right, form)):
            return left, right, form
    if " " not in spun and " " not in plain:
        for form, base in (("adj", "ADJ"), ("adv", "ADV")):
            if base in getAllLemmas(spun) and base in getAllLemmas(plain):
                return spun, plain, form
    return spun, plain, "phrase"


def lemma_at_head(phrase: str, form: str, base: str, lemmas, known: str = "") -> str:  # type: ignore[no-untyped-def]
    """Give the phrase with its head word in base form, or nothing where the head cannot be of that class.

    ``known``: the lemma to choose where there are several (*leave*, *leaf* of ``leaves``).
    """
    words = tuple(phrase.split(" "))
    at = forms.head_position(words, form)
    found = lemmas(words[at]).get(base)
    return " ".join((*words[:at], known if known in (found or ()) else found[0], *words[at + 1 :])) if found else ""
