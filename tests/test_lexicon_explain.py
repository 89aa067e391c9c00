"""`lexicon explain` shows what the decoder does: its parts add up, its winner is the edit."""

import json
import math

import pytest

from unspin.cli import main
from unspin.lexicon.explain import explain, verdict
from unspin.restore import Restorer

TEXT = "The army leaders met to talk about demanding situations within the area."


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load(["news", "defence"])


def test_the_winners_are_the_edits_of_a_spun_text(restorer):
    made = {(e.start, e.end, e.replacement, e.outcome) for e in restorer.restore_spun(TEXT)}
    told = {(p.start, p.end, p.replacement, p.outcome) for p in explain(TEXT, restorer) if p.outcome != "kept"}
    assert told == made
    assert any(outcome == "changed" for *_, outcome in told)


def test_probabilities_follow_from_the_scores(restorer):
    """A part that is left out of the sum would show here: probabilities are a softmax of the scores."""
    places = explain(TEXT, restorer)
    assert places
    for place in places:
        whole = sum(math.exp(r.score) for r in place.readings)
        for reading in place.readings:
            assert reading.probability == pytest.approx(math.exp(reading.score) / whole, abs=0.01)
            assert reading.score == pytest.approx(sum(reading.parts.values()), abs=0.001)


def test_a_short_clean_text_says_that_nothing_is_changed(restorer):
    assert verdict("The cat sat on the mat.", restorer).status == "clean"


def test_the_command_shows_text_and_json(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["lexicon", "explain", TEXT, "--pack", "news"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "demanding situations: changed to challenges" in out
    assert "news/demanding situation>challenge:noun, pack" in out
    with pytest.raises(SystemExit):
        main(["lexicon", "explain", TEXT, "--pack", "news", "--json"])
    data = json.loads(capsys.readouterr().out)
    (place,) = [p for p in data["places"] if p["original"] == "demanding situations"]
    assert place["readings"][0]["plain"] == "challenges"
    assert {"keep", "pack"} == {r["channel"] for r in place["readings"]}
