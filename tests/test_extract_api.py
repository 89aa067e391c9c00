"""The calls of the package and the component for spaCy."""

from __future__ import annotations

import importlib
import importlib.metadata
import pickle
import subprocess
import sys

import pytest

import unspin
from unspin.extract import models
from unspin.records import Extraction, Mention, Relation, Restoration


def test_importing_loads_nothing_and_both_spellings_work() -> None:
    code = """
import sys, unspin
assert not {"spacy", "pandas", "unspin.restore", "unspin.extract"} & set(sys.modules)
from unspin.extract import Extractor
import unspin.extract as package
assert package.Extractor is Extractor and callable(unspin.extract)
assert unspin.restore("Kenya left.").text == "Kenya left."
from unspin.restore import Restorer
assert unspin.restore.Restorer is Restorer
try:
    unspin.nothing
except AttributeError as error:
    assert "nothing" in str(error)
else:
    sys.exit(1)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_text_is_restored_then_read() -> None:
    restoration = unspin.restore("The talks were held.The army left Libya.")
    assert isinstance(restoration, Restoration)
    found = unspin.extract(restoration)
    assert isinstance(found, Extraction)
    assert found == unspin.extract("The talks were held.The army left Libya.")
    assert [(r.subject, r.predicate, r.object) for r in found.relations] == [("army", "leave", "Libya")]
    assert found.mentions[found.relations[0].object_mention or 0].name == "Libya"


def test_the_component_fills_docs_of_another_pipeline() -> None:
    nlp, _ = models.load()
    importlib.import_module("unspin.relations")
    nlp.add_pipe("unspin_relations")
    text = "Kenya and Uganda signed a treaty.\n\nOfficials did not meet the board."
    doc, empty = nlp.pipe([text, ""])
    assert all(isinstance(r, Relation) for r in doc._.relations)
    assert [(r.subject, r.predicate, r.object, r.negated) for r in doc._.relations] == [
        ("Kenya", "sign", "treaty", False),
        ("Uganda", "sign", "treaty", False),
        ("Officials", "meet", "board", True),
    ]
    assert [type(m) for m in doc._.relation_mentions] == [Mention, Mention]
    assert doc._.relations[1].subject_mention == 1
    assert text[doc._.relations[0].start : doc._.relations[0].end] == "Kenya and Uganda signed a treaty"
    assert empty._.relations == ()
    again = type(doc)(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.relations == doc._.relations


def test_the_component_says_what_it_needs() -> None:
    import spacy

    nlp = spacy.blank("en")
    importlib.import_module("unspin.relations")
    nlp.add_pipe("unspin_relations")
    with pytest.raises(ValueError, match="after the parser"):
        nlp("Kenya left.")


def test_spacy_finds_the_factory_where_unspin_is_installed() -> None:
    points = importlib.metadata.entry_points(group="spacy_factories", name="unspin_relations")
    if not points:
        pytest.skip("installed before the entry point was there; install again")
    assert next(iter(points)).value == "unspin.relations:make"


def test_the_calls_can_be_given_to_other_processes():
    call = pickle.loads(pickle.dumps(unspin.restore))
    assert call("The talks were held.The army left.").text == "The talks were held. The army left."


@pytest.mark.parametrize("given", [None, b"text", float("nan")])
def test_what_is_no_text_is_said(given):
    for call in (unspin.restore, unspin.extract):
        with pytest.raises(TypeError, match="a text is a str, not"):
            call(given)
