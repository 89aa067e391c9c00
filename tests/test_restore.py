"""The laws of restoring, on our own gold articles and on packs written for the purpose."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from unspin.documents import restore_document
from unspin.edits import apply, changed
from unspin.evaluate import parse_gold, read_gold
from unspin.lexicon.read import LexiconError, find_packs
from unspin.records import CLEAN_KINDS, Block, Edit, Source
from unspin.restore import Restorer, candidates, context_model, features, glossary, grammar, known
from unspin.restore.decoder import Choice

HERE = Path(__file__).parent
GOLD = [name for name, _, _ in read_gold(HERE / "gold")]
SPUN = [name for name in GOLD if not name.startswith("clean-")]


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.fixture(scope="module")
def articles(restorer):
    return {
        name: restore_document(Source(name, name, "", text), restorer) for name, text, _ in read_gold(HERE / "gold")
    }


@pytest.mark.parametrize("name", GOLD)
def test_seeds_are_what_the_gold_articles_were_marked_in(name):
    marked = (HERE / "gold" / name.replace(".txt", ".marked.txt")).read_text(encoding="utf-8")
    assert (HERE.parent / "seeds" / name).read_text(encoding="utf-8") == parse_gold(marked)[0]


@pytest.mark.parametrize("name", SPUN)
def test_a_restored_text_is_clean_and_is_not_changed_again(articles, restorer, name):
    once = articles[name]
    again = restore_document(Source(name, name, "", once.text), restorer)
    assert once.status == "done"
    assert again.status == "clean"
    assert not [e for e in changed(again.edits) if e.kind not in CLEAN_KINDS]


@pytest.mark.parametrize("name", GOLD)
def test_every_edit_names_its_rule_and_how_sure_it_is(articles, name):
    document = articles[name]
    assert apply(document.source.text, document.edits) == document.text
    for edit in document.edits:
        assert edit.rule
        assert 0 <= edit.score <= 1
        assert document.source.text[edit.start : edit.end] == edit.original != edit.replacement


@pytest.mark.parametrize("name", [n for n in GOLD if n.startswith("clean-")])
def test_a_clean_article_stays(articles, name):
    assert articles[name].status == "clean"
    assert articles[name].text == articles[name].source.text


SENTENCE = (
    "The army coaching is aimed toward bettering safety within the area, and the govt will have to put into effect "
    "methods thru which native forces turn into efficient. "
)


def restored(text, restorer):
    return restore_document(Source("x.txt", "x.txt", "", text), restorer)


def test_addresses_code_and_handles_are_never_touched(restorer):
    shielded = (
        "See https://army.example/safety-area, write to army@safety.org, run `army.coaching()` or ask @army_area."
    )
    document = restored(SENTENCE * 2 + shielded, restorer)
    assert document.status == "done"
    assert document.text.endswith(shielded)


def test_a_careful_restorer_changes_less():
    counts = []
    for careful in (0.0, 0.5, 1.0):
        document = restored(SENTENCE * 3, Restorer.load(careful=careful))
        counts.append(len(changed(document.edits)))
    assert counts[0] > counts[2]
    assert counts == sorted(counts, reverse=True)


def test_a_spun_paragraph_in_a_clean_document_is_restored_alone(restorer):
    clean = (HERE.parent / "seeds" / "clean-army-cadet-fitness.txt").read_text(encoding="utf-8")
    document = restored(f"{clean}\n{SENTENCE * 3}\n", restorer)
    assert document.status == "done"
    assert document.text.startswith(clean)
    assert "aimed at improving" in document.text


def write_pack(folder, name, lines):
    pack = folder / name
    pack.mkdir(parents=True)
    (pack / "pack.toml").write_text(f'title = "{name}"\nfamily = "newswire"\nsubject = "test"\n', encoding="utf-8")
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\toften\n" + "".join(lines), encoding="utf-8")
    return pack


def test_the_order_of_packs_and_lines_has_no_effect(tmp_path):
    lines = (HERE.parent / "lexicons" / "news" / "entries.tsv").read_text(encoding="utf-8").splitlines(True)[1:2001]
    text = "".join((HERE.parent / "seeds" / name).read_text(encoding="utf-8") for name in SPUN[:3])
    shuffled = random.Random(4).sample(lines, len(lines))
    one = [write_pack(tmp_path / "one", "a", lines[:1000]), write_pack(tmp_path / "one", "b", lines[1000:])]
    two = [
        write_pack(tmp_path / "two", "b", [x for x in shuffled if x in set(lines[1000:])]),
        write_pack(tmp_path / "two", "a", [x for x in shuffled if x in set(lines[:1000])]),
    ]
    first, second = (restored(text, Restorer.load(packs)) for packs in (one, two))
    assert changed(first.edits)
    assert first.edits == second.edits


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("army\tmilitary\tnoun\n", "3 columns"),
        ("army\tmilitary\tthing\tthe [army|military] said\n", "unknown form 'thing'"),
        ("army\tarmy\tnoun\tthe [army|army] said\n", "maps to itself"),
        ("army\tmilitary\tnoun\tthe military said\n", "exactly one [spun|plain]"),
        ("army\tmilitary\tnoun\tthe [army|military] said\t12\n", "in the column 'often'"),
        ("\tmilitary\tnoun\tthe [army|military] said\n", "spun phrase is empty"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_file_and_line(tmp_path, line, told):
    pack = write_pack(tmp_path, "bad", ["thru\tthrough\tphrase\tthey came [thru|through] the gate\n", line])
    with pytest.raises(LexiconError) as error:
        Restorer.load([pack])
    assert str(error.value).startswith(f"{pack / 'entries.tsv'}:3: ")
    assert told in str(error.value)


@pytest.mark.parametrize("joint", ["\r", "\t"])
def test_a_header_that_runs_on_is_told(tmp_path, joint):
    pack = write_pack(tmp_path, "bad", [])
    line = "army\tmilitary\tnoun\tthe [army|military] said\t5"
    (pack / "entries.tsv").write_bytes(f"spun\tplain\tform\texample\toften{joint}{line}{joint}".encode())
    with pytest.raises(LexiconError, match="is not the header"):
        Restorer.load([pack])


def test_near_synonyms_that_would_all_do_are_sure_together(restorer, monkeypatch):
    text = "army help"
    (piece,) = restorer.pieces(text, [Block("b1", "", "paragraph", 0, len(text))])
    given = {c.answer: c for match in piece.matches if match.first == 1 for c in match.candidates}
    others = ((0.45, given["aid"]), (0.42, given["assistance"]), (0.13, None))
    choices = [Choice(1, 2, given["aid"], 0.45, others)]
    monkeypatch.setattr(restorer, "_agreement", {("assistance", "aid"): 0.7})
    (edit,) = restorer.edits(text, piece, choices)
    assert (edit.replacement, edit.outcome) == ("aid", "changed")
    monkeypatch.setattr(restorer, "_agreement", {})
    (edit,) = restorer.edits(text, piece, choices)
    assert edit.outcome == "suspect"


def test_a_change_that_would_double_a_word_is_only_proposed():
    text = "a device with a switch transfer and a plug transfer that had gone"
    edits = [
        Edit(at, at + 8, "transfer", new, "changed", "word", "r")
        for at, new in ((text.index("transfer"), "switch"), (text.rindex("transfer"), "plug that"))
    ]
    assert [e.outcome for e in grammar.mended(text, edits)] == ["suspect", "suspect"]
    beside = [
        Edit(16, 22, "switch", "plug", "changed", "word", "r"), Edit(23, 31, "transfer", "plug", "changed", "word", "r")
    ]
    assert [e.outcome for e in grammar.mended(text, beside)] == ["changed", "suspect"]
    same = [Edit(16, 31, "switch transfer", "switch move", "changed", "phrase", "r")]
    assert [e.outcome for e in grammar.mended(text, same)] == ["changed"]


def test_figures_of_dates_scores_and_sums_are_offered_no_words(restorer):
    text = "On 3 May the 3 men won 6-3 and $3 in May 3, the 3-12 months-antique boy 3 more"
    (piece,) = restorer.pieces(text, [Block("b1", "", "paragraph", 0, len(text))])
    offered = [piece.found[m.first].start for m in piece.matches if any(c.plain == "three" for c in m.candidates)]
    assert [text[at - 4 : at + 6] for at in offered] == ["the 3 men ", "the 3-12 m", "boy 3 more"]


@pytest.mark.parametrize(
    ("spun", "plain"),
    [
        ("Shares rose by 12 p.c. They fell later.", "Shares rose by 12 percent. They fell later."),
        ("Sales rose by twelve p.c. in May.", "Sales rose by twelve percent in May."),
    ],
)
def test_a_full_stop_that_also_ends_the_sentence_stays(restorer, spun, plain):
    edits = [e for e in restorer.restore_spun(spun) if e.original.startswith("p.c")]
    assert [e.outcome for e in edits] == ["changed"]
    assert apply(spun, edits) == plain


def test_what_is_remembered_of_other_texts_changes_nothing(articles, restorer, monkeypatch):
    for module in (known, glossary, context_model):
        monkeypatch.setattr(module, "ROOM", 300)
    context_model.shipped.cache_clear()
    try:
        forgetful = Restorer.load()
        for name, text, _ in read_gold(HERE / "gold"):
            assert restore_document(Source(name, name, "", text), forgetful) == articles[name]
        assert len(forgetful._knowledge) < len(restorer._knowledge)
    finally:
        context_model.shipped.cache_clear()


def test_options_far_behind_another_of_their_place_are_not_weighed(restorer):
    text = "The army gave the nation a huge raise after the meeting on the issue of artificial thinking."
    block = Block("b1", "", "paragraph", 0, len(text))
    (near,), (every,) = (restorer.pieces(text, [block], far) for far in (2.0, float("inf")))
    assert near.matches == every.matches  # what the packs say is known all the same
    at = {(o.first, o.last, o.candidate.plain): n for n, o in enumerate(every.lattice.options)}
    kept = [at[o.first, o.last, o.candidate.plain] for o in near.lattice.options]
    assert kept == sorted(kept)
    for name in ("early", "slopes", "more", "taught"):
        assert (getattr(every.signs, name)[kept] == getattr(near.signs, name)).all()
    worth = (every.signs.early * (restorer.weights.later + every.signs.slopes)).sum(axis=1)
    for first, last, count in every.lattice.spots:
        here = [n for (a, b, _), n in at.items() if (a, b) == (first, last)]
        packs = [n for n in here if every.lattice.options[n].candidate.channel == "pack"]  # the shipped ones
        assert len(here) == count
        bound = max((worth[n] for n in packs), default=0.0) - 2.0
        assert {n for n in here if n in kept} == {n for n in here if n not in packs or worth[n] > bound}
    assert len(kept) < len(at)


def test_what_a_term_is_worth_puts_no_entry_behind(restorer):
    text = "The army met."
    (piece,) = restorer.pieces(text, [Block("b1", "", "paragraph", 0, len(text))], float("inf"))
    (match,) = [match for match in piece.matches if match.first == 1]
    count = len(match.candidates)
    early = np.zeros((count, len(features.NAMES)))
    early[0, 0] = 1000.0 / restorer.weights.later[0]  # of the first one, which is worth more than all others
    taught = np.arange(count) > 0
    signs = [
        piece.signs.of(slice(0, count))._replace(early=early, slopes=np.zeros_like(early), taught=known)
        for known in (taught, np.ones(count, np.bool_))
    ]
    near = [restorer.near([match], one, 5.0).tolist() for one in signs]
    assert count > 1
    assert near == [[True] * count, [True] + [False] * (count - 1)]


def test_entries_of_ones_own_are_weighed_however_far_behind(tmp_path):
    pack = tmp_path / "own"
    pack.mkdir()
    (pack / "pack.toml").write_text('title = "Ours"\nsubject = "war"\nfamily = "newswire"\n')
    (pack / "entries.tsv").write_text(
        "spun\tplain\tform\texample\toften\narmy\twarband\tnoun\tThe [army|warband] camped by the river.\t1\n"
    )
    restorer = Restorer.load([*(p.name for p in find_packs([])), pack])
    text = "The army gave the nation a huge raise."
    (piece,) = restorer.pieces(text, [Block("b1", "", "paragraph", 0, len(text))], far=0.1)
    offered = {o.candidate.plain for o in piece.lattice.options if o.first == 1}
    assert "warband" in offered
    assert len(offered) == 2  # and of the shipped ones the best alone


def test_the_author_of_a_pack_is_believed(tmp_path):
    """Gold articles have *tug* for *pull*, and nothing of ``tagline fee``: somebody else's spinner is another."""
    text = "They tugged the ship to port, in opposition to the orders, and owed the tagline fee for 3 months."

    def made(often, *packs):
        folder = write_pack(tmp_path / f"{often}{len(packs)}", "mine", [
            f"tug\ttow\tverb\tThey [tug|tow] the ship.\t{often}\n",
            f"tagline fee\tport due\tnoun\tThe [tagline fee|port due] went up.\t{often}\n",
        ])
        edits = Restorer.load([*packs, folder]).restore_spun(text)
        return [(e.replacement, e.outcome) for e in edits if "mine/" in e.rule]

    for packs in ([], ["shipped"]):
        assert made("9", *packs) == [("towed", "changed"), ("port due", "changed")]
        assert ("port due", "changed") not in made("1", *packs)
        assert "changed" not in dict(map(reversed, made("suspect", *packs)))


def test_what_was_read_of_the_lexicon_goes_when_texts_no_longer_ask_for_it(monkeypatch):
    monkeypatch.setattr(candidates, "ROOM", 1)
    rows = {
        spun: json.dumps([[[spun], plain, [plain], f"news/{spun}>{plain}:noun", "news", "NN", False, 7]]).encode()
        for spun, plain in (("army", "military"), ("nation", "state"), ("area", "region"))
    }
    trie = candidates.Written({word: memoryview(row) for word, row in rows.items()})
    army, nation = trie.below("army"), trie.below("nation")
    candidates.turn(trie)
    assert trie.below("nation") is nation
    assert trie.below("area")[""][0][1] == "region"
    candidates.turn(trie)
    assert trie.below("nation") is nation
    again = trie.below("army")
    assert again is not army
    assert again == army


def test_a_restorer_forgets_what_it_read_of_the_lexicon_between_texts(monkeypatch):
    monkeypatch.setattr(candidates, "ROOM", 5)
    restorer = Restorer.load()
    texts = [text for _, text, _ in read_gold(HERE / "gold")][:4]
    first = restore_document(Source("a", "a", "", texts[0]), restorer)
    for text in texts[1:]:
        restore_document(Source("a", "a", "", text), restorer)
    met = restorer._trie._met
    assert met.remembered() < 2 * max(len(set(text.lower().split())) for text in texts)
    assert restore_document(Source("a", "a", "", texts[0]), restorer) == first
