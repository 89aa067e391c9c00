"""The real article, where it lies beside the project: what its tables must say, and no fault against the contract."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from unspin import runs
from unspin.settings import Choices

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
CHECK = SHARED / "score" / "check_run.py"

pytestmark = pytest.mark.skipif(not CHECK.is_file(), reason="the real article does not lie beside the project")


@pytest.fixture(scope="module")
def article(tmp_path_factory):
    folder = tmp_path_factory.mktemp("article") / "run"
    runs.run([SHARED / "seeds"], Choices(output=str(folder), workers=1))
    return folder


def rows(run, name):
    with open(run / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def faults(run, seeds):
    done = subprocess.run([sys.executable, CHECK, run, seeds], capture_output=True, text=True, timeout=120)
    return done.stdout.strip().splitlines()[-1].rpartition("; ")[2]


def test_the_contract_finds_no_fault(article):
    assert faults(article, SHARED / "seeds") == "0 faults"


def test_the_contract_finds_no_fault_in_the_golden_outputs():
    assert faults(ROOT / "outputs/run", ROOT / "seeds") == "0 faults"


def test_the_article_says_who_wrote_it_when_and_where(article):
    (document,) = rows(article, "documents")
    assert (document["author"], document["published"]) == ("Atticus Reed", "2025-03-03T10:28:00")
    assert document["source_url"].startswith("https://afric.news/2025/03/03/africom-u-s-embassy-libya-")


@pytest.mark.parametrize(
    ("entity", "names", "stem"),
    [
        ("org/us-africa-command", {"AFRICOM", "U.S. Africa Command"}, "africa command|africom"),
        ("gpe/united-states", {"United States", "U.S.", "America"}, "united states|u.s.|america"),
    ],
)
def test_all_names_of_one_thing_are_one_entity(article, entity, names, stem):
    called = {e["entity_id"]: {e["name"], *filter(None, e["aliases"].split(" | "))} for e in rows(article, "entities")}
    assert called[entity] == names
    words = stem.split("|")
    assert [id for id, known in called.items() if {n.lower() for n in known} & set(words)] == [entity]
    found = {m["entity_id"] for m in rows(article, "mentions") if m["text"].lower().removeprefix("the ") in words}
    assert found == {entity}


def test_who_met_whom_is_a_relation(article):
    met = [r for r in rows(article, "relations") if r["subject_id"] == "org/us-africa-command" and r["object"]]
    assert ("meet", "with", "Libyan leaders", "MEETS_WITH") in {
        (r["predicate"], r["preposition"], r["object"], r["relation"]) for r in met
    }


def test_no_cell_verb_or_piece_of_a_heading_is_an_entity(article):
    """Every name of the article is on this list of what it speaks of."""
    names = {e["name"] for e in rows(article, "entities") if e["type"] not in {"DATE", "CARDINAL", "ORDINAL"}}
    assert {"Libya", "U.S. Africa Command", "United States"} <= names
    assert names <= {
        *("Africa", "Al-Qaeda", "Atticus Reed", "Islamic State", "Libya", "Libyan Armed Forces", "Mediterranean"),
        *("North Africa", "North African", "Sahel", "U.S. Africa Command", "U.S. Embassy", "United States"),
    }
