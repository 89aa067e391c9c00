"""What tells spun documents from clean ones."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from unspin.evaluate import parse_gold
from unspin.layout import layout
from unspin.restore import Restorer, prior

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("held_out", HERE / "held_out.py")
held_out = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(held_out)

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


def together(factors, words):
    count = len(factors)
    return float(prior.evidence(np.array(factors), np.array(words), np.zeros(count, np.int64), 1)[0])


def test_a_word_of_the_trade_tells_less_each_time_and_a_phrase_as_much():
    assert together([3.0] * 20, [5] * 20) < together([3.0] * 4, [1, 2, 3, 4])
    assert together([3.0] * 20, [-1] * 20) == 60.0
    assert together([1.0, 3.0, -1.0], [5, 5, 5]) == pytest.approx(3.0 + 1.0 / 2 - 1.0 / 3)


def test_each_block_is_judged_by_its_own_places():
    found = prior.evidence(np.array([3.0, 3.0, 2.0]), np.array([5, 5, 5]), np.array([0, 2, 2]), 4)
    assert found.tolist() == [3.0, 0.0, 4.0, 0.0]


def test_the_longer_a_text_the_surer_the_same_share_of_evidence():
    weights = (-3.0, 0.9)
    short, long = (prior.spin_score(0.12 * words, words, weights) for words in (60, 600))
    assert short < 0.5 < long
    assert prior.spin_score(-200.0, 300, weights) < 0.001
