"""The report as a file: self-contained, each text once, nothing that a text could break out of."""

import json
import re
import shutil

import pytest

from unspin import report
from unspin.report import json_text, write_report
from unspin.tables import TableError, text_name


@pytest.fixture(scope="session")
def run(reported):
    return reported


@pytest.fixture(scope="module")
def page_text(run):
    return (run / "report.html").read_text(encoding="utf-8")


def data(page_text, name):
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page_text, re.S)
    return json.loads(found)


def test_it_loads_nothing_and_says_so(page_text):
    assert "default-src &#39;none&#39;" in page_text
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page_text)
    assert "unsafe-inline" not in page_text
    assert page_text.count("<script>") == 2
    assert page_text.count("<style>") == 1


def test_no_text_can_end_the_element_it_stands_in(page_text):
    assert page_text.count("</script>") == page_text.count("<script")
    assert "document.title=" in page_text
    assert "<img" not in page_text


def test_each_text_stands_once(page_text):
    assert page_text.count("\\nmet with Libyan leaders on March 3, 2025. They") == 1
    assert "demanding situations" in page_text
    assert data(page_text, "d0")["text"].startswith("Libya and the USA face challenges")


def test_the_source_text_follows_from_the_restored_one(run, page_text):
    document = data(page_text, "d0")
    text, source, at = document["text"], "", 0
    for start, end, made, other, *_ in document["edits"]:
        if made:
            source += text[at:start] + other
            at = end
    assert source + text[at:] == (run.parent / "in/a.txt").read_text()


def test_the_overview_counts_what_the_tables_hold(run, page_text):
    overview = data(page_text, "overview")
    assert [row[:2] for row in overview["documents"]] == [
        ["a.txt", "done"],
        ["b.txt", "clean"],
        ["c.txt", "refused"],
        ["d.txt", "clean"],
    ]
    made = {name: count for name, count, _ in overview["rules"] if count}
    assert made["tidy:glued"] == 1
    assert made["news/demanding situation>challenge:noun"] == 1
    lines = (run / "entities.csv").read_text().count("\n") - 1
    assert len(overview["entities"]) == lines > 0


def test_what_the_page_ships_is_named_with_its_licence(page_text):
    assert "The Cytoscape Consortium" in page_text
    assert "Permission is hereby granted, free of charge" in page_text
    assert "Cytoscape.js 3.34.4 (MIT licence" in page_text


def test_no_data_is_written_for_a_refused_document(page_text):
    assert 'id="d1"' in page_text
    assert 'id="d2"' not in page_text


def test_a_run_without_a_text_is_told(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    before = (copy / "report.html").read_bytes()
    (copy / "restored" / text_name("a.txt")).unlink()
    with pytest.raises(TableError, match=r"restored/a\.txt: .*; run again to write it anew"):
        write_report(copy)
    assert (copy / "report.html").read_bytes() == before
    assert not list(copy.glob(".report*"))
    with pytest.raises(TableError, match="is no run folder"):
        write_report(tmp_path)


def test_json_of_anything_can_stand_in_a_script():
    hostile = ["</script>", "<!--", "]]>", "\u2028", "\0"]
    text = str(json_text(hostile))
    assert "<" not in text
    assert json.loads(text) == hostile


def test_the_policy_names_the_scripts_that_are_there(page_text):
    style, *scripts = (str(report.asset(name)) for name in ("report.css", "cytoscape.min.js", "report.js"))
    assert report.policy(style, *scripts).replace("'", "&#39;") in page_text
    for script in scripts:
        assert f"<script>{script}</script>" in page_text
    assert f"<style>{style}</style>" in page_text
