"""Keep what takes long to make, of packs and of what the libraries come with, in the cache folder.

The cache is JSON and plain arrays, never pickled; one that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]

#: How much is kept of each kind: one that is asked for with other packs each time would grow for ever.
KEPT = 12

#: What :func:`cache_path` names; the first part is the kind without its version.
NAME = re.compile(r"([a-z]+)(?:-\d+)?-[0-9a-f]{32}\.[a-z]+")

#: Bytes of an array's file below which it is read, not mapped: empty ones cannot be.
SMALL = 8192


def cache_folder() -> Path:
    """Give the folder for compiled lexicons: ``$UNSPIN_CACHE``, else the user's cache folder."""
    named = os.environ.get("UNSPIN_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unspin"


def cache_path(kind: str, mark: str, ending: str = "json") -> Path:
    """Give the file in the cache folder for what was made of ``mark``, a text that tells it from any other."""
    return cache_folder() / f"{kind}-{hashlib.sha256(mark.encode()).hexdigest()[:32]}.{ending}"


def remembered(path: Path) -> Any:
    """Read what :func:`remember` wrote; None where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as handle:
            found = json.load(handle)
    except (OSError, ValueError, RecursionError):
        return None
    _used(path)
    return found


def remember(path: Path, what: Any) -> None:
    """Write what can be made again to the cache, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
            aside.write(json.dumps(what, ensure_ascii=False).encode())
        os.replace(aside.name, path)
    except OSError:
        return  # a read-only home costs time, not the run
    _forget_oldest(path)


def kept(kind: str, mark: str, make: Callable[[], Any]) -> Any:
    """Give what ``make`` gave for this kind and mark before, else make and keep it."""
    path = cache_path(kind, mark)
    made = remembered(path)
    if made is None:
        made = make()
        remember(path, made)
    return made


def kept_arrays(kind: str, mark: str, make: Callable[[], Arrays]) -> Arrays:
    """Give the arrays that ``make`` gave for this kind and mark before, as :func:`kept` does.

    They are mapped from their files, so that processes share them and nothing is read that is not asked for:
    they cannot be written to.
    """
    folder = cache_path(kind, mark, "arrays")
    made = _mapped(folder)
    if made is not None:
        _used(folder)
        return made
    made = make()
    with contextlib.suppress(OSError):
        _write(folder, made)
        _forget_oldest(folder)
    return made


def _write(folder: Path, arrays: Arrays) -> None:
    """Write arrays to a folder of files, all of them or none."""
    import numpy as np

    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        _remove(folder)  # one that cannot be read
        os.rename(aside, folder)
    finally:
        _remove(aside)


def _mapped(folder: Path) -> Arrays | None:
    """Map the arrays that :func:`_write` wrote into memory; None where they cannot be read."""
    import numpy as np

    try:
        return {
            path.stem: np.asarray(
                np.load(path, mmap_mode="r" if path.stat().st_size > SMALL else None, allow_pickle=False)
            )
            for path in folder.iterdir()
        }
    except (OSError, ValueError, EOFError):
        return None


def _used(path: Path) -> None:
    """Note that what the cache has was asked for."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _forget_oldest(path: Path) -> None:
    """Remove what was not asked for for longest of the kind of a file or folder, of whatever version: edited packs
    and new releases leave their predecessors behind."""
    if not (named := NAME.fullmatch(path.name)):
        return
    with contextlib.suppress(OSError):
        others = [(other.stat().st_mtime, other) for other in path.parent.iterdir()
                  if (match := NAME.fullmatch(other.name)) and match[1] == named[1]]
        for _, other in sorted(others)[:-KEPT]:
            _remove(other)


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
