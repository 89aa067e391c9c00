"""The quickened model answers what spaCy's own code answers."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import warnings
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


def test_texts_side_by_side_are_parsed_as_each_alone(lines: list[str], plain: Any, quick: Any) -> None:
    assert isinstance(quick.get_pipe("parser"), faster.Parser)
    assert isinstance(quick.get_pipe("ner"), faster.Recognizer)
    drawn = ["", *random.Random(2).sample(lines, 60), "", " ".join(lines[:40])]
    together = list(quick.pipe(drawn, batch_size=50))
    assert [d.text for d in together] == drawn
    for line, doc in zip(drawn, together, strict=True):
        assert annotations(doc) == annotations(quick(line)) == annotations(plain(line))


@pytest.mark.parametrize("room", [60, faster.WORDS])
def test_tokens_are_embedded_as_the_layers_embed_them(
    lines: list[str], plain: Any, monkeypatch: Any, room: int
) -> None:
    """Met for the first time and again, also where there is no room to remember them all."""
    monkeypatch.setattr(faster, "WORDS", room)
    quick = models.load()[0]
    docs = [quick.make_doc(line) for line in lines[:150]]
    for name, find in (("tok2vec", lambda m: m), ("ner", lambda m: m.get_ref("tok2vec"))):
        one, other = find(plain.get_pipe(name).model), find(quick.get_pipe(name).model)
        assert [node.name for node in other.walk()].count("remembered") == 1
        for part in (*(docs[at : at + 10] for at in range(0, len(docs), 10)), docs):
            for was, now in zip(one.predict(part), other.predict(part), strict=True):
                assert np.allclose(was, now, atol=1e-4)
    for line, first, second in zip(lines, plain.pipe(lines), quick.pipe(lines), strict=True):
        assert annotations(first) == annotations(second), line


def test_names_that_a_text_has_already_are_kept(lines: list[str], plain: Any, quick: Any) -> None:
    """Nobody has set names before the recognizer here, but ``--model`` may name a model that has rules for them."""
    given = 0
    for line in lines[:80]:
        docs = []
        for nlp in (plain, quick):
            doc = nlp(line, disable=["ner"])
            if len(doc) > 5:
                doc.set_ents([doc.char_span(doc[2].idx, doc[3].idx + len(doc[3]), label="ORG")], default="missing")
            docs.append(nlp.get_pipe("ner")(doc))
        assert annotations(docs[0]) == annotations(docs[1])
        given += any(e.start == 2 and e.label_ == "ORG" for e in docs[1].ents)
    assert given > 40


def test_words_are_cut_by_the_rules_of_the_model(plain: Any, quick: Any) -> None:
    one, other = plain.tokenizer, quick.tokenizer
    assert other.rules == one.rules | {word: [{"ORTH": word}] for word in models.WHOLE} != one.rules
    for name in ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match"):
        was, now = (getattr(getattr(getattr(t, name), "__self__", None), "pattern", None) for t in (one, other))
        assert was == now, name


def test_a_model_of_other_parts_is_read_as_it_is(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("beam_ner", name="ner").add_label("ORG")
    nlp.initialize()
    nlp.to_disk(tmp_path)
    assert not any(name.startswith("components") for name in faster.changed(tmp_path))
    loaded, identity = models.load(str(tmp_path))
    assert not isinstance(loaded.get_pipe("ner"), faster.Recognizer)
    assert identity.name == str(tmp_path)
    text = "It's in the U.S. (see p.3), they'll say."
    assert [t.text for t in loaded(text)] == [t.text for t in nlp(text)]


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


def test_products_of_the_models_shapes_are_made_in_blocks(quick: Any) -> None:
    with quick.get_pipe("tok2vec").model.ops._threads.limit(limits=1):
        sizes = {shape: tuple(faster._alike(*shape)) for shape in ((288, 384), (288, 288), (64, 96), (1024, 64))}
    if not all(sizes.values()):
        pytest.skip(f"on this machine rows differ by their place, so BLIS multiplies: {sizes}")
    next(quick.pipe(["The army left."]))
    known = quick.get_pipe("tok2vec").model.ops._alike
    assert all(known[shape] == sizes[shape] for shape in sizes.keys() & known.keys())
    assert all(known.values())


def test_what_stands_beside_a_text_changes_no_bit(lines: list[str], quick: Any) -> None:
    drawn = random.Random(1).sample(lines, 120)
    docs = [quick.make_doc(line) for line in drawn]
    vectors = [quick.get_pipe("tok2vec").model, quick.get_pipe("ner").model.get_ref("tok2vec")]
    for model in vectors:
        together = model.predict(docs)
        for size in (1, 7, 50):
            parts = [model.predict(docs[i : i + size]) for i in range(0, len(docs), size)]
            apart = [one for part in parts for one in part] if isinstance(parts[0], list) else [np.concatenate(parts)]
            whole = together if isinstance(together, list) else [together]
            assert all(np.array_equal(a, b) for a, b in zip(whole, apart, strict=True))


def test_threads_change_no_bit(tmp_path: Path) -> None:
    script = tmp_path / "bits.py"
    script.write_text(
        "import hashlib, numpy as np\n"
        "from unspin.extract.faster import Products\n"
        "draw = np.random.default_rng(3)\n"
        "x = draw.standard_normal((700, 384), dtype=np.float32)\n"
        "y = draw.standard_normal((288, 384), dtype=np.float32)\n"
        "print(hashlib.sha256(Products().gemm(x, y, trans2=True).tobytes()).hexdigest())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, script],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "3")
    }
    assert len(found) == 1


@pytest.mark.parametrize("rows", [1, 79, 80, 81, 303, 304, 305, 383, 384, 385, 1000])
def test_products_are_right_whatever_the_number_of_rows(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faster, "_alike", lambda *shape: iter((faster._Rows(320, 8, 312), faster._Rows(96, 8, 88))))
    draw = np.random.default_rng(rows)
    x = draw.standard_normal((rows, 96), dtype=np.float32)
    y = draw.standard_normal((50, 96), dtype=np.float32)
    ops = Products()
    out = np.zeros((rows, 50), np.float32)
    assert ops.gemm(x, y, trans2=True, out=out) is out
    np.testing.assert_allclose(out, x.astype(np.float64) @ y.T.astype(np.float64), rtol=0, atol=2e-4)
    np.testing.assert_allclose(ops.gemm(x, y.T.copy()), out, rtol=0, atol=2e-4)  # not transposed: left to BLIS


def test_blis_multiplies_where_no_rows_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.ones((400, 8), np.float32) / 3, np.ones((5, 8), np.float32) / 7
    monkeypatch.setattr(faster, "_alike", lambda *shape: iter(()))
    assert np.array_equal(Products().gemm(x, y, trans2=True), NumpyOps().gemm(x, y, trans2=True))


@pytest.mark.parametrize(
    "pattern",
    [
        {"LOWER": {"FUZZY": "the"}},
        {"ENT_TYPE": "GPE"},
        {"LOWER": "a", "OP": "+"},
        {"TAG": {"REGEX": "N.*"}},
        {"DEP": 5},
    ],
)
def test_a_ruler_with_other_rules_is_left_as_it_is(pattern: dict[str, Any]) -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add([[pattern]], {"POS": "X"})
    with pytest.raises(ValueError, match="asks for"):
        Ruler(ruler)
    faster.quicken(nlp)
    assert ruler.match.__self__ is ruler


def test_rules_for_white_space_and_for_no_token_are_told_apart() -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "\n"}]], {"LEMMA": "line"})
    texts = ["a  b\nc", "\n", "  "]
    own = [[t.lemma_ for t in ruler(nlp.make_doc(text))] for text in texts]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        faster.quicken(nlp)
        assert isinstance(ruler.match.__self__, Ruler)
        assert [[t.lemma_ for t in nlp(text)] for text in texts] == own
    ruler.add([[{"LOWER": "a"}]], {"LEMMA": "b"}, index=1)
    with pytest.raises(ValueError, match="does not have"):
        Ruler(ruler)


def test_a_quickened_model_can_be_saved(quick: Any) -> None:
    again = spacy.blank("en").from_bytes(quick.to_bytes(exclude=["tokenizer"]), exclude=["tokenizer"])
    assert again.meta["lang"] == "en"


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
