"""The tables: schema, writing, reading, description."""

import csv
import io
import json
from pathlib import Path

import frictionless
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import tables
from unspin.records import Block, Edit, Extraction, Mention, Metadata, Relation, Restoration, Source
from unspin.tables import TABLES, TableError, Writing, csv_line, read_documents, read_rows, read_text, text_name

CONTRACT = {
    "documents": "doc_id path sha256 status reason title author published publisher source_url language words edits "
    "suspects spin_score pack",
    "blocks": "doc_id block_id parent_id kind level row column header label text start end restored_start restored_end",
    "edits": "doc_id edit_id block_id start end original replacement outcome kind rule pack score alternatives",
    "entities": "entity_id name type mentions documents aliases reference",
    "mentions": "doc_id mention_id block_id entity_id text name type method start end restored_start restored_end",
    "relations": "doc_id relation_id block_id subject subject_id predicate predicate_text relation object object_id "
    "preposition negated modality tense attribution confidence sentence start end restored_start restored_end rules "
    "without_restoration",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_begin_as_the_contract_has_them(name):
    want = tuple(CONTRACT[name].split())
    assert TABLES[name].header[: len(want)] == want


def test_there_is_no_table_beyond_the_contract():
    assert list(TABLES) == list(CONTRACT)


def test_added_columns_stand_at_the_right():
    assert TABLES["mentions"].header[12:] == ("value",)
    assert TABLES["relations"].header[23:] == ("condition", "quantity", "resolved", "suspect")


def test_keys_and_references_name_columns_that_exist():
    for table in TABLES.values():
        assert set(table.key) <= set(table.header)
        for reference in table.references:
            assert set(reference.columns) <= set(table.header)
            assert set(reference.others) <= set(TABLES[reference.table].header)


# A document of which every row is known.

SOURCE = "The army met.\r\nOn Monday  it left Libya."
TEXT = "The military met.\r\nOn Monday it left Libya."


def restoration():
    edits = (
        Edit(4, 8, "army", "military", "changed", "word", "news/army>military:noun", "news", 0.9, ("forces",)),
        Edit(9, 12, "met", "meeting", "suspect", "word", "news/met>meeting:noun", "news", 0.4),
        Edit(24, 26, "  ", " ", "changed", "spacing", "spaces"),
    )
    blocks = (
        Block("b1", "", "heading", 0, 17, level=1),
        Block("b2", "b1", "cell", 19, len(TEXT), row=1, column=0, header_id="b1", label=(19, 28), body=29),
    )
    return Restoration(
        Source("a.txt", "in/a.txt", "ab" * 32, SOURCE, language="en"),
        *("done", TEXT, edits, blocks, ((0, 13), (15, len(SOURCE)))),
        *(Metadata("Talks", author="A. Reed"), 0.5, "news"),
    )


def extraction():
    mentions = (
        Mention("b2", 37, 42, "Libya", "Libya", "GPE", "lexicon", "iso3166:LY"),
        Mention("b2", 22, 28, "Monday", "Monday", "DATE", "model", value="2025-03-03"),
    )
    relation = Relation(
        *("r1", "b1", "The military", None, "meet", "met", "MEETS_WITH", "Libya", 0, "", False, "", "past", "", 0.75),
        *("The military met.\r\nOn Monday", 0, 16),
    )
    return Extraction(mentions, (relation,))


def test_rows_say_what_the_records_say():
    r, x = restoration(), extraction()
    assert tables.document_row(r.source, r) == [
        *("ab" * 32, "done", "", "Talks", "A. Reed", "", "", "", "en", 8, 2, 1, 0.5, "news"),
    ]
    assert list(tables.block_rows(r)) == [
        ["b1", "", "heading", 1, None, None, "", "", "The military met.", 0, 13, 0, 17],
        ["b2", "b1", "cell", 0, 1, 0, "The military met.", "On Monday", "On Monday it left Libya.", 15, 40, 19, 43],
    ]
    assert list(tables.edit_rows(r)) == [
        ["e1", "b1", 4, 8, "army", "military", "changed", "word", "news/army>military:noun", "news", 0.9, "forces"],
        ["e2", "b1", 9, 12, "met", "meeting", "suspect", "word", "news/met>meeting:noun", "news", 0.4, ""],
        ["e3", "b2", 24, 26, "  ", " ", "changed", "spacing", "spaces", "", 1.0, ""],
    ]
    # In order of place, though the extraction gave Libya first; the relation follows its mention to its new number.
    assert list(tables.mention_rows(r, x)) == [
        ["m1", "b2", "", "Monday", "Monday", "DATE", "model", 18, 24, 22, 28, "2025-03-03"],
        ["m2", "b2", "", "Libya", "Libya", "GPE", "lexicon", 34, 39, 37, 42, ""],
    ]
    (row,) = tables.relation_rows(r, x)
    named = dict(zip(TABLES["relations"].header[1:], row, strict=True))
    assert (named["subject_id"], named["object_id"]) == (None, 1)
    assert (named["start"], named["end"], named["restored_start"], named["restored_end"]) == (0, 12, 0, 16)
    assert named["rules"] == "news/army>military:noun"
    assert named["suspect"] is True
    assert named["sentence"] == "The military met.\nOn Monday"


def test_a_refused_document_has_a_reason_and_no_figures():
    row = tables.document_row(Source("a", "a", "00", status="refused", reason="not\ntext"), None)
    named = dict(zip(TABLES["documents"].header[2:], row, strict=True))
    assert named["reason"] == "not text"
    assert {named[c] for c in ("words", "edits", "suspects", "spin_score")} == {None}


# ---------------------------------------------------------------- writing and reading


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_text_comes_back_from_csv_as_it_was(cells):
    line = csv_line(cells)
    # A row of one empty cell is an empty line, which no table here can have: every key is filled.
    expected = [cells] if cells != [""] else [[]]
    assert list(csv.reader(io.StringIO(line, newline=""), strict=True)) == expected


def test_a_lone_carriage_return_does_not_end_a_row():
    assert csv_line(["a\rb", "c"]) == '"a\rb",c\n'


def write_run(folder: Path, form: str = "csv", **rows: list[list[object]]) -> Path:
    folder.mkdir(exist_ok=True)
    aside = folder / ".aside"
    aside.mkdir(exist_ok=True)
    with Writing(aside, folder, form) as writing:
        for name, given_rows in rows.items():
            for row in given_rows:
                writing.write(name, row)
        writing.place()
    return folder


def full_run(folder: Path, form: str = "csv") -> Path:
    r, x = restoration(), extraction()
    mentions = [["a.txt", *row] for row in tables.mention_rows(r, x)]
    for row, entity in zip(mentions, ("date/monday", "gpe/libya"), strict=True):
        row[1 + tables.MENTION_ENTITY] = entity
    relations = [["a.txt", *row] for row in tables.relation_rows(r, x)]
    relations[0][1 + tables.OBJECT_ID] = "gpe/libya"
    write_run(
        folder,
        form,
        documents=[["a.txt", "in/a.txt", *tables.document_row(r.source, r)]],
        blocks=[["a.txt", *row] for row in tables.block_rows(r)],
        edits=[["a.txt", *row] for row in tables.edit_rows(r)],
        entities=[
            ["date/monday", "Monday", "DATE", 1, 1, "", ""],
            ["gpe/libya", "Libya", "GPE", 1, 1, "", "iso3166:LY"],
        ],
        mentions=mentions,
        relations=relations,
    )
    (folder / "restored").mkdir(exist_ok=True)
    (folder / "restored/a.txt").write_bytes(TEXT.encode())
    (folder / "datapackage.json").write_text(json.dumps(tables.datapackage(form)))
    return folder


def test_an_empty_table_has_its_header(tmp_path):
    run = write_run(tmp_path / "run")
    for name, table in TABLES.items():
        assert (run / f"{name}.csv").read_bytes() == (",".join(table.header) + "\n").encode()
        assert list(read_rows(run, name)) == []


def test_tables_appear_whole_or_not_at_all(tmp_path):
    run = write_run(tmp_path / "run", entities=[["org/a", "A", "ORG", 1, 1, "", ""]])
    before = (run / "entities.csv").read_bytes()
    with Writing(run / ".aside", run) as writing:
        writing.write("entities", ["org/b", "B", "ORG", 1, 1, "", ""])
    assert (run / "entities.csv").read_bytes() == before


def test_frictionless_finds_a_run_valid(tmp_path):
    run = full_run(tmp_path / "run")
    report = frictionless.validate(run / "datapackage.json")
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == 6


@pytest.mark.parametrize(
    ("table", "was", "now", "error"),
    [
        ("mentions", "gpe/libya", "gpe/nowhere", "foreign-key"),
        ("edits", ",suspect,", ",perhaps,", "constraint-error"),
        ("edits", "e2,b1,9", "e2,b1,nine", "type-error"),
        ("blocks", "b2,b1,cell", "b1,b1,cell", "primary-key"),
    ],
)
def test_frictionless_finds_what_is_wrong(tmp_path, table, was, now, error):
    run = full_run(tmp_path / "run")
    path = run / f"{table}.csv"
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now))
    report = frictionless.validate(run / "datapackage.json")
    assert error in {kind for (kind,) in report.flatten(["type"])}


def test_parquet_holds_what_csv_holds(tmp_path):
    pytest.importorskip("pyarrow")
    one, two = full_run(tmp_path / "csv"), full_run(tmp_path / "parquet", "parquet")
    for name in TABLES:
        rows = list(read_rows(one, name))
        assert rows == list(read_rows(two, name))
        assert rows
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(two / "relations.parquet")
    assert str(schema.field("negated").type) == "bool"
    assert str(schema.field("start").type) == "int64"


def test_another_format_takes_the_place_of_the_first(tmp_path):
    pytest.importorskip("pyarrow")
    run = full_run(full_run(tmp_path / "run"), "parquet")
    assert not list(run.glob("*.csv"))
    assert list(full_run(run).glob("*.parquet")) == []


def test_all_of_a_document_is_read_together(tmp_path):
    (rows,) = read_documents(full_run(tmp_path / "run"))
    assert rows.document["title"] == "Talks"
    assert [len(part) for part in rows[1:]] == [2, 3, 2, 1]
    assert read_text(tmp_path / "run", "a.txt") == TEXT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty, not even a header"),
        (b"entity_id,name\n", "column type is missing"),
        (b"entity_id,name,type,mentions,documents,aliases,reference\na,b\n", "entities.csv:2: 2 cells"),
        (b'entity_id,name,type,mentions,documents,aliases,reference\n"a', "entities.csv:2: unexpected end of data"),
        (b"entity_id,name,type,mentions,documents,aliases,reference\n\xff", "can't decode byte 0xff"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_what_to_do(tmp_path, content, message):
    (tmp_path / "entities.csv").write_bytes(content)
    with pytest.raises(TableError) as caught:
        list(read_rows(tmp_path, "entities"))
    assert message in str(caught.value)
    assert "entities.csv" in str(caught.value)


def test_a_folder_without_tables_is_no_run(tmp_path):
    with pytest.raises(TableError, match=r"no documents\.csv; is this a run folder"):
        list(read_rows(tmp_path, "documents"))


def test_rows_of_an_unknown_document_are_not_swallowed(tmp_path):
    run = full_run(tmp_path / "run")
    path = run / "edits.csv"
    path.write_text(path.read_text() + "z.txt,e1,b1,0,1,a,b,changed,word,r,,1.000,\n")
    with pytest.raises(TableError, match=r"z\.txt stands out of order or is not in documents"):
        list(read_documents(run))


@given(st.text(min_size=1))
def test_no_document_id_leads_out_of_the_folder(doc_id):
    name = text_name(doc_id)
    root = Path("/run/restored")
    assert root in Path(root, *name.split("/")).resolve().parents
    assert "\0" not in name
    assert all(0 < len(part.encode("utf-8", "surrogatepass")) <= 255 for part in name.split("/"))


@pytest.mark.parametrize(
    ("doc_id", "name"),
    [
        ("a/b.txt", "a/b.txt"),
        ("b.md", "b.md"),
        ("c.html", "c.html.txt"),
        ("d.jsonl#7", "d.jsonl#7.txt"),
        ("E.TXT", "E.TXT.txt"),
    ],
)
def test_text_names_are_the_contracts(doc_id, name):
    assert text_name(doc_id) == name


@pytest.mark.parametrize(("column", "cell"), [("words", "x"), ("words", "-1"), ("spin_score", "nan")])
def test_a_number_that_is_none_is_told(tmp_path, column, cell):
    row = dict.fromkeys(TABLES["documents"].header, "1") | {column: cell}
    good = dict.fromkeys(TABLES["documents"].header, "1") | {"words": "", "spin_score": "0.25"}
    lines = [csv_line(TABLES["documents"].header), csv_line(good.values()), csv_line(row.values())]
    (tmp_path / "documents.csv").write_text("".join(lines), newline="")
    found = read_rows(tmp_path, "documents")
    assert next(found) == good
    with pytest.raises(TableError, match=rf"documents\.csv: row 2: {column} is '{cell}', no number; run again"):
        next(found)
