"""Shards on a Dask cluster, through prefect-dask. The one importer of both.

A stage stays one Prefect task; its shards are Dask's tasks. Prefect starts and ends the cluster
(``DaskTaskRunner``), Dask runs shards again whose worker died. As a task of Prefect's own each shard
would cost about eight times the processor time here, and every worker would have to reach Prefect's
server.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import dask
from distributed import Future, KilledWorker
from prefect_dask.task_runners import DaskTaskRunner

from flows.engine import ClusterError, RunOptions
from flows.parcels import Carrier, Files, Messages, parts_of
from flows.shard import build, passed_on, worked
from quality.spreading import Made, Shard, Shared, in_turn

logger = logging.getLogger(__name__)

ALLOWED_DEATHS: Final = 5
"""Workers of this machine that may die over one shard before it counts as their killer."""
PATIENCE_SECONDS: Final = 60.0
"""How long a cluster may be without any worker."""
_LOOK_SECONDS = 5.0
_MIB = 2**20
_SHARDS_PER_WORKER = 4
_AHEAD = 3
_GONE = "ended, or cannot be reached any more"
_AGAIN = "what was finished is kept: the day resumes with the same command"
_ENVIRONMENT: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Dask has workers give memory back at once: large arrays then cost twice their arithmetic.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
}
_CONFIG: Final = {
    "distributed.nanny.pre-spawn-environ": _ENVIRONMENT,
    "distributed.scheduler.allowed-failures": ALLOWED_DEATHS,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # What is sent is sent on purpose, and logged.
    "distributed.admin.large-graph-warning-threshold": "1TiB",
}


@contextmanager
def dask_cluster(options: RunOptions, work: Path) -> Iterator[DaskSpread]:
    """Connect to a scheduler, or start workers on this machine, once work is spread.

    Workers of this machine listen on loopback only, and only to holders of a key that is made for
    the day: a port of a Dask worker runs whatever it is sent.

    Args:
        options: Which cluster.
        work: Folder for what workers of this machine are given, make and spill.

    Raises:
        ClusterError: If the cluster cannot be started or reached, when work is first spread.
    """
    started: dict[str, Any] = {
        "n_workers": options.workers,
        "threads_per_worker": 1,
        "processes": True,
        "host": "127.0.0.1",
        # There is always a server for HTTP; here without pages, on any free port.
        "dashboard_address": "127.0.0.1:0",
        "scheduler_kwargs": {"dashboard": False},
        "memory_limit": options.worker_memory,
        "local_directory": str(work),
        "security": True,
    }
    # It would say where a dashboard is that was not started.
    logging.getLogger("prefect.task_runner.dask").setLevel(logging.WARNING)
    where = {"address": options.scheduler} if options.scheduler else {"cluster_kwargs": started}
    carrier = Messages() if options.scheduler else Files(work)
    with dask.config.set(_CONFIG), DaskTaskRunner(**where) as runner:
        yield DaskSpread(runner, options, carrier)


class DaskSpread:
    """Spreads shards over the workers of a cluster, a few ahead of what was asked for.

    Args:
        runner: Prefect's, started.
        options: Which cluster.
        carrier: How shards and results get there and back.
        patience_seconds: How long the cluster may be without any worker.
    """

    def __init__(
        self,
        runner: DaskTaskRunner,
        options: RunOptions,
        carrier: Carrier,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._runner, self._options, self._patience = runner, options, patience_seconds
        self._carrier = carrier

    @property
    def shards(self) -> int:
        """As many as were set, else four a worker."""
        return self._options.shards or max(in_turn.shards, _SHARDS_PER_WORKER * self._threads())

    def __call__(
        self,
        work: Callable[[Shared, Shard], Made],
        shared: Shared,
        shards: Iterable[Shard],
    ) -> Iterator[Made]:
        """Yield ``work(shared, shard)`` for each shard, in their order.

        Whatever ``work`` raises is raised here.

        Raises:
            ClusterError: If the cluster ends, stays without workers, or dies of a shard.
        """
        run, carrier, beside = uuid4().hex, self._carrier, parts_of(shared)
        first = self._pack(shared)
        # A task, not scattered: what a worker took with it when it died is made again.
        held = self._submit(passed_on, first, key=f"shared-{run}")
        sent, most = [carrier.size(first)], _AHEAD * self._threads()
        waiting: deque[tuple[Future[Any], Any]] = deque()
        for shard in shards:
            parcel = self._pack(shard, beside)
            key = f"{work.__name__}-{run}-{len(sent)}"
            task = self._submit(worked, build(), carrier, work, held, parcel, key=key)
            waiting.append((task, parcel))
            sent.append(carrier.size(parcel))
            if len(waiting) >= most:
                yield self._made(*waiting.popleft(), _spoken(work))
        while waiting:
            yield self._made(*waiting.popleft(), _spoken(work))
        carrier.discard(first)
        logger.info("%s: %d of them, %.1f MiB sent", _spoken(work), len(sent) - 1, sum(sent) / _MIB)

    @cached_property
    def _client(self) -> Any:
        # Dask's client, most of whose functions have no types.
        try:
            client: Any = self._runner.client
            client.wait_for_workers(1, timeout=self._patience)
        except OSError as error:
            raise self._ended(f"cannot be used ({error})") from error
        return client

    def _threads(self) -> int:
        return max(sum(self._threads_by_worker().values()), 1)

    def _threads_by_worker(self) -> dict[str, int]:
        try:
            return dict(self._client.nthreads())
        except (OSError, CancelledError) as error:
            raise self._ended(_GONE) from error

    def _submit(self, function: Callable[..., Any], *arguments: Any, key: str) -> Future[Any]:
        try:
            submitted: Future[Any] = self._client.submit(function, *arguments, key=key, pure=False)
        except Exception as error:
            if self._client.status == "running":
                raise
            raise self._ended(_GONE) from error
        return submitted

    def _pack(self, content: object, beside: Sequence[Any] = ()) -> Any:
        try:
            return self._carrier.pack(content, beside)
        except OSError as error:
            raise self._ended(f"cannot be given its work ({error})") from error

    def _made(self, future: Future[Any], parcel: Any, what: str) -> Any:
        """Return what came of a shard, and let go of both."""
        found = self._result(future, what)
        made = self._carrier.open(found)
        for done in (parcel, found):
            self._carrier.discard(done)
        return made

    def _result(self, future: Future[Any], what: str) -> Any:
        self._await(future)
        try:
            return future.result()
        except KilledWorker as error:
            raise ClusterError(
                f"to {what} ended every worker that was to do it, {error.allowed_failures + 1}"
                " in all, most likely for want of memory: give each worker more ([run] "
                f"worker_memory) or cut smaller shards ([run] shards); {_AGAIN}"
            ) from error
        except (OSError, CancelledError) as error:
            if future.status == "error":
                raise
            raise self._ended(_GONE) from error

    def _await(self, future: Any) -> None:
        """Wait until a shard is done, has failed or is lost; not for ever for a worker to do it."""
        alone_since: float | None = None
        while True:
            try:
                future.exception(timeout=_LOOK_SECONDS)
            except TimeoutError:
                now = time.monotonic()
                alone_since = None if self._threads_by_worker() else alone_since or now
                if alone_since and now - alone_since > self._patience:
                    raise self._ended(f"has had no worker for {self._patience:g} s") from None
            else:
                return

    def _ended(self, how: str) -> ClusterError:
        address = self._options.scheduler or "of this machine"
        return ClusterError(f"the Dask cluster {address} {how}; {_AGAIN}")


def _spoken(work: Callable[..., Any]) -> str:
    return work.__name__.strip("_").replace("_", " ")
