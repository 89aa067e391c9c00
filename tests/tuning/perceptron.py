"""Fit the networks that judge readings again (``reranker.py``): Adam on the log-loss of the right readings.

The loss is that of ``mixed_logit.py``; what the decoder says of each reading is given, and a network adds to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import mixed_logit
import numpy as np

from unspin.restore.arrays import ends, runs
from unspin.restore.reranker import INPUTS, LIMIT, Reranker

#: How many networks are fitted, whose mean is used: one alone comes out better or worse with some texts as its
#: beginning wills (the real article .851 to .867), four like most of the best.
NETWORKS = 4

#: Sizes of the hidden layers, rounds through all places, places a step, rate at the beginning (it falls to nothing
#: along half a cosine) and how much of the weights is lost a step, times the rate.  On a fifth of the articles, left
#: out, 16 rounds came to a log-loss of .2530 and 40 to .2515; 64 units did alike; dropout, word vectors and how likely
#: the places beside are to change brought nothing.
HIDDEN, ROUNDS, STEP, RATE, DECAY = 32, 40, 2048, 2e-3, 1e-2

KINDS = ("matrix", "offset")

BETAS, TINY = (0.9, 0.999), 1e-8


class Readings(NamedTuple):
    """All readings of many places but those that keep the text, one after the other."""

    inputs: np.ndarray  #: (readings, inputs), float32
    odds: np.ndarray  #: what the decoder said of each, log-odds against keeping the text
    taught: np.ndarray  #: whether a network says something of it, 1 or 0
    options: mixed_logit.Options  #: of the same places; its values are not looked at


Layers = list[np.ndarray]  #: a matrix and offsets for each layer, in turn


def forward(layers: Layers, signal: np.ndarray) -> list[np.ndarray]:
    """Give what comes into each layer, and at last what comes out."""
    signals = [signal]
    for at in range(0, len(layers), 2):
        signal = signal @ layers[at] + layers[at + 1]
        if at + 2 < len(layers):
            signal = np.maximum(signal, 0.0)
        signals.append(signal)
    return signals


def backward(layers: Layers, signals: list[np.ndarray], slope: np.ndarray) -> Layers:
    """Give the slope of the loss in each matrix and offset from that in what came out."""
    slopes: Layers = []
    for at in reversed(range(0, len(layers), 2)):
        slopes = [signals[at // 2].T @ slope, slope.sum(axis=0), *slopes]
        if at:
            slope = (slope @ layers[at].T) * (signals[at // 2] > 0)
    return slopes


def steps(options: mixed_logit.Options, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, mixed_logit.Options]]:
    """Give all places in parts, in an order of chance: the numbers of their readings, and these."""
    begins = ends(options.counts)
    order = rng.permutation(len(options.counts))
    for low in range(0, len(order), STEP):
        places = np.sort(order[low : low + STEP])
        counts = options.counts[places]
        numbers = runs(begins[places], counts)
        yield numbers, options._replace(
            counts=counts, right=options.right[numbers], stays=options.stays[places], weight=options.weight[places]
        )


def fit(readings: Readings) -> tuple[np.ndarray, np.ndarray, Layers]:
    """Fit networks: mean and scale of their inputs, and matrices and offsets of their layers, (networks, ...)."""
    mean, scale = readings.inputs.mean(axis=0, dtype=float), readings.inputs.std(axis=0, dtype=float) + 1e-6
    inputs = np.clip((readings.inputs - mean) / scale, -LIMIT, LIMIT).astype(np.float32)
    made = [fit_one(readings._replace(inputs=inputs), np.random.default_rng(seed)) for seed in range(NETWORKS)]
    return mean, scale, [np.stack(parts) for parts in zip(*made, strict=True)]


def fit_one(readings: Readings, rng: np.random.Generator) -> Layers:
    """Fit one network to scaled inputs, beginning at random."""
    inputs = readings.inputs
    sizes = [inputs.shape[1], HIDDEN, HIDDEN, 1]
    layers: Layers = []
    for before, after in itertools.pairwise(sizes):
        spread = np.sqrt(2.0 / before) if after > 1 else 0.0  # at first nothing is added
        layers += [rng.normal(0.0, 1.0, (before, after)).astype(np.float32) * np.float32(spread)]
        layers += [np.zeros(after, np.float32)]
    first, second = ([np.zeros_like(one) for one in layers] for _ in range(2))
    total = ROUNDS * -(-len(readings.options.counts) // STEP)
    done = 0
    for _ in range(ROUNDS):
        for numbers, options in steps(readings.options, rng):
            signals = forward(layers, inputs[numbers])
            taught = readings.taught[numbers]
            value = readings.odds[numbers] + taught * signals[-1][:, 0]
            slope = taught * mixed_logit.loss(options, value)[1] / options.weight.sum()
            done += 1
            rate = RATE * 0.5 * (1.0 + np.cos(np.pi * done / total))
            for at, found in enumerate(backward(layers, signals, slope[:, None].astype(np.float32))):
                first[at] += (1 - BETAS[0]) * (found - first[at])
                second[at] += (1 - BETAS[1]) * (found**2 - second[at])
                size = np.sqrt(second[at] / (1 - BETAS[1] ** done)) + TINY
                step = first[at] / (1 - BETAS[0] ** done) / size + DECAY * layers[at]
                layers[at] -= (rate * step).astype(np.float32)
    return layers


def network(mean: np.ndarray, scale: np.ndarray, layers: Layers) -> Reranker:
    """Give fitted networks as a run uses them."""
    pairs = list(zip(layers[::2], layers[1::2], strict=True))
    return Reranker(mean, scale, [(matrix.astype(float), offset.astype(float)) for matrix, offset in pairs])


def save(path: Path, mean: np.ndarray, scale: np.ndarray, layers: Layers, packs: Iterable[str]) -> None:
    """Write networks that were fitted with the entries of some packs as ``Reranker.load`` reads them."""
    named = {f"{kind}{at // 2}": layers[at + n] for at in range(0, len(layers), 2) for n, kind in enumerate(KINDS)}
    names, known = (np.frombuffer("\n".join(told).encode(), np.uint8) for told in (INPUTS, sorted(packs)))
    with open(path, "wb") as handle:
        np.savez_compressed(handle, inputs=names, packs=known, mean=mean, scale=scale, **named)
