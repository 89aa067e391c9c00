"""The names lexicon: what it holds, how aliases are found, what a malformed line says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from unspin.extract.gazetteer import Gazetteer, listed, plurals
from unspin.lexicon.read import LexiconError, shipped

FOLDER = shipped() / "names"


def table(name: str) -> list[dict[str, str]]:
    with open(FOLDER / name, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_six_hundred_names_in_order() -> None:
    rows = table("names.tsv")
    assert len(rows) >= 600
    assert [r["name"].casefold() for r in rows] == sorted(r["name"].casefold() for r in rows)
    assert {"ORG", "GPE", "LOC", "FAC", "PRODUCT", "EVENT", "LAW", "NORP"} <= {r["type"] for r in rows}


def test_countries_have_their_own_codes() -> None:
    rows = table("countries.tsv")
    codes = [r["iso3166"] for r in rows]
    assert len(codes) == len(set(codes)) >= 195
    assert all(len(c) == 2 and c.isupper() for c in codes)


def test_countries_agree_with_babel() -> None:
    babel = pytest.importorskip("babel")
    territories = babel.Locale("en").territories
    # babel's short forms that nobody writes in running text
    odd = {"CD", "CG", "HK", "MO", "MM", "PS", "VC", "KN", "PM", "TC", "WF", "SJ", "GS", "BL", "MF", "CI", "SH"}
    for row in table("countries.tsv"):
        code = row["iso3166"]
        theirs = territories[code].replace("’", "'")
        ours = {name.replace("’", "'") for name in [row["name"], *listed(row["aliases"])]}
        same = {n.replace("Saint ", "St. ").replace(" and ", " & ") for n in ours} | ours
        assert theirs in same or code in odd, (code, theirs, ours)
    known = {row["iso3166"] for row in table("countries.tsv")}
    regions = {
        "AC",
        "BV",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "HM",
        "IC",
        "QO",
        "TA",
        "TF",
        "UM",
        "UN",
        "XA",
        "XB",
        "ZZ",
    }
    assert {c for c in territories if len(c) == 2 and c.isalpha()} - known <= regions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Libyan leaders met.", ["Libya"]),
        ("Three Libyans and an Iraqi.", ["Libya", "Iraq"]),
        ("the U.S., the US, the USA and America", ["United States"] * 4),
        ("U.S. Africa Command (AFRICOM), US Africa Command", ["U.S. Africa Command"] * 3),
        ("South Korea and North Korea", ["South Korea", "North Korea"]),
        ("Côte d’Ivoire", ["Ivory Coast"]),
        ("Papua New Guinea, not Guinea", ["Papua New Guinea", "Guinea"]),
        ("USAGE of BUSES", []),
        ("see www.un.org/US and a@UN.org", []),
        ("a turkey, china plates and an apple", []),
        ("the Nigerien and the Nigerian envoys", ["Niger", "Nigeria"]),
    ],
)
def test_aliases(text: str, names: list[str]) -> None:
    assert [m.name.name for m in Gazetteer.shipped().find(text)] == names


@pytest.mark.parametrize(
    ("demonym", "forms"), [("German", 2), ("Irish", 1), ("Chinese", 1), ("Irishman", 1), ("Thai", 2)]
)
def test_plurals(demonym: str, forms: int) -> None:
    assert len(plurals(demonym)) == forms


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("names.tsv", "Acme\tFIRM\t", "no OntoNotes label"),
        ("names.tsv", "Acme\tORG", "2 columns"),
        ("names.tsv", "Acme\tORG\tUSA", "already stands for 'United States'"),
        ("names.tsv", "Acme\tORG\t!", "has no letter"),
    ],
)
def test_a_malformed_line_is_named(file: str, line: str, message: str, tmp_path: Path) -> None:
    for name in ("countries.tsv", "given.txt"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / file).write_text(f"name\ttype\taliases\n{line}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=rf"{file}:2: .*{message}"):
        Gazetteer.read(tmp_path)
