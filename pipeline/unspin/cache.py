"""Keep what takes long to make, of packs and of what the libraries come with, in the cache folder.

The cache is JSON and plain arrays, never pickled; one that cannot be read or written is done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]

#: Bytes beyond which the cache is full: every edit of a pack leaves 40 MB, and would for ever.
FULL = 1 << 30

#: What :func:`cache_path` names, and what files that are being written end in.
NAME = re.compile(r"[a-z]+(?:-\d+)?-[0-9a-f]{32}\.[a-z]+")
UNFINISHED = ".part"

#: Seconds after which nobody goes on with a file that was begun.
DAY = 86_400.0

#: Files of arrays: where each may begin, and bytes of their first line.
STEP, LONGEST_LINE = 64, 1 << 20


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
    _put(path, [json.dumps(what, ensure_ascii=False).encode()])


def _put(path: Path, parts: Iterable[bytes]) -> None:
    """Write the parts of a file, whole or not at all: a folder that cannot be written to costs time, not the run."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=UNFINISHED, delete=False) as aside:
            try:
                aside.writelines(parts)
                aside.close()
                os.replace(aside.name, path)
            finally:
                Path(aside.name).unlink(missing_ok=True)
        _forget_oldest(path.parent)


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

    They are mapped from their file, so that processes share them and nothing is read that is not asked for:
    they cannot be written to.
    """
    path = cache_path(kind, mark, "arrays")
    found = _mapped(path)
    if found is not None:
        _used(path)
        return found
    made = make()
    _put(path, _laid_down(made))
    return made


def _laid_down(arrays: Arrays) -> Iterator[bytes]:
    """Give the parts of a file of arrays: a line of JSON that names them and tells where each begins, and their bytes.

    Each begins at a multiple of :data:`STEP`, the first where the line ends, which says how long it is.
    """
    at = 0
    told: dict[str, Any] = {}
    for name, array in arrays.items():
        told[name] = [array.dtype.str, array.shape, at]
        at += -(-array.nbytes // STEP) * STEP
    line = json.dumps({"arrays": told, "bytes": at}).encode()
    yield line.ljust(-(-(len(line) + 1) // STEP) * STEP - 1) + b"\n"
    for array in arrays.values():
        yield array.tobytes()
        yield bytes(-array.nbytes % STEP)


def _mapped(path: Path) -> Arrays | None:
    """Map the arrays of a file that :func:`_laid_down` laid down; None where it is none, or not whole."""
    import numpy as np

    try:
        with open(path, "rb") as handle:
            line = handle.readline(LONGEST_LINE)
            told = json.loads(line)
            if os.fstat(handle.fileno()).st_size != len(line) + told["bytes"] or len(line) % STEP:
                return None
            whole = np.asarray(np.memmap(handle, np.uint8, "r"))[len(line) :]
        found = {}
        for name, (kind, shape, at) in told["arrays"].items():
            size = np.dtype(kind).itemsize * math.prod(shape)
            if min(shape, default=0) < 0 or at % STEP or at + size > len(whole):
                return None
            found[name] = whole[at : at + size].view(kind).reshape(shape)
        return found
    except (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return None


def _used(path: Path) -> None:
    """Note that what the cache has was asked for."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _forget_oldest(folder: Path) -> None:
    """Remove what was asked for least lately where the cache is full, and what was begun long ago and never ended."""
    with contextlib.suppress(OSError):
        files = [(path.stat(), path) for path in folder.iterdir()]
        now = max((stat.st_mtime for stat, _ in files), default=0.0)  # of the one just written
        begun = [path for stat, path in files if path.suffix == UNFINISHED and stat.st_mtime < now - DAY]
        known = sorted(((stat.st_mtime, stat.st_size, path) for stat, path in files if NAME.fullmatch(path.name)))
        room = FULL - sum(size for _, size, _ in known)
        for _, size, path in known:
            if room >= 0:
                break
            begun.append(path)
            room += size
        for path in begun:
            path.unlink(missing_ok=True)
