"""Hold spin scores against what is truly spun.

    python tests/tuning/reliability.py [--clean FILE] GOLD_DIR...

Each gold article gives texts of both kinds: as it was spun, its plain
original, both in turn block by block, and excerpts of 40, 80 and 160 words of
spun text and original; clean articles stand for themselves, in excerpts, and
after the first half of a spun one; every fifth document of ``--clean`` (text
that was never spun) stands for itself and for its first 80 words.  A text is truly spun where the gold asks
for other words in it.  Printed are, for each tenth of the score, how many texts
have it, their mean score and the share that is truly spun; the calibration
error expected of a text (the mean distance of both over the tenths); the same
for each kind of text; and the intercept and slope that would fit best, with
the error that is left when they are fitted on other articles.
"""

from __future__ import annotations

import argparse
import itertools
import math
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from held_out import HeldOut
from unspin.edits import apply
from unspin.evaluate import SUFFIX, GoldEdit, parse_gold
from unspin.layout import layout
from unspin.lexicon.check import read_clean
from unspin.restore import Restorer
from unspin.tidy import tidy

LENGTHS = (40, 80, 160)

#: Excerpts of one length from one text.
MOST = 3

#: Articles are dealt out to this many parts when the slope is fitted on others.
PARTS = 5


#: One in so many documents of clean text is taken.
EVERY = 5


#: No score is taken to be nearer to nothing or one.
SUREST = 1e-12


class Text(NamedTuple):
    """A text of known making."""

    kind: str
    article: str
    text: str
    spun: bool


class Scored(NamedTuple):
    """What a text was scored as."""

    kind: str
    article: str
    spun: bool
    score: float
    rate: float  #: the evidence in proportion to the text, as the score has it


def asks(edit: GoldEdit) -> bool:
    """Tell whether a gold edit asks for other words, not for spaces or capitals alone.

    >>> asks(GoldEdit(0, 4, "army", ("military",))), asks(GoldEdit(0, 4, "usa.It", ("USA. It",)))
    (True, False)
    """
    bare = re.compile(r"[\W_]+")
    return bare.sub("", edit.spun).casefold() not in {bare.sub("", plain).casefold() for plain in edit.accepted}


def plain_marks(marked: str) -> str:
    """Give the plain original of marked text, with its first accepted restorations."""
    return re.sub(r"\[\[(.*?)=>(.*?)\]\]", lambda m: m[2].split("|")[0], marked, flags=re.S)


def blocks(marked: str) -> list[str]:
    """Cut marked text at its line ends; marks that run over one keep their lines together."""
    found: list[str] = []
    for line in marked.splitlines(keepends=True):
        if found and found[-1].count("[[") > found[-1].count("]]"):
            found[-1] += line
        else:
            found.append(line)
    return found


def excerpts(marked: str, words: int) -> Iterator[str]:
    """Give stretches of so many words from beginning, middle and end, no mark being cut."""
    pieces = re.findall(r"\[\[.*?\]\]\S*\s*|(?:(?!\[\[)\S)+\s*", marked, re.S)
    for n in range(MOST):
        first = (len(pieces) - words) * n // (MOST - 1)
        if len(pieces) >= words * MOST or (n == 0 and len(pieces) >= words):
            yield "".join(pieces[first : first + words])


def texts(articles: dict[str, str]) -> Iterator[Text]:
    """Give the texts of all kinds that marked articles make."""
    clean = [name for name, marked in articles.items() if not any(map(asks, parse_gold(marked)[1]))]
    after = itertools.cycle(clean)

    def made(kind: str, name: str, marked: str) -> Text:
        spun, gold = parse_gold(marked)
        return Text(kind, name, spun, any(map(asks, gold)))

    for name, marked in articles.items():
        if name in clean:
            yield made("clean article", name, marked)
            sides = [("clean", plain_marks(marked))]
        else:
            yield made("spun article", name, marked)
            yield made("plain original", name, plain_marks(marked))
            lines = blocks(marked)
            mixed = "".join(line if n % 4 < 2 else plain_marks(line) for n, line in enumerate(lines))
            yield made("spun and plain blocks in turn", name, mixed)
            if clean:
                half = "".join(lines[: len(lines) // 2])
                yield made("half spun, then a clean article", name, f"{half}\n\n{plain_marks(articles[next(after)])}")
            sides = [("spun", marked), ("plain", plain_marks(marked))]
        for side, text in sides:
            for length in LENGTHS:
                for excerpt in excerpts(text, length):
                    yield made(f"{length} words, {side}", name, excerpt)


def news(path: Path) -> Iterator[Text]:
    """Give texts that were never spun."""
    for n, text in enumerate(itertools.islice(read_clean(path), 0, None, EVERY)):
        yield Text("clean news", f"news {n}", text, False)
        yield Text("80 words, clean news", f"news {n}", " ".join(text.split(" ")[:80]), False)


def scored(text: Text, restorer: Restorer, held: HeldOut, articles: dict[str, str]) -> Scored:
    """Score a text as a document of its own, without what the gold of its article showed."""
    name = Path(text.article).name.removesuffix(SUFFIX)
    held.leave_out(name, *parse_gold(articles.get(text.article, "")))
    tidied = apply(text.text, tidy(text.text))
    score = restorer.restore(tidied, layout(tidied)).spin_score
    intercept, slope = restorer.weights.spin
    score = min(max(score, SUREST), 1.0 - SUREST)  # of one the evidence could not be told
    return Scored(text.kind, text.article, text.spun, score, (math.log(score / (1.0 - score)) - intercept) / slope)


def error(scores: Sequence[float], truth: Sequence[bool], bins: int = 10) -> float:
    """Give the expected calibration error over bins of equal width.

    >>> error([0.9, 0.9, 0.1, 0.1], [True, True, False, True])
    0.25
    """
    at = np.minimum((np.array(scores) * bins).astype(int), bins - 1)
    parts = [(np.array(scores)[at == n], np.array(truth)[at == n]) for n in range(bins)]
    gaps = [len(own) * abs(own.mean() - true.mean()) for own, true in parts if len(own)]
    return round(float(sum(gaps)) / len(scores), 4)


def fitted(rows: Sequence[Scored]) -> tuple[float, float]:
    """Give intercept and slope of the spin score over the evidence, by maximum likelihood; kinds count alike."""
    sizes = {kind: sum(row.kind == kind for row in rows) for kind in {row.kind for row in rows}}
    weight = np.array([1.0 / sizes[row.kind] for row in rows])
    rate, sign = np.array([row.rate for row in rows]), np.array([1.0 if row.spun else -1.0 for row in rows])

    def loss(w: np.ndarray) -> float:
        return float((weight * np.logaddexp(0.0, -sign * (w[0] + w[1] * rate))).sum())

    found = minimize(loss, np.array([-4.7, 2.7])).x
    return float(found[0]), float(found[1])


def logistic(rate: float, weights: tuple[float, float]) -> float:
    return float(1.0 / (1.0 + np.exp(-(weights[0] + weights[1] * rate))))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--clean", type=Path)
    parser.add_argument("gold", nargs="+", type=Path)
    given = parser.parse_args()
    folders = given.gold
    paths = sorted(path for folder in folders for path in folder.glob(f"*{SUFFIX}"))
    articles = {str(path): path.read_text(encoding="utf-8") for path in paths}
    restorer = Restorer.load()
    more = news(given.clean) if given.clean else ()
    held_out = HeldOut(restorer)
    rows = [scored(text, restorer, held_out, articles) for text in itertools.chain(texts(articles), more)]
    print(f"{len(rows)} texts of {len(articles)} articles, {sum(row.spun for row in rows)} truly spun\n")
    print("| score | texts | mean score | truly spun |\n|---|---|---|---|")
    for low in range(10):
        own = [row for row in rows if min(int(row.score * 10), 9) == low]
        if own:
            mean, true = np.mean([row.score for row in own]), np.mean([row.spun for row in own])
            print(f"| {low / 10:.1f} to {low / 10 + 0.1:.1f} | {len(own)} | {mean:.3f} | {true:.3f} |")
    print(f"\nexpected calibration error {error([r.score for r in rows], [r.spun for r in rows])}\n")
    print("| text | texts | truly spun | called spun | mean score | error |\n|---|---|---|---|---|---|")
    for kind in dict.fromkeys(row.kind for row in rows):
        own = [row for row in rows if row.kind == kind]
        called = np.mean([row.score >= restorer.weights.clean for row in own])
        print(f"| {kind} | {len(own)} | {np.mean([r.spun for r in own]):.3f} | {called:.3f} | "
              f"{np.mean([r.score for r in own]):.3f} | {error([r.score for r in own], [r.spun for r in own])} |")
    names = sorted({row.article for row in rows})
    part = {name: n % PARTS for n, name in enumerate(names)}
    held = {n: fitted([row for row in rows if part[row.article] != n]) for n in range(PARTS)}
    others = [logistic(row.rate, held[part[row.article]]) for row in rows]
    now, best = restorer.weights.spin, fitted(rows)
    bound = restorer.weights.clean
    false = {w: sum(logistic(r.rate, w) >= bound and not r.spun for r in rows) for w in (now, best)}
    print(f"\nnow {now[0]} {now[1]}; best {best[0]:.2f} {best[1]:.2f}, which leave an error of "
          f"{error(others, [row.spun for row in rows])} where they are fitted on other articles; "
          f"clean texts called spun: now {false[now]}, then {false[best]}")


if __name__ == "__main__":
    main()
