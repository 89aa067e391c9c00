"""Unspin: restore the plain terms in spun articles and read relations from them.

>>> import unspin
>>> unspin.restore("The army drones left.").text
'The army drones left.'
>>> [(r.subject, r.predicate, r.object) for r in unspin.extract("Kenya and Uganda signed a treaty.").relations]
[('Kenya', 'sign', 'treaty'), ('Uganda', 'sign', 'treaty')]

Importing it loads neither a model nor a lexicon; the first call of each
function does, and keeps them.  ``unspin.load_run`` gives the tables of a
run as pandas data frames.  ``unspin.restore`` and ``unspin.extract`` are
the packages of these names as well, which can be called.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from unspin.extract import Extractor
    from unspin.records import Extraction, Restoration
    from unspin.restore import Restorer

__version__ = "0.1.0"


#: Held while something is loaded: several threads that ask at once wait for the first.
_LOADING = threading.RLock()


@functools.cache
def _loaded_restorer() -> Restorer:
    from unspin.restore import Restorer

    return Restorer.load()


@functools.cache
def _loaded_extractor() -> Extractor:
    from unspin.extract import Extractor

    return Extractor()


def _restorer() -> Restorer:
    with _LOADING:
        return _loaded_restorer()


def _extractor() -> Extractor:
    with _LOADING:
        return _loaded_extractor()


def _restore(text: str, name: str = "text") -> Restoration:
    """Restore a text: its plain text, the edits that lead there, and how spun it was.

    >>> _restore("The talks were held.The army left.").text
    'The talks were held. The army left.'
    """
    from unspin.documents import restore_document
    from unspin.records import Source

    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    return restore_document(Source(name, name, "", text), _restorer())


def _extract(text: str | Restoration) -> Extraction:
    """Give the mentions and relations of a text, restored first, or of a restoration.

    >>> _extract(_restore("Kenya left Libya.")).relations[0].predicate
    'leave'
    """
    from unspin.records import Restoration

    restoration = text if isinstance(text, Restoration) else _restore(text)
    (extraction,) = _extractor().extract([restoration])
    return extraction


def load_run(run: str | Path) -> dict[str, pd.DataFrame]:
    """Give the tables of a run folder as pandas data frames, by name (``unspin.dataframes``).

    Raises TableError where the folder is no run.
    """
    from unspin.dataframes import load_run

    return load_run(run)


_CALLS = {"restore": _restore, "extract": _extract}

if TYPE_CHECKING:
    restore = _restore
    extract = _extract


class _Callable(ModuleType):
    """A package of this one that is called as the function of its name."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        call: object = _CALLS[self.__name__.rpartition(".")[2]]
        return call(*args, **kwargs)  # type: ignore[operator]

    def __reduce__(self) -> tuple[object, ...]:
        return importlib.import_module, (self.__name__,)  # so that other processes can be given it


class _Package(ModuleType):
    """This package; the parts with a function's name become callable as they are imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _CALLS and isinstance(value, ModuleType):
            value.__class__ = _Callable
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        if name in _CALLS:
            return importlib.import_module(f"{self.__name__}.{name}")
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


sys.modules[__name__].__class__ = _Package
