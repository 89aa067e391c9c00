"""Phrases with weights of their own."""


import mixed_logit
import numpy as np
import pytest

from unspin.layout import layout
from unspin.lexicon.explain import explain
from unspin.restore import Restorer, features, passes
from unspin.restore.slopes import Slopes, save

TEXT = "Army coaching is a demanding situation for the area. The officials met in the town."


def deviations(rows, **columns):
    """Give (rows, features) zeros but for some columns."""
    found = np.zeros((rows, len(features.NAMES)))
    for name, values in columns.items():
        found[:, features.INDEX[name]] = values
    return found


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.fixture(scope="module")
def document(restorer):
    return restorer.document(restorer.pieces(TEXT, layout(TEXT)))


def test_what_was_written_is_read_to_half_a_step(tmp_path):
    spun = deviations(3, changed=[0.0, 1.27, -0.4], topic=[0.0, 0.3, 0.001])
    plain = deviations(3, changed=[0.0, 0.0, 0.2], akin=[0.0, -5.08, 2.0])
    path = tmp_path / "slopes.npz"
    save(path, ["army", "army coaching", "military training"], features.NAMES, spun, plain)
    read = Slopes.load(path)
    phrases = [("army",), ("army", "coaching"), ("military", "training")]
    steps = np.abs(np.concatenate([spun, plain])).max(axis=0) / 127
    for number, words in enumerate(phrases):
        assert np.all(np.abs(read.of([words], [("nobody",)])[0] - spun[number]) <= steps / 2 + 1e-12)
        assert np.all(np.abs(read.of([("nobody",)], [words])[0] - plain[number]) <= steps / 2 + 1e-12)
    with np.load(path) as data:
        assert bytes(data["phrases"]) == b"army coaching\nmilitary training"  # a phrase without any is left out


def test_a_file_of_fewer_features_leaves_the_others_as_they_are(tmp_path):
    path = tmp_path / "slopes.npz"
    save(path, ["army"], ["topic", "changed"], np.array([[1.0, 2.0]]), np.zeros((1, 2)))
    (row,) = Slopes.load(path).of([("army",)], [("military",)])
    assert row == pytest.approx(deviations(1, topic=1.0, changed=2.0)[0])


def test_each_option_has_those_of_its_two_phrases_in_the_later_passes_alone(restorer, document):
    weights = restorer.weights.later
    known = passes.given(document, features.Context(document=0.7))
    values = passes.values(document, known)
    slopes = Slopes.load()
    own = np.array([weights + slopes.of([spun], [candidate.words])[0] for spun, candidate in options(restorer)])
    assert passes.channel(document, weights, known, later=True) == pytest.approx((values * own).sum(axis=1))
    assert passes.channel(document, weights, known) == pytest.approx(values @ np.array(weights))
    assert np.abs(own - weights).max() > 0.1


def options(restorer):
    for piece in restorer.pieces(TEXT, layout(TEXT)):
        for first, last, candidate in piece.lattice.options:
            yield tuple(token.word for token in piece.found[first:last]), candidate


def test_an_explanation_adds_up_to_what_decided(restorer):
    compared = 0
    for place in explain(TEXT, restorer):
        stays = next(r for r in place.readings if r.channel == "keep")
        for reading in place.readings:
            if reading.probability > 1e-6 and stays.probability > 1e-6:
                odds = np.log(reading.probability / stays.probability)
                assert reading.score == pytest.approx(odds, abs=0.02)
                compared += 1
    assert compared > 10


def test_language_models_weigh_the_same_at_every_phrase(document):
    # The best path is looked for with one weight for each.
    models = [features.INDEX[name] for name in features.MODELS]
    assert np.abs(document.signs.slopes).max() > 0.1
    assert not document.signs.slopes[:, models].any()


def test_the_fit_finds_a_phrase_that_differs_from_all_others():
    rng = np.random.default_rng(3)
    places = 40_000
    phrase = rng.integers(0, 4, places)
    values = np.column_stack([np.ones(places), rng.normal(size=places)]).astype(np.float32)
    truth = np.array([1.0, 1.0, 1.0, -1.0])  # what the second feature weighs at each phrase
    right = rng.random(places) < 1 / (1 + np.exp(-(-0.5 + truth[phrase] * values[:, 1])))
    options = mixed_logit.Options(
        values, np.ones(places, int), right, ~right, np.ones(places), phrase, np.full(places, 4)
    )
    none, every = np.zeros(2, bool), np.ones(2, bool)
    found = mixed_logit.fit(options, np.zeros(2), none, every, rounds=200)
    slopes = found.shared[1] + found.spun[:4, 1] + found.plain[4, 1]
    assert slopes[:3] == pytest.approx([1.0] * 3, abs=0.25)
    assert slopes[3] == pytest.approx(-1.0, abs=0.35)
    assert mixed_logit.worth(options, found) == pytest.approx(
        values[:, 0] * (found.shared[0] + found.spun[phrase, 0] + found.plain[4, 0]) + values[:, 1] * slopes[phrase]
    )
