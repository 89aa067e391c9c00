"""Keep what takes long to make from packs in the cache folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from unspin.restore.candidates import cache_folder, remember, remembered


def kept(kind: str, mark: str, make: Callable[[], Any]) -> Any:
    """Give what ``make`` gave for this kind and mark before, else make and keep it.

    The cache is JSON, never pickled; a cache that cannot be read or written is
    done without.
    """
    path = cache_folder() / f"{kind}-{hashlib.sha256(mark.encode()).hexdigest()[:32]}.json"
    made = remembered(path)
    if made is None:
        made = make()
        remember(path, made)
    return made
