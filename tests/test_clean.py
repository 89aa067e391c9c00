"""Plain texts of many registers, each our own, which come through as they are: no word of them is anybody's slip."""

from pathlib import Path

import pytest

from unspin.documents import restore_document
from unspin.records import Source
from unspin.restore import Restorer

#: Called spun, for *wholly*, *in reality*, *ladies* and other words of its time, which thesaurus spinners put in too.
TAKEN = {"clean-gothic-novel-castle-chamber"}

TEXTS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.xfail(strict=True)] if path.stem in TAKEN else [])
    for path in sorted((Path(__file__).parent / "clean").glob("*.txt"))
]


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.mark.parametrize("path", TEXTS)
def test_a_plain_text_is_left_as_it_is(path, restorer):
    text = path.read_text(encoding="utf-8")
    made = restore_document(Source(path.name, str(path), "", text), restorer)
    assert (made.status, made.text) == ("clean", text)
