"""Keep what takes long to make from packs in the cache folder."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from unspin.restore.candidates import cache_path, remember, remembered

Arrays = dict[str, npt.NDArray[Any]]


def kept(kind: str, mark: str, make: Callable[[], Any]) -> Any:
    """Give what ``make`` gave for this kind and mark before, else make and keep it.

    The cache is JSON, never pickled; a cache that cannot be read or written is
    done without.
    """
    path = cache_path(kind, mark)
    made = remembered(path)
    if made is None:
        made = make()
        remember(path, made)
    return made


def kept_arrays(kind: str, mark: str, make: Callable[[], Arrays]) -> Arrays:
    """Give the arrays that ``make`` gave for this kind and mark before, as :func:`kept` does."""
    path = cache_path(kind, mark, "npz")
    try:
        with np.load(path, allow_pickle=False) as data:
            return dict(data)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
            np.savez(aside, allow_pickle=False, **made)
        os.replace(aside.name, path)
    except OSError:
        pass  # a read-only home costs time, not the run
    return made
