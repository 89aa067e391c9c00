"""The trigram model is read by ourselves; the library that it belongs to is the judge."""

import random
from itertools import pairwise

import numpy as np
import pocketsphinx
import pytest

from unspin import cache
from unspin.restore.trigram import BASE, Trigram, lay_out, model_path


@pytest.fixture(scope="module")
def trigram():
    return Trigram()


def test_every_score_is_that_of_the_library(trigram):
    library = pocketsphinx.NGramModel(pocketsphinx.Config(hmm=None), pocketsphinx.LogMath(), str(model_path()))
    draw = random.Random(7)
    words = sorted(trigram._ids)
    usual = [*"the of to and in a is that for it was on with as be he by at have his from said this but".split(), "<s>"]  # noqa: SIM905
    seen = {"pair": 0, "triple": 0}

    def same(*words):
        *before, previous, word = ["", "", *words][-3:]
        (before,) = before
        assert trigram.score(before, previous, word) == library.prob(list(reversed(words))) * BASE, words

    for _ in range(20_000):
        same(draw.choice(words))
        same(draw.choice(usual), draw.choice(words))
        same(draw.choice(usual), draw.choice(usual), draw.choice(usual))
        same(draw.choice(usual), draw.choice(words), draw.choice(usual))
        same(draw.choice(words), draw.choice(words), draw.choice(words))
    # and such as the model holds
    names = {number: name for name, number in trigram._ids.items()}
    for word in draw.sample(range(len(words)), 3000):
        pairs = range(trigram._starts[word], trigram._starts[word + 1])
        for at in draw.sample(pairs, min(3, len(pairs))):
            previous = trigram._previous[at]
            same(names[previous], names[word])
            seen["pair"] += 1
            triples = range(trigram._next[at], trigram._next[at + 1])
            for triple in draw.sample(triples, min(3, len(triples))):
                same(names[trigram._before[triple]], names[previous], names[word])
                seen["triple"] += 1
            same(draw.choice(usual), names[previous], names[word])
    assert min(seen.values()) > 1000


@pytest.mark.parametrize(
    ("british", "american"), [("mobilisation", "mobilization"), ("neighbouring", "neighboring"), ("2025", "7")]
)
def test_british_spelling_and_numbers_share_a_word(trigram, british, american):
    assert trigram.known(british) == trigram.known(american) >= 0
    assert trigram.known("zzyzzyx") == -1


def test_words_come_in_order(trigram):
    starts = trigram._starts
    assert all(a <= b for a, b in pairwise(starts))
    assert starts[-1] == len(trigram._previous)
    assert trigram._next[starts[-1]] == len(trigram._before)


def test_what_is_kept_of_the_model_is_what_its_file_says(tmp_path, monkeypatch):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path))
    raw = model_path().read_bytes()
    fresh, again = (cache.kept_arrays("trigram-test", "m", lambda: lay_out(raw)) for _ in range(2))
    assert fresh.keys() == again.keys()
    for name, array in fresh.items():
        assert array.dtype == again[name].dtype
        assert np.array_equal(array, again[name])
    assert Trigram().score("the", "armed", "forces") == Trigram().score("the", "armed", "forces") > -8


def test_chains_are_sums_of_scores(trigram):
    draw = random.Random(3)
    words = [*sorted(trigram._ids)[::500], *"the of to and in army training zzyzzyx mobilisation 2025".split()]  # noqa: SIM905
    phrases = [tuple(draw.choices(words, k=draw.randrange(6))) for _ in range(500)]
    phrases += [("at", "the", "end", "of"), ("end", "of", "the"), ()]

    def read(phrase):
        before = ("", "", *phrase)
        return sum(trigram.score(*before[at : at + 3]) for at in range(len(phrase)))

    assert trigram.chains(phrases).tolist() == pytest.approx([read(phrase) for phrase in phrases], rel=1e-12)
    assert trigram.chains([]).tolist() == []
