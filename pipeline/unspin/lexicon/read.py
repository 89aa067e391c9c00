"""Read packs: folders of entries, keep sentences and glossary terms, edited as text."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from unspin.lexicon.forms import FORMS

#: Columns of ``entries.tsv``; the last one may be missing from a line.
COLUMNS = ("spun", "plain", "form", "example", "often")

#: ``[spun|plain]`` inside an example.
MARK = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]*)\]")

#: A line longer than this is refused: an entry is a phrase and a sentence.
LONGEST_LINE = 2_000


class LexiconError(ValueError):
    """A line of a pack that cannot be used: ``file:line: what is wrong; what to do``."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path, self.line, self.message = path, line, message


class Entry(NamedTuple):
    """One line of ``entries.tsv``."""

    spun: str
    plain: str
    form: str  #: one of :data:`unspin.lexicon.forms.FORMS`
    example: str
    often: int | None  #: of ten places in spun text, how many stand for this plain phrase; None: not judged
    suspect: bool  #: only ever proposed, never applied
    pack: str
    path: str
    line: int

    @property
    def rule(self) -> str:
        """The id that edits name: ``news/demanding situation>challenge:noun``."""
        return f"{self.pack}/{self.spun}>{self.plain}:{self.form}"


class Pack(NamedTuple):
    """A folder of lexicon data for one spinner family or one subject."""

    name: str
    path: Path
    title: str
    family: str  #: the spinner family that its phrases were seen in
    subject: str
    entries: tuple[Entry, ...]
    keep: tuple[str, ...]
    terms: tuple[str, ...]


#: What all packs that come with Unspin are named by together.
ALL = "shipped"


def shipped() -> Path:
    """Give the folder of the packs that come with Unspin: beside the code, else at the top of the checkout.

    >>> shipped().is_dir()
    True
    """
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "lexicons", here.parent.parent / "lexicons"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{here}: the lexicons folder is missing; install unspin again")


def find_packs(names: Sequence[str | Path] = ()) -> list[Path]:
    """Give pack folders by name or path; with no names, every shipped pack, sorted by name.

    A name of a shipped pack or a path of a folder adds to nothing else: naming
    packs chooses exactly these; ``shipped`` names all that come with Unspin.
    Raises LexiconError for what is neither.

    >>> len(find_packs(["shipped", "news"])) == len(find_packs())
    True
    """
    if not names:
        return sorted(p.parent for p in shipped().glob("*/pack.toml"))
    found: list[Path] = []
    for name in names:
        if str(name) == ALL:
            found += find_packs()
            continue
        for folder in (Path(name), shipped() / str(name)):
            if os.path.isfile(folder / "pack.toml"):  # False, where Path.is_file raises, for too long a name
                found.append(folder)
                break
        else:
            known = ", ".join(p.parent.name for p in sorted(shipped().glob("*/pack.toml")))
            raise LexiconError(Path(name), 0, f"is no pack (a folder with pack.toml); shipped packs: {known}")
    return list(dict.fromkeys(found))


def read_lines(path: Path) -> list[str]:
    """Give the lines of a pack file; raises LexiconError where it is not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise LexiconError(path, line, "is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise LexiconError(path, 0, f"cannot be read ({error.strerror}); check the path and its permissions") from error
    return text.replace("\r\n", "\n").split("\n")


def read_table(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the number and the cells of each line of a shipped table of tab-separated columns.

    Raises LexiconError that names file and line.

    >>> path, columns = shipped() / "relations" / "relations.tsv", ("predicate", "preposition", "relation", "example")
    >>> next(read_table(path, columns))[1][2]
    'LEAVES'
    """
    lines = read_lines(path)
    if tuple(lines[0].split("\t")) != tuple(columns):
        raise LexiconError(path, 1, f"the header is not {' '.join(columns)}; write these columns, joined by tabs")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise LexiconError(path, number, f"{len(cells)} columns instead of {len(columns)}; join them by tabs")
        yield number, [cell.strip() for cell in cells]


def read_given(path: Path) -> dict[str, str]:
    """Give the given names of a file, with ``f`` or ``m`` where only women or men bear them.

    >>> names = read_given(shipped() / "names" / "given.txt")
    >>> names["Helen"], names["Kim"]
    ('f', '')
    """
    lines = [line.strip() for line in read_lines(path)]
    return {name: gender for name, _, gender in (x.partition(" ") for x in lines if x and not x.startswith("#"))}


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write lines to a pack file, which appears whole or not at all."""
    aside = path.with_name(path.name + ".new")
    aside.write_text("\n".join(lines), encoding="utf-8", newline="")
    aside.replace(path)


def line_of(entry: Entry) -> str:
    """Write an entry as a line of ``entries.tsv``.

    >>> line_of(Entry("army", "military", "noun", "the [army|military] said", None, True, "p", "x", 2))
    'army\\tmilitary\\tnoun\\tthe [army|military] said\\tsuspect'
    """
    often = "suspect" if entry.suspect else str(entry.often or "")
    return "\t".join((entry.spun, entry.plain, entry.form, entry.example, often))


def parse_entry(line: str, path: Path, number: int, pack: str) -> Entry:
    """Read one line of ``entries.tsv``; raises LexiconError that says what to mend.

    >>> parse_entry("army\\tmilitary\\tnoun\\tthe [army|military] said", Path("x"), 1, "news").rule
    'news/army>military:noun'
    """

    def fault(message: str) -> LexiconError:
        return LexiconError(path, number, message)

    if len(line) > LONGEST_LINE:
        raise fault(f"longer than {LONGEST_LINE} characters; an entry is a phrase and a sentence")
    cells = line.split("\t")
    if not 4 <= len(cells) <= 5:
        raise fault(f"{len(cells)} columns instead of 4 or 5; separate spun, plain, form, example by tabs")
    spun, plain, form, example = cells[:4]
    often = cells[4] if len(cells) == 5 else ""
    if not spun.strip() or spun != " ".join(spun.split()):
        raise fault("the spun phrase is empty or has odd spaces; write it with single spaces")
    if plain != " ".join(plain.split()):
        raise fault("the plain phrase has odd spaces; write it with single spaces")
    if "|" in spun or "|" in plain:
        raise fault("'|' in a phrase; write one line for each plain phrase")
    if form not in FORMS:
        raise fault(f"unknown form {form!r}; use one of {', '.join(FORMS)}")
    if often not in {"", "suspect"} and not (len(often) == 1 and often in "123456789"):
        raise fault(f"{often!r} in the column 'often'; write a digit 1 to 9, suspect, or nothing")
    if spun == plain:
        raise fault("the entry maps to itself; delete the line")
    if len(MARK.findall(example)) != 1:
        raise fault("the example needs exactly one [spun|plain]; add a sentence that shows the entry at work")
    return Entry(
        spun, plain, form, example, int(often) if often.isdigit() else None, often == "suspect", pack, str(path), number
    )


def read_pack(folder: Path) -> Pack:
    """Read one pack folder; raises LexiconError at the first line that cannot be used."""
    folder = Path(folder)
    head_path = folder / "pack.toml"
    try:
        head = tomllib.loads("\n".join(read_lines(head_path)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:  # the latter where brackets nest too deep
        raise LexiconError(head_path, 0, f"is not TOML ({error}); see docs/lexicons.md") from error
    for key in ("title", "family", "subject"):
        if not isinstance(head.get(key), str) or not head[key]:
            raise LexiconError(head_path, 0, f'has no {key}; add a line {key} = "..."')
    name = folder.resolve().name
    entries: list[Entry] = []
    path = folder / "entries.tsv"
    if path.is_file():
        lines = read_lines(path)
        if not lines or tuple(lines[0].split("\t")) not in (COLUMNS[:4], COLUMNS):
            raise LexiconError(path, 1, "the first line is not the header; write spun, plain, form, example by tabs")
        for number, line in enumerate(lines[1:], 2):
            if line.strip() and not line.startswith("#"):
                entries.append(parse_entry(line, path, number, name))
    return Pack(
        name,
        folder,
        head["title"],
        head["family"],
        head["subject"],
        tuple(entries),
        tuple(_plain_lines(folder / "keep.txt")),
        tuple(_plain_lines(folder / "terms.txt")),
    )


def _plain_lines(path: Path) -> Iterable[str]:
    if not path.is_file():
        return
    for number, line in enumerate(read_lines(path), 1):
        if len(line) > LONGEST_LINE:
            raise LexiconError(path, number, f"longer than {LONGEST_LINE} characters; write one sentence a line")
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def read_packs(names: Sequence[str | Path] = ()) -> list[Pack]:
    """Read packs by name or path, sorted by name so that their order has no effect."""
    packs = sorted((read_pack(folder) for folder in find_packs(names)), key=lambda p: p.name)
    for a, b in itertools.pairwise(packs):
        if a.name == b.name:
            raise LexiconError(b.path, 0, f"has the name of another pack ({a.path}); rename the folder")
    return packs


def read_marked(folders: Sequence[Path], mark: str) -> list[Pack]:
    """Read packs that :func:`fingerprint` gave this mark.

    Raises LexiconError where one was saved since: what is compiled of it would pass for what it was.
    """
    packs = read_packs(folders)
    if fingerprint(folders) != mark:
        raise LexiconError(folders[0].parent, 0, "a pack was saved while it was read; run again")
    return packs


def fingerprint(folders: Iterable[Path]) -> str:
    """Give a hash of every file that the packs are made of (hex SHA-256)."""
    digest = hashlib.sha256()
    for folder in sorted(folders, key=lambda p: p.resolve().name):
        for name in ("pack.toml", "entries.tsv", "keep.txt", "terms.txt"):
            path = folder / name
            if path.is_file():
                digest.update(f"{folder.resolve().name}/{name}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
