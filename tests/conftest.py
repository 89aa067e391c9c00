"""What several test files look at: one run with its report, and the browser of this machine."""

import shutil
import sys
from pathlib import Path

import pytest

#: What several tests share is imported from beside them.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "fuzz"), str(HERE / "tuning")]

SPUN = """Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
met with Libyan leaders on March 3, 2025.They talked about methods for helping balance in the place.
The USA stays devoted to running with its companions to cope with the threats posed by means of
violent extremist groups. Tunisia met Libya in Tripoli. John Smith met leaders of Libya in Tunis.
"""
HOSTILE = (
    "The minister said </script><script>document.title='hacked'</script> to the press in Tripoli.\n"
    'He said "<img src=x onerror=alert(1)>" & =cmd() in \u202eLibya\u202c, and \U0001f600 met the leaders of Libya.\n'
)


@pytest.fixture(scope="session")
def interrupted():
    """A kind of engine that is cut short after some shards."""
    from unspin.engines.local import Local

    class Interrupted:
        def __init__(self, after):
            self.after = after

        def map(self, work, shards):
            for number, pair in enumerate(Local(1).map(work, shards)):
                if number == self.after:
                    raise KeyboardInterrupt
                yield pair

    return Interrupted


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """A run of four documents beside its inputs ``in``: a spun one, a hostile one, none, and one with a long word."""
    from unspin import runs
    from unspin.settings import Choices

    folder = tmp_path_factory.mktemp("reported")
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text(SPUN)
    (folder / "in/b.txt").write_text(HOSTILE)
    (folder / "in/c.txt").write_text("")
    (folder / "in/d.txt").write_text("The leaders of Libya met. " + "x" * 100_000 + " They met the press.\n")
    runs.run([folder / "in"], Choices(output=str(folder / "run"), workers=1))
    return folder / "run"


@pytest.fixture(scope="session")
def browser():
    """The Chromium of this machine; without one, a test is skipped and says so."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
