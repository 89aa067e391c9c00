"""What speaks for a reading besides its words: the subject of the text, and gold articles like it."""

import numpy as np
import pytest

from unspin.restore import gold_records, suits_article, topics
from unspin.restore.candidates import Candidate, Match
from unspin.restore.context_model import shipped
from unspin.restore.gold_records import Records, load_records, odds, standing, written
from unspin.restore.language_model import Web
from unspin.restore.tokens import tokens
from unspin.restore.topics import CALM, NEAR, Topics

CLINIC = {("treatment", "therapy"): 3, ("affected person", "patient"): 4, ("sanatorium", "hospital"): 2}
CAMP = {("treatment", "handling"): 5, ("refuge", "shelter"): 2, ("camp", ""): 3}
MARKET = {("stocks", "shares"): 2, ("trade", ""): 6}
#: What texts as long as those that were fitted to share besides.
WARDS, TENTS = ({(f"{place} {number}", ""): 1 for number in range(90)} for place in ("ward", "tent"))


@pytest.fixture
def records():
    return Records([CLINIC | WARDS, CAMP | TENTS, MARKET], ["clinic", "camp", "market"])


def likeness(records, phrases):
    """Give how much each article counts for a document with phrases at so many places each."""
    numbers = records.asked([(spun, "") for spun, places in phrases.items() for _ in range(places)]).phrases
    return records.likeness(numbers)


def told(records, spun, answer, likeness=None):
    """Give what became of a phrase: places that stay, that were replaced, by one answer, and how many kinds."""
    return records.counts(records.asked([(spun, answer)]), likeness)[0]


def stands_out(counts):
    return float(standing(counts))


def test_the_article_that_shares_phrases_decides_between_answers(records):
    wards, tents = ({spun: 1 for spun, _ in those} for those in (WARDS, TENTS))
    like_clinic = likeness(records, {"treatment": 1, "affected person": 2, "sanatorium": 1} | wards)
    like_camp = likeness(records, {"treatment": 1, "refuge": 1, "camp": 2} | tents)
    for like, right, wrong in ((like_clinic, "therapy", "handling"), (like_camp, "handling", "therapy")):
        one, other = (stands_out(told(records, "treatment", answer, like)) for answer in (right, wrong))
        assert one > 0 > other
    therapy, handling = (told(records, "treatment", answer) for answer in ("therapy", "handling"))
    assert stands_out(therapy) == stands_out(handling)


def test_a_document_without_shared_phrases_leans_to_no_article(records):
    assert len(set(likeness(records, {"unheard of": 3}))) == 1
    unheard = told(records, "unheard of", "therapy", likeness(records, {}))
    assert unheard.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert stands_out(unheard) == odds(unheard) == 0.0


def test_two_places_of_an_article_count_as_much_as_ten():
    few, many = Records([{("army", ""): 2}], ["a"]), Records([{("army", ""): 10}], ["a"])
    for like in (None, np.ones(1)):
        assert told(few, "army", "", like).tolist() == told(many, "army", "", like).tolist() == [2.0, 0.0, 2.0, 1.0]


def test_a_real_article_counts_double():
    articles = [{("army", "military"): 1}] * 2
    plain, marked = Records(articles, ["a", "b"]), Records(articles, ["a", "b"], {"b"})
    one, double = (likeness(records, {"army": 1}) for records in (plain, marked))
    assert (double / one).tolist() == [1.0, gold_records.REAL]


def test_records_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "records.tsv"
    path.write_text(written({"clinic": CLINIC, "camp*": CAMP, "market": {}}), encoding="utf-8")
    read = load_records(path)
    assert list(read.names) == ["clinic", "camp", "market"]
    assert told(read, "treatment", "therapy").tolist() == [0.0, 4.0, 2.0, 2.0]
    made = Records([CLINIC, CAMP, {}], read.names, {"camp"})
    assert likeness(read, {"x": 1}).tolist() == likeness(made, {}).tolist()
    assert told(read.without("camp"), "treatment", "handling").tolist() == [0.0, 2.0, 0.0, 1.0]
    assert list(read.without("camp").names) == list(read.names)


def test_what_an_article_shows_is_left_out_everywhere(records):
    rest = records.without("clinic")
    assert rest.names == records.names
    spun, _ = next(iter(CLINIC))
    alone = Records([{}, CAMP, MARKET], records.names)
    like = likeness(rest, {spun: 1, "camp": 1})
    assert (like > 0).tolist() == [False, True, True]
    for phrase, answer in [*CLINIC, *CAMP, *MARKET]:
        assert rest.places(phrase, answer) == alone.places(phrase, answer)
        for weights in (None, like):
            assert told(rest, phrase, answer, weights).tolist() == told(alone, phrase, answer, weights).tolist()
    # And the records themselves are as they were.
    assert told(records, spun, "therapy").tolist() != told(rest, spun, "therapy").tolist()


def test_shipped_records_name_each_article_once():
    names = load_records().names
    assert len(names) == len(set(names)) > 400


SENTENCE = "the army fired rockets at troops on the border while soldiers of the militia fled from the tanks"
WORDS = SENTENCE.split()


@pytest.fixture(scope="module")
def made():
    return Topics(shipped(), Web.load())


def around(made, words, spans):
    return made.around(made.numbers(words), np.array(spans))


def test_a_place_does_not_speak_for_itself(made):
    other = [*WORDS[:5], "violin", *WORDS[6:]]
    for name in CALM:
        one, two = around(made, WORDS, [[5, 6]])[name], around(made, other, [[5, 6]])[name]
        assert np.allclose(one, two, atol=1e-6)
        assert not np.allclose(one, around(made, other, [[0, 1]])[name], atol=1e-3)


def test_what_is_near_ends_after_thirty_words(made):
    def text(distance):
        return ["the", *["the"] * (distance - 1), "militia", *["the"] * 40]

    near, far = (around(made, text(n), [[0, 1]])["nearby"][0] for n in (NEAR, NEAR + 1))
    nothing = around(made, ["the"] * 80, [[0, 1]])["nearby"][0]
    assert np.allclose(far, nothing, atol=1e-6)
    assert not np.allclose(near, nothing, atol=1e-3)
    whole = around(made, text(NEAR + 1), [[0, 1]])["topic"][0]
    assert not np.allclose(whole, around(made, ["the"] * 80, [[0, 1]])["topic"][0], atol=1e-3)


def test_long_texts_are_summed_in_parts(made, monkeypatch):
    words = WORDS * 20
    spans = [[n, n + 2] for n in range(0, len(words) - 2, 3)]
    at_once = around(made, words, spans)
    monkeypatch.setattr(topics, "ROOM", 7)
    for name, values in around(made, words, spans).items():
        assert np.allclose(values, at_once[name], atol=1e-5)


def test_the_subject_decides_between_two_plain_phrases(made):
    sentence = "The {} was praised by everyone on Monday."
    about = {
        "hospital": "Nurses and doctors in the ward gave the patients their medicine after the surgery. ",
        "stage": "Actors and musicians rehearsed the opera with the orchestra in the theatre. ",
    }
    values = {}
    for name, text in about.items():
        words = (text * 4 + sentence.format("treatment")).lower().replace(".", "").split()
        place = words.index("treatment")
        topic = around(made, words, [[place, place + 1]])["topic"][0]
        values[name] = float(topic @ (shipped().vector(("therapy",)) - shipped().vector(("script",))))
    assert values["hospital"] > 0 > values["stage"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("an pressing matter", [1.0, 0.0]),  # what stood there began with a vowel
        ("a pressing matter", [-1.0, 0.0]),
        ("the pressing matter", [0.0, 0.0]),
        ("a. Pressing matters", [0.0, 0.0]),
        ("pressing matters", [0.0, 0.0]),
    ],
)
def test_the_article_before_a_place_tells_how_the_plain_phrase_begins(text, wanted):
    base = Candidate("urgent", ("urgent",), "r", "p", "JJ", "pack", False, 0, "pressing", "urgent")
    found = tokens(text, 0, len(text))
    at = next(n for n, token in enumerate(found) if token.word == "pressing")
    others = (base, base._replace(plain="crucial", words=("crucial",), answer="crucial"))
    assert suits_article(found, [Match(at, at + 1, others)]) == wanted
