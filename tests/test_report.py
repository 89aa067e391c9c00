"""The report: self-contained, text shown as text, every control at work in a real browser."""

import json
import re
import shutil

import pytest

from unspin import report, runs
from unspin.report import json_text, write_report
from unspin.settings import Choices
from unspin.tables import TableError, text_name

SPUN = """Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
met with Libyan leaders on March 3, 2025.They talked about methods for helping balance in the place.
The USA stays devoted to running with its companions to cope with the threats posed by means of
violent extremist groups.
"""
HOSTILE = (
    "The minister said </script><script>document.title='hacked'</script> to the press in Tripoli.\n"
    'He said "<img src=x onerror=alert(1)>" & =cmd() in \u202eLibya\u202c, and \U0001f600 met the leaders of Libya.\n'
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text(SPUN)
    (folder / "in/b.txt").write_text(HOSTILE)
    (folder / "in/c.txt").write_text("")
    (folder / "in/d.txt").write_text("The leaders of Libya met. " + "x" * 100_000 + " They met the press.\n")
    runs.run([folder / "in"], Choices(output=str(folder / "run"), workers=1))
    return folder / "run"


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
    assert page_text.count("<script>") == 1
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
    assert source + text[at:] == SPUN


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


def test_the_policy_names_the_script_that_is_there(page_text):
    style, script = str(report.asset("report.css")), str(report.asset("report.js"))
    assert report.policy(style, script).replace("'", "&#39;") in page_text
    assert f"<script>{script}</script>" in page_text
    assert f"<style>{style}</style>" in page_text


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, run):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: page.faults.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((run / "report.html").resolve().as_uri())
    yield page
    assert page.faults == []
    context.close()


def rows(page, label):
    return page.locator(f'[role=region][aria-label="{label}"] tbody tr')


def test_the_overview_lists_the_documents_and_sorts_them(page):
    assert page.locator("h2").inner_text() == "Overview"
    assert rows(page, "Documents").count() == 4
    page.get_by_role("button", name="Words").click()
    assert rows(page, "Documents").first.locator("td").first.inner_text().endswith("(a.txt)")
    page.get_by_role("button", name="Words").click()
    assert rows(page, "Documents").last.locator("td").first.inner_text().endswith("(a.txt)")
    assert page.locator("th", has_text="Words").get_attribute("aria-sort") == "ascending"


def test_a_document_shows_both_texts_and_what_each_change_is(page):
    page.get_by_role("link", name="(a.txt)").click()
    old, new = page.locator("[data-side=old]").first, page.locator("[data-side=new]").first
    assert old.inner_text().strip() == "Libya and the USA face demanding situations"
    assert new.inner_text().strip() == "Libya and the USA face challenges"
    new.locator("mark", has_text="challenges").hover()
    info = page.locator("#info")
    assert "demanding situations" in info.inner_text()
    assert "news/demanding situation>challenge:noun" in info.inner_text()
    page.mouse.move(5, 5)
    assert info.is_hidden()


def test_keys_go_from_change_to_change_and_merge_the_texts(page):
    page.goto(page.url + "#doc/0")
    page.keyboard.press("n")
    first = page.evaluate("document.activeElement.dataset.edit")
    page.keyboard.press("n")
    second = page.evaluate("document.activeElement.dataset.edit")
    assert int(second) > int(first)
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.dataset.edit") == first
    page.keyboard.press("m")
    assert page.locator("[data-side=both]").count() > 0
    assert page.locator("[data-side=old]").count() == 0
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"


def test_a_click_on_a_relation_shows_its_place(page):
    page.goto(page.url + "#relations")
    page.locator('[aria-label="Relations"] tbody a[href^="#doc/0/"]').first.click()
    assert page.locator(".spot").count() > 0
    assert page.locator(".spot").first.is_visible()


def test_search_finds_places_in_all_texts(page):
    page.locator("#query").fill("LIBYA")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit")
    assert page.locator(".hit").count() >= 4
    page.locator(".hit", has_text="b.txt").locator("a").last.click()
    assert page.locator(".spot").first.inner_text() == "Libya"  # after a character that JavaScript counts as two


def test_entities_filter_and_lead_to_their_mentions(page):
    page.get_by_role("link", name="Entities").click()
    count = rows(page, "Entities").count()
    page.get_by_label("Filter entities").fill("libya")
    assert 0 < rows(page, "Entities").count() < count
    page.locator('[aria-label="Entities"] tbody a', has_text="Libya").first.click()
    assert rows(page, "Mentions").count() >= 2


def test_hostile_text_is_shown_as_text(page):
    page.goto(page.url + "#doc/1")
    assert page.title() == "Unspin report"
    shown = page.locator("[data-side=new]").all_inner_texts()
    assert "</script><script>document.title='hacked'</script>" in "".join(shown)
    assert page.locator("main img").count() == 0


def test_a_word_of_100_000_characters_does_not_widen_the_page(page):
    page.goto(page.url + "#doc/3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_themes_follow_the_system_and_the_button(browser, run, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto((run / "report.html").resolve().as_uri())
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    assert before == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]
    page.locator("#theme").click()
    assert page.evaluate(colour) != before
    page.reload()
    assert page.evaluate(colour) != before
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("view", ["overview", "suspects", "entities", "relations", "doc/0", "entity/0", "search/Libya"])
def test_no_view_is_wider_than_the_screen(browser, run, width, view):
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto((run / "report.html").resolve().as_uri() + "#" + view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_page_says_so_where_scripts_are_off(browser, run):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((run / "report.html").resolve().as_uri())
    assert "switched off" in page.locator("main").inner_text()
    context.close()
