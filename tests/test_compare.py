"""What changed between two runs, and why."""

import json
import shutil
from pathlib import Path

import pytest

from unspin import compare, runs, tables
from unspin.compare import Comparison, summarise
from unspin.lexicon.read import shipped
from unspin.settings import Choices, Settings
from unspin.tables import TABLES, TableError, csv_line

RULE = "news/army>military:noun"


def write(folder: Path, documents=None, told=None, **changed):
    """Write a run of one document, ``The army met. It left.``, with what a test changes."""
    folder.mkdir()
    documents = documents or [["a.txt", "aa", "The military met. It left."]]
    given = {
        "documents": [
            [d, f"in/{d}", sha, "done", "", "", "", "", "", "", "en", 5, 1, 0, 0.8, "news"] for d, sha, _ in documents
        ],
        "blocks": [[d, "b1", "", "paragraph", 0, None, None, "", "", text, 0, 22, 0, 26] for d, _, text in documents],
        "edits": [
            [d, "e1", "b1", 4, 8, "army", "military", "changed", "word", RULE, "news", 0.9, ""] for d, _, _ in documents
        ],
        "entities": [["org/military", "military", "ORG", len(documents), len(documents), "", ""]],
        "mentions": [
            [d, "m1", "b1", "org/military", "military", "military", "ORG", "model", 4, 8, 4, 12, ""]
            for d, _, _ in documents
        ],
        "relations": [
            [
                *(
                    d,
                    "r1",
                    "b1",
                    "military",
                    "org/military",
                    "meet",
                    "met",
                    "",
                    "it",
                    "",
                    "",
                    False,
                    "",
                    "past",
                    "",
                    0.5,
                ),
                *("The military met.", 0, 13, 0, 17, RULE, "", "", "", "", False),
            ]
            for d, _, _ in documents
        ],
    }
    for name, rows in (given | changed).items():
        lines = [csv_line(TABLES[name].header), *map(csv_line, rows)]
        (folder / f"{name}.csv").write_text("".join(lines), newline="")
    (folder / "restored").mkdir()
    for doc_id, _, text in documents:
        (folder / "restored" / doc_id).write_text(text)
    told = {"unspin": "1", "code": "c1", "settings": {"careful": 0.5}, "rules": {RULE: "h1"}, "model": {}} | (
        told or {}
    )
    told["rules"] = {"news": tables.pack_rules(told["rules"])}
    (folder / "run.json").write_text(json.dumps(told))
    return folder


def edit(replacement, rule=RULE, start=4, end=8, original="army", number=1, outcome="changed"):
    return ["a.txt", f"e{number}", "b1", start, end, original, replacement, outcome, "word", rule, "news", 0.9, ""]


def found(old, new):
    return [(c.kind, c.table, c.key, c.columns, c.cause) for c in Comparison(old, new).changes()]


def shown(old, new, form="text", **options):
    pieces = []
    return compare.show(old, new, form, pieces.append, **options), "".join(pieces)


def test_identical_runs_are_one_line(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    assert shown(old, new) == (False, "no difference in 1 documents\n")


def test_an_edited_rule_is_the_cause_of_its_edits_and_of_what_stands_there(tmp_path):
    old = write(tmp_path / "old")
    texts = [["a.txt", "aa", "The forces met. It left."]]
    mention = ["a.txt", "m1", "b1", "org/forces", "forces", "forces", "ORG", "model", 4, 8, 4, 10, ""]
    told = {"rules": {RULE: "h2"}}
    new = write(
        tmp_path / "new",
        texts,
        told,
        edits=[edit("forces")],
        mentions=[mention],
        entities=[["org/forces", "forces", "ORG", 1, 1, "", ""]],
    )
    why = f"rule {RULE} edited"
    assert found(old, new) == [
        ("changed", "edits", "a.txt 4-8", ("replacement",), why),
        ("changed", "blocks", "a.txt 0-22", ("text",), why),
        ("changed", "mentions", "a.txt 4-8", ("entity_id", "text", "name"), why),
        ("changed", "restored", "a.txt", ("text",), why),
        ("added", "entities", "org/forces", (), why),
        ("removed", "entities", "org/military", (), why),
    ]


@pytest.mark.parametrize(("before", "after", "what"), [({}, {RULE: "h"}, "added"), ({RULE: "h"}, {}, "removed")])
def test_rules_that_come_and_go_are_named(tmp_path, before, after, what):
    sides = {}
    for name, rules in (("old", before), ("new", after)):
        edits = [edit("military")] if rules else []
        sides[name] = write(tmp_path / name, None, {"rules": rules}, edits=edits)
    assert found(sides["old"], sides["new"]) == [(what, "edits", "a.txt 4-8", (), f"rule {RULE} {what}")]


def test_an_edit_more_changes_no_other_row(tmp_path):
    """Running numbers and restored offsets move; nothing else does."""
    old = write(tmp_path / "old", edits=[edit("military")])
    moved = ["a.txt", "m2", "b1", "org/military", "military", "military", "ORG", "model", 4, 8, 9, 17, ""]
    new = write(
        tmp_path / "new",
        edits=[edit("Thee", "tidy:x", 0, 3, "The", 1), edit("military", number=2)],
        mentions=[moved],
    )
    assert found(old, new) == [("added", "edits", "a.txt 0-3", (), "unexplained")]


def test_changed_input_is_the_cause_whatever_else_changed(tmp_path):
    old = write(tmp_path / "old")
    new = write(
        tmp_path / "new",
        [["a.txt", "bb", "Now the military met. It left."]],
        {"rules": {RULE: "h2"}},
        edits=[edit("military", start=8, end=12)],
    )
    rows = found(old, new)
    assert {row[4] for row in rows} == {"input changed"}
    assert [(row[0], row[1]) for row in rows] == [
        ("changed", "blocks"),
        ("changed", "restored"),
        ("changed", "documents"),
    ]


def test_documents_that_come_and_go_are_told_once(tmp_path):
    texts = {d: [d, d, "The military met. It left."] for d in ("a.txt", "b.txt", "c.txt")}
    old = write(tmp_path / "old", [texts["a.txt"], texts["b.txt"]])
    new = write(tmp_path / "new", [texts["b.txt"], texts["c.txt"]])
    assert found(old, new) == [
        ("removed", "documents", "a.txt", (), "input removed"),
        ("added", "documents", "c.txt", (), "input added"),
    ]


def test_documents_in_another_order_are_still_paired(tmp_path):
    texts = [[d, d, "The military met. It left."] for d in ("x#1", "x#2", "x#10")]
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        shutil.rmtree(tmp_path / name)
    old, new = write(tmp_path / "old", texts), write(tmp_path / "new", [texts[2], texts[0], texts[1]])
    for run in (old, new):
        for d, _, text in texts:
            (run / "restored" / tables.text_name(d)).write_text(text)
    assert found(old, new) == []


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({"settings": {"careful": 0.9}}, "settings: careful 0.5 to 0.9"),
        ({"code": "c2"}, "code version 1 (c1) to 1 (c2)"),
        ({"libraries": {"ftfy": "7"}}, 'library ftfy null to "7"'),
        ({}, "unexplained"),
    ],
)
def test_settings_and_versions_are_causes_of_edits(tmp_path, told, cause):
    old = write(tmp_path / "old")
    new = write(tmp_path / "new", None, told, edits=[edit("military", outcome="suspect")])
    assert found(old, new) == [("changed", "edits", "a.txt 4-8", ("outcome",), cause)]


def test_another_model_is_the_cause_of_mentions_and_never_of_edits(tmp_path):
    old = write(tmp_path / "old")
    mention = ["a.txt", "m1", "b1", "org/military", "military", "military", "GPE", "model", 4, 8, 4, 12, ""]
    told = {"model": {"name": "lg", "version": "2"}}
    new = write(tmp_path / "new", None, told, mentions=[mention])
    assert found(old, new) == [("changed", "mentions", "a.txt 4-8", ("type",), "model ? ? to lg 2")]
    other = write(tmp_path / "other", None, told, edits=[edit("forces")])
    assert found(old, other)[0][4] == "unexplained"


def test_a_relation_that_says_otherwise_is_one_change(tmp_path):
    old = write(tmp_path / "old")
    row = [
        "a.txt",
        "r1",
        "b1",
        "military",
        "org/military",
        "meet",
        "met",
        "",
        "it",
        "",
        "",
        True,
        "planned",
        "past",
        "",
    ]
    new = write(
        tmp_path / "new",
        None,
        {"code": "c2"},
        relations=[[*row, 0.5, "The military met.", 0, 13, 0, 17, RULE, "", "", "", "", False]],
    )
    assert [row[:4] for row in found(old, new)] == [("changed", "relations", "a.txt 0-13", ("negated", "modality"))]


# ---------------------------------------------------------------- problems


def test_duplicate_keys_and_missing_columns_are_reported(tmp_path):
    old = write(tmp_path / "old")
    new = write(tmp_path / "new", edits=[edit("military"), edit("suspect", start=9, end=12, original="met")])
    text = (new / "relations.csv").read_text().replace(",tense,", ",tens,", 1)
    (new / "relations.csv").write_text(text)
    differs, out = shown(old, new)
    assert differs
    assert f"problem: {new}: edits: a.txt e1 stands there 2 times\n" in out
    assert f"problem: {new / 'relations.csv'}: column tense is missing\n" in out


def test_a_run_without_run_json_is_compared_without_causes(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new", edits=[])
    (old / "run.json").unlink()
    comparison = Comparison(old, new)
    summary = summarise(comparison)
    assert summary.problems == [f"{old}: no run.json that can be read, so causes are not known"]
    assert summary.causes == {"unexplained": 1}


def test_a_folder_that_is_no_run_is_told(tmp_path):
    with pytest.raises(TableError, match="is no run folder"):
        Comparison(write(tmp_path / "old"), tmp_path)


# ---------------------------------------------------------------- shown


@pytest.fixture
def pair(tmp_path):
    old = write(tmp_path / "old")
    new = write(
        tmp_path / "new", [["a.txt", "aa", "The <b>forces</b> met."]], {"rules": {}}, edits=[edit("<b>forces</b>", "x")]
    )
    return old, new


def test_text_tells_the_summary_first_then_the_rows(pair):
    differs, out = shown(*pair)
    assert differs
    summary, details = out.split("\n\n")
    assert summary.splitlines()[:3] == ["blocks: 1 changed", "edits: 1 changed", "restored: 1 changed"]
    assert f"  3 rows: rule {RULE} removed" in summary
    first = details.splitlines()[0]
    assert first == (
        f'~ edits a.txt 4-8: replacement "military" -> "<b>forces</b>", rule "{RULE}" -> "x"  [rule {RULE} removed]'
    )
    assert "\033" not in out
    assert "\033[36m~ edits" in shown(*pair, colour=True)[1]
    assert shown(*pair, details=False)[1] == summary + "\n"


def test_json_holds_every_row(pair):
    out = json.loads(shown(*pair, "json")[1])
    assert out["tables"] == {"blocks": {"changed": 1}, "edits": {"changed": 1}, "restored": {"changed": 1}}
    assert out["changes"][0]["old"]["replacement"] == "military"
    assert out["changes"][0]["new"]["replacement"] == "<b>forces</b>"
    assert out["changes"][0]["cause"] == f"rule {RULE} removed"
    assert "changes" not in json.loads(shown(*pair, "json", details=False)[1])


def test_html_shows_text_as_text(pair):
    _, out = shown(*pair, "html")
    assert "<b>" not in out
    assert "&lt;b&gt;forces&lt;/b&gt;" in out
    assert "default-src 'none'" in out.replace("&#39;", "'")
    assert "<script" not in out


# ---------------------------------------------------------------- a real change, from the lexicon to the cause

TEXT = """Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
met with Libyan leaders. The USA stays devoted to running with its companions to cope with the threats
posed by means of violent extremist groups.
"""


def test_one_edited_entry_is_named(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.txt").write_text("The minister met reporters in Tripoli. She said that talks would go on in May.\n")
    pack = tmp_path / "news"
    shutil.copytree(shipped() / "news", pack)
    settings = Settings(packs=(str(pack),))
    runs.run([folder], Choices(settings, str(tmp_path / "old"), workers=1))
    path = pack / "entries.tsv"
    lines = path.read_text().splitlines(keepends=True)
    spun = [line for line in lines if line.startswith("demanding situation\tchallenge\t")]
    assert len(spun) == 1
    path.write_text("".join(line for line in lines if line not in spun))
    runs.run([folder], Choices(settings, str(tmp_path / "new"), workers=1))
    changes = list(Comparison(tmp_path / "old", tmp_path / "new").changes())
    assert changes
    assert not [c for c in changes if c.key.startswith("b.txt")]
    (gone,) = [c for c in changes if c.table == "edits" and c.old and c.old["original"] == "demanding situations"]
    assert gone.cause == "rule news/demanding situation>challenge:noun removed"
    for change in changes:
        assert "rule news/demanding situation>challenge:noun removed" in change.cause, change
