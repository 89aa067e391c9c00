"""Fit what the transformer's opinion weighs, on the doubtful places of gold articles.

    python tests/tuning/fit_rescore.py [--write] [--every N] GOLD_DIR...

Each article is decoded with records that do not know it; the transformer reads
its doubtful places as a run would.  Printed: F0.5 of the decisions of all places,
without and with it, cross-validated over articles.  ``--write`` puts the three
weights into ``weights.json``.  Needs what the extra ``rescore`` needs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

import fit_weights
import numpy as np
from scipy.optimize import minimize

from held_out import HeldOut
from unspin.evaluate import SUFFIX, parse_gold
from unspin.layout import layout
from unspin.restore import Restorer, decoder, features, rescore
from unspin.restore.transformer import Transformer


class Place(NamedTuple):
    """What is known of one place: values of each reading, keeping first, and which are right."""

    article: str
    decoder: np.ndarray
    transformer: np.ndarray | None  #: None where it was not asked
    right: np.ndarray
    required: bool


def values(place: Place, weights: np.ndarray) -> np.ndarray:
    """Give the log-odds of each reading of a place, by both models where both were asked."""
    if place.transformer is None:
        return place.decoder
    return weights[0] * (np.arange(len(place.right)) > 0) + weights[1] * place.decoder + weights[2] * place.transformer


def chances(place: Place, weights: np.ndarray) -> np.ndarray:
    z = values(place, weights)
    p = np.exp(z - z.max())
    return p / p.sum()


def fit(places: list[Place]) -> np.ndarray:
    """Fit the three weights as a conditional logit; a place where nothing is right counts half, for keeping."""
    asked = [p for p in places if p.transformer is not None]

    def loss(weights: np.ndarray) -> float:
        total = 0.3 * float((weights - [0, 1, 0]) @ (weights - [0, 1, 0]))
        for place in asked:
            p = chances(place, weights)
            total -= np.log((p[place.right]).sum() + 1e-12) if place.right.any() else 0.5 * np.log(p[0] + 1e-12)
        return total

    return minimize(loss, np.array([0.0, 1.0, 0.0]), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-2}).x


def score(places: list[Place], weights: dict[str, np.ndarray], bound: float) -> tuple[float, float, float]:
    found = false = missed = 0
    for place in places:
        p = chances(place, weights[place.article])
        k = int(p.argmax())
        k = k if p[k] >= bound else 0
        hit = bool(k and place.right[k])
        found += hit and place.required
        false += bool(k and not place.right[k])
        missed += place.required and not hit
    precision, recall = found / max(1, found + false), found / max(1, found + missed)
    return precision, recall, 1.25 * precision * recall / max(1e-9, 0.25 * precision + recall)


def read(restorer: Restorer, reader: Transformer, name: str, marked: str) -> list[Place]:
    """Decode an article and ask the transformer about its doubtful places."""
    text = parse_gold(marked)[0]
    pieces = restorer.pieces(text, layout(text))
    before = None
    for stage in ("first", "later", "later"):
        made = fit_weights.cases(restorer, pieces, marked, stage, before)
        before = fit_weights.decoded(restorer, pieces, stage, before)
    document, weighed, _ = before
    found: list[Place] = []
    known = {case.span: case for case in made}
    every = decoder.choices(document.spots, weighed, [p.lattice for p in pieces])
    asked_of = [rescore.Heard(p.found, choices, p.title) for p, choices in zip(pieces, every, strict=True)]
    told = rescore.heard(text, asked_of, reader, restorer.weights.rescore, restorer.bound)
    for piece, choices, said in zip(pieces, every, told, strict=True):
        heard = {(s.choice.first, s.choice.last): s for s, _ in said}
        for choice in choices:
            case = known[piece.found[choice.first].start, piece.found[choice.last - 1].end]
            right = dict(zip([None, *map(id, case.rivals)], case.right, strict=True))
            asked = heard.get((choice.first, choice.last))
            if asked is not None:
                order = [None if c is None else id(c) for c in asked.readings]
                own, other = np.array(asked.decoder), np.array(asked.transformer)
            else:
                ranked = sorted(choice.others, key=lambda one: one[1] is not None)
                order = [None if c is None else id(c) for _, c in ranked]
                own, other = np.log([max(p, 1e-9) for p, _ in ranked]), None
            found.append(Place(name, own, other, np.array([bool(right[k]) for k in order]), case.required))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth article only")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    files = [f for folder in args.gold for f in sorted(folder.glob("*.marked.txt")) if "clean" not in f.name]
    texts = {f.name: f.read_text(encoding="utf-8") for f in files}
    restorer, reader = Restorer.load(), Transformer.load()
    learnt = HeldOut(restorer)
    places: list[Place] = []
    for name in list(texts)[:: args.every]:
        learnt.leave_out(name.removesuffix(SUFFIX), *parse_gold(texts[name]))
        places += read(restorer, reader, name, texts[name])
        print(name, len(places), sum(p.transformer is not None for p in places), flush=True)
    names = sorted({p.article for p in places})
    held: dict[str, np.ndarray] = {}
    for k in range(6):
        out = set(names[k::6])
        held.update(dict.fromkeys(out, fit([p for p in places if p.article not in out])))
    none = dict.fromkeys(names, np.array([0.0, 1.0, 0.0]))
    for bound in (0.6, 0.65, 0.7):
        for told, weights in (("without", none), ("with", held)):
            p, r, f = score(places, weights, bound)
            print(f"bound {bound} {told:8} P {p:.3f} R {r:.3f} F0.5 {f:.3f}")
    weights = fit(places)
    print("weights", weights.round(3))
    if args.write:
        data = json.loads(features.WEIGHTS_PATH.read_text())
        data["rescore"] = [round(float(w), 4) for w in weights]
        features.WEIGHTS_PATH.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
