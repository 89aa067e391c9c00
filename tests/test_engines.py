"""Workers of the local pool are forked from a process that has loaded what they work with."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

forked = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin",
    reason="workers are not forked here",
)


MODULE = """
import json, os, time
LOADED = []
{work}
def main():
    from unspin.engines.local import Local
    made = [one for _, one in Local(2).map(work, [(1,), (2,), (3,), (4,)])]
    left = sorted({{"UNSPIN_PREPARED_READY", "PYTHONSAFEPATH"}} & set(os.environ))
    print(json.dumps({{"own": os.getpid(), "made": made, "left": left}}))
"""


def ran(folder: Path, module: str, before: str = "", where: Path | None = None, **environment: str) -> Any:
    """Run what a module of its own does in a process, after some other code, and give what it printed."""
    (folder / "their_work.py").write_text(module)
    command = [sys.executable, "-c", f"{before}import their_work; their_work.main()"]
    given = {**os.environ, "PYTHONPATH": str(folder), **environment}
    done = subprocess.run(command, env=given, cwd=where, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def told(folder: Path, work: str, **more: Any) -> dict[str, Any]:
    """Run four shards through two workers by a function of that module."""
    return ran(folder, MODULE.format(work=textwrap.dedent(work)), **more)


WORK = """
def work(shard):
    if not LOADED:
        LOADED.append(os.getpid())
    time.sleep(0.6)
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
    assert found["left"] == []


@forked
def test_work_that_fails_without_jobs_is_done_all_the_same(tmp_path: Path) -> None:
    found = told(tmp_path, "def work(shard):\n    return [shard[0], os.getpid()]\n")
    assert sorted(pair[0] for pair in found["made"]) == [1, 2, 3, 4]


@forked
def test_a_folder_of_documents_gives_no_modules(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("base64", "json", "their_work"):
        (documents / f"{name}.py").write_text("open('touched', 'w').close()\nraise SystemExit(3)\n")
    found = told(tmp_path, WORK, before="import sys; sys.path.remove(''); ", where=documents)
    assert len({pair[0] for pair in found["made"]}) == 1
    assert not (documents / "touched").exists()


@forked
def test_a_server_that_cannot_be_had_is_done_without(tmp_path: Path) -> None:
    far = tmp_path / ("x" * 100)
    far.mkdir()
    found = told(tmp_path, WORK, TMPDIR=str(far))
    assert {pair[0] for pair in found["made"]} == {pair[1] for pair in found["made"]}  # each loaded for itself


@forked
def test_a_server_that_dies_while_it_loads_is_done_without(tmp_path: Path) -> None:
    found = told(tmp_path, "def work(shard):\n    return [shard[0], os.getpid()] if shard else os._exit(3)\n")
    assert sorted(pair[0] for pair in found["made"]) == [1, 2, 3, 4]


@forked
def test_another_work_or_environment_is_not_that_of_the_server(tmp_path: Path) -> None:
    work = """
        def work(shard):
            if not LOADED:
                LOADED.append(os.getpid())
            return [LOADED[0], os.getpid(), os.environ.get("TOLD", "")]

        def other(shard):
            return work(shard)

        def main():
            from unspin.engines.local import Local
            def go(what):
                made = [one for _, one in Local(2).map(what, [(1,), (2,)])]
                return [one[0] == one[1] for one in made], sorted({one[2] for one in made})
            first = go(work), go(work), go(other)
            os.environ["TOLD"] = "later"
            print(json.dumps([*first, go(work)]))
    """
    module = "import json, os\nLOADED = []\n" + textwrap.dedent(work)
    shared, again, other, later = ran(tmp_path, module)
    assert shared == again == [[False, False], [""]]
    assert other == [[True, True], [""]]
    assert later == [[True, True], ["later"]]


@forked
def test_what_is_warmed_early_is_what_workers_are_forked_from(tmp_path: Path) -> None:
    module = """
import functools, json, os, time
LOADED = []
def load(name):
    LOADED.append([name, os.getpid()])
def work(shard):
    time.sleep(0.6)
    return [LOADED, os.getpid()]
def main():
    from unspin.engines import open_engine
    from unspin.engines.local import warm
    ready = functools.partial(load, "all")
    warm(ready)
    made = [one for _, one in open_engine(workers=2, ready=ready).map(work, [(1,), (2,), (3,), (4,)])]
    print(json.dumps({"own": os.getpid(), "made": made}))
"""
    found = ran(tmp_path, module)
    ((name, server),) = {tuple(pair) for loaded, _ in found["made"] for pair in loaded}
    assert name == "all"
    assert server not in {found["own"], *(worker for _, worker in found["made"])}
