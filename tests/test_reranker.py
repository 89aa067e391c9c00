"""The networks that judge readings again: what they see, what they may change, and how they are fitted."""

import fit_weights
import mixed_logit
import numpy as np
import perceptron
import pytest

from unspin.layout import layout
from unspin.restore import Restorer, features, passes, reranker
from unspin.restore.candidates import Candidate
from unspin.restore.graph import Spots, Weighed

NOTHING = np.zeros(0, np.int64)


def silent():
    """Give networks that add nothing."""
    width = len(reranker.INPUTS)
    return reranker.Reranker(np.zeros(width), np.ones(width), [(np.zeros((1, width, 1)), np.zeros((1, 1)))], {"news"})


def leaning(name, much=1.0):
    """Give a network that adds one of its inputs, so many times."""
    width = len(reranker.INPUTS)
    matrix = np.zeros((1, width, 1))
    matrix[0, reranker.INPUTS.index(name)] = much
    return reranker.Reranker(np.zeros(width), np.ones(width), [(matrix, np.zeros((1, 1)))], {"news"})


def weighed_text(text):
    restorer = Restorer.load(["news"])
    pieces = restorer.pieces(text, layout(text))
    document = restorer.document(pieces)
    known = passes.given(document, features.Context(document=0.7, density=0.7, packs=frozenset()))
    _, weighed = restorer.solve(document, restorer.weights.later, known, later=True)
    worth = passes.channel(document, restorer.weights.later, known, later=True)
    return document, weighed, passes.values(document, known), worth


SPUN = "The army leaders met to talk about demanding situations within the area."


def test_networks_that_add_nothing_change_nothing():
    document, weighed, values, worth = weighed_text(SPUN)
    judged = silent().judged(document.spots, weighed, values, worth, *document.signs[2:])
    assert len(weighed.places) > 3
    assert judged.chances == pytest.approx(weighed.chances, abs=1e-9)
    assert judged.taken.tolist() == weighed.taken.tolist()


def test_what_is_added_moves_the_odds_by_as_much():
    document, weighed, values, worth = weighed_text(SPUN)
    judged = leaning("changed", 2.0).judged(document.spots, weighed, values, worth, *document.signs[2:])
    for low, high in zip(weighed.begins[:-1], weighed.begins[1:], strict=True):
        before, after = (np.log(one.chances[low + 1 : high] / one.chances[low]) for one in (weighed, judged))
        assert after - before == pytest.approx(2.0, abs=1e-6)
    assert (judged.taken >= 0).sum() >= (weighed.taken >= 0).sum()


def test_an_input_stands_where_its_name_says():
    """Each option's own standing reaches the networks: speech says which candidates are verbs."""
    document, weighed, values, worth = weighed_text(SPUN)
    judged = leaning("speech_V", 3.0).judged(document.spots, weighed, values, worth, *document.signs[2:])
    verbs = np.array([candidate.form.startswith("V") for candidate in document.candidates])
    begins, counts = weighed.begins[:-1], np.diff(weighed.begins)
    told = [np.log(one.chances) - np.repeat(np.log(one.chances[begins]), counts) for one in (weighed, judged)]
    others = weighed.options >= 0
    added = (told[1] - told[0])[others]
    assert verbs.any()
    assert not verbs.all()
    assert added == pytest.approx(3.0 * verbs[weighed.options[others]], abs=1e-6)


def test_of_places_that_overlap_one_alone_changes():
    # Tokens 0 to 2: a phrase of two and each of its words, all left as they are by the path.
    spots = Spots(
        np.array([0, 0, 1]), np.array([2, 1, 2]), np.array([0, 1, 2, 3]), np.array([0, 1, 2]), NOTHING, NOTHING
    )
    weighed = Weighed(
        np.arange(3), np.array([-1, -1, -1]), np.array([0, 2, 4, 6]), np.array([-1, 0, -1, 1, -1, 2]), np.zeros(6)
    )
    chances = np.array([0.3, 0.7, 0.1, 0.9, 0.4, 0.6])
    assert reranker.taken(spots, weighed, chances).tolist() == [-1, 1, 2]
    chances = np.array([0.05, 0.95, 0.1, 0.9, 0.4, 0.6])
    assert reranker.taken(spots, weighed, chances).tolist() == [0, -1, -1]
    # What the path changed comes first.
    held = weighed._replace(taken=np.array([-1, 1, -1]))
    assert reranker.taken(spots, held, chances).tolist() == [-1, 1, 2]


def test_a_reading_is_judged_the_same_among_few_and_many():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(reranker.MOST + 700, len(reranker.INPUTS)))
    whole = reranker.shipped().added(rows)
    assert np.abs(whole).max() > 0.01
    assert reranker.shipped().added(rows[:3]).tolist() == whole[:3].tolist()
    assert reranker.shipped().added(rows[300:]).tolist() == whole[300:].tolist()
    assert len(reranker.shipped().added(rows[:0])) == 0


def test_of_what_they_were_not_taught_the_networks_say_nothing():
    document, weighed, values, worth = weighed_text(SPUN)
    more, taught = document.signs[2:]
    judged = leaning("changed", 2.0).judged(document.spots, weighed, values, worth, more, np.zeros_like(taught))
    assert judged.chances == pytest.approx(weighed.chances, abs=1e-9)
    (entry,) = [c for c in document.candidates if c.rule == "news/army>military:adj"]
    likes = [entry, entry._replace(channel="fuzzy"), entry._replace(pack="mine")]
    assert [silent().knows(candidate) for candidate in likes] == [True, False, False]
    assert taught.all()


def test_networks_made_for_other_inputs_are_refused(tmp_path):
    path = tmp_path / "reranker.npz"
    np.savez(path, inputs=np.frombuffer(b"changed\nlonger", np.uint8), mean=np.zeros(2), scale=np.ones(2))
    with pytest.raises(ValueError, match="made for other inputs"):
        reranker.Reranker.load(path)


def test_the_slope_of_the_fit_is_the_slope_of_its_loss():
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 4, 12)
    many = int(counts.sum())
    inputs = rng.normal(size=(many, 5))
    right = rng.random(many) < 0.4
    stays = ~np.logical_or.reduceat(right, np.cumsum(counts) - counts)
    options = mixed_logit.Options(inputs, counts, right, stays, np.ones(12), NOTHING, NOTHING)
    layers = [rng.normal(size=shape) for shape in ((5, 4), (4,), (4, 3), (3,), (3, 1), (1,))]

    def loss():
        return mixed_logit.loss(options, perceptron.forward(layers, inputs)[-1][:, 0])

    signals = perceptron.forward(layers, inputs)
    found = perceptron.backward(layers, signals, mixed_logit.loss(options, signals[-1][:, 0])[1][:, None])
    for layer, slope in zip(layers, found, strict=True):
        at = tuple(rng.integers(0, size) for size in layer.shape)
        layer[at] += 1e-4
        more = loss()[0]
        layer[at] -= 2e-4
        less = loss()[0]
        layer[at] += 1e-4
        assert slope[at] == pytest.approx((more - less) / 2e-4, rel=1e-2, abs=1e-3)


def test_the_fit_learns_what_a_sum_of_signs_cannot_say(monkeypatch):
    """A reading is right where one of two signs speaks for it, not both."""
    monkeypatch.setattr(perceptron, "NETWORKS", 1)
    rng = np.random.default_rng(3)
    signs = rng.integers(0, 2, (8000, 2)).astype(np.float32)
    right = signs[:, 0] != signs[:, 1]
    none = np.zeros(8000, int)
    options = mixed_logit.Options(signs, np.ones(8000, int), right, ~right, np.ones(8000), none, none)
    fitted = perceptron.fit(perceptron.Readings(signs, np.zeros(8000, np.float32), np.ones(8000), options))
    said = perceptron.network(*fitted).added(signs)
    assert ((said > 0) == right).all()


def test_only_entries_that_one_article_alone_shows_are_withheld_from_it(monkeypatch):
    monkeypatch.setattr(fit_weights, "WITHHELD", 1.0)
    base = Candidate("military", ("military",), "p/army>military:noun", "p", "NN", "pack", False, 7)
    shared, own, wrong = (base._replace(rule=f"p/army>{plain}:noun") for plain in ("military", "troops", "navy"))

    def case(*rivals, right):
        values = np.arange(2.0 * len(rivals) + 2).reshape(-1, 2)
        return fit_weights.Case(values, np.array([False, *right]), True, "", (), rivals, more=values[1:])

    one = [case(shared, own, wrong, right=(True, True, False)), case(own, right=(True,))]
    got = {"one": one, "other": [case(shared, right=(True,))]}
    left = fit_weights.withheld(got)
    (place,) = left["one"]  # the other place has no reading left
    assert place.rivals == (shared, wrong)
    assert place.right.tolist() == [False, True, False]
    assert place.values[:, 0].tolist() == [0.0, 2.0, 6.0]
    assert place.more[:, 0].tolist() == [2.0, 6.0]
    assert left["other"] == got["other"]
    monkeypatch.setattr(fit_weights, "WITHHELD", 0.0)
    assert fit_weights.withheld(got) == got
