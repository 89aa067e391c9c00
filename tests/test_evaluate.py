"""Scores against gold, to the digit of the shared scorer's definition."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

from unspin.evaluate import SUFFIX, Counts, GoldEdit, GoldError, evaluate, parse_gold, read_edits, read_gold, score
from unspin.records import Edit
from unspin.tables import TABLES, csv_line

SHARED = Path(__file__).parents[2] / "shared" / "score"


def edit(start, end, original, replacement, outcome="changed"):
    return Edit(start, end, original, replacement, outcome, "word", "r")


TEXT, GOLD = parse_gold(
    "the [[army=>military|forces]] met [[demanding situations=>challenges]] and [[home=>home|house]]."
)


def at(words):
    start = TEXT.index(words)
    return start, start + len(words), words


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        ([], (0, 0, 2)),
        ([edit(*at("army"), "military")], (1, 0, 1)),
        ([edit(*at("army"), "forces")], (1, 0, 1)),  # any accepted restoration is right
        ([edit(*at("army"), "MILITARY")], (1, 0, 1)),  # letter case is no difference
        ([edit(*at("army"), "navy")], (0, 1, 2)),
        ([edit(*at("army"), "military", "suspect")], (0, 0, 2)),  # suspects are not applied
        ([edit(*at("home"), "house")], (0, 0, 2)),  # the spun word is accepted too: right, and nothing was asked for
        ([edit(*at("home"), "hut")], (0, 1, 2)),
        ([edit(*at("met"), "saw")], (0, 1, 2)),  # touches no gold edit
        ([edit(*at("army met demanding situations"), "military met challenges")], (2, 0, 0)),  # one edit over two
        ([edit(*at("army met demanding situations"), "military saw challenges")], (0, 1, 2)),
        ([edit(*at("demanding"), "hard"), edit(*at("situations"), "times")], (0, 2, 2)),
        ([edit(*at("demanding "), ""), edit(*at("situations"), "challenges")], (1, 0, 1)),
    ],
)
def test_what_counts_as_found_false_and_missed(made, counts):
    assert score(TEXT, GOLD, made).counts == counts


def test_where_case_is_all_that_changes_case_counts():
    text, gold = parse_gold("in [[libya=>Libya]] now")
    assert score(text, gold, [edit(3, 8, "libya", "Libya")]).counts == (1, 0, 0)
    assert score(text, gold, []).counts == (0, 0, 1)
    assert score(text, gold, [edit(3, 8, "libya", "LIBYA")]).counts == (0, 1, 1)


def test_the_cases_say_what_was_wrong():
    made = [edit(*at("army"), "navy"), edit(*at("met"), "saw")]
    wrong, missed, false = score(TEXT, GOLD, made).cases
    assert wrong == ("wrong", "army", "navy", "military")
    assert missed == ("missed", "demanding situations", "", "challenges")
    assert (false.kind, false.got) == ("false", "met -> saw")


def test_nothing_made_and_nothing_asked_is_perfect():
    assert (Counts().precision, Counts().recall, Counts().f05) == (1, 1, 1)
    assert Counts(false=3).f05 == 0


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("a\n[[army=>military", "g:2: [[ opens no mark"),
        ("a\n\nb [[army]] c", "g:3: [[ opens no mark"),
        ("[[army] met [[home=>house]]", "g:1: a mark is not closed"),
        ("[[army=>military] met [[home=>house]]", "g:1: a mark within a mark"),
        ("a [army=>military]] b", "g:1: => stands outside a mark"),
    ],
)
def test_malformed_gold_names_file_and_line(marked, message):
    with pytest.raises(GoldError) as caught:
        parse_gold(marked, "g")
    assert str(caught.value).startswith(message)
    assert "[[spun=>plain]]" in str(caught.value) or "]]" in str(caught.value)


def test_marks_may_run_over_lines_and_hold_nothing():
    text, edits = parse_gold("a[[,=>, ]]b [[x\ny=>]]")
    assert text == "a,b x\ny"
    assert edits == [GoldEdit(1, 2, ",", (", ",)), GoldEdit(4, 7, "x\ny", ("",))]


def test_a_folder_without_gold_is_told(tmp_path):
    with pytest.raises(GoldError, match=r"no NAME\.marked\.txt in it"):
        list(read_gold(tmp_path))
    with pytest.raises(GoldError, match=r"no NAME\.marked\.txt in it"):
        list(read_gold(tmp_path / "nowhere"))


def test_gold_that_is_not_utf8_is_told(tmp_path):
    (tmp_path / ("a" + SUFFIX)).write_bytes(b"caf\xe9")
    with pytest.raises(GoldError, match=r"a\.marked\.txt: not UTF-8 at byte 3"):
        list(read_gold(tmp_path))


def test_gold_of_another_text_is_told(tmp_path):
    (tmp_path / ("a" + SUFFIX)).write_text("the [[army=>military]] met")
    with pytest.raises(GoldError, match=r"marks another text than a\.txt of the run"):
        list(evaluate(tmp_path, {"a.txt": [edit(4, 8, "navy", "fleet")]}))


def test_a_document_that_the_run_has_not_is_all_missed(tmp_path):
    (tmp_path / ("a" + SUFFIX)).write_text("the [[army=>military]] met")
    (result,) = evaluate(tmp_path, {})
    assert (result.doc_id, result.counts) == ("a.txt", (0, 0, 1))


# ---------------------------------------------------------------- against the shared scorer


@pytest.fixture(scope="module")
def shared():
    if not (SHARED / "score_edits.py").is_file():
        pytest.skip("the shared scorer is not on this machine")
    sys.path.insert(0, str(SHARED))
    try:
        spec = importlib.util.spec_from_file_location("score_edits_shared", SHARED / "score_edits.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SHARED))


def gold_files():
    return sorted(Path(__file__).with_name("gold").glob("*" + SUFFIX)) + sorted(
        (SHARED.parent / "gold").glob("*" + SUFFIX)
    )


def some_edits(source, gold, seed):
    """Right, wrong, partial, joint and false edits, none overlapping."""
    rng = random.Random(seed)
    made, at_ = [], 0
    for one in gold:
        if one.start < at_ or rng.random() < 0.2:
            continue
        start, end, new = one.start, one.end, rng.choice(one.accepted)
        way = rng.random()
        if way < 0.1:
            new = "zzz"
        elif way < 0.2 and end - start > 3:
            end -= 2
        elif way < 0.3:
            start = max(at_, start - 3)
        elif way < 0.4:
            new = new.upper()
        made.append(Edit(start, end, source[start:end], new, "changed", "word", "r"))
        at_ = end
        if rng.random() < 0.2 and at_ + 9 < len(source):
            made.append(Edit(at_ + 4, at_ + 9, source[at_ + 4 : at_ + 9], "yyyy", "changed", "word", "r"))
            at_ += 9
        elif rng.random() < 0.1:
            made.append(Edit(at_ + 1, at_ + 1, "", "+", "changed", "spacing", "r"))
            at_ += 1
    return [e for e in made if e.original != e.replacement and e.end <= len(source)]


def test_every_figure_is_the_shared_scorers(shared, tmp_path):
    files = gold_files()
    assert len(files) >= 12
    lines = [csv_line(TABLES["edits"].header)]
    mine = {}
    for number, path in enumerate(files):
        source, gold = parse_gold(path.read_bytes().decode(), path.name)
        doc_id = path.name.replace(SUFFIX, ".txt")
        for seed in range(5):
            edits = some_edits(source, gold, 100 * number + seed)
            theirs = shared.score(
                source, shared.parse(path.read_bytes().decode())[1], [(e.start, e.end, e.replacement) for e in edits]
            )
            counts = score(source, gold, edits).counts
            assert counts == (theirs["found"], theirs["false"], theirs["missed"])
            assert not any(e.required for e in gold) or min(counts) > 0
            assert (counts.precision, counts.recall, counts.f05) == shared.figures(*counts)
            mine[doc_id] = edits
        for i, e in enumerate(mine[doc_id]):
            lines.append(csv_line([doc_id, f"e{i}", "b1", *e[:7], "", 1.0, ""]))
    (tmp_path / "edits.csv").write_text("".join(lines), newline="")
    read = read_edits(tmp_path)
    mine = {doc_id: es for doc_id, es in mine.items() if es}
    assert {doc_id: [tuple(e)[:5] for e in es] for doc_id, es in read.items()} == {
        doc_id: [tuple(e)[:5] for e in es] for doc_id, es in mine.items()
    }
    theirs = shared.read_edits(tmp_path)
    assert {d: sorted((e.start, e.end, e.replacement) for e in es) for d, es in read.items()} == {
        d: sorted(es) for d, es in theirs.items()
    }
