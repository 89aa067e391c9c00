"""What became of each document, kept between runs, so that a run goes on where one was cut short.

One SQLite file inside the run folder.  Results are kept under a key of all
that they depend on but packs, with what packs have to say the same of for them
to hold.  They know nothing of the document's name, so a renamed document, and
one that stands in the corpus twice, is worked on once.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

#: The folder inside a run folder that holds finished work and half-written files.
FOLDER = ".unspin"


class Busy(Exception):
    """Another run is writing to the same folder."""


class Damaged(Exception):
    """The file of finished work cannot be read."""


class Result(NamedTuple):
    """What came of one document."""

    key: str
    final: bool  #: False: an error of ours, tried again by the next run
    facts: bytes  #: its rows and texts as JSON
    mentions: bytes  #: its mentions as JSON, apart, since naming the entities needs nothing else
    footing: bytes = b""  #: what its restoration stands on; empty where no pack had a part in it


class Known(NamedTuple):
    """What is kept of a result besides what came of the document."""

    packs: str  #: mark of the packs that it was made with, or last found to hold under
    footing: bytes


class Planned(NamedTuple):
    """A document of this run."""

    doc_id: str
    path: str
    key: str


#: Raised when the tables are others: work that an older version kept is of no use to this one anyway.
_VERSION = 2

_TABLES = """
CREATE TABLE IF NOT EXISTS results
    (key TEXT PRIMARY KEY, final INTEGER, packs TEXT, footing BLOB, facts BLOB, mentions BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS placed (kind TEXT, name TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID;
DROP TABLE IF EXISTS documents;
DROP TABLE IF EXISTS files;
CREATE TABLE documents (place INTEGER PRIMARY KEY, doc_id TEXT UNIQUE, path TEXT, key TEXT);
CREATE TABLE files (name TEXT PRIMARY KEY, doc_id TEXT) WITHOUT ROWID;
CREATE TEMP TABLE made (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Results:
    """The finished work of a run folder, open for one run at a time.

    ``packs``: mark of the packs of this run, which what is kept is made with.

    Raises Busy where another run has it open, Damaged where the file is not
    what it should be.
    """

    def __init__(self, run: Path, fresh: bool = False, packs: str = "") -> None:
        self._packs = packs
        self.folder = run / FOLDER
        if self.folder.is_symlink():  # a run makes none: what it leads to is none of ours to write to
            self.folder.unlink()
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if path.is_symlink():
                path.unlink()
        # The work is nobody's business but this run's: a committed run folder leaves it out.
        (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        self._path = self.folder / "results.sqlite"
        self._holder = self.folder / "process"
        self._db = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            self._open(fresh)
        except sqlite3.DatabaseError as error:
            self._db.close()
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Busy(self._holder.read_text().strip() if self._holder.is_file() else "unknown") from None
            if code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            if not fresh:
                raise Damaged(str(error)) from None
            for path in self.folder.glob("results.sqlite*"):
                path.unlink()
            self._db = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            self._open(fresh)
        except BaseException:
            self._db.close()
            raise

    def _open(self, fresh: bool) -> None:
        # Held by this connection until it closes or its process dies, on every platform:
        # this is the lock that keeps a second run out.
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("BEGIN EXCLUSIVE")
        self._db.execute("COMMIT")
        # Survives the death of the process at any moment; a power cut may take the last second's work.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._holder.write_text(f"{os.getpid()}\n")
        if self._db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            self._db.executescript(f"DROP TABLE IF EXISTS results; PRAGMA user_version = {_VERSION}")
        self._db.executescript(_TABLES)
        self._db.execute("DELETE FROM results WHERE NOT final")
        if fresh:
            self._db.execute("DELETE FROM results")
        #: Whether the last run in this folder died without a word.
        self.cut_short = bool(self._db.execute("SELECT 1 FROM state WHERE name = 'open'").fetchone())
        self._db.execute("INSERT OR REPLACE INTO state VALUES ('open', '')")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._db.execute("DELETE FROM state WHERE name = 'open'")
        except sqlite3.Error:
            pass  # a full disk is told by the error that brought us here
        self._db.close()
        self._holder.unlink(missing_ok=True)

    def known(self, key: str) -> Known | None:
        """Give what a kept result stands on; None where there is no result."""
        row = self._db.execute("SELECT packs, footing FROM results WHERE key = ?", (key,)).fetchone()
        return Known(row[0], zlib.decompress(row[1]) if row[1] else b"") if row is not None else None

    def is_new(self, key: str) -> bool:
        """Tell whether a result is of this run."""
        return self._db.execute("SELECT 1 FROM made WHERE key = ?", (key,)).fetchone() is not None

    def confirm(self, key: str) -> None:
        """Note that a result holds under the packs of this run."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.execute("UPDATE results SET packs = ? WHERE key = ?", (self._packs, key))

    def plan(self, place: int, document: Planned, file: str) -> str:
        """Note a document of this run; give the document whose id or file name it would take, or nothing."""
        for column, value, table in (("doc_id", document.doc_id, "documents"), ("name", file, "files")):
            row = self._db.execute(f"SELECT doc_id FROM {table} WHERE {column} = ?", (value,)).fetchone()
            if row is not None:
                return str(row[0])
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", (place, *document))
        self._db.execute("INSERT INTO files VALUES (?, ?)", (file, document.doc_id))
        return ""

    def keep(self, results: Iterable[Result]) -> None:
        """Keep results for good."""
        results = list(results)
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO made VALUES (?)", ((r.key,) for r in results))
        # Level 1: a fifth of the size for a hundredth of the time that the document took.
        rows = (
            (r.key, r.final, self._packs, *(zlib.compress(blob, 1) for blob in (r.footing, r.facts, r.mentions)))
            for r in results
        )
        self._db.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def mentions(self) -> Iterator[tuple[str, bytes]]:
        """Give each document's mentions, in document order."""
        for doc_id, blob in self._db.execute(
            "SELECT doc_id, mentions FROM documents JOIN results USING (key) ORDER BY place"
        ):
            yield doc_id, zlib.decompress(blob)

    def rows(self) -> Iterator[tuple[Planned, bytes, bytes]]:
        """Give each document with its facts and mentions, in document order."""
        for doc_id, path, key, facts, mentions in self._db.execute(
            "SELECT doc_id, path, key, facts, mentions FROM documents JOIN results USING (key) ORDER BY place"
        ):
            yield Planned(doc_id, path, key), zlib.decompress(facts), zlib.decompress(mentions)

    def put(self, kind: str, name: str) -> None:
        """Note that a text is about to be put under a name below ``restored/`` or ``source/``."""
        self._db.execute("INSERT OR IGNORE INTO placed VALUES (?, ?)", (kind, name))

    def has_put(self, kind: str, name: str) -> bool:
        """Tell whether a run put a text there."""
        found = self._db.execute("SELECT 1 FROM placed WHERE kind = ? AND name = ?", (kind, name))
        return found.fetchone() is not None

    def has_put_any(self) -> bool:
        """Tell whether it is known of any text that a run put it there."""
        return self._db.execute("SELECT 1 FROM placed").fetchone() is not None

    def taken_away(self, kind: str, name: str) -> None:
        """Note that a text is not there any more."""
        self._db.execute("DELETE FROM placed WHERE kind = ? AND name = ?", (kind, name))

    def stale(self) -> list[tuple[str, str]]:
        """Give the kinds and names under which earlier runs put texts of documents that this one has not."""
        found = self._db.execute("SELECT kind, name FROM placed WHERE name NOT IN (SELECT name FROM files)")
        return [(str(kind), str(name)) for kind, name in found]

    def forget_others(self) -> None:
        """Drop the results that no document of this run has, so that the file does not grow for ever."""
        self._db.execute("DELETE FROM results WHERE key NOT IN (SELECT key FROM documents)")
