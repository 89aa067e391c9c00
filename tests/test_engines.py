"""Workers of the local pool are forked from a process that has loaded what they work with."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

forked = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin",
    reason="workers are not forked here",
)


def told(folder: Path, work: str) -> dict[str, object]:
    """Run four shards through two workers by a function that a module of its own has."""
    (folder / "their_work.py").write_text(
        textwrap.dedent("""
            import json, os, time
            LOADED = []
        """)
        + textwrap.dedent(work)
        + textwrap.dedent("""
            def main():
                from unspin.engines.local import Local
                made = [one for _, one in Local(2).map(work, [(1,), (2,), (3,), (4,)])]
                print(json.dumps({"own": os.getpid(), "made": made, "left": "UNSPIN_PREPARED_WORK" in os.environ}))
        """)
    )
    command = [sys.executable, "-c", "import their_work; their_work.main()"]
    given = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return json.loads(done.stdout)


WORK = """
def work(shard):
    if not LOADED:
        LOADED.append(os.getpid())
    time.sleep(0.2)
    return [LOADED[0], os.getpid()]
"""


@forked
def test_what_workers_work_with_is_loaded_once(tmp_path: Path) -> None:
    found = told(tmp_path, WORK)
    loaded, workers = ({pair[n] for pair in found["made"]} for n in (0, 1))
    assert len(loaded) == 1
    assert len(workers) == 2
    assert not loaded & workers
    assert found["own"] not in loaded | workers
    assert found["left"] is False


@forked
def test_work_that_fails_without_jobs_is_done_all_the_same(tmp_path: Path) -> None:
    found = told(tmp_path, "def work(shard):\n    return [shard[0], os.getpid()]\n")
    assert sorted(pair[0] for pair in found["made"]) == [1, 2, 3, 4]
