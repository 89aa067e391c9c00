"""The command line: the only module that prints.

Commands import what they need when they run, so that ``unspin --help`` loads
neither spaCy nor pandas.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import itertools
import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from unspin import __version__

if TYPE_CHECKING:
    from unspin.records import Edit, Restoration, Source
    from unspin.restore import Restorer
    from unspin.runs import Progress, Redone, Summary
    from unspin.settings import Choices

#: Exit codes of the contract.
DIFFERENT, WRONG_CALL, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="unspin",
    help="Restores articles that content farms ran through synonym spinners, and reads entities and relations "
    "from them.",
    epilog="Example: unspin run articles -o outputs/run",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
lexicon_app = typer.Typer(
    name="lexicon",
    help="Look after the lexicons: check, list, explain, mine, learn, accept.",
    epilog="Example: unspin lexicon check",
    no_args_is_help=True,
)
app.add_typer(lexicon_app)


class Format(StrEnum):
    """How the tables of a run are written."""

    csv = "csv"
    parquet = "parquet"


class View(StrEnum):
    """How a comparison is shown."""

    text = "text"
    json = "json"
    html = "html"


class Export(StrEnum):
    """What a run can be exported to."""

    csv = "csv"
    xlsx = "xlsx"
    graphml = "graphml"
    jsonld = "jsonld"
    ftm = "ftm"


class CallError(Exception):
    """The call is wrong; the message says what to do next."""


# ---------------------------------------------------------------- ways in and out


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    given = [word for word in given if word != "--debug"]
    # Products of small matrices: more threads than one only wait for each other, and for those of other workers.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Loading makes millions of objects that stay; looking through them each 700 takes a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    # A scheduler ends a process with SIGTERM: it is left as cleanly as by Ctrl-C.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller (``>&-``)
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Texts are UTF-8 with \n wherever they go; a console that cannot show a character shows its number.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    try:
        code = app(args=given, prog_name="unspin", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # typer makes an exit of its own of a pipe that is closed.
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The reader, `head` say, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except Exception as error:
        if debug and not isinstance(error, typer.Exit):
            traceback.print_exc()
        _fail(error)
    if code == INTERRUPTED:  # typer gives the code of Ctrl-C itself, without a word
        _say_last("interrupted; what was finished is kept, run again to go on", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def program() -> NoReturn:
    """Run the command line as a whole process, which ends without taking apart what it loaded (half a second)."""
    code: object = 0
    try:
        main()
    except SystemExit as error:
        code = error.code
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else bool(code))


def _fail(error: Exception) -> NoReturn:
    """Tell an error in one line and exit with its code."""
    if isinstance(error, typer.Exit):
        sys.exit(error.exit_code)
    # typer brings its own copy of click, whose classes have no public name.
    if callable(told := getattr(error, "format_message", None)):
        context = getattr(error, "ctx", None)
        hint = f"; see `{context.command_path} --help`" if context is not None else ""
        message = str(told()).rstrip(".")
        if type(error).__name__ == "NoArgsIsHelpError":  # whose message is the help, empty where it is shown already
            if message:
                print(message, file=sys.stderr)
            message = "no command is given"
        _say_last(message + hint, WRONG_CALL)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        _say_last(f"{where}{error.strerror}{_advice(error)}", WRONG_CALL)
    if type(error).__name__ == "OperationalError" and "is full" in str(error):  # of SQLite
        _say_last("the disk is full; free some space and run again: what was finished is kept", WRONG_CALL)
    kind = "" if _is_told(error) else f"unexpected {type(error).__name__}: "
    _say_last(f"{kind}{error}" + ("; run it with --debug and report what it prints" if kind else ""), WRONG_CALL)


def _is_told(error: Exception) -> bool:
    """Tell whether an error is one of ours, whose message says what to do."""
    return type(error).__module__.split(".")[0] == "unspin"


def _advice(error: OSError) -> str:
    import errno

    return {
        errno.ENOSPC: "; free some space and run again: what was finished is kept",
        errno.EDQUOT: "; free some space and run again: what was finished is kept",
        errno.EACCES: "; make it accessible or choose another place",
        errno.EPERM: "; make it accessible or choose another place",
        errno.EROFS: "; choose a place that can be written to",
        errno.ENOENT: "; check the spelling",
    }.get(error.errno or 0, "")


def _say(message: str) -> None:
    """Tell something on standard error, in one line whatever the names of files hold."""
    print("unspin: " + _shown(message), file=sys.stderr)


def _say_last(message: str, code: int) -> NoReturn:
    with contextlib.suppress(BrokenPipeError):
        _say(message)
    sys.exit(code)


def _shown(text: str) -> str:
    r"""Give text as a terminal may have it: in one line, its control characters written out.

    >>> _shown("red \x1b[31m.txt\n")
    'red \\x1b[31m.txt'
    """
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def _print(text: str = "") -> None:
    print(text)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """Give a function that shows how far a run is, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("documents"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("documents", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _choices(settings: Path | None) -> Choices:
    from unspin.settings import FILE, Choices, read_settings

    if settings is not None:
        return read_settings(settings)
    return read_settings(FILE) if FILE.is_file() else Choices()


def _version(value: bool) -> None:
    if value:
        _print(f"unspin {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    pass


def _path(name: str) -> Path:
    """Give a path; an empty name, as of a variable that is not set, would be the current folder."""
    if not name:
        raise typer.BadParameter("the name is empty; name a file or folder, . for the current one")
    return Path(name)


Inputs = Annotated[
    list[Path], typer.Argument(metavar="INPUT...", help="Files or folders.", show_default=False, parser=_path)
]
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        metavar="NAME|PATH",
        help="Take only this pack; may be repeated (shipped: all that come along).",
        show_default=False,
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CHANNEL", help="Switch off glossary, fuzzy or facts; may be repeated.", show_default=False
    ),
]
Careful = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="0 to 1: the higher, the surer a change must be. [default: 0.5]",
                 show_default=False),
]
Rescore = Annotated[
    bool, typer.Option("--rescore", help="Ask a transformer about doubtful choices: better, and far slower.")
]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Settings file, instead of ./unspin.toml.", show_default=False)
]


def _restorer(
    packs: list[str] | None,
    settings: Path | None,
    without: list[str] | None = None,
    careful: float | None = None,
    rescore: bool = False,
) -> Restorer:
    from unspin.restore import Restorer
    from unspin.restore.transformer import find

    own = _choices(settings).settings
    if rescore or own.rescore:
        try:
            find()
        except FileNotFoundError as error:
            raise CallError(str(error)) from None
    return Restorer.load(
        tuple(packs or own.packs),
        careful=own.careful if careful is None else careful,
        without=_channels(without) or own.without,
        rescored=rescore or own.rescore,
    )


def _channels(named: list[str] | None) -> tuple[str, ...]:
    """Give channels to switch off, sorted; refuse what is none."""
    from unspin.settings import CHANNELS

    for name in named or ():
        if name not in CHANNELS:
            raise CallError(f"--without {name}: no such channel; there are {', '.join(CHANNELS)}")
    return tuple(sorted(set(named or ())))


# ---------------------------------------------------------------- run


@app.command(epilog="Example: unspin run articles more/one.html -o outputs/run --workers 4")
def run(
    inputs: Inputs,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Run folder. [default: outputs/run]", parser=_path),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes side by side; 0 takes as many as pay.", show_default=False)
    ] = None,
    engine: Annotated[str, typer.Option(help="Where the work is done: local or dask.")] = "local",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="A Dask scheduler that is running.")] = "",
    pack: Packs = None,
    without: Without = None,
    careful: Careful = None,
    rescore: Rescore = False,
    format: Annotated[Format | None, typer.Option(help="Format of the tables.", show_default=False)] = None,
    settings: SettingsFile = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ignore earlier work.")] = False,
    decisions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Decisions on single places, exported from a report.", show_default=False),
    ] = None,
    counterfactual: Annotated[
        bool, typer.Option("--counterfactual", help="Also read the text as spun, and say what restoring gained.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")] = False,
    open_report: Annotated[bool, typer.Option("--open", help="Open the report when the run is done.")] = False,
) -> int:
    """Restore and extract every document under the inputs, and write the run folder."""
    from unspin import runs
    from unspin.decisions import read_decisions

    choices = _choices(settings)
    decided = read_decisions(decisions) if decisions else {}
    if pack:
        choices = choices._replace(settings=choices.settings._replace(packs=tuple(pack)))
    if without:
        choices = choices._replace(settings=choices.settings._replace(without=_channels(without)))
    if careful is not None:
        choices = choices._replace(settings=choices.settings._replace(careful=careful))
    if rescore:
        choices = choices._replace(settings=choices.settings._replace(rescore=True))
    if counterfactual:
        choices = choices._replace(settings=choices.settings._replace(counterfactual=True))
    choices = choices._replace(
        output=str(output) if output else choices.output,
        format=str(format) if format else choices.format,
        workers=choices.workers if workers is None else workers,
    )
    with _progress(quiet) as progress:
        summary = runs.run(
            inputs,
            choices,
            engine="dask" if scheduler else engine,
            scheduler=scheduler,
            fresh=fresh,
            decisions=decided,
            progress=progress,
        )
    if not quiet:
        for line in _summary(summary):
            _print(line)
    for decision, why in summary.unheeded:
        where = f"{decisions}: {decision.doc_id} {decision.start}-{decision.end}"
        _say(f"{where}: {decision.decision} had no effect: {why}")
    for doc_id, status, reason in summary.troubled:
        _say(f"{doc_id}: {status}: {reason}")
    bad = summary.documents.get("refused", 0) + summary.documents.get("failed", 0)
    if bad > len(summary.troubled):
        _say(f"and {bad - len(summary.troubled):,} more; see documents.csv")
    if open_report:
        import webbrowser

        webbrowser.open((summary.folder / "report.html").resolve().as_uri())
    return DIFFERENT if bad else 0


def _summary(summary: Summary) -> Iterable[str]:
    by_status = ", ".join(f"{n:,} {status}" for status, n in sorted(summary.documents.items()) if n)
    reused = f"; {summary.reused:,} known from earlier work" if summary.reused else ""
    total = sum(summary.documents.values())
    yield f"{_many(total, 'document')} ({by_status}{reused})"
    if summary.redone:
        yield _redone(summary.redone)
    yield f"{_many(summary.changed, 'edit')}, {_many(summary.suspects, 'suspect')} to review"
    entities, relations = summary.counts["entities"], summary.counts["relations"]
    yield f"{_many(entities, 'entity', 'entities')}, {_many(relations, 'relation')}"
    yield f"report: {summary.folder / 'report.html'}"


#: Entries that the summary of a run names.
NAMED = 3


def _redone(redone: Redone) -> str:
    """Say what an edited pack came to.

    >>> from unspin.runs import Redone
    >>> _redone(Redone(1, 200, ("army>military",), 0))
    '1 of 200 documents redone: entries changed: army>military'
    >>> _redone(Redone(9, 200, ("a>b", "c>d", "e>f", "g>h"), 1))
    '9 of 200 documents redone: entries changed: a>b, c>d, e>f and 1 more; 1 gone'
    >>> _redone(Redone(0, 200, (), 0))
    '0 of 200 documents redone: no entry changed, but other lines of packs'
    """
    parts = []
    if redone.entries:
        more = f" and {len(redone.entries) - NAMED:,} more" if len(redone.entries) > NAMED else ""
        parts.append(f"entries changed: {', '.join(redone.entries[:NAMED])}{more}")
    if redone.gone:
        parts.append(f"{redone.gone:,} gone")
    why = "; ".join(parts) or "no entry changed, but other lines of packs"
    return f"{redone.documents:,} of {_many(redone.of, 'document')} redone: {why}"


def _many(count: int, one: str, many: str = "") -> str:
    """Count things.

    >>> _many(1, "edit"), _many(2_000, "entity", "entities")
    ('1 edit', '2,000 entities')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


# ---------------------------------------------------------------- one text


@app.command(epilog="Example: unspin restore article.txt --diff")
def restore(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A text; - reads standard input.")] = "-",
    diff: Annotated[bool, typer.Option("--diff", help="Show each change instead of the text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Give the edits as JSON, one a line.")] = False,
    pack: Packs = None,
    without: Without = None,
    careful: Careful = None,
    rescore: Rescore = False,
    settings: SettingsFile = None,
) -> int:
    """Write the restored text to standard output, like any filter."""
    if diff and as_json:
        raise CallError("--diff and --json exclude each other; give one of them")
    failed, ended = False, True
    for restoration in _restored(file, pack, settings, without, careful, rescore):
        source = restoration.source
        if source.status:
            _say(f"{source.doc_id}: {source.status}: {source.reason}")
            failed = True
        elif as_json:
            for edit in restoration.edits:
                _print(json.dumps({"doc_id": source.doc_id} | edit._asdict(), ensure_ascii=False))
        elif diff:
            for edit in restoration.edits:
                _print(_change(source, edit, _wants_colour()))
        else:
            if not ended:
                sys.stdout.write("\n")  # between the texts of a file that holds several
            sys.stdout.write(restoration.text)
            ended = restoration.text.endswith("\n")
    return DIFFERENT if failed else 0


def _restored(
    file: str,
    packs: list[str] | None,
    settings: Path | None,
    without: list[str] | None,
    careful: float | None,
    rescore: bool,
) -> Iterator[Restoration]:
    """Restore the documents of a file; what could not be read comes with its reason."""
    import tempfile

    from unspin import sources
    from unspin.documents import restore_document
    from unspin.records import Metadata, Restoration
    from unspin.sources import Item

    with tempfile.TemporaryDirectory() as folder:
        if file == "-":
            # Through the same door as every other document: decoding, limits and refusals included.
            item = Item("-", Path(folder, "standard-input.txt"))
            item.path.write_bytes(sys.stdin.buffer.read())
        else:
            if Path(file).is_dir():
                raise CallError(f"{file}: is a folder; `unspin run {file}` takes folders")
            (item,) = sources.find([Path(file)])
        restorer = None
        for source in sources.read(item):
            if file == "-" and source.reason == "empty":
                return  # nothing in, nothing out
            if source.status:
                yield Restoration(source, source.status, "", (), (), (), Metadata(), 0.0, "")
                continue
            restorer = restorer or _restorer(packs, settings, without, careful, rescore)
            yield restore_document(source, restorer)


def _change(source: Source, edit: Edit, colour: bool) -> str:
    """Show an edit with its place and what stands around it."""
    line = source.text.count("\n", 0, edit.start) + 1
    # Some words of the same line on both sides, whole ones.
    before = re.search(r"(?:\S+[^\S\n]*){0,4}\Z", source.text[max(0, edit.start - 60) : edit.start].split("\n")[-1])
    after = re.match(r"(?:[^\S\n]*\S+){0,4}", source.text[edit.end : edit.end + 60].split("\n")[0])
    mark = "" if edit.outcome == "changed" else "?"
    old, new = f"[-{edit.original}-]", f"{{+{edit.replacement}+}}{mark}"
    if colour:
        old, new = f"\033[31m{old}\033[0m", f"\033[{32 if not mark else 33}m{new}\033[0m"
    where = f"{_shown(source.doc_id)}:{line}"
    shown = "".join(map(_visible, (before[0] if before else "", old, new, after[0] if after else "")))
    return f"{where}: {shown}  ({edit.kind}, {edit.rule}, {edit.score:.2f})"


def _visible(text: str) -> str:
    return text.replace("\r", "").replace("\n", "⏎")


@app.command(epilog="Example: unspin score articles")
def score(inputs: Inputs, pack: Packs = None, settings: SettingsFile = None) -> int:
    """Show how spun each document is: score (0 to 1), edits per 1,000 words, best pack, spinner family, evidence."""
    from unspin import sources
    from unspin.documents import restore_document
    from unspin.lexicon.families import families, family_of
    from unspin.tables import count_words

    items = sources.find(inputs)
    restorer = _restorer(pack, settings)
    failed = False
    known = families(restorer.packs)
    _print(f"{'spin':>5} {'edits/1000':>10}  {'pack':14} {'family':10} document")
    for item in items:
        for source in sources.read(item):
            if source.status:
                _say(f"{source.doc_id}: {source.status}: {source.reason}")
                failed = True
                continue
            found = restore_document(source, restorer)
            made = sum(e.outcome == "changed" for e in found.edits)
            rate = 1000 * made / max(1, count_words(source.text))
            of = family_of(found.edits, known)
            told = f"  ({of.places} of {of.whole} phrases: {', '.join(of.phrases)})" if of.name else ""
            columns = f"{found.pack or '-':14} {of.name or '-':10} {_shown(source.doc_id)}"
            _print(f"{found.spin_score:5.2f} {rate:10.1f}  {columns}{told}")
    return DIFFERENT if failed else 0


# ---------------------------------------------------------------- runs looked at


@app.command("eval", epilog="Example: unspin eval outputs/run --gold tests/gold --show 5")
def evaluate(
    target: Annotated[Path, typer.Argument(metavar="RUN_OR_INPUT", help="A run folder, or spun texts to restore.")],
    gold: Annotated[Path, typer.Option(help="Folder with NAME.marked.txt for each document NAME.txt.")],
    show: Annotated[int, typer.Option(min=0, help="Wrong, missed and false edits to show of each document.")] = 0,
    pack: Packs = None,
    settings: SettingsFile = None,
) -> None:
    """Show precision, recall and F0.5 against gold restorations."""
    from unspin.evaluate import Counts, read_edits
    from unspin.evaluate import evaluate as compare
    from unspin.tables import is_run

    if is_run(target) and pack:
        raise CallError(f"{target}: is a run, scored as it stands; leave --pack out, or name its articles")
    made = read_edits(target) if is_run(target) else _edits_of(target, pack, settings)
    total = Counts()
    lines = []
    for result in compare(gold, made):
        total += result.counts
        lines.append(_figures(result.doc_id, result.counts))
        lines += ["    " + " ".join(map(repr, case)) for case in result.cases[:show]]
        if result.doc_id not in made:
            _say(f"{result.doc_id}: has no edits in {target}, or is not there")
    _print(f"{'document':44} {'gold':>5} {'P':>6} {'R':>6} {'F0.5':>6}")
    for line in [*lines, _figures("all", total)]:
        _print(line)


def _figures(name: str, counts: Any) -> str:
    return f"{_shown(name):44} {counts.gold:5} {counts.precision:6.3f} {counts.recall:6.3f} {counts.f05:6.3f}"


def _edits_of(target: Path, packs: list[str] | None, settings: Path | None) -> dict[str, list[Edit]]:
    from unspin import sources
    from unspin.documents import restore_document

    items = sources.find([target])
    restorer = _restorer(packs, settings)
    made: dict[str, list[Edit]] = {}
    for item in items:
        for source in sources.read(item):
            if source.status:
                _say(f"{source.doc_id}: {source.status}: {source.reason}")
                continue
            made[source.doc_id] = list(restore_document(source, restorer).edits)
    return made


Run = Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.", parser=_path)]


@app.command("report", epilog="Example: unspin report outputs/run")
def build_report(folder: Run) -> None:
    """Build report.html of a run, anew where there is one."""
    from unspin.report import write_report

    _print(str(write_report(folder)))


@app.command("diff", epilog="Example: unspin diff outputs/old outputs/new")
def compare_runs(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A run folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A run folder.")],
    format: Annotated[View, typer.Option(help="How it is shown.")] = View.text,
    details: Annotated[bool, typer.Option("--details/--summary", help="Row by row, or counts only.")] = True,
) -> int:
    """Show what changed between two runs, row by row and why; exit 1 where anything did."""
    from unspin import compare

    write: Callable[[str], object] = sys.stdout.write
    colour = _wants_colour()
    return DIFFERENT if compare.show(old, new, str(format), write, details=details, colour=colour) else 0


@app.command("export", epilog="Example: unspin export outputs/run --to csv --table relations > relations.csv")
def export_run(
    folder: Run,
    to: Annotated[Export, typer.Option(help="Format.")] = Export.csv,
    table: Annotated[str, typer.Option(help="Table to write; csv only.")] = "relations",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="File to write; csv goes to standard output.")
    ] = None,
) -> None:
    """Export a run: csv that a spreadsheet takes no cell of for a formula, or other formats."""
    from unspin import export

    if to is Export.csv and output is None:
        for line in export.spreadsheet_lines(folder, table):
            sys.stdout.write(line)
        return
    if output is None:
        raise CallError(f"--to {to} needs a file to write; add -o FILE.{to}")
    export.write(folder, str(to), output, table)
    _print(str(output))


@app.command(epilog="Example: unspin init && $EDITOR unspin.toml")
def init(folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write it.")] = Path()) -> None:
    """Write a commented unspin.toml with every setting and its default."""
    from unspin.settings import FILE, TEMPLATE

    path = folder / FILE
    try:
        with open(path, "x", encoding="utf-8", newline="") as handle:
            handle.write(TEMPLATE)
    except FileExistsError:
        raise CallError(f"{path}: is there already; edit it, or delete it first") from None
    _print(str(path))


# ---------------------------------------------------------------- lexicons


#: How often `lexicon check --fix` mends and checks again: one remedy may bring another fault to light.
FIXES = 6


@lexicon_app.command("check", epilog="Example: unspin lexicon check --pack news --clean clean_news.jsonl.gz")
def check_lexicon(
    pack: Packs = None,
    clean: Annotated[
        Path | None, typer.Option(help="Text never spun: .jsonl(.gz) with a field text, or a folder of .txt.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what has a mechanical remedy, then check again.")] = False,
    remarks: Annotated[bool, typer.Option("--remarks", help="Show remarks too, not only faults and warnings.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Give faults, warnings and remarks as JSON.")] = False,
) -> int:
    """Check packs as code: schema, order, duplicates, loops, every example and keep sentence; exit 1 at a fault."""
    from unspin.lexicon import check, mend
    from unspin.restore import uncollected

    names = tuple(pack or ())
    with uncollected():  # a check makes many small things and drops few: looking for cycles took a fifth of its time
        findings = check.check(names, clean)
        for _ in range(FIXES if fix else 0):
            mended = mend.mend(findings, names)
            for path, lines in mended.items():
                _say(f"{path}: {_many(lines, 'line')} mended")
            if not mended:
                break
            findings = check.check(names, clean)
    faults = sum(f.fault for f in findings)
    if as_json:
        _print(json.dumps([f._asdict() for f in findings], ensure_ascii=False, indent=1))
    else:
        for f in findings:
            if f.fault or f.warning or remarks:
                _print(f"{f.path}:{f.line}: {f.code}: {f.message}")
        warnings = sum(f.warning for f in findings)
        others = len(findings) - faults - warnings
        unseen = "" if remarks or not others else " (--remarks shows them)"
        _print(f"{_many(faults, 'fault')}, {_many(warnings, 'warning')}, {_many(others, 'remark')}{unseen}")
    return DIFFERENT if faults else 0


@lexicon_app.command("list", epilog="Example: unspin lexicon list demanding")
def list_lexicon(
    words: Annotated[str, typer.Argument(metavar="[TEXT]", help="Only entries that hold it on either side.")] = "",
    pack: Packs = None,
) -> None:
    """List the packs, or the entries that hold a text."""
    from unspin.lexicon.read import read_packs

    for found in read_packs(tuple(pack or ())):
        if not words:
            about = f"{_many(len(found.entries), 'entry', 'entries')}, {_many(len(found.keep), 'keep sentence')}"
            _print(f"{found.name:14} {about}: {found.title} ({found.family})")
            continue
        for entry in found.entries:
            if words.casefold() in f"{entry.spun}\n{entry.plain}".casefold():
                _print(f"{found.name:14} {entry.spun} > {entry.plain} ({entry.form}): {entry.example}")


@lexicon_app.command("explain", epilog='Example: unspin lexicon explain "The army faces demanding situations."')
def explain_lexicon(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence or more; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Give JSON.")] = False,
    pack: Packs = None,
    settings: SettingsFile = None,
) -> None:
    """Show the candidates of each place of a text, what speaks for each, and which one won."""
    from unspin.lexicon import explain

    given = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace") if text == "-" else text
    restorer = _restorer(pack, settings)
    places, judged = explain.explain(given, restorer), explain.verdict(given, restorer)
    if as_json:
        told = [p._asdict() | {"readings": [r._asdict() for r in p.readings]} for p in places]
        _print(json.dumps(judged._asdict() | {"places": told}, ensure_ascii=False, indent=1))
        return
    for line in explain.lines(places, judged):
        _print(line)


ProposalsFile = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Proposals file. [default: standard output]")
]
CleanText = Annotated[
    Path | None, typer.Option(help="Text never spun: .jsonl(.gz) with a field text, or a folder of .txt.")
]


@lexicon_app.command("learn", epilog="Example: unspin lexicon learn --spun spun/ --plain originals/ -o proposals.tsv")
def learn_lexicon(
    spun: Annotated[Path | None, typer.Option(help="A spun text, or a folder of them.")] = None,
    plain: Annotated[Path | None, typer.Option(help="Its plain original, or a folder with the same names.")] = None,
    gold: Annotated[Path | None, typer.Option(help="Instead: a folder of gold restorations.")] = None,
    clean: CleanText = None,
    output: ProposalsFile = None,
) -> None:
    """Propose entries from spun texts beside their plain originals: with evidence, never into a pack."""
    from unspin.lexicon.check import read_clean
    from unspin.lexicon.learn import align, gold_pairs, proposal_lines, propose

    if gold is not None and spun is None and plain is None:
        named = list(gold_pairs(gold))
        pairs, texts = [(name, pair) for name, _, found in named for pair in found], [text for _, text, _ in named]
    elif gold is None and spun is not None and plain is not None:
        beside = list(_text_pairs(spun, plain))
        pairs, texts = [(name, pair) for name, a, b in beside for pair in align(a, b)], [a for _, a, _ in beside]
    else:
        raise CallError("give --spun and --plain, or --gold; see `unspin lexicon learn --help`")
    _write_lines(proposal_lines(propose(pairs, texts, read_clean(clean) if clean else ())), output)


def _write_lines(lines: Iterable[str], output: Path | None) -> None:
    if output is None:
        for line in lines:
            _print(line)
        return
    found = list(lines)
    output.write_text("".join(line + "\n" for line in found), encoding="utf-8", newline="")
    _print(f"{output}: {_many(len(found) - 1, 'proposal')}; comment out with # what is wrong, then "
           f"unspin lexicon accept {output} --pack PACK")


@lexicon_app.command("mine", epilog="Example: unspin lexicon mine articles -o proposals.tsv")
def mine_lexicon(
    inputs: Inputs,
    pack: Packs = None,
    most: Annotated[int, typer.Option(min=1, help="Proposals to give.")] = 200,
    output: ProposalsFile = None,
) -> None:
    """Propose entries from spun text alone, best first, with three contexts each."""
    from unspin import sources
    from unspin.lexicon import mine
    from unspin.restore import Restorer

    texts = []
    for item in sources.find(inputs):
        for source in sources.read(item):
            if source.status:
                _say(f"{source.doc_id}: {source.status}: {source.reason}")
                continue
            texts.append((source.doc_id, source.text))
    restorer = Restorer.load(tuple(pack or ()))
    _write_lines(mine.mined_lines(mine.Miner(restorer.packs, restorer=restorer).mine(texts)[:most]), output)


@lexicon_app.command("accept", epilog="Example: unspin lexicon accept proposals.tsv --pack my-pack")
def accept_lexicon(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A proposals file; lines with # stay where they are. Or decisions.csv of a report: what is for the "
            "pack there.",
        ),
    ],
    pack: Annotated[str, typer.Option(metavar="NAME|PATH", help="The pack that takes the lines.")],
) -> None:
    """Move the lines of a proposals file that are not commented out into a pack, sorted, with their examples."""
    from unspin.lexicon.accept import accept, accept_decisions, is_decisions

    if not is_decisions(file):
        done = accept(file, pack)
        known = f"; {len(done.known):,} known already" if done.known else ""
        _print(f"{done.path}: {_many(len(done.added), 'entry', 'entries')} added{known}")
        return
    taken = accept_decisions(file, pack)
    _print(f"{taken.path}: {_many(len(taken.added), 'entry', 'entries')} added")
    _print(f"{taken.keep_path}: {_many(len(taken.keep), 'sentence')} added")
    for entry in taken.known:
        _say(f"{entry.path}:{entry.line}: {entry.spun} > {entry.plain} ({entry.form}) is there already; "
             "its column 'often' says how often it holds")
    for decision, why in taken.refused:
        where = f"{file}: {decision.doc_id} {decision.start}-{decision.end}"
        _say(f"{where}: not taken: {why}")
    if taken.places:
        _print(f"{file}: {_many(taken.places, 'decision')} only for the place; "
               f"unspin run INPUT --decisions {file} heeds them")


def _text_pairs(spun: Path, plain: Path) -> Iterator[tuple[str, str, str]]:
    from unspin import sources

    originals = {item.doc_id: item for item in sources.find([plain])}
    items = sources.find([spun])
    if spun.is_file() and plain.is_file():
        originals = dict.fromkeys((item.doc_id for item in items), next(iter(originals.values())))
    for item in items:
        if item.doc_id not in originals:
            raise CallError(f"{item.path}: has no original {plain / item.doc_id}; add it or take the spun text out")
        pairs = itertools.zip_longest(sources.read(item), sources.read(originals[item.doc_id]))
        for number, (a, b) in enumerate(pairs, 1):
            for source in (a, b):
                if source is None:
                    raise CallError(f"{item.path}: has other documents than its original, from the one numbered "
                                    f"{number} on; give each spun text its original")
                if source.status:
                    raise CallError(f"{source.path}: {source.reason}; mend it or take it out")
            yield a.doc_id, a.text, b.text


if __name__ == "__main__":
    main()
