"""The quickened model answers what spaCy's own code answers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from thinc.api import NumpyOps

from unspin.evaluate import parse_gold
from unspin.extract import faster, models
from unspin.extract.faster import Products, Ruler

GOLD = Path(__file__).parent / "gold"

#: Texts in which rules of several tokens hold, and odd ones.
ODD = [
    "They're gonna leave, and I've gotta say it ain't so.",
    "Let's go; c'm on, y'all!",
    "Nothin' is there.\n\n  It was n't her doin'.",
    "   ",
    "There 's no one but me.",
    "But who'd've done that? You do; he did, because I had to.",
]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    texts = [parse_gold(path.read_text(encoding="utf-8"))[0] for path in sorted(GOLD.glob("*.marked.txt"))]
    return [line for text in texts for line in text.split("\n") if line.strip()] + ODD


@pytest.fixture(scope="module")
def plain() -> Any:
    return spacy.load(models.find()[1], exclude=list(models.UNUSED))


@pytest.fixture(scope="module")
def quick() -> Any:
    return models.load()[0]


def annotations(doc: Doc) -> list[tuple[Any, ...]]:
    return [
        (t.text, t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.head.i, t.ent_iob_, t.ent_type_, t.is_sent_start)
        for t in doc
    ]


def test_every_annotation_is_that_of_the_model_as_it_comes(lines: list[str], plain: Any, quick: Any) -> None:
    known = quick.get_pipe("attribute_ruler").match.__self__
    assert isinstance(known, Ruler)
    assert isinstance(quick.get_pipe("tok2vec").model.ops, Products)
    for line, one, other in zip(lines, plain.pipe(lines), quick.pipe(lines), strict=True):
        assert annotations(one) == annotations(other), line
    assert len(known._known) > 100  # it has been asked, and not for every token
    assert len(known._known) < sum(len(line.split()) for line in lines) / 4


def test_the_ruler_sets_what_it_sets_alone(lines: list[str], plain: Any) -> None:
    """Rule by rule: the same docs before the ruler, through the ruler and through what is remembered of it."""
    ruler = plain.get_pipe("attribute_ruler")
    known = Ruler(ruler)
    several = 0
    for doc in plain.pipe(lines, disable=["attribute_ruler", "lemmatizer", "ner"]):
        bare = doc.to_bytes()
        one = ruler(Doc(plain.vocab).from_bytes(bare))
        other = Doc(plain.vocab).from_bytes(bare)
        matches = known.match(other)
        several += matches is not None
        known.set_annotations(other, matches)
        assert annotations(one) == annotations(other)
    assert several >= 2


def test_what_stands_beside_a_text_changes_no_bit(lines: list[str], quick: Any) -> None:
    drawn = random.Random(1).sample(lines, 120)
    tok2vec = quick.get_pipe("tok2vec")
    docs = [quick.make_doc(line) for line in drawn]
    together = tok2vec.predict(docs)
    for size in (1, 7, 50):
        apart = [vectors for i in range(0, len(docs), size) for vectors in tok2vec.predict(docs[i : i + size])]
        assert all(np.array_equal(a, b) for a, b in zip(together, apart, strict=True))


@pytest.mark.parametrize("rows", [1, 79, 80, 81, 303, 304, 305, 383, 384, 385, 1000])
def test_products_are_right_whatever_the_number_of_rows(rows: int) -> None:
    draw = np.random.default_rng(rows)
    x = draw.standard_normal((rows, 96), dtype=np.float32)
    y = draw.standard_normal((50, 96), dtype=np.float32)
    ops = Products()
    out = np.zeros((rows, 50), np.float32)
    assert ops.gemm(x, y, trans2=True, out=out) is out
    np.testing.assert_allclose(out, x.astype(np.float64) @ y.T.astype(np.float64), rtol=0, atol=2e-4)
    longer = ops.gemm(np.concatenate([x[::-1], x]), y, trans2=True)
    assert np.array_equal(longer[rows:], out)
    np.testing.assert_allclose(ops.gemm(x, y.T.copy()), out, rtol=0, atol=2e-4)  # not transposed: left to BLIS


def test_blis_multiplies_where_no_rows_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.ones((400, 8), np.float32) / 3, np.ones((5, 8), np.float32) / 7
    monkeypatch.setattr(faster, "_alike", lambda *shape: iter(()))
    assert np.array_equal(Products().gemm(x, y, trans2=True), NumpyOps().gemm(x, y, trans2=True))


@pytest.mark.parametrize(
    "pattern", [{"LOWER": {"FUZZY": "the"}}, {"ENT_TYPE": "GPE"}, {"LOWER": "a", "OP": "+"}, {"TAG": {"REGEX": "N.*"}}]
)
def test_a_ruler_with_other_rules_is_left_as_it_is(pattern: dict[str, Any]) -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add([[pattern]], {"POS": "X"})
    with pytest.raises(ValueError, match="asks for"):
        Ruler(ruler)
    faster.quicken(nlp)
    assert ruler.match.__self__ is ruler


def test_white_space_and_words_under_one_tag_are_told_apart(plain: Any) -> None:
    ruler = plain.get_pipe("attribute_ruler")
    known = Ruler(ruler)
    made = [
        Doc(plain.vocab, words=["left", " ", "\n", "_"], tags=["_SP"] * 4, deps=["dep"] * 4, heads=[0] * 4)
        for _ in range(2)
    ]
    known.set_annotations(made[0], known.match(made[0]))
    assert annotations(made[0]) == annotations(ruler(made[1]))
    assert [t.pos_ for t in made[0]] == ["X", "SPACE", "SPACE", "X"]
