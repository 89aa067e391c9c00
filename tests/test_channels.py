"""The channels beside the packs' entries: glossary, slips of typing, corrupted facts."""

from pathlib import Path

import pytest

import tortured
from unspin.documents import restore_document
from unspin.edits import apply, changed
from unspin.lexicon.neighbours import neighbours
from unspin.lexicon.read import Entry, Pack, find_packs, fingerprint, read_packs
from unspin.records import Source
from unspin.restore import Restorer, candidates, features
from unspin.restore.facts import contradictions, corrupted
from unspin.restore.glossary import Glossary
from unspin.restore.gold_records import load_records
from unspin.restore.language_model import load_models
from unspin.restore.tokens import tokens

shared = pytest.mark.skipif(not tortured.DATA.is_dir(), reason="../shared is not beside the project")


@pytest.fixture(scope="module")
def shipped():
    return Restorer.load()


def small(*terms, entries=()):
    made = tuple(Entry(spun, plain, "phrase", "", 9, False, "p", "", 0) for spun, plain in entries)
    return Pack("p", Path("p"), "p", "p", "science", made, (), terms)


def found(pack, text):
    glossary = Glossary.load(lambda: [pack], f"test {pack.terms} {pack.entries}", load_models()[:2])
    return [(text.split()[f.first : f.last], f.term.plain) for f in glossary.find(tokens(text, 0, len(text)))]


def test_words_that_are_all_neighbours_of_a_term_are_found_in_order_and_in_the_plural():
    pack = small("artificial intelligence", "supply line")
    assert found(pack, "They build counterfeit intellect today") == [
        (["counterfeit", "intellect"], "artificial intelligence")
    ]
    assert found(pack, "They build intellect counterfeit today") == []
    assert found(pack, "They build artificial intelligence today") == []
    assert (["provision", "lines"], "supply lines") in found(pack, "They cut provision lines today")


def test_known_phrases_teach_what_stands_for_a_word():
    taught = small("hidden layer", entries=[("final stratum", "final layer")])
    assert neighbours([taught], ["layer"])["stratum"] == {"layer": ("taught", 1)}
    longer = small("carotid artery", entries=[("coronary supply route", "coronary artery")])
    assert (["carotid", "supply", "route"], "carotid artery") in found(longer, "A blocked carotid supply route bled")
    assert found(small("carotid artery"), "A blocked carotid supply route bled") == []


@shared
def test_half_of_the_withheld_phrases_are_restored_exactly_and_clean_sentences_stay():
    shipped, mark = read_packs(), fingerprint(find_packs())
    teach, withheld = tortured.halves()
    packs = tortured.packs(shipped, teach, [plain for _, plain in tortured.pairs()])
    models = load_models()
    restorer = Restorer(
        packs, candidates.load_trie(lambda: packs, f"{mark} teach"), features.load_weights(), models,
        records=load_records(), glossary=Glossary.load(lambda: packs, f"{mark} teach", models[:2]),
    )
    before, after = "In this paper we discuss ", " in detail."
    right = 0
    for spun, plain in withheld:
        text = before + " ".join(spun) + after
        # What becomes of the sentence around is no matter here.
        edits = [
            e for e in changed(restorer.restore_spun(text)) if len(before) <= e.start < len(text) - len(after)
        ]
        right += tortured.words(apply(text, edits)[len(before) : -len(after)]) == plain
    assert right / len(withheld) >= 0.5
    altered = sentences = 0
    for text in tortured.clean_texts(5, 10):
        sentences += text.count(". ") + 1
        edits = changed(restore_document(Source("x", "x", "", text), restorer).edits)
        altered += sum(edit.rule.endswith(":term") for edit in edits)
    assert sentences > 1000
    assert altered <= 0.001 * sentences


def test_a_slip_of_typing_does_not_hide_a_spun_phrase_and_a_name_is_none(shipped):
    def restored(text):
        return apply(text, changed(shipped.restore_spun(text)))

    text = "The army faces demandng situations here with demandingsituations in the area."
    assert restored(text).count("challenges") == 2
    text = "Mr Demandng situations officer is here."
    assert not shipped._near_misses.matches(tokens(text, 0, len(text)))
    text = "They faced demanding moods."
    assert not shipped._near_misses.matches(tokens(text, 0, len(text)))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Then Basic Michael Langley spoke.", [("Basic", "General", "changed")]),
        ("Then Basic Trenval Orsk spoke.", [("Basic", "General", "suspect")]),
        ("The Primary Minister resigned.", [("Primary Minister", "Prime Minister", "changed")]),
        ("The primary minister of the church resigned.", []),
        ("Basic Training is over and Basic needs are met.", []),
        ("General Michael Langley met the Prime Minister.", []),
    ],
)
def test_titles_that_nobody_bears(text, want):
    assert [(e.original, e.replacement, e.outcome) for e in corrupted(text, tokens(text, 0, len(text)))] == want


def test_numbers_are_only_ever_suspects():
    text = "Thousands of residents fled. Hundreds of soldiers came. The hundreds of residents who stayed hid."
    edits = contradictions(text, [tokens(text, 0, len(text))])
    assert [(e.start, e.replacement, e.outcome) for e in edits] == [
        (0, "Hundreds", "suspect"),
        (text.index("hundreds"), "thousands", "suspect"),
    ]


@shared
def test_no_title_of_clean_news_is_changed():
    for text in tortured.clean_texts(0, 10):
        assert [e for e in corrupted(text, tokens(text, 0, len(text))) if e.outcome == "changed"] == []


@pytest.mark.parametrize("channel", ["glossary", "fuzzy", "facts"])
def test_a_channel_can_be_switched_off(shipped, channel):
    without = Restorer.load(without=(channel,))
    assert channel in shipped.identity()["channels"]
    assert channel not in without.identity()["channels"]
    parts = {"glossary": without._glossary, "fuzzy": without._near_misses, "facts": without._facts or None}
    assert parts[channel] is None
