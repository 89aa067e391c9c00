"""Runs in other formats."""

import csv
import io
import json

import pytest

from unspin import export
from unspin.export import ExportError
from unspin.tables import RELATIONS, TABLES, csv_line

HOSTILE = '=HYPERLINK("http://x")\n+1 \x07 <b> & é'


@pytest.fixture
def run(tmp_path):
    relation = [
        "a b.txt",
        "r1",
        "b1",
        "Libya",
        "gpe/libya",
        "meet",
        "met",
        "MEETS_WITH",
        "Tunisia",
        "gpe/tunisia",
        "with",
    ]
    relation += [True, "planned", "past", "", 0.5, HOSTILE, 0, 5, 0, 5, "", "", "", "", "", False]
    lone = [*relation]
    lone[1], lone[8], lone[9] = "r2", HOSTILE, ""
    given = {
        "documents": [["a b.txt", "p", "00", "done", "", HOSTILE, "", "", "", "", "en", 5, 1, 0, 0.8, "news"]],
        "entities": [
            ["gpe/libya", "Libya", "GPE", 2, 1, "LBY | Libyan", "iso3166:LY"],
            ["gpe/tunisia", HOSTILE, "GPE", 1, 1, "", ""],
        ],
        "relations": [relation, lone],
    }
    for name, table in TABLES.items():
        lines = [csv_line(table.header), *map(csv_line, given.get(name, []))]
        (tmp_path / f"{name}.csv").write_text("".join(lines), newline="")
    return tmp_path


def test_no_cell_is_a_formula_for_a_spreadsheet(run):
    text = "".join(export.spreadsheet_lines(run, "relations"))
    head, first, second = csv.reader(io.StringIO(text, newline=""))
    assert tuple(head) == RELATIONS.header
    assert first[RELATIONS.header.index("sentence")] == "'" + HOSTILE
    assert second[RELATIONS.header.index("object")] == "'" + HOSTILE
    assert first[RELATIONS.header.index("confidence")] == "0.500"
    assert "".join(export.spreadsheet_lines(run, "mentions")) == csv_line(TABLES["mentions"].header)
    with pytest.raises(ExportError, match="no table 'x'; there are documents, blocks"):
        list(export.spreadsheet_lines(run, "x"))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+a", "'+a"),
        ("-a", "'-a"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("-1", "-1"),
        ("+2.5", "+2.5"),
        ("a=", "a="),
    ],
)
def test_what_is_a_formula(text, safe):
    assert export.safe_cell(text) == safe


def test_graphml_is_a_graph(run, tmp_path):
    networkx = pytest.importorskip("networkx")
    export.write(run, "graphml", tmp_path / "g.graphml")
    graph = networkx.read_graphml(tmp_path / "g.graphml")
    assert dict(graph.nodes(data="mentions")) == {"gpe/libya": 2, "gpe/tunisia": 1}
    assert graph.nodes["gpe/tunisia"]["name"] == HOSTILE.replace("\x07", "\ufffd")
    ((source, target, data),) = graph.edges(data=True)
    assert (source, target, data["predicate"], data["negated"]) == ("gpe/libya", "gpe/tunisia", "meet with", True)


def test_jsonld_links_relations_to_entities(run, tmp_path):
    export.write(run, "jsonld", tmp_path / "g.jsonld")
    nodes = {node["@id"]: node for node in json.loads((tmp_path / "g.jsonld").read_text())["@graph"]}
    assert nodes["urn:unspin:entity:gpe/libya"]["alternateName"] == ["LBY", "Libyan"]
    relation = nodes["urn:unspin:relation:a%20b.txt/r1"]
    assert relation["subject"]["@id"] in nodes
    assert relation["isPartOf"]["@id"] in nodes
    assert nodes["urn:unspin:relation:a%20b.txt/r2"]["object"] == HOSTILE


def test_xlsx_holds_text_as_text(run, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    export.write(run, "xlsx", tmp_path / "g.xlsx")
    book = openpyxl.load_workbook(tmp_path / "g.xlsx")
    assert book.sheetnames == list(TABLES)
    row = {c.value: r for c, r in zip(*book["relations"].iter_rows(max_row=2), strict=True)}
    assert row["sentence"].value == HOSTILE.replace("\x07", "\ufffd")
    assert row["sentence"].data_type == "s"
    assert row["confidence"].value == 0.5
    assert not list(tmp_path.glob("*.part"))


def test_what_restoring_lost_is_exported_where_the_run_was_asked_for_it(run, tmp_path):
    with pytest.raises(export.ExportError, match="no table 'relations_lost'"):
        list(export.spreadsheet_lines(run, "relations_lost"))
    (run / "relations_lost.csv").write_bytes((run / "relations.csv").read_bytes())
    assert len(list(export.spreadsheet_lines(run, "relations_lost"))) == 3
    openpyxl = pytest.importorskip("openpyxl")
    export.write(run, "xlsx", tmp_path / "g.xlsx")
    book = openpyxl.load_workbook(tmp_path / "g.xlsx")
    assert book.sheetnames == [*TABLES, "relations_lost"]
    assert book["relations_lost"].max_row == 3


#: Properties that this export may use, as the schema files of followthemoney 4.11.2 name them.
SCHEMA_PROPERTIES = {
    "Article": {"fileName", "title", "author", "publishedAt", "publisher", "sourceUrl", "language"},
    "Person": {"name", "alias", "country"},
    "Organization": {"name", "alias", "country"},
    "Territory": {"name", "alias", "country", "territoryCode", "level"},
    "Address": {"name", "alias", "country"},
    "Event": {"name", "alias", "country"},
    "Documentation": {"document", "entity", "role"},
    "UnknownLink": {
        *("subject", "object", "role", "status", "summary", "description"),
        *("date", "proof", "recordId", "sourceUrl"),
    },
}


def test_ftm_is_followthemoney(run, tmp_path):
    export.write(run, "ftm", tmp_path / "g.ftm")
    nodes = {n["id"]: n for n in map(json.loads, (tmp_path / "g.ftm").read_text().splitlines())}
    assert [n["schema"] for n in nodes.values()] == ["Article", "Territory", "Territory", "UnknownLink"]
    for node in nodes.values():
        assert set(node["properties"]) <= SCHEMA_PROPERTIES[node["schema"]]
        assert all(isinstance(v, list) and v and all(v) for v in node["properties"].values())
    assert set(export.SCHEMATA.values()) <= set(SCHEMA_PROPERTIES)
    link = list(nodes.values())[-1]["properties"]
    assert link["role"] == ["not meet with"]
    assert link["status"] == ["planned"]
    assert [nodes[link[side][0]]["schema"] for side in ("subject", "object", "proof")] == [
        "Territory",
        "Territory",
        "Article",
    ]
    libya = nodes[link["subject"][0]]["properties"]
    assert libya == {
        "name": ["Libya"],
        "alias": ["LBY", "Libyan"],
        "country": ["ly"],
        "territoryCode": ["ly"],
        "level": ["country"],
    }


def test_ftm_is_read_by_its_library(run, tmp_path):
    model = pytest.importorskip("followthemoney").model
    for line in export.ftm(run):
        node = json.loads(line)
        schema = model.get(node["schema"])
        assert set(node["properties"]) <= set(schema.properties)
        model.get_proxy(node, cleaned=False)


def test_values_are_no_nodes(run):
    (run / "entities.csv").write_text(
        csv_line(TABLES["entities"].header)
        + csv_line(["date/2024", "2024", "DATE", 1, 1, "", ""])
        + csv_line(["gpe/libya", "Libya", "GPE", 1, 1, "", ""]),
        newline="",
    )
    text = "".join(export.graphml(run))
    assert "gpe/libya" in text
    assert "date/2024" not in text
    assert "<edge" not in text  # its other end is no node
    assert "date/2024" not in "".join(export.ftm(run))
