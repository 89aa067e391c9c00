"""Keep what takes long to make from packs in the cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from typing import Any

from unspin.restore.candidates import cache_folder


def kept(kind: str, mark: str, make: Callable[[], Any]) -> Any:
    """Give what ``make`` gave for this kind and mark before, else make and keep it.

    The cache is JSON, never pickled; a cache that cannot be read or written is
    done without.
    """
    path = cache_folder() / f"{kind}-{hashlib.sha256(mark.encode()).hexdigest()[:32]}.json"
    try:
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)
    except (OSError, ValueError):
        made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as aside:
            json.dump(made, aside, ensure_ascii=False)
        os.replace(aside.name, path)
    except OSError:
        pass  # a read-only home costs time, not the run
    return made
