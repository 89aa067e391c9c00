"""Engines run shards of a run somewhere: on this machine, or on many.

A shard is a tuple of jobs.  An engine knows nothing of what the jobs are; it
calls a function on each shard and gives back what came of it, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

#: The engines that there are, with what each is for.
ENGINES = {
    "local": "processes on this machine",
    "dask": "a Dask cluster, here or on many machines (needs the extra unspin[dask])",
}


class Engine(Protocol):
    """What the runs ask of an engine."""

    def map(
        self, work: Callable[[tuple[Job, ...]], Result], shards: Iterable[tuple[Job, ...]]
    ) -> Iterator[tuple[tuple[Job, ...], Result | None]]:
        """Give each shard with its result as it is finished, in any order.

        Shards are drawn as they are needed, never all at once.  When a worker
        dies, the shards that it may have died of are run again one by one,
        then job by job; a job that killed its worker twice comes back as a
        shard of its own with None.  An exception of ``work`` is raised here.
        """


class EngineError(Exception):
    """An engine is unknown, not installed, or cannot be reached; the message says what to do."""


def open_engine(
    name: str = "local",
    workers: int = 1,
    scheduler: str = "",
    own_process: bool = False,
    ready: Callable[[], object] | None = None,
) -> Engine:
    """Give the engine of a name.

    ``ready`` loads what the work needs, where an engine can do that once for all its workers.

    Raises EngineError where there is none, or where what it needs is missing.
    """
    if name == "local":
        from unspin.engines.local import Local

        return Local(workers, own_process, ready)
    if name == "dask":
        from unspin.engines.dask import Dask

        return Dask(workers, scheduler)
    raise EngineError(f"no engine {name!r}; there are {', '.join(ENGINES)}")
