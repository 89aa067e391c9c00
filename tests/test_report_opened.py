"""First-run manners: a run says where its report is and opens it when asked; settings are there to be edited."""

import signal
import tomllib
import webbrowser

import pytest

from unspin.cli import main
from unspin.settings import Choices, read_settings


def typed(*words):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    signal.signal(signal.SIGTERM, before)
    return left.value.code


@pytest.fixture
def opened(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("The minister met reporters in Tripoli. She said that talks would go on.\n")
    asked = []
    monkeypatch.setattr(webbrowser, "open", asked.append)
    return asked


def test_a_run_opens_its_report_only_when_asked(opened, tmp_path, capsys):
    assert typed("run", "a.txt", "--workers", 1) == 0
    assert opened == []
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "1 document (1 clean)"
    assert out.splitlines()[1].endswith("to review")
    assert out.splitlines()[-1] == "report: outputs/run/report.html"
    assert typed("run", "a.txt", "--workers", 1, "--open", "--quiet") == 0
    assert opened == [(tmp_path / "outputs/run/report.html").as_uri()]
    assert capsys.readouterr().out == ""


def test_decisions_that_cannot_be_read_are_a_wrong_call(opened, tmp_path, capsys):
    (tmp_path / "decisions.csv").write_text("doc,what\n")
    assert typed("run", "a.txt", "--decisions", "decisions.csv") == 2
    err = capsys.readouterr().err
    assert err.startswith("unspin: decisions.csv:1: its columns must be doc_id, sha256, start, end, original, ")
    assert not (tmp_path / "outputs").exists()


def test_a_new_project_runs_with_the_settings_that_init_writes(opened, tmp_path, capsys):
    assert typed("init") == 0
    path = tmp_path / "unspin.toml"
    text = path.read_text()
    assert read_settings(path) == Choices()
    lines = text.splitlines()
    for key in tomllib.loads(text):
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{key} ="))
        paragraph = lines[: at + 1][-4:]
        assert any(line.startswith("# ") for line in paragraph), f"{key} stands there without a word"
    path.write_text(text.replace('output = "outputs/run"', 'output = "elsewhere"'))
    assert typed("run", "a.txt", "--workers", 1) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "report: elsewhere/report.html"
