"""What is put into a document is spelt as the document is."""

import pytest

from unspin.layout import layout
from unspin.restore import Restorer
from unspin.restore.candidates import Candidate
from unspin.restore.decoder import Choice
from unspin.restore.spelling import pairs, spelt, variety


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


def candidate(plain):
    rule = f"p/method>{plain}:noun"
    return Candidate(plain, tuple(plain.split()), rule, "p", "NNS", "pack", False, 3, "method", plain)


def edits(restorer, text, spelling, **chances):
    (piece,) = restorer.pieces(text, layout(text))
    at = next(n for n, token in enumerate(piece.found) if token.word == "methods")
    others = sorted([(chance, candidate(plain)) for plain, chance in chances.items()], key=lambda pair: -pair[0])
    rest = 1.0 - sum(chances.values())
    choice = Choice(at, at + 1, others[0][1], others[0][0], (*others, (rest, None)))
    made = restorer.edits(text, piece, [choice], spelling)
    return [(e.outcome, e.replacement, e.score, e.alternatives) for e in made]


TEXT = "The army met to talk about methods today."


def test_two_spellings_of_one_reading_are_one_reading(restorer):
    divided = edits(restorer, TEXT, "", programmes=0.5, programs=0.3)
    assert [(outcome, new) for outcome, new, _, _ in divided] == [("suspect", "programmes")]
    assert edits(restorer, TEXT, "american", programmes=0.5, programs=0.3) == [
        ("changed", "programs", 0.8, ("methods",))
    ]


def test_a_reading_is_spelt_as_the_document_is_and_keeps_its_rule(restorer):
    (american,) = edits(restorer, TEXT, "american", defences=0.9)
    (british,) = edits(restorer, TEXT, "british", defenses=0.9)
    assert (american[1], british[1]) == ("defenses", "defences")


def test_names_and_words_of_both_spellings_stay():
    assert spelt("the Labour Party's programs", "british") == "the Labour Party's programs"
    assert spelt("the Labour Party's analyses of meters", "american") == "the Labour Party's analyses of meters"
    table = pairs()
    assert not {"check", "meter", "tire", "story", "license", "practice", "connection"} & table["british"].keys()
    assert not {"cheque", "metre", "tyre", "dialogue", "buses", "glamour"} & table["american"].keys()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("organization defense color", "american"),
        ("organisation defence colour color", "british"),
        ("organisation organization defence defense", ""),
        ("color", "american"),
        ("colour colour colour organization defense", "american"),
        ("five kilometres of color", ""),
    ],
)
def test_a_document_keeps_to_the_spelling_that_more_different_words_have(words, told):
    assert variety(words.split()) == told
