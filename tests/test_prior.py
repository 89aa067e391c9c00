"""What tells spun documents from clean ones."""

from pathlib import Path

import numpy as np
import pytest

import held_out
from unspin.evaluate import parse_gold
from unspin.layout import layout
from unspin.restore import Restorer, features, passes, prior

HERE = Path(__file__).resolve().parent

#: One word in ten to twelve is replaced in these; nothing was learnt from them.
MILD = ["round27-travel-slow-trains-mild", "round28-education-study-habits-mild"]


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.mark.parametrize("name", MILD)
def test_a_mildly_spun_article_is_told_from_its_plain_original(restorer, name):
    marked = (HERE / "tuning" / "first_sight" / f"{name}.marked.txt").read_text(encoding="utf-8")
    spun, gold = parse_gold(marked)
    plain = held_out.plain_side(spun, gold)
    scores = [restorer.restore(text, layout(text)).spin_score for text in (spun, plain)]
    assert scores[0] > 0.6 > 0.2 > scores[1]
    assert restorer.restore(plain, layout(plain)).status == "clean"


def plain_sides():
    """Give the plain originals of articles that nothing was learnt from."""
    for path in sorted((HERE / "tuning" / "first_sight").glob("*.marked.txt")):
        yield held_out.plain_side(*parse_gold(path.read_text(encoding="utf-8")))


def test_many_clean_articles_in_one_document_are_as_clean_as_one(restorer):
    """What tells for spinning by chance must not add up over a long text."""
    text = "\n\n".join(plain_sides())
    assert len(text.split()) > 20_000
    decoded = restorer.restore(text, layout(text))
    assert (decoded.status, decoded.edits) == ("clean", ())
    assert decoded.spin_score < 0.1


def spun_paragraph():
    """Give a paragraph of a heavily spun article."""
    marked = (HERE / "tuning" / "first_sight" / "round27-diplomacy-gulf-patrols.marked.txt").read_text(encoding="utf-8")
    spun, _ = parse_gold(marked)
    return max(spun.split("\n"), key=lambda line: len(line.split()))


def test_what_stands_beside_a_spun_paragraph_is_not_clean_because_it_is_less_spun(restorer):
    """By itself a mild article is called clean; beside a heavily spun paragraph it is changed too."""
    marked = (HERE / "tuning" / "first_sight" / f"{MILD[1]}.marked.txt").read_text(encoding="utf-8")
    spun, _ = parse_gold(marked)
    mild = spun[: len(spun) // 2]
    text = mild + "\n\n" + spun_paragraph()
    assert restorer.restore(mild, layout(mild)).status == "clean"
    edits = restorer.restore(text, layout(text)).edits
    assert sum(edit.outcome == "changed" and edit.end <= len(mild) for edit in edits) >= 3


@pytest.mark.parametrize("clean", sorted(path.name for path in (HERE.parent / "seeds").glob("clean-*.txt")))
def test_of_a_clean_article_with_a_spun_paragraph_only_that_is_changed(restorer, clean):
    text = (HERE.parent / "seeds" / clean).read_text(encoding="utf-8").rstrip() + "\n\n"
    paragraph = spun_paragraph()
    edits = restorer.restore(text + paragraph, layout(text + paragraph)).edits
    changed = [e for e in edits if e.outcome == "changed"]
    assert len(changed) >= 5
    assert all(e.start >= len(text) for e in edits)


def together(factors, keys, phrases=False):
    count = len(factors)
    many = np.full(count, phrases)
    return float(prior.evidence(np.array(factors), np.array(keys), many, np.zeros(count, np.int64), 1)[0])


def test_words_of_the_trade_tell_less_each_time_and_what_stays_tells_in_full():
    assert together([3.0] * 20, [5] * 20) < together([3.0] * 4, [1, 2, 3, 4])
    assert together([1.0, 3.0, -1.0], [5, 5, 5]) == pytest.approx(3.0 + 1.0 / 2 - 1.0)
    assert together([-0.1] * 50, [5] * 50) == pytest.approx(-5.0)
    assert together([3.0] * 4, [5] * 4, True) == 12.0
    assert together([-0.1] * 50, [5] * 50, True) == pytest.approx(-5.0)


def test_chance_hits_do_not_outweigh_the_words_that_stay_however_long_the_text(restorer):
    """Four places in five stay, of 300 words that come again and again; the others are even, each another word."""
    for length in (1, 10):
        stay, even = 800 * length, 160 * length
        factors = prior.bayes_factors(np.array([0.02] * stay + [0.6] * even))
        keys = [number % 300 for number in range(stay)] + list(range(300, 300 + even))
        found = together(factors, keys)
        assert prior.spin_score(found, 2_000 * length, restorer.weights.spin) < 0.05


def test_each_block_is_judged_by_its_own_places():
    words = np.zeros(3, np.bool_)
    found = prior.evidence(np.array([3.0, 3.0, 2.0]), np.array([5, 5, 5]), words, np.array([0, 2, 2]), 4)
    assert found.tolist() == [3.0, 0.0, 4.0, 0.0]


def test_the_longer_a_text_the_surer_the_same_share_of_evidence():
    weights = (-3.0, 0.9)
    short, long = (prior.spin_score(0.12 * words, words, weights) for words in (60, 600))
    assert short < 0.5 < long
    assert prior.spin_score(-200.0, 300, weights) < 0.001


def test_a_term_of_the_glossary_tells_against_spinning_but_never_for_it(restorer):
    text = "The bosom malignancy patients were given a profound neural organization."
    (piece,) = restorer.pieces(text, layout(text))
    document = restorer.document([piece])
    _, weighed = restorer.solve(document, restorer.weights.first, passes.given(document, features.Context()))
    found = passes.sure(document, weighed)
    words = list(dict.fromkeys(" ".join(t.word for t in piece.found[m.first : m.last]) for m in piece.matches))
    places = weighed.places
    several = document.spots.last[places] - document.spots.first[places] > 1
    terms = document.terms[passes.likeliest(weighed)]
    at = {words[key]: told for key, *told in zip(
        document.keys[places].tolist(), several.tolist(), terms.tolist(), strict=True)}
    assert at["bosom"] == [False, False]
    assert at["were given"] == [True, False]
    assert at["neural organization"] == [True, True]

    def score_with(terms):
        return passes.judge(document._replace(terms=terms), weighed, found, restorer.weights)[0]

    score = score_with(document.terms)
    every, none = score_with(np.ones_like(document.terms)), score_with(np.zeros_like(document.terms))
    assert every < score <= none
