"""``outputs/run`` is what a fresh run of ``seeds/`` gives: a change of a lexicon or of code shows what it does.

``pytest tests/test_golden.py --force-regen`` renews it; ``docs/review.md`` says when that is right.
"""

from pathlib import Path

import pytest

from unspin import compare, runs
from unspin.settings import Choices

ROOT = Path(__file__).parent.parent
GOLDEN = Path("outputs/run")


def run_seeds(folder: Path) -> None:
    # The paths in documents.csv are those of the call: it is typed at the top of the project, whoever types it.
    runs.run([Path("seeds")], Choices(output=str(folder), workers=1))


def compared(old: Path, new: Path) -> tuple[bool, str]:
    pieces: list[str] = []
    return compare.show(old, new, "text", pieces.append), "".join(pieces)


def test_a_fresh_run_of_the_seeds_gives_the_golden_outputs(request, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    renew = request.config.getoption("force_regen")
    if not renew and not (GOLDEN / "run.json").is_file():
        pytest.skip("outputs/run is not there; `pytest tests/test_golden.py --force-regen` writes it")
    run_seeds(tmp_path / "run")
    if renew:
        if (GOLDEN / "run.json").is_file():
            print(compared(GOLDEN, tmp_path / "run")[1])
        run_seeds(GOLDEN)
    differs, told = compared(GOLDEN, tmp_path / "run")
    assert not differs, f"\n{told}\nWhere this is meant: pytest tests/test_golden.py --force-regen, and commit outputs/"


def test_the_golden_outputs_hold_every_seed(monkeypatch):
    monkeypatch.chdir(ROOT)
    if not (GOLDEN / "run.json").is_file():
        pytest.skip("outputs/run is not there; `pytest tests/test_golden.py --force-regen` writes it")
    written = {path.name for path in (GOLDEN / "restored").iterdir()}
    assert written == {path.name for path in Path("seeds").iterdir()}
