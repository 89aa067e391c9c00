"""Take the pictures of docs/ anew: ``python tests/browser/pictures.py [RUN]``, of outputs/run where none is named."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TOP = Path(__file__).parents[2]

#: View, width, colours; heights are those of a window.
PICTURES = [
    *(("overview", 1280, "dark"), ("overview", 390, "light"), ("review", 1280, "dark"), ("review", 390, "light")),
    *(("graph", 1280, "light"), ("graph", 390, "dark"), ("document", 1280, "light"), ("document", 1280, "dark")),
    ("document", 390, "dark"),
]


def dress(page: Page, view: str) -> None:
    """Bring a view into the state that its picture shows: decided in part, a change held open."""
    if view == "review":
        for row, names in enumerate([["Accept", "For the pack"], ["Reject"], ["Reject", "For the pack"]]):
            for name in names:
                page.locator("tbody tr").nth(row).get_by_role("button", name=name).click()
        page.evaluate("document.activeElement.blur()")
    if view == "document":
        change = page.locator(".paragraph[data-side=new] mark:not(.suspect)").nth(1)
        change.click()
        for name in ("Accept", "For the pack"):
            page.locator("#info").get_by_role("button", name=name).click()


def main(run: Path) -> None:
    """Write a picture for each view, width and colours."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for view, width, scheme in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            name = {"review": "suspects", "document": "doc/0"}.get(view, view)
            page.goto(f"{(run / 'report.html').resolve().as_uri()}#{name}")
            page.locator(f"#main[data-shown='#{name}']").wait_for()
            dress(page, view)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=TOP / f"docs/pictures/report-{view}-{width}-{scheme}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "outputs/run")
