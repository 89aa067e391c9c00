"""Send mutants of a corpus through the readers: ``python tests/fuzz/mutants.py READER COUNT [SEED]``.

What comes to an outcome that none came to before joins the corpus, so that later mutants start from it.
A finding is written to ``finding-READER-SEED.bin``; kept as a case of ``test_mutants.py`` it stays mended.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import laws

#: Seconds after which an input counts as a hang.
SLOWEST = 5.0

#: Findings after which a run is given up: they are mostly one.
MANY = 20

#: No mutant is longer, so that millions are soon through.
LONGEST = 600

ARTICLE = """The USA and Libya Talk About Army Coaching

Writer : A. Writer
Post date : 2025-03-03

## Key Points

* Demanding situations: the two sides held top-degree talks,and agreed.The minister\u2019s aide said so.
- Sub item one
1. First of all

| Country | Pledge |
|---------|--------|
| Libya   | $5 million |

\u201cWe will work for stability,\u201d he said.   See https://a.b/c or write to a@b.cd\u2026

> quoted text
```
code
```
Source link
"""

SEEDS = {
    "source.txt": [ARTICLE, "", "\ufeffshort"],
    "source.html": [
        "<!doctype html><html lang=en><head><title>T</title><meta charset=utf-8><script>x()</script></head><body>"
        "<h1>Talks</h1><p>The army met &amp; left.<br>It <b>did</b>.</p><ul><li>one<li>two</ul><table><tr><td>a<td>b"
        "</table><!-- note --></body></html>",
        "<p>plain",
    ],
    "source.jsonl": ['{"id": "1", "text": "The minister said so."}\n{"id": 2, "text": "And left.", "title": "T"}\n'],
    "source.csv": ['id,text,title\n1,"The minister, he said ""so"".",T\n2,And left.,\n'],
    "tidy": [ARTICLE, "It\u00e2\u0080\u0099s Ã©tÃ© â€™ \u200b\u202ex", "held,together.The end ,and so ."],
    "layout": [ARTICLE, "# A\n\n## B\n\ntext\n\n* a\n  * b\n    * c\n", "a | b\n--|--\n1 | 2\n"],
    "entries": [
        "spun\tplain\tform\texample\toften\narmy\tmilitary\tnoun\tThe [army|military] left.\t7\n"
        "# note\ntop-degree\thigh-level\tphrase\tThey held [top-degree|high-level] talks.\tsuspect\n",
    ],
    "pack": ['title = "t"\nfamily = "f"\nsubject = "s"\n', 'title = "t"\n[more]\nscience = true\nnames = ["a"]\n'],
    "keep": ["# why\n\nThe cat sat on the mat.\nA coach trained the army.\n"],
    "settings": ['packs = ["news"]\ncareful = 0.5\nformat = "csv"\nworkers = 2\noutput = "o"\nwithout = ["fuzzy"]\n'],
}

#: What is put in, among it what is no UTF-8.
MARKS = [mark.encode("utf-8", "surrogatepass") for mark in laws.MARKS]
MARKS += [b"\xff\xfe", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\x80"]


class Hang(BaseException):
    """An input took longer than any should; no reader may take it for an error of its own."""


def _late(number: int, frame: FrameType | None) -> None:
    raise Hang


def mutant(corpus: list[bytes], chance: random.Random) -> bytes:
    """Make one input of one or two others.

    >>> mutant([b"abc"], random.Random(1)) == mutant([b"abc"], random.Random(1))
    True
    """
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        size = len(data)
        at = chance.randint(0, size)
        end = min(size, at + chance.choice((1, 1, 2, 5, 20, 80)))
        way = chance.randrange(7)
        if way == 0:
            data[at:at] = chance.choice(MARKS)
        elif way == 1:
            del data[at:end]
        elif way == 2:
            data[at:at] = data[at:end] * chance.choice((1, 2, 5))
        elif way == 3 and size:
            data[min(at, size - 1)] = chance.randrange(256)
        elif way == 4:
            other = chance.choice(corpus)
            begin = chance.randint(0, len(other))
            data[at:end] = other[begin : begin + chance.choice((5, 30, 120))]
        elif way == 5:
            data[at:end] = chance.choice(MARKS)
        else:
            other_place = chance.randint(0, size)
            data[other_place:other_place] = data[at:end]
    return bytes(data[:LONGEST])


def findings(reader: str, count: int, seed: int, folder: Path) -> Iterator[tuple[bytes, str]]:
    """Send mutants through a reader and give those that break its law, with how."""
    chance = random.Random(f"{reader} {seed}")
    corpus = [text.encode("utf-8", "surrogatepass") for text in SEEDS[reader]]
    met: set[tuple[str, ...]] = set()
    law = laws.READERS[reader]
    old = signal.signal(signal.SIGALRM, _late)
    try:
        for _ in range(count):
            data = mutant(corpus, chance)
            outcome, broken = (), ""
            try:
                signal.setitimer(signal.ITIMER_REAL, SLOWEST)
                outcome = law(data, folder)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except (Exception, Hang):
                signal.setitimer(signal.ITIMER_REAL, 0)
                broken = traceback.format_exc()
            if broken:
                yield data, broken
            elif outcome not in met and len(corpus) < 2_000:
                met.add(outcome)
                corpus.append(data)
    finally:
        signal.signal(signal.SIGALRM, old)


def main() -> int:
    """Run one reader and report; exit 1 where something was found."""
    reader, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for data, how in findings(reader, count, seed, Path(folder)):
            found += 1
            path = Path(f"finding-{reader}-{seed}-{found}.bin")
            path.write_bytes(data)
            print(f"{path}: {how}", file=sys.stderr)
            if found == MANY:
                print(f"{reader}: given up", file=sys.stderr)
                return 1
    print(f"{reader}: {count:,} inputs, {found} findings")
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
