"""Keep what takes long to make, of packs and of what the libraries come with, in the cache folder.

The cache is JSON and plain arrays, never pickled; one that cannot be read or written is done without.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]


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
            return json.load(handle)
    except (OSError, ValueError, RecursionError):
        return None


def remember(path: Path, what: Any) -> None:
    """Write what can be made again to the cache, whole or not at all."""
    _put(path, lambda aside: aside.write(json.dumps(what, ensure_ascii=False).encode()))


def _put(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
            write(aside)
        os.replace(aside.name, path)
    except OSError:
        pass  # a read-only home costs time, not the run


def kept(kind: str, mark: str, make: Callable[[], Any]) -> Any:
    """Give what ``make`` gave for this kind and mark before, else make and keep it."""
    path = cache_path(kind, mark)
    made = remembered(path)
    if made is None:
        made = make()
        remember(path, made)
    return made


def kept_arrays(kind: str, mark: str, make: Callable[[], Arrays]) -> Arrays:
    """Give the arrays that ``make`` gave for this kind and mark before, as :func:`kept` does."""
    import numpy as np

    path = cache_path(kind, mark, "npz")
    try:
        with np.load(path, allow_pickle=False) as data:
            return dict(data)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        made = make()
    _put(path, lambda aside: np.savez(aside, allow_pickle=False, **made))
    return made
