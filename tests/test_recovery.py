"""Whatever ends a run early, the next one goes on and ends in the bytes of an undisturbed one."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unspin import results

TEXT = """\
Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
from america Africa Command met with Libyan leaders on March 3, 2025.They talked about methods for
helping balance in the place. The chief of Group {n} visited Tripoli {n} times.
"""

#: Kills in this suite; ``UNSPIN_KILLS=20`` makes more of them.
KILLS = int(os.environ.get("UNSPIN_KILLS", "3"))


def command(inputs, folder, *more):
    return [sys.executable, "-m", "unspin", "run", str(inputs), "-o", str(folder), "--workers", "1", "-q", *more]


def finish(inputs, folder):
    done = subprocess.run(command(inputs, folder), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return content(folder)


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and results.FOLDER not in path.parts
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Inputs, the files of an undisturbed run of them, and how long it took."""
    folder = tmp_path_factory.mktemp("recovery")
    (folder / "in").mkdir()
    for n in range(60):
        (folder / f"in/a{n:02}.txt").write_text(TEXT.format(n=n))
    began = time.monotonic()
    whole = finish(folder / "in", folder / "run")
    return folder / "in", whole, time.monotonic() - began


def test_killed_at_random_moments_it_ends_in_the_same_bytes(made, tmp_path):
    inputs, whole, took = made
    moments = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command(inputs, tmp_path / "run"))
        try:
            process.wait(moments.uniform(0.1, took))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        process.wait()
    assert killed
    assert finish(inputs, tmp_path / "run") == whole


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0.2, 0.5, 0.9, 1.4])
def test_interrupted_with_two_workers_it_says_so_in_one_line(made, tmp_path, sent, after):
    """Ctrl-C reaches all processes of the terminal, what a scheduler sends only the first."""
    inputs, whole, _ = made
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [*command(inputs, folder), "--workers", "2"], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    end = time.monotonic() + 60
    while not (folder / results.FOLDER / "process").is_file() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(after)  # while the workers' server loads, and later
    if process.poll() is None:
        if sent is signal.SIGINT:
            os.killpg(process.pid, sent)
        else:
            process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    told = "unspin: interrupted; what was finished is kept, run again to go on\n"
    assert (process.returncode, err) in ((130, told), (0, ""))  # it may be done by then
    assert finish(inputs, folder) == whole


def test_run_json_is_there_only_when_all_is_written(made, tmp_path):
    inputs, whole, _took = made
    folder = tmp_path / "run"
    finish(inputs, folder)
    (folder / "run.json").unlink()
    (folder / "relations.csv").write_bytes(b"half a ta")
    assert finish(inputs, folder) == whole
    assert json.loads((folder / "run.json").read_text())["counts"]["documents"] == 60


def test_a_full_disk_is_told_and_the_next_run_goes_on(made, tmp_path):
    inputs, whole, _ = made
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    tried = subprocess.run(mount, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.strip()}")
    try:
        done = subprocess.run(command(inputs, disk / "run"), capture_output=True, text=True, timeout=120)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert "full" in done.stderr or "No space left" in done.stderr
        assert not (disk / "run/run.json").exists()
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        assert finish(inputs, disk / "run") == whole
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_of_two_runs_on_one_folder_the_second_is_refused(made, tmp_path):
    inputs, whole, _ = made
    first = subprocess.Popen(command(inputs, tmp_path / "run"))
    try:
        end = time.monotonic() + 60
        while not (tmp_path / "run" / results.FOLDER / "process").is_file() and time.monotonic() < end:
            time.sleep(0.01)
        second = subprocess.run(command(inputs, tmp_path / "run"), capture_output=True, text=True, timeout=60)
        assert second.returncode == 2
        assert "another run is writing there" in second.stderr
    finally:
        first.wait(120)
    assert first.returncode == 0
    assert content(tmp_path / "run") == whole


def test_an_output_that_cannot_be_written_is_told_in_one_line(made):
    if not Path("/proc/sys").is_dir():
        pytest.skip("no folder that nobody can write to")
    done = subprocess.run(command(made[0], "/proc/sys/run"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "/proc/sys/run" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
