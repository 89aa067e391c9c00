"""Runs: the same bytes however they are made, nothing lost, clear refusals."""

import csv
import functools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from unspin import results, runs, sources, tables
from unspin.engines import EngineError, open_engine
from unspin.engines.local import Local
from unspin.runs import RunError
from unspin.settings import Choices, Settings

SPUN = """\
Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
from america Africa Command met with Libyan leaders on March 3, 2025.They talked about methods for
helping balance in the place.

* Joint physical activities: The pledge to give a boost to the army construction, and to beautify
the ability of the neighborhood safety forces.

The discussions are a part of an ongoing attempt to foster sustainable construction in North Africa.
The USA stays devoted to running with its companions to cope with the threats posed by means of
violent extremist groups.

Writer : Jane Roe
"""
CLEAN = "The minister met reporters in Tripoli. She said that talks with Libya would go on in May.\n"


def article(n: int) -> str:
    return f"{SPUN}\nThe chief of Group {n} visited Tripoli {n} times.\n"


def write_inputs(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    for n in range(5):
        (folder / f"a{n}.txt").write_bytes(article(n).encode())
    (folder / "sub/clean.md").write_bytes(CLEAN.encode())
    (folder / "sub/twin.txt").write_bytes(article(3).encode())
    (folder / "sub/crlf.txt").write_bytes(article(7).replace("\n", "\r\n").encode())
    (folder / "latin.txt").write_bytes(("The café in Tripoli opened its doors to the press. " * 3).encode("latin-1"))
    (folder / "page.html").write_text(
        "<html><head><title>Talks</title></head><body><article><h1>Talks</h1><p>"
        + "The army of Libya met with the leaders of Tunisia, and they talked about trade.</p><p>" * 4
        + "</p></article></body></html>"
    )
    records = [{"id": f"k{n}", "text": article(20 + n)} for n in range(3)] + [{"id": "k0", "text": CLEAN}, {"no": 1}]
    (folder / "news.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture
def inputs(tmp_path):
    return write_inputs(tmp_path / "inputs")


def go(inputs, folder, **options):
    choices = Choices(output=str(folder), workers=options.pop("workers", 1), format=options.pop("format", "csv"))
    given = inputs if isinstance(inputs, list) else [inputs]
    return runs.run(given, choices, **options)


def content(folder):
    """Everything in a run folder but run.json and the work that is kept."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and results.FOLDER not in path.parts
    }


def rows(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One undisturbed run of the inputs, to compare others with."""
    folder = tmp_path_factory.mktemp("made")
    given = write_inputs(folder / "inputs")
    return given, folder / "run", go(given, folder / "run")


# ---------------------------------------------------------------- what a run holds


def test_every_input_is_a_row_whatever_became_of_it(made):
    _, run, summary = made
    status = {row["doc_id"]: row["status"] for row in rows(run, "documents")}
    assert status == {
        **{f"a{n}.txt": "done" for n in range(5)},
        "empty.txt": "refused",
        "latin.txt": "clean",
        **{f"news.jsonl#k{n}": "done" for n in range(3)},
        "news.jsonl#k0-2": "clean",
        "news.jsonl#5": "refused",
        "page.html": "clean",
        "sub/clean.md": "clean",
        "sub/crlf.txt": "done",
        "sub/twin.txt": "done",
    }
    assert sum(summary.documents.values()) == len(status)
    assert summary.documents["refused"] == 2
    assert {t[:2] for t in summary.troubled} == {("empty.txt", "refused"), ("news.jsonl#5", "refused")}


def test_rows_are_in_document_order_then_by_place(made):
    _, run, _ = made
    order = [row["doc_id"] for row in rows(run, "documents")]
    for name in ("blocks", "edits", "mentions", "relations"):
        places = [(order.index(row["doc_id"]), int(row["start"])) for row in rows(run, name)]
        assert places
        assert places == sorted(places), name
    ids = [row["entity_id"] for row in rows(run, "entities")]
    assert ids == sorted(set(ids))


def test_the_edits_lead_from_source_to_restored_text(made):
    inputs, run, _ = made
    for row in rows(run, "documents"):
        if row["status"] not in {"done", "clean"}:
            continue
        name = tables.text_name(row["doc_id"])
        kept = run / "source" / name
        source = (kept if kept.is_file() else inputs / row["doc_id"]).read_bytes().decode("utf-8")
        at, out = 0, ""
        for edit in rows(run, "edits"):
            if edit["doc_id"] == row["doc_id"] and edit["outcome"] == "changed":
                start, end = int(edit["start"]), int(edit["end"])
                assert source[start:end] == edit["original"]
                out += source[at:start] + edit["replacement"]
                at = end
        assert (out + source[at:]).encode() == (run / "restored" / name).read_bytes()


def test_the_source_text_is_kept_where_the_input_is_not_that_text(made):
    _, run, _ = made
    kept = {path.relative_to(run / "source").as_posix() for path in (run / "source").rglob("*") if path.is_file()}
    records = {f"news.jsonl#{key}.txt" for key in ("k0", "k1", "k2", "k0-2")}
    assert kept == {"latin.txt", "page.html.txt", *records}


def test_line_ends_survive(made):
    _, run, _ = made
    text = (run / "restored/sub/crlf.txt").read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") == article(7).count("\n")


def test_mentions_and_relations_name_entities_of_the_run(made):
    _, run, _ = made
    entities = {row["entity_id"]: row for row in rows(run, "entities")}
    mentions = rows(run, "mentions")
    assert {row["entity_id"] for row in mentions} == set(entities)
    for entity_id, entity in entities.items():
        mine = [row for row in mentions if row["entity_id"] == entity_id]
        assert int(entity["mentions"]) == len(mine)
        assert int(entity["documents"]) == len({row["doc_id"] for row in mine})
    named = [row for row in rows(run, "relations") if row["subject_id"]]
    assert named
    for row in named:
        assert row["subject"] == entities[row["subject_id"]]["name"]


def test_run_json_tells_what_the_run_depended_on(made):
    _, run, _ = made
    told = json.loads((run / "run.json").read_text())
    assert told["settings"]["careful"] == 0.5
    assert set(told["settings"]["packs"]) == {
        k.removeprefix("pack ") for k in told["lexicons"] if k.startswith("pack ")
    }
    assert len(told["model"]["sha256"]) == len(told["code"]) == 64
    assert told["counts"]["documents"] == len(rows(run, "documents"))
    assert told["counts"]["edits"] == len(rows(run, "edits"))
    marks = {pack: tables.unpack_rules(packed) for pack, packed in told["rules"].items()}
    # A glossary's rule is made where its term is found: what it depends on is its pack as a whole.
    used = {
        row["rule"]
        for row in rows(run, "edits")
        if "/" in row["rule"] and " | " not in row["rule"] and not row["rule"].endswith(":term")
    }
    assert used
    for rule in used:
        assert tables.rule_mark(rule) in marks[rule.split("/")[0]]


# ---------------------------------------------------------------- the same bytes


def test_two_runs_give_the_same_bytes(made, tmp_path):
    inputs, run, _ = made
    go(inputs, tmp_path / "again")
    assert content(tmp_path / "again") == content(run)


def test_two_workers_give_the_same_bytes(made, tmp_path, monkeypatch):
    inputs, run, _ = made
    monkeypatch.setattr(runs, "SHARD_DOCUMENTS", 2)
    go(inputs, tmp_path / "two", workers=2)
    assert content(tmp_path / "two") == content(run)


def test_an_interrupted_run_goes_on_to_the_same_bytes(made, tmp_path, monkeypatch, interrupted):
    inputs, run, _ = made
    monkeypatch.setattr(runs, "SHARD_DOCUMENTS", 1)
    folder = tmp_path / "cut"
    for after in (0, 1, 3):
        with pytest.raises(KeyboardInterrupt):
            go(inputs, folder, engine=interrupted(after))
        assert not (folder / "run.json").exists()
    summary = go(inputs, folder)
    assert summary.reused == 5  # four that were finished, and the twin of one of them
    assert content(folder) == content(run)


def size(path):
    """Give the size of a file that may go any moment, as a journal does when its run ends."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(made, tmp_path):
    inputs, run, _ = made
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "unspin", "run", str(inputs), "-o", str(folder), "--workers", "1", "-q"]
    process = subprocess.Popen(command)
    kept = folder / results.FOLDER / "results.sqlite-wal"
    end = time.monotonic() + 60
    while time.monotonic() < end and size(kept) <= 200_000:
        if process.poll() is not None:
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    with results.Results(folder) as work:
        assert work.cut_short == (process.returncode == -signal.SIGKILL)
    go(inputs, folder)
    assert content(folder) == content(run)


def test_a_second_run_knows_every_document_and_fresh_forgets_them(made, tmp_path):
    inputs, run, _ = made
    folder = tmp_path / "run"
    first = go(inputs, folder)
    assert first.reused == 0
    again = go(inputs, folder)
    assert again.reused == sum(again.documents.values())
    assert content(folder) == content(run)
    assert go(inputs, folder, fresh=True).reused == 0


def test_only_a_changed_document_is_done_again(inputs, tmp_path):
    go(inputs, tmp_path / "run")
    (inputs / "a0.txt").write_text(article(99))
    summary = go(inputs, tmp_path / "run")
    assert sum(summary.documents.values()) - summary.reused == 1
    assert "99 visited Tripoli 99 times" in (tmp_path / "run/restored/a0.txt").read_text()


def test_other_settings_do_everything_again(inputs, tmp_path):
    go(inputs, tmp_path / "run")
    choices = Choices(Settings(careful=0.9), str(tmp_path / "run"), workers=1)
    assert runs.run([inputs], choices).reused == 0


def test_documents_that_are_gone_leave_no_text(inputs, tmp_path):
    run = tmp_path / "run"
    go(inputs, run)
    assert (run / "restored/sub/clean.md").is_file()
    for name in ("sub/clean.md", "sub/twin.txt", "sub/crlf.txt", "page.html"):
        (inputs / name).unlink()
    go(inputs, run)
    assert not (run / "restored/sub").exists()
    assert not (run / "source/page.html.txt").exists()


def test_a_parquet_run_holds_the_same_rows(made, tmp_path):
    pytest.importorskip("pyarrow")
    inputs, run, _ = made
    go(inputs, tmp_path / "parquet", format="parquet")
    for name in tables.TABLES:
        assert list(tables.read_rows(tmp_path / "parquet", name)) == list(tables.read_rows(run, name))


# ---------------------------------------------------------------- what goes wrong


def test_an_error_in_one_document_stays_with_it(inputs, tmp_path, monkeypatch):
    from unspin import documents

    whole = documents.restore_piecewise

    def break_at(source, restorer):
        if source.doc_id == "a2.txt":
            raise ValueError("a \ud800 fault")
        return whole(source, restorer)

    monkeypatch.setattr(documents, "restore_piecewise", break_at)
    summary = go(inputs, tmp_path / "run")
    (row,) = [row for row in rows(tmp_path / "run", "documents") if row["status"] == "failed"]
    assert row["doc_id"] == "a2.txt"
    assert row["reason"].startswith("ValueError: a \\ud800 fault (runs.py:")
    assert row["sha256"]
    assert summary.documents["done"] == 9
    monkeypatch.undo()
    assert go(inputs, tmp_path / "run").documents["done"] == 10  # tried again, since it was our error


KILLER = """
import os, signal
def kill_at(work, names, shard):
    if any(job.item.doc_id in names for job in shard):
        os.kill(os.getpid(), signal.SIGKILL)
    return work(shard)
def kill_first(work, mark, shard):
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return work(shard)
    os.kill(os.getpid(), signal.SIGKILL)
def double(shard):
    return [2 * job for job in shard]
def double_or_die(shard):
    if 13 in shard:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(shard)
"""


@pytest.fixture
def killer(tmp_path, monkeypatch):
    (tmp_path / "killer_for_tests.py").write_text(KILLER)
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    yield importlib.import_module("killer_for_tests")
    sys.modules.pop("killer_for_tests")


class Around:
    """An engine with something around the work."""

    def __init__(self, workers, wrap):
        self.engine, self.wrap = Local(workers, own_process=True), wrap

    def map(self, work, shards):
        return self.engine.map(self.wrap(work), shards)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_that_kills_its_workers_is_one_failed_row(made, tmp_path, killer, workers):
    inputs, run, _ = made
    engine = Around(workers, lambda work: functools.partial(killer.kill_at, work, {"a2.txt"}))
    go(inputs, tmp_path / "run", engine=engine)
    found = {row["doc_id"]: row for row in rows(tmp_path / "run", "documents")}
    assert found["a2.txt"]["status"] == "failed"
    assert found["a2.txt"]["reason"] == "its worker died twice at this document"
    whole = {row["doc_id"]: row for row in rows(run, "documents")}
    assert {k: v for k, v in found.items() if k != "a2.txt"} == {k: v for k, v in whole.items() if k != "a2.txt"}


def test_a_worker_that_dies_once_costs_nothing(made, tmp_path, killer):
    inputs, run, _ = made
    mark = str(tmp_path / "died")
    go(inputs, tmp_path / "run", engine=Around(2, lambda work: functools.partial(killer.kill_first, work, mark)))
    assert Path(mark).exists()
    assert content(tmp_path / "run") == content(run)


def test_a_dask_cluster_gives_the_same_bytes(made, tmp_path, killer):
    pytest.importorskip("distributed")
    inputs, run, _ = made
    engine = open_engine("dask", 2)
    summary = go(inputs, tmp_path / "run", engine=engine)
    assert summary.reused == 0
    assert content(tmp_path / "run") == content(run)


def test_a_job_that_kills_dask_workers_is_given_up_and_the_others_are_done(killer):
    pytest.importorskip("distributed")
    found = dict(open_engine("dask", 2).map(killer.double_or_die, [(1, 2), (3, 13), (4,)]))
    assert found == {(1, 2): [2, 4], (3,): [6], (13,): None, (4,): [8]}


def test_jobs_that_wait_at_a_dask_worker_that_dies_are_not_given_up_with_the_one_that_kills_it(killer):
    pytest.importorskip("distributed")
    found = dict(open_engine("dask", 1).map(killer.double_or_die, [(13,), (4,), (5,), (26, 13), (6,)]))
    assert found == {(13,): None, (4,): [8], (5,): [10], (26,): [52], (6,): [12]}


def test_a_dask_worker_that_is_not_started_anew_is_replaced(killer, monkeypatch):
    dask = pytest.importorskip("unspin.engines.dask")
    distributed = pytest.importorskip("distributed")
    started = distributed.Nanny.instantiate
    lost = []

    async def start_but_not_anew(nanny):
        if nanny in lost:
            raise RuntimeError("not started anew")
        lost.append(nanny)
        return await started(nanny)

    monkeypatch.setattr(distributed.Nanny, "instantiate", start_but_not_anew)
    monkeypatch.setattr(dask, "PATIENCE", 0.5)
    found = dict(open_engine("dask", 1).map(killer.double_or_die, [(13,), (4,), (5,)]))
    assert found == {(13,): None, (4,): [8], (5,): [10]}
    assert len(lost) > 1


@pytest.mark.parametrize(("error", "tries"), [(AssertionError, 2), (TimeoutError, 1)])
def test_a_worker_that_is_just_being_started_anew_neither_fails_nor_holds_the_run_at_its_end(error, tries):
    dask = pytest.importorskip("unspin.engines.dask")
    closed = []

    class Client:
        def close(self):
            closed.append(self)

    class Cluster:
        def close(self, timeout):
            assert timeout == dask.CLOSING
            closed.append(self)
            if len(closed) == 2:
                raise error

    client, cluster = Client(), Cluster()
    with dask._Owning(client, cluster) as given:
        assert given is client
    assert closed == [client, *[cluster] * tries]


def test_a_dask_scheduler_that_is_not_there_is_told(monkeypatch):
    distributed = pytest.importorskip("distributed")
    with pytest.raises(EngineError, match=r"foo: is no address .*tcp://HOST:8786"):
        list(open_engine("dask", scheduler="foo").map(sum, [(1,)]))
    engine = open_engine("dask", scheduler="tcp://127.0.0.1:9")
    monkeypatch.setattr(distributed, "Client", lambda address, timeout: _refuse(address))
    with pytest.raises(EngineError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        list(engine.map(sum, [(1,)]))


def _refuse(address):
    raise OSError(f"Timed out trying to connect to {address}")


def test_the_pool_gives_every_shard_once(killer):
    shards = [(n, n + 1) for n in range(0, 40, 2)]
    found = list(Local(2).map(killer.double, shards))
    assert sorted(found) == [(shard, [2 * shard[0], 2 * shard[1]]) for shard in shards]


def test_a_job_that_kills_pool_workers_is_given_up_and_the_others_are_done(killer):
    found = dict(Local(2).map(killer.double_or_die, [(1, 2), (3, 13), (4,)]))
    assert found == {(1, 2): [2, 4], (3,): [6], (13,): None, (4,): [8]}


def test_shards_are_drawn_as_they_are_needed():
    drawn = []

    def shards():
        for n in range(10):
            drawn.append(n)
            yield (n,)

    for shard, _ in Local(1).map(sum, shards()):
        assert drawn == list(range(shard[0] + 1))


def test_a_worker_with_other_lexicons_is_refused(inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "mark_of", lambda told, seen=[]: seen.append(1) or str(len(seen)))
    with pytest.raises(RunError, match="a worker has other code, lexicons or libraries"):
        go(inputs, tmp_path / "run")


def test_an_unknown_engine_is_refused():
    with pytest.raises(EngineError, match="no engine 'spark'; there are local, dask"):
        open_engine("spark")


def test_a_second_run_on_the_same_folder_is_refused(inputs, tmp_path):
    with results.Results(tmp_path / "run"), pytest.raises(RunError) as caught:
        go(inputs, tmp_path / "run")
    assert f"another run is writing there (process {os.getpid()})" in str(caught.value)
    go(inputs, tmp_path / "run")


def test_damaged_work_is_told_and_fresh_mends_it(inputs, tmp_path):
    folder = tmp_path / "run"
    go(inputs, folder)
    (folder / results.FOLDER / "results.sqlite").write_bytes(b"not a database, but long enough to look like one" * 50)
    with pytest.raises(RunError, match="run again with --fresh"):
        go(inputs, folder)
    assert go(inputs, folder, fresh=True).reused == 0


def test_an_output_folder_that_is_a_file_is_refused(inputs, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError, match="is a file, not a folder"):
        go(inputs, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_of_somebody_elses_files_is_refused(inputs, tmp_path):
    (tmp_path / "out/restored").mkdir(parents=True)
    (tmp_path / "out/restored/thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="holds other files and is no run folder"):
        go(inputs, tmp_path / "out")
    assert (tmp_path / "out/restored/thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(("name", "content"), [("run.json", '{"cmd": "x"}'), ("documents.csv", "a,b\n1,2\n")])
def test_files_that_are_named_as_ours_make_no_run_folder(inputs, tmp_path, name, content):
    (tmp_path / "out/source").mkdir(parents=True)
    (tmp_path / "out/source/main.py").write_text("mine")
    (tmp_path / "out" / name).write_text(content)
    with pytest.raises(RunError, match="holds other files and is no run folder"):
        go(inputs, tmp_path / "out")
    assert (tmp_path / "out" / name).read_text() == content
    assert (tmp_path / "out/source/main.py").read_text() == "mine"


def test_only_texts_that_runs_put_there_are_removed(inputs, tmp_path):
    folder = tmp_path / "out"
    go(inputs, folder)
    mine = folder / "restored/notes/mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    gone = sorted(inputs.rglob("*.txt"))[0]
    text = folder / "restored" / gone.relative_to(inputs)
    assert text.is_file()
    shutil.rmtree(folder / results.FOLDER)  # as in a folder that was committed
    gone.unlink()
    go(inputs, folder)
    assert not text.is_file()
    assert mine.read_text() == "mine"
    # One whose document is refused now has no text either.
    other = sorted(inputs.rglob("*.txt"))[0]
    other.write_bytes(b"")
    assert go(inputs, folder).documents["refused"] >= 1
    assert not (folder / "restored" / other.relative_to(inputs)).is_file()


def test_what_others_put_beside_our_texts_stays(inputs, tmp_path):
    folder = tmp_path / "out"
    go(inputs, folder)
    gone = sorted(inputs.rglob("*.txt"))[0].relative_to(inputs)
    mine = folder / "source" / gone  # of a plain text no source text is kept
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    go(inputs, folder)
    assert mine.read_text() == "mine"
    (inputs / gone).unlink()
    go(inputs, folder)
    assert mine.read_text() == "mine"
    assert not (folder / "restored" / gone).exists()


def linked(folder, name, target):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    try:
        (folder / name).symlink_to(target, target_is_directory=Path(target).is_dir())
    except OSError:
        pytest.skip("no links can be made here")


def test_links_in_a_run_folder_lead_nowhere(inputs, tmp_path):
    victim, folder = tmp_path / "victim", tmp_path / "out"
    victim.mkdir()
    (victim / "thesis.txt").write_text("mine")
    folder.mkdir()
    (folder / "documents.csv").write_text("doc_id,path,sha256,status\nthesis.txt,x,y,done\n")
    linked(folder, "restored", victim)
    with pytest.raises(RunError, match="is a link"):
        go(inputs, folder)
    assert {p.name: p.read_text() for p in victim.iterdir()} == {"thesis.txt": "mine"}
    (folder / "restored").unlink()
    for name in ("text.part", "process", ".gitignore", "results.sqlite"):
        (folder / results.FOLDER / name).unlink(missing_ok=True)
        linked(folder, f"{results.FOLDER}/{name}", victim / "thesis.txt")
    linked(folder, ".report.html.part", victim / "thesis.txt")
    go(inputs, folder)
    assert (victim / "thesis.txt").read_text() == "mine"


def test_names_that_no_run_gave_are_not_removed(inputs, tmp_path):
    folder = tmp_path / "out"
    go(inputs, folder)
    (tmp_path / "thesis.txt").write_text("mine")
    with sqlite3.connect(folder / results.FOLDER / "results.sqlite") as db:
        db.execute("INSERT INTO placed VALUES ('restored', '../../thesis.txt'), ('..', 'thesis.txt')")
    db.close()
    go(inputs, folder)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


LEAD = """\
The army mentioned that demanding situations within the area require greater coaching for its officers, and the
authorities of the nation have been eager to give a boost to safety in opposition to threats.
"""


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", f"---\ntitle: The Great Army Coaching\nwriter: Ann Lee\n---\n\n# Army coaching\n\n{LEAD}",
         "The Great Army Coaching"),
        ("a.txt", f"{LEAD}\nTitle: Army coaching\nWriter: Ann Lee\n", "Army coaching"),
        ("a.md", f"# Army coaching\n\n{LEAD}", "Military training"),
        ("a.html", "<html><head><title>Army coaching</title></head><body><h1>Army coaching</h1>"
         f"<p>{LEAD}</p></body></html>", "Military training"),
    ],
)
def test_a_title_is_what_the_document_says_and_its_keys_stay(tmp_path, name, text, title):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(text)
    go(tmp_path / "in", tmp_path / "out")
    (row,) = tables.read_rows(tmp_path / "out", "documents")
    assert (row["status"], row["title"]) == ("done", title)
    keys = {e["original"].lower() for e in tables.read_rows(tmp_path / "out", "edits") if e["outcome"] == "changed"}
    assert "title" not in keys
    assert ("writer" in keys) == (name == "a.txt")  # a footer's keys are prose, those of front matter are not
    assert "army" in " ".join(keys)


def test_a_folder_with_only_hidden_files_is_empty_enough(inputs, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.gitkeep").write_text("")
    assert go(inputs, tmp_path / "out").documents["done"] == 10


def test_what_is_no_txt_or_md_has_its_source_text_kept(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("A.TXT", "b.md", "c.log", "d"):
        (tmp_path / "in" / name).write_text(LEAD)
    go(tmp_path / "in", tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out/restored").iterdir()) == ["A.TXT.txt", "b.md", "c.log.txt", "d.txt"]
    assert sorted(p.name for p in (tmp_path / "out/source").iterdir()) == ["A.TXT.txt", "c.log.txt", "d.txt"]


def test_twins_within_a_run_are_not_known_from_earlier_work(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "SHARD_DOCUMENTS", 1)
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / "in" / f"{name}.txt").write_text(LEAD)
    assert go(tmp_path / "in", tmp_path / "out").reused == 0
    assert go(tmp_path / "in", tmp_path / "out").reused == 3


def test_the_output_folder_is_never_an_input(inputs, tmp_path):
    with pytest.raises(RunError, match="lies in the output folder"):
        go(inputs, inputs)
    inside = inputs / "out"
    first = go(inputs, inside)
    again = go(inputs, inside)
    assert again.documents == first.documents


def test_the_folder_of_another_run_is_no_folder_of_articles_but_its_texts_are(made, tmp_path):
    with pytest.raises(RunError, match=r"is the folder of a run; name the articles, or .*restored for its texts"):
        go(made[1], tmp_path / "out")
    assert sum(go(made[1] / "restored", tmp_path / "out").documents.values()) > 5


def test_two_documents_that_would_share_a_text_are_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text("<p>The minister met the press in Tripoli on Monday.</p>")
    (tmp_path / "in/a.html.txt").write_text(CLEAN)
    with pytest.raises(RunError, match=r"a\.html\.txt and a\.html would be one in the run folder"):
        go(tmp_path / "in", tmp_path / "run")


def test_inputs_that_collide_are_refused(inputs, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a0.txt").write_text(CLEAN)
    with pytest.raises(sources.InputError, match=r"a0\.txt"):
        go([inputs, tmp_path / "other"], tmp_path / "run")


BAD = {
    "empty.txt": b"",
    "nul.txt": b"The minister\0met the press.",
    "utf16.txt": CLEAN.encode("utf-16"),
    "binary.txt": bytes(range(256)) * 20,
    "surrogate.jsonl": b'{"id": "s", "text": "The minister said \\ud800 that talks with Libya would go on."}\n',
    "line.txt": b"a" * 5_000_000,
    "words.txt": b"a" * 100_000 + b" The minister met reporters in Tripoli.",
    "markup.txt": b"The minister said </script><script>alert(1)</script> and =cmd() to the press in Tripoli.\n",
    "french.txt": "Le ministre a rencontré la presse à Tripoli, et il a parlé de la paix.\n".encode() * 5,
    "new\nline.txt": CLEAN.encode(),
    "caf\udce9.txt": CLEAN.encode(),
    "torn.jsonl": b'{"id": 1, "text": "The minis',
}


def test_bad_inputs_are_rows_and_nothing_is_lost(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    summary = go(folder, tmp_path / "run")
    found = {row["doc_id"]: row for row in rows(tmp_path / "run", "documents")}
    assert len(found) == len(BAD) + 1
    assert not [doc_id for doc_id, status, _ in summary.troubled if status == "failed"], summary.troubled
    for name in ("empty.txt", "nul.txt", "binary.txt", "french.txt", "torn.jsonl#1", "gone.txt"):
        assert found[name]["status"] == "refused", name
        assert found[name]["reason"]
    clean = ("utf16.txt", "surrogate.jsonl#s", "line.txt", "words.txt", "markup.txt", "new\nline.txt", "caf\ufffd.txt")
    for name in clean:
        assert found[name]["status"] == "clean", name


def test_a_file_that_changes_under_the_run_is_no_result_of_its_old_text(inputs, tmp_path, monkeypatch):
    first = sorted(inputs.glob("*.txt"))[0]
    before = first.read_text()
    hashed = runs._file_hash
    monkeypatch.setattr(runs, "_file_hash", lambda path: (hashed(path), first.write_text("She left Libya in May."))[0])
    summary = go(inputs, tmp_path / "run")
    assert [(name, reason) for name, status, reason in summary.troubled if status == "failed"] == [
        (first.name, "the file was changed while the run read it; run again")
    ]
    monkeypatch.undo()
    first.write_text(before)
    assert not go(inputs, tmp_path / "run").documents.get("failed")


def test_parquet_without_its_library_is_said_before_the_work(inputs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(tables.TableError, match=r"pip install 'unspin\[parquet\]'"):
        runs.run([inputs], Choices(Settings(), str(tmp_path / "run"), "parquet", 1))
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_told(inputs):
    with pytest.raises(OSError, match="nowhere"):
        go(inputs, Path("/proc/nowhere/run"))


def test_a_full_disk_leaves_nothing_half_written(made, tmp_path, monkeypatch):
    inputs, run, _ = made
    folder = tmp_path / "run"
    go(inputs, folder)
    before = content(folder)
    (inputs / "zz.txt").write_text(article(55))
    try:

        def full(self):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tables.CsvWriter, "close", full)
        with pytest.raises(OSError, match="No space left"):
            go(inputs, folder)
        monkeypatch.undo()
        assert {k: v for k, v in content(folder).items() if k in before} == before
        assert not (folder / "run.json").exists()
    finally:
        (inputs / "zz.txt").unlink()
    go(inputs, folder)
    assert content(folder) == content(run)


def test_a_full_database_is_an_error_of_its_own(tmp_path):
    with results.Results(tmp_path / "run") as work:
        work._db.execute("PRAGMA max_page_count = 20")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            work.keep(results.Result(str(n), True, os.urandom(4000), b"[]") for n in range(100))


def test_workers_do_not_outlive_a_killed_run(tmp_path):
    script = textwrap.dedent(
        """
        import os, sys, time
        from unspin.engines.local import Local
        def pids(shard):
            return os.getpid()
        if __name__ == "__main__":
            for _, pid in Local(2).map(pids, [(1,), (2,)]):
                print("worker", pid, flush=True)
                time.sleep(60)
        """
    )
    path = tmp_path / "parent.py"
    path.write_text(script)
    process = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = 0
    for line in process.stdout:
        if line.startswith("worker"):
            worker = int(line.split()[1])
            break
    assert worker
    process.kill()
    process.wait()
    end = time.monotonic() + 10
    while time.monotonic() < end and _alive(worker):
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] not in "ZX"
    except FileNotFoundError:
        return False


def test_marks_of_rules_are_remembered_until_a_pack_changes(tmp_path, monkeypatch):
    pack = tmp_path / "mine"
    pack.mkdir()
    (pack / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    line = "army\tmilitary\tnoun\tThe [army|military] left at dawn.\t3\n"
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\toften\n" + line)
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    settings = Settings(packs=(str(pack),))
    read = []
    real = runs.rules_of
    monkeypatch.setattr(runs, "rules_of", lambda settings: read.append(1) or real(settings))
    first = runs.packed_rules(settings)
    assert first == {"mine": tables.pack_rules(real(settings)["mine"])}
    assert runs.packed_rules(settings) == first
    assert len(read) == 1
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\toften\n" + line.replace("\t3", "\t7"))
    assert runs.packed_rules(settings) != first
    [kept] = [p for p in (tmp_path / "cache").glob("rules-*.json") if p.read_text() != json.dumps(first)]
    kept.write_text('{"other": 1}')
    assert runs.packed_rules(settings) == {"mine": tables.pack_rules(real(settings)["mine"])}
    assert len(read) == 3
