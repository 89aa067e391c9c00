"""Rescoring: a second opinion moves doubtful choices only, and reads what was decided before."""

import numpy as np
import pytest

from unspin.restore import rescore
from unspin.restore.candidates import Candidate
from unspin.restore.decoder import Choice
from unspin.restore.tokens import tokens
from unspin.restore.transformer import Ask, Past, Tokenizer, Transformer

TEXT = "The army got coaching near the border."
WEIGHTS = (0.0, 0.5, 1.0)


class Reader:
    """Likes some texts and remembers what it was asked."""

    def __init__(self, liked):
        self.liked, self.read_texts, self.asked, self.rounds = liked, [], [], []

    def begin(self):
        return Past(1, (), np.zeros((1, 576), np.float32))

    def answers(self, asked):
        self.rounds.append(len(asked))
        return [self.scores(ask) if ask.scored else self.read(ask) for ask in asked]

    def read(self, ask):
        (text,) = ask.texts
        self.read_texts.append(text)
        return Past(ask.past.tokens + len(text.split()), (), ask.past.last)

    def scores(self, ask):
        self.asked.append(ask.texts)
        return [6.0 if any(word in text for word in self.liked) else 0.0 for text in ask.texts]


def candidate(plain):
    return Candidate(plain, tuple(plain.split()), f"news/x>{plain}", "news", "NN", "pack", False, 5, "x", plain)


def choice(first, last, *weighed):
    others = tuple(sorted(weighed, key=lambda one: -one[0]))
    return Choice(first, last, others[0][1], others[0][0], others)


def opinion(choices, liked):
    reader = Reader(liked)
    piece = rescore.Heard(tokens(TEXT, 0, len(TEXT)), choices, False)
    (found,) = rescore.rescored(TEXT, [piece], reader, WEIGHTS, 0.65)
    return found, reader


def test_the_transformer_turns_a_doubtful_choice():
    training = candidate("training")
    (turned,), reader = opinion([choice(3, 4, (0.6, None), (0.4, training))], ["training"])
    assert turned.candidate is training
    assert turned.probability > 0.95
    assert sum(p for p, _ in turned.others) == pytest.approx(1.0)
    assert reader.asked == [[" coaching near the", " training near the"]]


def test_it_turns_a_doubtful_change_down():
    (turned,), _ = opinion([choice(3, 4, (0.3, None), (0.7, candidate("training")))], ["coaching"])
    assert turned.candidate is None


def test_sure_choices_are_neither_read_nor_moved():
    changed = choice(1, 2, (0.99, candidate("military")), (0.01, None))
    sure = [changed, choice(3, 4, (0.95, None), (0.05, candidate("x")))]
    found, reader = opinion(sure, ["x"])
    assert found == sure
    assert reader.asked == []


def test_what_was_changed_before_is_read_in_its_new_words():
    sure = choice(1, 2, (0.99, candidate("military")), (0.01, None))
    doubtful = choice(3, 4, (0.5, None), (0.5, candidate("training")))
    _, reader = opinion([sure, doubtful], [])
    assert reader.read_texts == ["The military got"]


def test_a_reading_that_was_not_asked_about_keeps_its_chance():
    rare = candidate("tuition")
    (turned,), _ = opinion([choice(3, 4, (0.585, None), (0.4, candidate("training")), (0.015, rare))], ["training"])
    assert {c: p for p, c in turned.others}[rare] == 0.015
    assert sum(p for p, _ in turned.others) == pytest.approx(1.0)


def test_blocks_are_gone_through_side_by_side_and_each_has_its_own_answers():
    reader, training = Reader(["training"]), candidate("training")
    doubtful = [choice(3, 4, (0.6, None), (0.4, training))]
    liked = rescore.Heard(tokens(TEXT, 0, len(TEXT)), doubtful, False)
    other = rescore.Heard(tokens(TEXT, 0, len(TEXT)), [choice(3, 4, (0.6, None), (0.4, candidate("x")))], False)
    sure = rescore.Heard(tokens(TEXT, 0, len(TEXT)), [choice(3, 4, (0.99, None), (0.01, training))], False)
    pieces = [liked, sure, other] * rescore.ABREAST
    found = rescore.rescored(TEXT, pieces, reader, WEIGHTS, 0.65)
    assert [c.candidate for (c,) in found] == [training, None, None] * rescore.ABREAST
    assert max(reader.rounds) == rescore.ABREAST
    assert len(reader.asked) == 2 * rescore.ABREAST


def test_words_are_cut_into_the_pairs_that_come_first():
    cut = Tokenizer(["a", "b", "ab", "Ġ", "Ġab", "1"], ["a b", "Ġ ab"])
    assert cut.encode("ab ab11") == [2, 4, 5, 5]


def read(transformer, past, text):
    (after,) = transformer.answers([Ask(past, (text,), False)])
    return after


def scores(transformer, past, texts):
    (found,) = transformer.answers([Ask(past, texts, True)])
    return found


@pytest.fixture(scope="module")
def transformer():
    try:
        return Transformer.load()
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_the_model_prefers_what_people_write(transformer):
    past = read(transformer, transformer.begin(), "The soldiers received")
    good, bad = scores(transformer, past, [" military training from the U.S.", " army coaching from the U.S."])
    assert good > bad + 5


def test_a_text_is_read_in_one_go_or_piece_by_piece_with_the_same_result(transformer):
    whole = scores(transformer, transformer.begin(), ["The bank raised its interest rate"])[0]
    begun = read(transformer, transformer.begin(), "The bank raised")
    first, second = scores(transformer, transformer.begin(), ["The bank raised"])[0], scores(transformer,
        begun, [" its interest rate", " its"]
    )[0]
    assert whole == pytest.approx(first + second, abs=0.01)


def test_many_questions_are_answered_as_each_by_itself(transformer):
    begun = read(transformer, transformer.begin(), "The bank raised")
    asked = [
        Ask(transformer.begin(), ("The soldiers",), False),
        Ask(begun, [" its interest rate", " its", " a flag over the town"], True),
        Ask(begun, (" its key",), False),
        Ask(transformer.begin(), ["Rain fell"], True),
        Ask(begun, [" it"], True),
    ]
    soldiers, rates, key, rain, it = transformer.answers(asked)
    assert rates == pytest.approx(scores(transformer, begun, asked[1].texts), abs=1e-3)
    assert rain == pytest.approx(scores(transformer, transformer.begin(), ["Rain fell"]), abs=1e-3)
    assert it == pytest.approx(scores(transformer, begun, [" it"]), abs=1e-3)
    for after, ask in ((soldiers, asked[0]), (key, asked[2])):
        alone = read(transformer, ask.past, ask.texts[0])
        assert after.tokens == alone.tokens
        assert np.allclose(after.last, alone.last, atol=1e-3)
        assert all(np.allclose(a, b, atol=1e-3) for one, two in zip(after.memory, alone.memory, strict=True)
                   for a, b in zip(one, two, strict=True))
