"""Fit the weights of the decoder on gold articles.

    python tests/tuning/fit_weights.py [--write] GOLD_DIR...

Each gold article is decoded as a run would decode it; every place that has
candidates gives one training case (a conditional logit over keeping and the
candidates; for the later passes phrases have weights of their own, from the
articles of ``gold`` beside this file alone).  The printed figures are
cross-validated: the weights for each fifth of the articles are fitted on the
others.  ``--write`` fits on all and renews ``weights.json``, ``slopes.npz``, ``reranker.npz``
and all that is counted; ``--later`` keeps the weights of the first pass; ``--records``
renews ``records.tsv`` alone.  ``--pages`` counts marked passages of real pages into ``pages.tsv``,
which the records take up.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import multiprocessing
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import mixed_logit
import numpy as np
import perceptron
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from held_out import bigrams, plain_side
from unspin import restore
from unspin.evaluate import parse_gold
from unspin.layout import layout
from unspin.lexicon.explain import each
from unspin.lexicon.read import MARK, read_packs
from unspin.restore import FAR, Restorer, agreement, decoder, domain_model, features, passes, reranker
from unspin.restore.candidates import Candidate
from unspin.restore.domain_model import DomainModel
from unspin.restore.gold_records import MARK as REAL_MARK
from unspin.restore.gold_records import RECORDS_PATH, Records, read, written
from unspin.restore.slopes import SLOPES_PATH, Slopes, save

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent.parent / "shared"

#: What became of phrases on real spun pages: counts, no text.
PAGES_PATH = HERE / "pages.tsv"


class Case(NamedTuple):
    """One place: features of each option (keeping first), which are right, and whether gold asks for a change."""

    values: np.ndarray
    right: np.ndarray
    required: bool
    text: str
    seen: tuple[tuple[str, str], ...] = ()  #: (spun, answer) pairs to count: what was right here, or what was kept
    rivals: tuple[Candidate, ...] = ()  #: the options but keeping
    span: tuple[int, int] = (0, 0)  #: of the place in the spun text
    words: tuple[str, ...] = ()  #: that stand there
    more: np.ndarray = np.zeros((0, 0))  #: what else the reranker sees of each of the rivals


def applied(text: str, start: int, end: int, edits: list[tuple[int, int, str]]) -> str:
    out, at = [], start
    for a, b, new in edits:
        out += [text[at:a], new]
        at = b
    return "".join(out) + text[at:end]


def normal(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip().casefold()
    return re.sub(r"\ban\b", "a", text)


def given(restorer: Restorer, document: passes.Document, before: tuple | None) -> passes.Findings:
    """Give what a pass knows of a document from the one before; all of its blocks may be edited."""
    if before is None:
        return passes.given(document, features.Context())
    return passes.findings(*before, set(range(len(document.sizes))), restorer.families, restorer.science)


def decoded(restorer: Restorer, pieces: list, stage: str, before: tuple | None) -> tuple:
    """Decode one gold article in one pass: what the next one begins with."""
    document = restorer.document(pieces)
    known = given(restorer, document, before)
    _, weighed = restorer.solve(document, getattr(restorer.weights, stage), known, later=stage == "later")
    if stage == "later":
        weighed = restorer.judged(document, weighed, restorer.weights.later, known)
    # What the next pass does not ask for is half a megabyte a hundred words.
    small = document._replace(parts=[], graph=None, signs=passes.no_signs())
    return small, weighed, passes.sure(document, weighed)


def cases(restorer: Restorer, pieces: list, marked: str, stage: str, before: tuple | None) -> list[Case]:
    """Decode one gold article in one pass and label every place."""
    spun, gold = parse_gold(marked)
    vector = getattr(restorer.weights, stage)
    document = restorer.document(pieces)
    known = given(restorer, document, before)
    chosen, _ = restorer.solve(document, vector, known, later=stage == "later")
    rows = passes.values(document, known)
    made: list[Case] = []
    mixture = restorer.mixture(vector)
    shift = 0
    for piece in pieces:
        options = piece.lattice.options
        path = [number - shift for number in chosen if shift <= number < shift + len(options)]
        own, shift = rows[shift : shift + len(options)], shift + len(options)
        for place in decoder.places(piece.lattice, path, mixture.vocabulary):
            start, end = piece.found[place.first].start, piece.found[place.last - 1].end
            if restore.closes(spun, piece.found, place.last):
                end -= 1  # as a run does, which keeps the full stop
            here = [g for g in gold if g.start < end and g.end > start]
            low, high = min([start, *(g.start for g in here)]), max([end, *(g.end for g in here)])
            here = [g for g in gold if g.start < high and g.end > low]
            low, high = min([low, *(g.start for g in here)]), max([high, *(g.end for g in here)])
            accepted = {
                normal(applied(spun, low, high, [(g.start, g.end, r) for g, r in zip(here, combo, strict=False)]))
                for combo in itertools.islice(itertools.product(*(g.accepted for g in here)), 256)
            }
            around = [(g.start, g.end, g.accepted[0]) for g in here if g.end <= start or g.start >= end]
            values, right = [], []
            base = each(place.left, place.kept, place.right, mixture)
            for rival in (None, *place.rivals):
                if rival is None:
                    row, new = [0.0] * len(features.NAMES), spun[start:end]
                else:
                    candidate = options[rival].candidate
                    row = own[rival].tolist()
                    parts = each(place.left, piece.lattice.words[rival], place.right, mixture)
                    row[-len(features.MODELS) :] = [p - b for p, b in zip(parts, base, strict=True)]
                    new = candidate.plain
                values.append(row)
                right.append(normal(applied(spun, low, high, sorted([*around, (start, end, new)]))) in accepted)
            rivals = [options[rival].candidate for rival in place.rivals]
            if right[0]:
                seen = {(c.spun, "") for c in rivals}
            else:
                seen = {(c.spun, c.answer) for c, ok in zip(rivals, right[1:], strict=True) if ok}
            made.append(
                Case(
                    np.array(values, np.float32),
                    np.array(right),
                    any(g.required for g in here),
                    spun[max(0, start - 25) : start]
                    + "["
                    + spun[start:end]
                    + "]"
                    + spun[end : end + 25]
                    + " => "
                    + str([c.plain for c in rivals]),
                    tuple(sorted(seen)),
                    tuple(rivals),
                    (start, end),
                    tuple(token.word for token in piece.found[place.first : place.last]),
                    piece.signs.more[place.rivals].astype(np.float32),
                )
            )
    return made


class Block(NamedTuple):
    """All cases of an article in arrays padded to the same number of options."""

    values: np.ndarray
    right: np.ndarray
    mask: np.ndarray
    weight: np.ndarray


def pack(all_cases: list[Case], most: int = 16) -> Block:
    """Pad cases; a place where no option is right counts half, for keeping."""
    n = len(all_cases)
    values = np.zeros((n, most, len(features.NAMES)))
    right, mask, weight = np.zeros((n, most), bool), np.zeros((n, most), bool), np.ones(n)
    for k, case in enumerate(all_cases):
        m = min(most, len(case.right))
        values[k, :m], right[k, :m], mask[k, :m] = case.values[:m], case.right[:m], True
        if not case.right[:m].any():
            right[k, 0], weight[k] = True, 0.5
    return Block(values, right, mask, weight)


def fit(blocks: list[Block], use: list[int], penalty: float = 0.3) -> np.ndarray:
    """Fit a conditional logit; what gold has too few cases of keeps its usual weight."""
    whole = np.zeros(len(features.NAMES))
    for name, usual in features.USUAL.items():
        whole[features.INDEX[name]] = usual
    use = [number for number in use if features.NAMES[number] not in features.USUAL]
    everything = np.concatenate([b.values for b in blocks])
    given, values = everything @ whole, everything[:, :, use]
    right, mask, weight = (np.concatenate([b[i] for b in blocks]) for i in (1, 2, 3))

    def loss(w):
        z = np.where(mask, given + values @ w, -1e9)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        q = p * right
        chance = q.sum(axis=1) + 1e-12
        slope = np.einsum("n,nk,nkf->f", weight, p - q / chance[:, None], values)
        return penalty * w @ w - (weight * np.log(chance)).sum(), 2 * penalty * w + slope

    whole[use] = minimize(loss, np.zeros(len(use)), jac=True, method="L-BFGS-B").x
    return whole


#: Features for which phrases have weights of their own: those that have a weight from gold and are no language model,
#: whose weights the search for the best path needs to be the same everywhere.
SLOPED = np.array([n not in features.USUAL and n not in features.MODELS for n in features.NAMES])


class Mixed(NamedTuple):
    """Weights that all phrases share, and those of their own."""

    fitted: mixed_logit.Fitted
    phrases: list[str]  #: in the order of its rows

    def slopes(self) -> Slopes:
        """Give what phrases add, as a run looks it up."""
        rows = {tuple(phrase.split(" ")): row for row, phrase in enumerate(self.phrases)}
        return Slopes(rows, self.fitted.spun, self.fitted.plain)


def flat(all_cases: list[Case], phrases: dict[str, int]) -> mixed_logit.Options:
    """Lay all options out in a row; a place where no option is right counts half, for keeping."""
    none = [not case.right.any() for case in all_cases]
    return mixed_logit.Options(
        np.concatenate([case.values[1:] for case in all_cases]).astype(np.float32),
        np.array([len(case.rivals) for case in all_cases]),
        np.concatenate([case.right[1:] for case in all_cases]),
        np.array([case.right[0] or no for case, no in zip(all_cases, none, strict=True)]),
        np.where(none, 0.5, 1.0),
        np.array([phrases.setdefault(" ".join(case.words), len(phrases)) for case in all_cases for _ in case.rivals]),
        np.array([phrases.setdefault(" ".join(c.words), len(phrases)) for case in all_cases for c in case.rivals]),
    )


def weighed(got: dict[str, list[Case]], phrases: dict[str, int], thesaurus: float) -> mixed_logit.Options:
    """Lay all options of articles out in a row; ``thesaurus``: how much articles count that a thesaurus spun."""
    options = flat([case for made in got.values() for case in made], phrases)
    counted = [thesaurus if name.startswith("thesaurus-") else 1.0 for name, made in got.items() for _ in made]
    return options._replace(weight=options.weight * np.array(counted))


def fit_mixed(got: dict[str, list[Case]], usual: np.ndarray, thesaurus: float) -> Mixed:
    """Fit the weights of the later passes: those that all phrases share and those of their own.

    ``thesaurus``: how much articles count that a thesaurus spun, of whose words hardly any stay as they are.
    """
    phrases: dict[str, int] = {}
    options = weighed(got, phrases, thesaurus)
    fixed = np.array([name in features.USUAL for name in features.NAMES])
    found = mixed_logit.fit(options, usual, fixed, SLOPED)
    return Mixed(found, list(phrases))


#: Of the entries that one article alone shows, the share that is withheld from what it teaches: at first sight so
#: many would not be there, for the articles that teach are where most entries come from.
WITHHELD = 0.8


def withheld(got: dict[str, list[Case]]) -> dict[str, list[Case]]:
    """Take from each article some of the entries that it alone shows; which ones, is drawn at random."""
    right = {
        name: {c.rule for case in made for c, ok in zip(case.rivals, case.right[1:], strict=True) if ok}
        for name, made in got.items()
    }
    shown = Counter(rule for rules in right.values() for rule in rules)
    drawn = random.Random(5)
    left: dict[str, list[Case]] = {}
    for name, made in got.items():
        gone = {rule for rule in sorted(right[name]) if shown[rule] == 1 and drawn.random() < WITHHELD}
        left[name] = [new for case in made if (new := without(case, gone)).rivals]
    return {name: made for name, made in left.items() if made}


def without(case: Case, gone: set[str]) -> Case:
    """Give a place as it would be without some entries."""
    kept = [number for number, rival in enumerate(case.rivals) if rival.rule not in gone]
    if len(kept) == len(case.rivals):
        return case
    rows = [0, *(number + 1 for number in kept)]
    return case._replace(
        values=case.values[rows],
        right=case.right[rows],
        rivals=tuple(case.rivals[number] for number in kept),
        more=case.more[kept],
    )


#: What the processes of :func:`by_others` fit.
TEACHING: dict[str, list[Case]] = {}


def fit_others(out: set[str], usual: np.ndarray, thesaurus: float) -> Mixed:
    """Fit the weights of the later passes on all articles but some."""
    return fit_mixed({name: made for name, made in TEACHING.items() if name not in out}, usual, thesaurus)


def by_others(
    teaching: dict[str, list[Case]], names: list[str], usual: np.ndarray, thesaurus: float
) -> dict[str, tuple[np.ndarray, Slopes]]:
    """Give for each article the weights that others teach: of all phrases, and of their own."""
    TEACHING.update(teaching)
    parts = [set(names[fold::FOLDS]) for fold in range(FOLDS)]
    found: dict[str, tuple[np.ndarray, Slopes]] = {}
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork")) as pool:
        for out, mixed in zip(parts, pool.map(fit_others, parts, [usual] * FOLDS, [thesaurus] * FOLDS), strict=True):
            found |= dict.fromkeys(out, (mixed.fitted.shared, mixed.slopes()))
    return found


def readings(
    got: dict[str, list[Case]], taught: dict[str, tuple[np.ndarray, Slopes]], thesaurus: float
) -> perceptron.Readings:
    """Give what the reranker sees of all places; ``taught``: the weights of others by which each article is judged."""
    inputs, odds, known = [], [], []
    for name, article in got.items():
        shared, slopes = taught[name]
        own = [shared + slopes.of([case.words] * len(case.rivals), [c.words for c in case.rivals]) for case in article]
        values = np.concatenate([case.values[1:] for case in article])
        parts = values * np.concatenate(own)
        worth, models = parts.sum(axis=1), parts[:, -len(features.MODELS) :].sum(axis=1)
        counts = np.array([len(case.rivals) for case in article])
        more = np.concatenate([case.more for case in article])
        odds.append(worth.astype(np.float32))
        inputs.append(reranker.inputs(worth, models, counts, values, more).astype(np.float32))
        known += [float(c.channel == "pack") for case in article for c in case.rivals]
    return perceptron.Readings(
        np.concatenate(inputs), np.concatenate(odds), np.array(known, np.float32), weighed(got, {}, thesaurus)
    )


def figures(all_cases: list[Case], shared: np.ndarray, slopes: Slopes, threshold: float) -> tuple[int, int, int]:
    found = false = missed = 0
    for case in all_cases:
        own = shared + slopes.of([case.words] * len(case.rivals), [c.words for c in case.rivals])
        z = np.append(0.0, (case.values[1:] * own).sum(axis=1))
        p = np.exp(z - z.max())
        p /= p.sum()
        k = int(p.argmax())
        if k and p[k] < threshold:
            k = 0
        hit = bool(k and case.right[k])
        found += hit and case.required
        false += bool(k and not case.right[k])
        missed += case.required and not hit
    return found, false, missed


def agreed(all_cases: list[Case]) -> Counter:
    """Count, for two answers of one place, how often both were right (True) or the first alone (False)."""
    counts: Counter = Counter()
    for case in all_cases:
        if case.right[0]:
            continue
        found: dict[tuple[str, str], bool] = {}
        answers = [c.answer for c in case.rivals]
        for one, here in zip(answers, case.right[1:], strict=True):
            for other, there in zip(answers, case.right[1:], strict=True):
                if here and one != other:
                    found[one, other] = found.get((one, other), False) or bool(there)
        counts.update((*pair, both) for pair, both in found.items())
    return counts


def as_weights(restorer: Restorer, **parts) -> None:
    restorer.weights = restorer.weights._replace(**{k: tuple(map(float, v)) for k, v in parts.items()})


def is_real(name: str) -> bool:
    """Tell whether a real spinner made an article, by its name."""
    return name.startswith(("000_", "page-"))


#: Parts in which articles are left out by turns for the printed figures.
FOLDS = 5


def is_dense(name: str) -> bool:
    """Tell whether a text was written from a list of replacements, by its name.

    Hardly anything stands there that could be spun and is not: it would teach that whatever could be, is.
    """
    return name.startswith("passage-")


def pages() -> dict[str, Counter]:
    """Give the counts of real pages."""
    names, _, rows = read(PAGES_PATH.read_text(encoding="utf-8"))
    found: dict[str, Counter] = {name: Counter() for name in names}
    for spun, plain, number, places in rows:
        found[names[number]][spun, plain] = places
    return found


def without_own(counts: dict[str, Counter]) -> dict[str, Records]:
    """Give for each article the records of all others."""
    everything = Records(list(counts.values()), list(counts), {name for name in counts if is_real(name)})
    return {name: everything.without(name) for name in counts}


def summed(counts: Iterable[Counter]) -> Counter:
    """Add counts up."""
    whole: Counter = Counter()
    for one in counts:
        whole.update(one)
    return whole


#: What the packs' sentences go by among the articles.
LEXICON = "lexicon"


def sentences(articles: Iterable[str]) -> list[str]:
    """Give the plain examples and keep sentences of the packs, each once, but for those that stand in an article."""

    def words(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.lower()))

    whole = "\n".join(map(words, articles))
    packs = read_packs()
    given = [MARK.sub(lambda m: m[2], e.example) for pack in packs for e in pack.entries]
    every = dict.fromkeys([*given, *(sentence for pack in packs for sentence in pack.keep)])
    return [sentence for sentence in every if words(sentence) not in whole]


#: Features that the first pass cannot know.
LATE = frozenset(features.INDEX[n] for n in ("document", "block", "elsewhere", "density", "stranger"))

Bigrams = dict[str, Counter]


class Part:
    """Some of the articles in a process of their own: what a pass found in them stays there for the next."""

    def __init__(self, texts: dict[str, str], packs: list[str]) -> None:
        self.texts = texts
        self.restorer = Restorer.load(packs)
        self.before: dict[str, tuple | None] = dict.fromkeys(texts)
        # A weight of nothing at all would leave the packs' families out of what is fitted.
        later = zip(features.NAMES, self.restorer.weights.later, strict=True)
        as_weights(self.restorer, later=[w or (1e-6 if n == "stranger" else 0.0) for n, w in later])

    def pieces(self, name: str, far: float = FAR) -> list:
        """Lay an article out with what is known now; what is far behind goes by the weights that are shipped."""
        spun = parse_gold(self.texts[name])[0]
        return self.restorer.pieces(spun, layout(spun), far)

    def counts(self) -> dict[str, Counter]:
        """Count what became of the phrases of each article, whatever was known before."""
        return {
            name: Counter(
                x for c in cases(self.restorer, self.pieces(name, math.inf), marked, "first", None) for x in c.seen
            )
            for name, marked in self.texts.items()
        }

    def know(self, counts: dict[str, Counter], plain: Bigrams) -> None:
        """Learn from all articles, to judge each by the others."""
        self.records, self.plain = without_own(counts), plain
        self.domain = DomainModel.of(summed(plain.values()))

    def leave_out(self, name: str) -> None:
        """Forget what an article itself shows."""
        self.restorer.use_records(self.records[name])
        self.restorer.use_domain(self.domain.without(self.plain[name]))

    def cases(self, stage: str, low: int) -> dict[str, list[Case]]:
        """Give the cases of some articles in one pass, from a number on."""
        made = {}
        for name, marked in list(self.texts.items())[low : low + SOME]:
            self.leave_out(name)
            made[name] = cases(self.restorer, self.pieces(name), marked, stage, self.before[name])
        return made

    def settle(self, stage: str, weights: np.ndarray) -> None:
        """Decode all articles under the weights of a pass, for the next one."""
        as_weights(self.restorer, **{stage: weights})
        for name in self.texts:
            self.leave_out(name)
            self.before[name] = decoded(self.restorer, self.pieces(name), stage, self.before[name])


#: Articles whose cases travel at a time: those of all would need 10 GB twice over.
SOME = 100

PARTS: list[Part] = []  # the one of this process


def begin(texts: dict[str, str], packs: list[str]) -> None:
    PARTS.append(Part(texts, packs))


def ask(what: str, *given: object) -> object:
    return getattr(PARTS[0], what)(*given)


class Parts:
    """All articles, in as many processes as there are processors."""

    def __init__(self, texts: dict[str, str], packs: list[str]) -> None:
        many = os.cpu_count() or 1
        self._pools = [
            ProcessPoolExecutor(1, initializer=begin, initargs=(dict(list(texts.items())[n::many]), packs))
            for n in range(many)
        ]
        self._names = list(texts)

    def ask(self, what: str, *given: object) -> dict:
        """Ask all parts and give what they say, in order of articles."""
        told: dict = {}
        for one in [pool.submit(ask, what, *given) for pool in self._pools]:
            told |= one.result() or {}
        return {name: told[name] for name in self._names if name in told}

    def cases(self, stage: str) -> dict[str, list[Case]]:
        """Give the cases of all articles in one pass."""
        told: dict = {}
        for low in range(0, len(self._names), SOME):
            told |= self.ask("cases", stage, low)
        return {name: told[name] for name in self._names}

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools:
            pool.shutdown()


def show(name: str, weights: np.ndarray) -> None:
    """Print the weights that are not 0."""
    print(name, {n: round(float(w), 2) for n, w in zip(features.NAMES, weights, strict=True) if w}, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="*", type=Path)
    parser.add_argument("--pack", action="append", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--later", action="store_true", help="keep the weights of the first pass")
    parser.add_argument("--thesaurus", type=float, default=0.5, help="weight of articles that a thesaurus spun")
    parser.add_argument("--records", action="store_true", help="write the records alone and leave the weights")
    parser.add_argument("--pages", action="store_true", help="write the counts of marked pages to pages.tsv, no more")
    args = parser.parse_args()
    folders = args.gold or [HERE / "gold", HERE.parent / "gold", SHARED / "gold"]
    files = [f for folder in folders for f in sorted(folder.glob("*.marked.txt"))]
    texts = {f.name: f.read_text(encoding="utf-8") for f in files}
    if args.pages:
        counted = Parts(texts, args.pack).ask("counts")
        named = {f"page-{name.removesuffix('.marked.txt')}{REAL_MARK}": told for name, told in counted.items()}
        PAGES_PATH.write_text(written(named), encoding="utf-8")
        return
    plain = {name: plain_side(*parse_gold(marked)) for name, marked in texts.items()}
    own = {name: bigrams(text) for name, text in plain.items()}
    own[LEXICON] = summed(map(bigrams, sentences(plain.values())))
    if args.write:
        told = summed(own.values())
        domain_model.DOMAIN_PATH.write_text(domain_model.written(told), encoding="utf-8")
    texts = {name: text for name, text in texts.items() if not is_dense(name)}
    parts = Parts(texts, args.pack)
    counts = parts.ask("counts") | pages()
    if args.write or args.records:
        named = {name.removesuffix(".marked.txt") + REAL_MARK * is_real(name): told for name, told in counts.items()}
        RECORDS_PATH.write_text(written(named), encoding="utf-8")
    if args.records:
        return
    parts.ask("know", counts, own)
    fitted: dict[str, np.ndarray] = {}
    if args.later:
        fitted["first"] = np.array(features.load_weights().first)
    else:
        early = [i for i in range(len(features.NAMES)) if i not in LATE]
        fitted["first"] = fit(list(map(pack, parts.cases("first").values())), early)
    show("first", fitted["first"])
    parts.ask("settle", "first", fitted["first"])
    # The second pass is under the weights that were fitted before.
    usual = np.array(features.load_weights().later)
    parts.ask("settle", "later", usual)
    got = parts.cases("later")
    # The articles that are scored as unseen ones teach no phrase, or their figures would flatter.
    teaching = {name: made for name, made in got.items() if (HERE / "gold" / name).is_file()}
    parts.close()
    teaching = withheld(teaching)
    mixed = fit_mixed(teaching, usual, args.thesaurus)
    fitted["later"] = mixed.fitted.shared
    show("later", fitted["later"])
    total = {t: [0, 0, 0] for t in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75)}
    taught = by_others(teaching, list(got), usual, args.thesaurus)
    for name in sorted(name for name in got if not name.startswith("clean-")):
        for t in total:
            row = figures(got[name], *taught[name], t)
            total[t] = [a + b for a, b in zip(total[t], row, strict=False)]
        row = figures(got[name], *taught[name], 0.65)
        print(f"{name[:44]:44} found {row[0]:4} false {row[1]:4} missed {row[2]:4}")
    for t, (found, false, missed) in total.items():
        p, r = found / max(1, found + false), found / max(1, found + missed)
        print(f"threshold {t}: P {p:.3f} R {r:.3f} F0.5 {1.25 * p * r / max(1e-9, 0.25 * p + r):.3f}")
    # The reranker learns from what the decoder, taught by others, makes of an article.
    judged = readings(teaching, taught, args.thesaurus)
    network = perceptron.fit(judged)
    before, after = (
        mixed_logit.loss(judged.options, odds)[0] / judged.options.weight.sum()
        for odds in (judged.odds, judged.odds + judged.taught * perceptron.network(*network).added(judged.inputs))
    )
    print(f"log-loss of what the reranker learnt from: {before:.4f}, by what it says then: {after:.4f}")
    if args.write:
        path = features.WEIGHTS_PATH
        data = json.loads(path.read_text())
        for part in fitted:
            data[part] = {
                n: round(float(v), 4) for n, v in zip(features.NAMES, fitted[part], strict=False) if v
            }
        path.write_text(json.dumps(data, indent=1) + "\n")
        used = {c.pack for made in teaching.values() for case in made for c in case.rivals if c.channel == "pack"}
        perceptron.save(reranker.RERANKER_PATH, *network, used)
        save(SLOPES_PATH, mixed.phrases, features.NAMES, mixed.fitted.spun, mixed.fitted.plain)
        both = agreed([case for made in got.values() for case in made])
        rows = [
            f"{one}\t{other}\t{both[one, other, True]}\t{both[one, other, True] + both[one, other, False]}\n"
            for one, other in sorted({(one, other) for one, other, _ in both})
        ]
        agreement.AGREEMENT_PATH.write_text("answer\tother\tboth\tplaces\n" + "".join(rows), encoding="utf-8")
        print("wrote", path)


if __name__ == "__main__":
    sys.exit(main())
