"""A Dask cluster: one that runs, or a local one for the time of the run."""

from __future__ import annotations

import contextlib
import importlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from unspin.engines import EngineError, Job, Result

#: Workers that a shard may take down before it is taken apart, and a job before it is given up.
DEATHS = 2

#: Seconds without a result after which a local cluster is looked at: is there still a worker?
PATIENCE = 5.0

#: Seconds that a local cluster may take to end.
CLOSING = 20


class Dask:
    """Run shards on a Dask cluster; the texts travel with them, so that no file system need be shared.

    The machines of the cluster need the same Unspin with the same lexicons
    and model: what a worker has that differs is told by its first shard.
    """

    def __init__(self, workers: int = 1, scheduler: str = "") -> None:
        try:
            self._dask: Any = importlib.import_module("dask")
            self._distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise EngineError("the dask engine needs Dask; run: pip install 'unspin[dask]'") from None
        self.workers, self.scheduler = workers, scheduler

    def map(
        self, work: Callable[[tuple[Job, ...]], Result], shards: Iterable[tuple[Job, ...]]
    ) -> Iterator[tuple[tuple[Job, ...], Result | None]]:
        """Give each shard with its result as it is finished."""
        # The profiler costs a seventh of the work.
        settings = {"distributed.worker.profile.enabled": False, "distributed.scheduler.allowed-failures": DEATHS - 1}
        with self._dask.config.set(settings), self._client() as client:
            drawn = iter(shards)
            waiting: dict[Any, tuple[Job, ...]] = {}
            apart: deque[tuple[Job, ...]] = deque()
            # Jobs that were at a worker when it died, but perhaps not its death: Dask counts all that wait there.
            suspects: deque[tuple[Job, ...]] = deque()
            # Twice as many as there are threads, so that no worker waits for us.
            room = 2 * max(1, sum(client.nthreads().values()))

            def submit(shard: tuple[Job, ...]) -> Any:
                # Not pure: shards of equal content are still shards of their own.
                future = client.submit(work, shard, pure=False)
                waiting[future] = shard
                return future

            def fill() -> Any:
                while len(waiting) < room:
                    shard = apart.popleft() if apart else next(drawn, None)
                    if shard is None:
                        break
                    submit(shard)
                return submit(suspects.popleft()) if suspects and not waiting else None

            trial = fill()  # a suspect at work with nothing beside it, if that is what is left
            while waiting:
                future, result, error = self._finished(client, list(waiting))
                shard = waiting.pop(future)
                if error is None:
                    future.release()
                    yield shard, result
                elif not isinstance(error, self._distributed.KilledWorker):
                    raise error
                elif len(shard) > 1:
                    apart.extend((job,) for job in shard)
                elif future is trial:
                    yield shard, None
                else:
                    suspects.append(shard)
                trial = fill()

    def _finished(self, client: Any, futures: list[Any]) -> tuple[Any, Any, BaseException | None]:
        """Give the first of the futures that is done, with its result or its error."""
        while True:
            with contextlib.suppress(self._distributed.TimeoutError):
                future = self._distributed.wait(futures, timeout=PATIENCE, return_when="FIRST_COMPLETED").done.pop()
                if future.status == "error":
                    return future, None, future.exception()
                try:
                    # Waits again where the worker that held the result has died since.
                    return future, future.result(timeout=PATIENCE), None
                except self._distributed.KilledWorker as error:
                    return future, None, error
            # Where a worker dies while it is being started anew, its nanny gives up (seen in distributed 2026.8), and
            # the work would wait for ever.  A cluster of others is theirs to mend: the work waits for it.
            if not self.scheduler and not client.nthreads():
                cluster = client.cluster
                cluster.scale(len(cluster.worker_spec) + self.workers)

    def _client(self) -> Any:
        if not self.scheduler:
            # Processes of one thread: what runs in them holds Python's lock.
            cluster = self._distributed.LocalCluster(
                n_workers=self.workers, threads_per_worker=1, dashboard_address=None
            )
            return _Owning(self._distributed.Client(cluster), cluster)
        try:
            client = self._distributed.Client(self.scheduler, timeout="10s")
        except ValueError as error:
            raise EngineError(f"{self.scheduler}: is no address ({error}); give one as tcp://HOST:8786") from None
        except (OSError, TimeoutError) as error:
            raise EngineError(
                f"{self.scheduler}: no Dask scheduler answers ({error}); start one with `dask scheduler`"
            ) from None
        if not client.nthreads():
            client.close()
            raise EngineError(f"{self.scheduler}: has no workers; start some with `dask worker {self.scheduler}`")
        return client


class _Owning:
    """A client that takes its own cluster down when it leaves."""

    def __init__(self, client: Any, cluster: Any) -> None:
        self._client, self._cluster = client, cluster

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *error: object) -> None:
        self._client.close()
        # Where a worker died just now and is being started anew, closing fails ("can only join a started process") or
        # waits for ever.  All results are there, so the run must not suffer by it; what is left of the cluster ends
        # with this process.
        with contextlib.suppress(TimeoutError, AssertionError):
            try:
                self._cluster.close(timeout=CLOSING)
            except AssertionError:
                self._cluster.close(timeout=CLOSING)
