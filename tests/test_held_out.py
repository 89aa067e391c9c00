"""What an article taught is forgotten where the article is scored."""

from pathlib import Path

import pytest

import held_out
from unspin.evaluate import parse_gold, read_gold
from unspin.restore import Restorer

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def article():
    return next((d.removesuffix(".txt"), s, g) for d, s, g in read_gold(HERE / "gold") if any(e.required for e in g))


def what_is_known(restorer, article):
    """Give the places of what was marked in the article, and how likely its words are, two in a row."""
    _, spun, gold = article
    places = sum(restorer.records.places(edit.spun, answer) for edit in gold for answer in edit.accepted)
    said = restorer.mixture(restorer.weights.later).each
    own = held_out.bigrams(held_out.plain_side(spun, gold))
    return places, sum(count * said("", previous, word)[2] for (previous, word), count in own.items())


def test_an_article_is_forgotten_and_remembered(article):
    restorer = Restorer.load()
    held = held_out.HeldOut(restorer)
    places, likely = what_is_known(restorer, article)
    held.leave_out(*article)
    fewer, less = what_is_known(restorer, article)
    assert fewer < places
    assert less < likely
    held.remember()
    assert what_is_known(restorer, article) == (places, likely)


def test_an_article_that_nothing_was_learnt_from_changes_nothing(article):
    restorer = Restorer.load()
    before = what_is_known(restorer, article)
    held_out.HeldOut(restorer).leave_out("never seen", *article[1:])
    assert what_is_known(restorer, article) == before


def test_the_plain_side_has_the_first_answer_in_each_place():
    spun, gold = parse_gold("The [[army=>military|forces]] met.[[ It left=> They left]] at noon.")
    plain = held_out.plain_side(spun, gold)
    assert plain == "The military met. They left at noon."
    assert held_out.bigrams(plain)["<s>", "they"] == 1
    assert ("</s>", "<s>") not in held_out.bigrams(plain)


@pytest.mark.parametrize("folder", ["gold", "tuning/gold", "tuning/first_sight", "tuning/held_out"])
def test_no_gold_article_is_empty(folder):
    assert [doc_id for doc_id, spun, _ in read_gold(HERE / folder) if len(spun.split()) < 20] == []
