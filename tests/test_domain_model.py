"""The bigram model of plain articles."""

import math

import pytest

from unspin.restore import domain_model
from unspin.restore.domain_model import DomainModel

NEWS = {("military", "training"): 3, ("the", "military"): 2, ("the", "army"): 1, ("<s>", "the"): 2, ("a", "plan"): 1}
CARS = {("the", "engine"): 2, ("engine", "oil"): 1, ("the", "army"): 1}


def both(one, other):
    return {pair: one.get(pair, 0) + other.get(pair, 0) for pair in {**one, **other}}


def test_chances_after_a_word_come_to_no_more_than_one():
    model = DomainModel.of(NEWS)
    seen = {word for pair in NEWS for word in pair}
    for previous in [*seen, "zebra"]:
        chances = [math.exp(model.score(previous, word)) for word in seen]
        unseen = math.exp(model.score(previous, "zebra"))
        assert sum(chances) + unseen * (domain_model.WORDS - len(seen)) == pytest.approx(1.0)


def test_a_model_without_an_article_is_that_of_the_others():
    rest, alone = DomainModel.of(both(NEWS, CARS)).without(CARS), DomainModel.of(NEWS)
    words = [*sorted({word for pair in both(NEWS, CARS) for word in pair}), "zebra"]
    for previous in words:
        for word in words:
            assert rest.score(previous, word) == pytest.approx(alone.score(previous, word), abs=1e-12)


def test_what_was_never_counted_cannot_be_left_out():
    rest = DomainModel.of(NEWS).without({("the", "zebra"): 4, ("plan", "the"): 3, ("the", "army"): 9})
    left = DomainModel.of({pair: places for pair, places in NEWS.items() if pair != ("the", "army")})
    words = sorted({word for pair in NEWS for word in pair})
    for previous in words:
        for word in words:
            assert rest.score(previous, word) == pytest.approx(left.score(previous, word), abs=1e-12)


def test_an_article_that_fits_another_word_counts_as_the_same():
    model = DomainModel.of(NEWS)
    assert model.score("an", "plan") == model.score("a", "plan") > model.score("the", "plan")


def test_counts_are_read_as_they_were_written(tmp_path, monkeypatch):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "bigrams.tsv"
    path.write_text(domain_model.written(NEWS), encoding="utf-8")
    pairs = [*NEWS, ("the", "zebra")]
    told = [DomainModel.of(NEWS).score(*pair) for pair in pairs]
    assert [DomainModel.load(path).score(*pair) for pair in pairs] == told  # compiled
    assert [DomainModel.load(path).score(*pair) for pair in pairs] == told  # from the cache
    path.write_text(domain_model.written(CARS), encoding="utf-8")
    assert DomainModel.load(path).score("engine", "oil") == DomainModel.of(CARS).score("engine", "oil")


def test_plain_articles_are_known():
    model = DomainModel.load()
    assert model.score("prime", "minister") > model.score("prime", "clergyman")
    assert model.score("<s>", "the") > model.score("<s>", "of")
