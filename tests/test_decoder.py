"""The decoder works on arrays over all sentences; reading one path or one place after the other must say the same."""

import itertools
import math
import random

import numpy as np
import pytest

from unspin.layout import layout
from unspin.restore import Restorer, decoder, features, passes
from unspin.restore.candidates import Candidate, Match
from unspin.restore.graph import best, graph, weigh
from unspin.restore.language_model import BITS, PAIR, START, STOP
from unspin.restore.lattice import Lattice, cut
from unspin.restore.tokens import tokens

TEXT = (
    "The army faces demanding situations in the U.S. area. A observed plan of an army coaching was a hour long! "
    "They increase staff. Give a boost to the force and the army met an officer of the state"
)


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.fixture(scope="module")
def piece(restorer):
    """A piece with options drawn by chance: of one word, of more than they replace, of none."""
    found = tokens(TEXT, 0, len(TEXT))
    draw = random.Random(3)
    words = ["military", "training", "an", "a", "give support", "hour", "", "challenging"]
    matches = []
    for first, token in enumerate(found):
        for last in (first + 2, first + 1):
            if draw.random() < 0.4 and last <= len(found) and not (last > first + 1 and found[first + 1].breaks):
                texts = draw.sample(words, draw.choice([1, 2]))
                matches.append(
                    Match(first, last, tuple(
                        Candidate(t, tuple(t.split()), f"p/{token.word}>{t}:word", "p", "XX", "pack", False, 5)
                        for t in texts
                    ))
                )
    return restorer.piece(found, matches, {})


def sentences(piece):
    begins = [at for at, begun in enumerate(piece.lattice.breaks) if begun]
    return list(itertools.pairwise([*begins, len(piece.lattice.kept)]))


def paths(piece, at, end):
    """Give every path through a sentence."""
    if at == end:
        yield ()
        return
    for rest in paths(piece, at + 1, end):
        yield rest
    for number, option in enumerate(piece.lattice.options):
        if option.first == at:
            for rest in paths(piece, option.last, end):
                yield (number, *rest)


def value(piece, path, begin, end, channel, mixture):
    """Read a path word by word."""
    lattice, numbers = piece.lattice, mixture.vocabulary
    options = {lattice.options[number].first: number for number in path}
    total, history, at = 0.0, numbers[START], begin
    while at < end:
        number = options.get(at, -1)
        words = lattice.kept[at] if number < 0 else lattice.words[number]
        if number >= 0:
            total += channel[number]
        at = at + 1 if number < 0 else lattice.options[number].last
        for word in words:
            total += mixture[history << BITS | word]
            history = (history << BITS | word) & PAIR
    return total + mixture[history << BITS | numbers[STOP]]


def picked(laid, on):
    return np.flatnonzero(on[laid.nodes.into[:-1]]).tolist()


def test_no_path_through_a_sentence_is_better(restorer, piece):
    mixture = restorer.mixture((*[0.0] * (len(features.NAMES) - 3), 0.6, 0.9, 0.9))  # each model has a say in the path
    draw = random.Random(4)
    without = [number for number, words in enumerate(piece.lattice.words) if not words]
    channel = [draw.uniform(0.0, 14.0) for _ in piece.lattice.options]
    for number in without:
        channel[number] = -99.0  # what lies after these is read otherwise
    laid = graph([piece.lattice], mixture.models)
    chosen = picked(laid, best(laid, np.array(channel), mixture.weights))
    assert len(chosen) > 5
    seen = 0
    for begin, end in sentences(piece):
        own = tuple(number for number in chosen if begin <= piece.lattice.options[number].first < end)
        ways = {way: value(piece, way, begin, end, channel, mixture) for way in paths(piece, begin, end)}
        seen += len(ways)
        assert ways[own] == pytest.approx(max(ways.values()), abs=1e-9)
    assert seen > 100


def test_each_place_is_weighed_with_what_stands_around_it_in_its_own_sentence(restorer, piece):
    mixture = restorer.mixture((*[0.0] * (len(features.NAMES) - 3), 0.6, 0.1, 0.2))
    draw = random.Random(4)
    laid = graph([piece.lattice], mixture.models)
    channel = np.array([draw.uniform(0.0, 14.0) if words else -99.0 for words in piece.lattice.words])
    on = best(laid, channel, mixture.weights)
    every = np.ones(len(piece.matches), bool)
    (choices,) = decoder.choices(laid.spots, weigh(laid, on, every, channel, mixture.weights), [piece.lattice])
    places = list(decoder.places(piece.lattice, picked(laid, on), mixture.vocabulary))
    assert [(p.first, p.last) for p in places] == [(c.first, c.last) for c in choices]
    assert len(places) > 10
    assert any(p.last < len(piece.found) and piece.found[p.last].breaks for p in places)
    stop = mixture.vocabulary[STOP]
    for place, choice in zip(places, choices, strict=True):
        if place.last == len(piece.found) or piece.found[place.last].breaks:
            assert place.right == (stop,)
        values = [decoder.read(place.left, place.kept, place.right, mixture)]
        values += [
            channel[n] + decoder.read(place.left, piece.lattice.words[n], place.right, mixture) for n in place.rivals
        ]
        weights = [math.exp(v) for v in values]
        readings = [None, *(piece.lattice.options[n].candidate for n in place.rivals)]
        told = {c: w / sum(weights) for c, w in zip(readings, weights, strict=True)}
        assert {c: p for p, c in choice.others} == pytest.approx(told)


def test_a_document_comes_to_the_same_whatever_is_laid_out_with_it(restorer, piece):
    text = "Army coaching is a demanding situation.\n\nThe officials met. " + TEXT
    pieces = restorer.pieces(text, layout(text))
    weights = restorer.weights.later
    context = features.Context(0.7)
    document = restorer.document(pieces)
    known = passes.given(document, context)
    _, weighed = restorer.solve(document, weights, known, later=True)
    weighed = restorer.judged(document, weighed, weights, known)
    together = decoder.choices(document.spots, weighed, [p.lattice for p in pieces])
    assert together == [restorer.decode(p, weights, context) for p in pieces]
    assert sum(map(len, together)) > 5


def test_a_long_text_is_decoded_in_parts_cut_between_sentences(restorer, monkeypatch):
    text = " ".join([TEXT + "."] * 3) + "\n\nArmy coaching is a demanding situation."
    pieces = restorer.pieces(text, layout(text))
    whole = restorer.restore(text, layout(text))
    assert len(restorer.document(pieces).parts) == 1
    monkeypatch.setattr(passes.parted, "__defaults__", (40,))
    parts = restorer.document(pieces).parts
    assert len(parts) == 4
    assert all(lattice.breaks[0] for part in parts for lattice in part)
    assert sum(len(lattice.kept) for part in parts for lattice in part) == sum(len(p.found) for p in pieces)
    again = restorer.restore(text, layout(text))
    assert again._replace(pieces=()) == whole._replace(pieces=())
    assert len(whole.edits) > 5


def test_a_sentence_that_is_too_long_is_cut_where_no_option_lies_across():
    spots = [(6, 9, 1), (8, 9, 2)]
    whole = Lattice([], [], [(6,)] * 12, [True] + [False] * 11, spots)
    assert [(len(part.kept), part.spots) for part in cut(whole, 7)] == [(9, spots), (3, [])]
    ends = whole._replace(breaks=[at in (0, 5) for at in range(12)])
    assert [(len(part.kept), part.spots) for part in cut(ends, 7)] == [(5, []), (7, [(1, 4, 1), (3, 4, 2)])]


def test_all_models_say_of_many_words_what_they_say_of_one(restorer):
    models = restorer.mixture(restorer.weights.later).models
    draw = random.Random(5)
    text = "the army met a an a an officer hour u. s. military training 2025 qzxq <s> </s> one government's"
    words = list(map(models.vocabulary.__getitem__, text.split()))
    words.append(0)
    before, previous, last = (np.array(draw.choices(words, k=3000)) for _ in range(3))
    last[last == 0] = words[1]
    steps = models.steps(np.concatenate([before, previous]), np.concatenate([previous, last]))
    triples = models.triples(steps, np.arange(3000), np.arange(3000, 6000))
    for number, (a, b, c) in enumerate(zip(before.tolist(), previous.tolist(), last.tolist(), strict=True)):
        said = triples[number], steps.web[3000 + number], steps.domain[3000 + number]
        assert models.said(a << 2 * BITS | b << BITS | c) == said
