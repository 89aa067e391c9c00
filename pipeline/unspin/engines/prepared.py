"""Imported by the process that workers are forked from: loads what they will work with, once for all.

Their memory pages are then those of that process, until one writes to them.
"""

from __future__ import annotations

import base64
import contextlib
import os
import pickle
import signal

#: The environment variable in which the engine hands down what to load by.
READY = "UNSPIN_PREPARED_READY"


def told(ready: object) -> str:
    """Write a function so that :func:`prepare` can call it in another process; empty where it cannot be written.

    >>> told(lambda: None)
    ''
    """
    try:
        return base64.b64encode(pickle.dumps(ready)).decode("ascii")
    except (pickle.PicklingError, AttributeError, TypeError):
        return ""


def prepare() -> None:
    """Load; what goes wrong goes wrong again, and is told, in the workers."""
    given = os.environ.pop(READY, "")
    if not given:
        return
    try:
        usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is our parent's business, while we load too
    except ValueError:  # not the main thread
        usual = None
    try:
        with contextlib.suppress(Exception, SystemExit):
            pickle.loads(base64.b64decode(given))()
    finally:
        if usual is not None:
            signal.signal(signal.SIGINT, usual)


prepare()
