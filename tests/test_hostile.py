"""Hostile input: every document is a row with its reason, nothing escapes, no pattern runs away."""

import csv
import gzip
import importlib
import io
import itertools
import json
import pkgutil
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import unspin
from unspin import cache, export, runs, sources, tables
from unspin.cli import main
from unspin.layout import layout
from unspin.settings import Choices
from unspin.tidy import tidy

CLEAN = "The minister met reporters in Tripoli. She said that talks with Libya would go on in May.\n"


def go(inputs, folder):
    return runs.run([inputs], Choices(output=str(folder), workers=1))


def rows(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read(path):
    return list(sources.read(sources.Item(path.name, path)))


# ---------------------------------------------------------------- formats


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"a" * 20_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"), [("a.zip", bomb()), ("a.txt", bomb()), ("a.docx", bomb()), ("a.txt", gzip.compress(b"a" * 10**7))]
)
def test_compressed_files_are_refused_and_never_unpacked(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    (source,) = read(tmp_path / name)
    assert source.status == "refused"
    assert source.reason.startswith("not text")
    assert source.text == ""


def test_deep_html_is_read_or_refused(tmp_path):
    for depth in (100, 10_000, 100_000):
        path = tmp_path / f"{depth}.html"
        path.write_text("<div>" * depth + f"<p>{CLEAN * 5}</p>" + "</div>" * depth)
        (source,) = read(path)
        assert source.status in {"", "refused"}
        assert bool(source.reason) == bool(source.status)


def test_deep_json_is_refused_and_the_next_record_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("[" * 200_000 + "\n" + json.dumps({"id": "b", "text": CLEAN}) + "\n")
    first, second = read(path)
    assert first.status == "refused"
    assert second.status == ""


DEEP = "[" * 100_000


def refused(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0, said
    assert "unexpected" not in said
    return said


def test_brackets_without_end_are_refused_in_one_line_wherever_they_stand(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = tmp_path / "a.txt"
    document.write_text(CLEAN)
    pack = tmp_path / "deep"
    pack.mkdir()
    (pack / "pack.toml").write_text(f"title = {DEEP}")
    assert "pack.toml" in refused(["restore", "--pack", str(pack), str(document)], capsys)
    clean = tmp_path / "clean.jsonl"
    clean.write_text(DEEP)
    (pack / "pack.toml").write_text('title = "t"\nfamily = "f"\nsubject = "s"\n')
    assert "clean.jsonl:1" in refused(["lexicon", "check", "--pack", str(pack), "--clean", str(clean)], capsys)
    (tmp_path / "unspin.toml").write_text(f"packs = {DEEP}")
    assert "unspin.toml" in refused(["run", str(document)], capsys)


def test_a_run_goes_on_where_its_record_or_the_cache_is_brackets_without_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    document = tmp_path / "a.txt"
    document.write_text(CLEAN)
    go(document, tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(DEEP)
    cached = sorted(path for path in (tmp_path / "cache").iterdir() if path.suffix in {".json", ".arrays"})
    assert cached
    for path in cached:
        path.write_text(DEEP)
        assert cache.remembered(path) is None
    go(document, tmp_path / "run")
    assert rows(tmp_path / "run", "documents")[0]["status"] == "clean"
    (tmp_path / "run" / "run.json").write_text(DEEP)
    go(document, tmp_path / "other")
    for command in (["diff", str(tmp_path / "run"), str(tmp_path / "other")], ["report", str(tmp_path / "run")]):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code in (0, 1)
        assert "unexpected" not in capsys.readouterr().err


def test_too_long_a_name_of_a_pack_is_refused_in_one_line(tmp_path, capsys):
    document = tmp_path / "a.txt"
    document.write_text(CLEAN)
    assert "no pack" in refused(["restore", "--pack", "a" * 300, str(document)], capsys)


def test_a_document_beyond_the_limit_is_refused_without_being_read_whole(tmp_path):
    path = tmp_path / "big.txt"
    with open(path, "wb") as handle:
        handle.truncate(200_000_000)  # a hole: takes no room on the disk
        handle.seek(0)
    (source,) = itertools.islice(sources.read(sources.Item("big.txt", path), max_bytes=1000), 1)
    assert source.status == "refused"
    assert source.reason.startswith("too large")


# ---------------------------------------------------------------- time grows with the text, not faster


def seconds(function, *arguments):
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        function(*arguments)
        best = min(best, time.perf_counter() - began)
    return best


#: Four times the text may take this many times as long: linear is 4, quadratic 16, and the machine is shared.
BOUND = 11
#: What takes less than this has not begun to grow.
NOTHING = 0.02

SHAPES = {
    "table": lambda n: "| a | b | c |\n|---|---|---|\n" + "| one | two | three |\n" * (n // 22),
    "one line": lambda n: "The minister met reporters in Tripoli, and " * (n // 43),
    "one word": lambda n: "a" * n,
    "spaces": lambda n: "a" + " " * n + "b",
    "line ends": lambda n: "\n" * n,
    "quotes": lambda n: '"“' * (n // 2),
    "brackets": lambda n: "[(" * (n // 2),
    "stars": lambda n: "*_" * (n // 2),
    "pipes": lambda n: "|" * n,
    "dots": lambda n: "a." * (n // 2),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("stage", [layout, tidy])
def test_stages_take_linear_time(stage, name):
    small, large = (seconds(stage, SHAPES[name](n)) for n in (20_000, 80_000))
    assert large < NOTHING or large < BOUND * max(small, NOTHING / 4), f"{small:.3f} s, then {large:.3f} s"


def patterns():
    """Every compiled pattern that stands in a module of the package, by itself or in a list, tuple or dictionary."""
    found = {}
    for module in pkgutil.walk_packages(unspin.__path__, "unspin."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for one in flat(value):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    found.setdefault((one.pattern, one.flags), []).append(f"{module.name}.{name}")
    return {f"{places[0]}:{n}": (re.compile(*key), places) for n, (key, places) in enumerate(found.items())}


def flat(value):
    """Give what stands in lists, tuples and dictionaries of any depth."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from flat(part)
    else:
        yield value


def calls(places):
    """Tell how a pattern is used: ``NAME.match(`` and the like in any module; all ways where its name is not called."""
    names = {place.rsplit(".", 1)[1] for place in places}
    if names <= set(IN_LOOPS):
        return {way for name in names for way in IN_LOOPS[name]}
    return {way for name in names for way in re.findall(rf"\b{name}\.(\w+)\(", CODE)} or set(WAYS)


WAYS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in Path(unspin.__file__).parent.rglob("*.py"))
PATTERNS = patterns()

#: What patterns stumble over: long runs of one kind, broken at the end so that a match fails late.
RUNS = ("a", "A", " ", "1", "-", ".", "\n", "“", "_", "|")
STRINGS = [
    (first + second, tail) for first, second, tail in itertools.product(RUNS, ("", " ", "a", "."), ("!", ""))
]

#: Patterns that are called in a loop under another name.
IN_LOOPS = {"PATTERNS": ("match",)}


def test_the_patterns_of_the_package_are_found():
    assert len(PATTERNS) > 30
    assert any(where.startswith("unspin.tidy.") for where in PATTERNS)


def search(pattern, way, text):
    """Use a pattern in one way; a hundred matches are as good as all."""
    if way == "finditer":
        for _ in itertools.islice(pattern.finditer(text), 100):
            pass
    elif way == "sub":
        pattern.sub("", text)
    else:
        getattr(pattern, way)(text)


@pytest.mark.parametrize("where", PATTERNS)
def test_no_pattern_runs_away(where):
    pattern, places = PATTERNS[where]
    slow = []
    for way in sorted(calls(places) & set(WAYS)):
        for unit, tail in STRINGS:
            times = []
            for n in (2_000, 8_000):
                text = unit * (n // len(unit)) + tail
                began = time.perf_counter()
                search(pattern, way, text)
                times.append(time.perf_counter() - began)
                if times[-1] < 0.003:  # sixteen times that is still nothing
                    break
            # A twentieth of a second for 8,000 characters of one kind in a row: no text has such lines.
            if times[-1] > 0.05 and times[-1] > BOUND * times[0]:
                slow.append((way, unit, tail, [f"{t:.4f}" for t in times]))
    assert not slow, f"{pattern.pattern[:120]!r}: {slow[:3]}"


# ---------------------------------------------------------------- names


NAMES = [
    "new\nline.txt",
    "\u202etxt.lived.txt",
    "esc\x1b[31m.txt",
    "tab\there.txt",
    "=cmd().txt",
    " lead.txt",
    "a'b\"c.txt",
    "٢٠٢٥.txt",
    "-rf.txt",
]


def test_odd_file_names_are_documents_like_others(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text(CLEAN)
    go(folder, tmp_path / "run")
    found = {row["doc_id"]: row["status"] for row in rows(tmp_path / "run", "documents")}
    assert found == dict.fromkeys(NAMES, "clean")
    for name in NAMES:
        assert (tmp_path / "run/restored" / tables.text_name(name)).read_text() == CLEAN


def test_links_that_lead_in_circles_are_not_followed(tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(CLEAN)
    (folder / "sub/up").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    go(folder, tmp_path / "run")
    found = {row["doc_id"]: row["status"] for row in rows(tmp_path / "run", "documents")}
    assert found == {"a.txt": "clean", "self.txt": "refused"}


KEYS = ["../../escape", "/etc/passwd", "..", ".", "", "a/../../b", "C:\\x", "nul\0", "\u202eabc", "\ud800", "a" * 5000]


def test_no_key_of_a_record_leads_out_of_the_run_folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps({"id": key, "text": f"{CLEAN}It was part {n}.\n"}) for n, key in enumerate(KEYS)]
    (folder / "a.jsonl").write_text("\n".join(lines))
    run = tmp_path / "deep/run"
    go(folder, run)
    assert {row["status"] for row in rows(run, "documents")} == {"clean"}
    texts = [path for path in tmp_path.rglob("*.txt") if path.is_file()]
    assert len([path for path in texts if (run / "restored") in path.parents]) == len(KEYS)
    assert all(run in path.parents for path in texts)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "deep"}


def test_a_spreadsheet_takes_no_exported_cell_for_a_formula(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    text = "=HYPERLINK(1) is what the minister said.\n\n+SUM(1) was the answer of the army in Libya.\n\n@now\n"
    (folder / "=cmd().txt").write_text(text)
    go(folder, tmp_path / "run")
    assert any(row["text"].startswith(("=", "+", "@")) for row in rows(tmp_path / "run", "blocks"))
    for table in ("documents", "blocks"):
        exported = list(csv.reader(export.spreadsheet_lines(tmp_path / "run", table)))
        assert len(exported) > 1
        assert not [cell for row in exported for cell in row if cell[:1] in {"=", "+", "@", "\t", "\r"}]


# ---------------------------------------------------------------- one corpus with broken documents


def test_broken_documents_are_rows_and_all_others_are_done(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    broken = {
        "b0.txt": b"", "b1.txt": bytes(range(256)) * 20, "b2.pdf": b"%PDF-1.7 and so on", "b3.docx": bomb(),
        "b4.txt": "Le ministre a rencontré la presse à Tripoli, et il a parlé de la paix.\n".encode() * 5,
    }  # fmt: skip
    for name, data in broken.items():
        (folder / name).write_bytes(data)
    good = [f"g{n:02}.txt" for n in range(95)]
    for n, name in enumerate(good):
        (folder / name).write_text(f"{CLEAN}The chief of Group {n} visited Tripoli.\n")
    command = [sys.executable, "-m", "unspin", "run", str(folder), "-o", str(tmp_path / "run"), "--workers", "1", "-q"]
    assert subprocess.run(command, capture_output=True).returncode == 1
    found = {row["doc_id"]: row for row in rows(tmp_path / "run", "documents")}
    assert {name for name, row in found.items() if row["status"] == "clean"} == set(good)
    assert {name for name, row in found.items() if row["status"] == "refused" and row["reason"]} == set(broken)
    assert {path.name for path in Path(tmp_path / "run/restored").iterdir()} == set(good)
