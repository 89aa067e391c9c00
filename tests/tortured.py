"""The tortured phrases of the shared list, cut into halves: one may teach, the other is withheld."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from unspin.lexicon.read import Entry, Pack

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

SEED = 2026

#: What collectors of the list added: abbreviations and remarks in brackets.
REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]")

Phrase = tuple[str, ...]
Pair = tuple[Phrase, Phrase]


def words(phrase: str) -> Phrase:
    """Cut a phrase of the list into words: lower case, without remarks, hyphens being joints."""
    return tuple(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", REMARK.sub("", phrase.lower())))


def pairs() -> list[Pair]:
    rows = (line.split("\t") for line in (DATA / "tortured_phrases.tsv").read_text(encoding="utf-8").splitlines()[1:])
    cut = {(words(spun), words(plain)) for spun, plain in rows}
    return sorted((spun, plain) for spun, plain in cut if spun and plain and spun != plain)


def halves() -> tuple[list[Pair], list[Pair]]:
    """Give the pairs that teach and those that are withheld; no spun phrase is in both."""
    every = pairs()
    spun = sorted({a for a, _ in every})
    random.Random(SEED).shuffle(spun)
    withheld = set(spun[: len(spun) // 2])
    return [p for p in every if p[0] not in withheld], [p for p in every if p[0] in withheld]


def packs(shipped: Sequence[Pack], teach: Iterable[Pair], terms: Iterable[Phrase]) -> list[Pack]:
    """Give the shipped packs without any entry for a phrase of the list that does not teach, and the list as a pack."""
    teach = list(teach)
    hidden = {a for a, _ in pairs()} - {a for a, _ in teach}
    kept = [p._replace(entries=tuple(e for e in p.entries if words(e.spun) not in hidden)) for p in shipped]
    entries = tuple(Entry(" ".join(a), " ".join(b), "phrase", "", 9, False, "list", "", 0) for a, b in teach)
    plain = tuple(sorted({" ".join(term) for term in terms}))
    return [*kept, Pack("list", Path("list"), "list", "list", "science", entries, (), plain)]


def clean_texts(first: int, step: int) -> Iterator[str]:
    with gzip.open(DATA / "clean_news.jsonl.gz", "rt", encoding="utf-8") as handle:
        for number, line in enumerate(handle):
            if number % step == first:
                yield json.loads(line)["text"]
