"""Processes on this machine, replaced when one of them dies."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import multiprocessing.context
import multiprocessing.process
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from typing import Generic

from unspin.engines import Job, Result, prepared

#: A job that took this many workers down, each with nothing else at work, is to blame.
DEATHS = 2


class Local:
    """Run shards in this process (one worker) or in a pool of others.

    ``ready`` loads what the work needs, once for all workers; without it the work is called on no jobs.

    >>> list(Local(1).map(sum, [(1, 2), (3,)]))
    [((1, 2), 3), ((3,), 3)]
    """

    def __init__(self, workers: int = 1, own_process: bool = False, ready: Callable[[], object] | None = None) -> None:
        self.workers, self.ready = workers, ready
        #: A single worker gets a process of its own, so that a document that kills it does not end the run.
        self.own_process = own_process

    def map(
        self, work: Callable[[tuple[Job, ...]], Result], shards: Iterable[tuple[Job, ...]]
    ) -> Iterator[tuple[tuple[Job, ...], Result | None]]:
        """Give each shard with its result as it is finished."""
        if self.workers > 1 or self.own_process:
            yield from _Pool(self.workers, work, self.ready or functools.partial(work, ())).map(shards)
        else:
            for shard in shards:
                yield shard, work(shard)


class _Pool(Generic[Job, Result]):
    """A pool of processes and the shards that are under way in it."""

    def __init__(
        self, workers: int, work: Callable[[tuple[Job, ...]], Result], ready: Callable[[], object]
    ) -> None:
        self._workers, self._work, self._ready = workers, work, ready
        self._before = set(multiprocessing.active_children())
        self._start()

    def _start(self) -> None:
        context = _context(self._ready)
        self._forked = context.get_start_method() == "forkserver"
        self._pool = ProcessPoolExecutor(self._workers, context, initializer=_settle_in)
        self._under_way: dict[Future[Result], tuple[Job, ...]] = {}

    def map(self, shards: Iterable[tuple[Job, ...]]) -> Iterator[tuple[tuple[Job, ...], Result | None]]:
        drawn = iter(shards)
        blamed: deque[tuple[Job, ...]] = deque()  # run with nothing else at work, to know whose fault a death is
        deaths: Counter[tuple[Job, ...]] = Counter()
        more = True
        try:
            while more or blamed or self._under_way:
                if blamed and not self._under_way:
                    self._submit(blamed.popleft())
                    alone = True
                else:
                    alone = False
                    # Twice as many as workers, so that none waits for us to draw the next.
                    while more and not blamed and len(self._under_way) < 2 * self._workers:
                        shard = next(drawn, None)
                        if shard is None:
                            more = False
                        elif not self._submit(shard):
                            break
                if not self._under_way:
                    continue
                finished, lost = self._collect()
                yield from finished
                for shard in lost:
                    if not alone:
                        blamed.append(shard)
                    elif len(shard) > 1:
                        blamed.extend((job,) for job in shard)
                    else:
                        deaths[shard] += 1
                        if deaths[shard] >= DEATHS:
                            yield shard, None
                        else:
                            blamed.append(shard)
        except KeyboardInterrupt:
            if self._forked:
                _end_server()
            raise
        finally:
            self._stop()

    def _submit(self, shard: tuple[Job, ...]) -> bool:
        """Hand a shard to the pool; where the pool has just broken, note the shard as lost with the others."""
        try:
            future = self._pool.submit(self._work, shard)
        except (BrokenExecutor, EOFError, OSError) as error:
            if not isinstance(error, BrokenExecutor):
                _served[:] = [("", {})]  # the server died, perhaps of the loading: no more of it
            future = Future()
            future.set_exception(BrokenExecutor(str(error)))
            self._under_way[future] = shard
            return False
        self._under_way[future] = shard
        return True

    def _collect(self) -> tuple[list[tuple[tuple[Job, ...], Result]], list[tuple[Job, ...]]]:
        """Wait for a shard; give what is finished and, when a worker died, what is lost with the pool."""
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenExecutor) for future in done):
            done, _ = wait(self._under_way)  # a broken pool ends every future at once
        finished, lost = [], []
        for future in done:
            shard = self._under_way.pop(future)
            if isinstance(future.exception(), BrokenExecutor):
                lost.append(shard)
            else:
                finished.append((shard, future.result()))
        if lost:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._start()
        return finished, lost

    def _stop(self) -> None:
        self._pool.shutdown(wait=not self._under_way, cancel_futures=True)
        if self._under_way:  # we are leaving early: nobody will ask for what they are at
            for child in set(multiprocessing.active_children()) - self._before:
                child.terminate()


def warm(ready: Callable[[], object]) -> None:
    """Start the process that workers will be forked from, so that it loads while the caller goes on."""
    _context(ready)


#: What the server of this process was started for: what makes it ready, and the environment.
_served: list[tuple[str, dict[str, str]]] = []


def _context(ready: Callable[[], object]) -> multiprocessing.context.BaseContext:
    """Give the way in which workers are started.

    Not as forks of this process, which copy locks that its threads may hold, but
    of a server that has loaded everything and has one thread.  It is ready for
    one kind of work in one environment; for any other, and where there are no
    such servers, each worker loads for itself.
    """
    spawn = multiprocessing.get_context("spawn")
    if "forkserver" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return spawn
    from multiprocessing import forkserver

    own = prepared.told(ready), dict(os.environ)
    if _served and _served[0] != own:
        return spawn
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([prepared.__name__])
    # Without the first the server would look for modules in the current folder before others, which may hold documents.
    added = {"PYTHONSAFEPATH": "1"}
    if not _served:
        added[prepared.READY] = own[0]
    os.environ.update(added)
    try:
        forkserver.ensure_running()
    except OSError:
        return spawn  # no room for its socket, say
    finally:
        for name in added:
            os.environ.pop(name, None)
            if name in own[1]:
                os.environ[name] = own[1][name]
    _served[:] = [own]
    return context


def _end_server() -> None:
    """End the process that workers are forked from, which may be about to fork one for a run that is being left.

    That one would find nothing of what its parent had prepared for it, and say so at length.
    """
    from multiprocessing import forkserver

    server = getattr(forkserver, "_forkserver", None)
    process, stop = getattr(server, "_forkserver_pid", None), getattr(server, "_stop", None)
    if process and stop:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGTERM)
            stop()  # waits for it
        _served.clear()


def _settle_in() -> None:
    """Prepare a worker process: Ctrl-C is its parent's business, and it does not outlive its parent."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A killed parent cannot tell its workers, which would wait for work for ever.
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
