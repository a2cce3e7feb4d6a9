"""Where stages do their work: in this process, or on a Dask cluster. One setting, not the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from quality.spreading import InTurn, Spread

_SCHEMES = ("tcp://", "tls://")


class ClusterError(Exception):
    """The cluster ended, has no workers, or has others than the day needs; storage is as it was.

    What stages finished before is kept, so the same command goes on behind it.
    """


@dataclass(frozen=True)
class RunOptions:
    """Where the work is done; what is published does not depend on it."""

    engine: Literal["local", "dask"] = "local"
    """"local" for this process; "dask" to spread people, reports and merchants over workers."""
    scheduler: str = ""
    """Address of a running Dask scheduler, tcp://HOST:PORT or tls://HOST:PORT; empty to start workers on this machine for the day."""
    workers: int = 2
    """Workers started on this machine, at least 1, one processor each; with a scheduler, its own count."""
    worker_memory: str = "auto"
    """Memory of each worker started on this machine, such as "2GiB"; "auto" for an even share of all."""
    shards: int = 0
    """Parts that work is cut into; 0 for four a worker, and at least 32."""

    def __post_init__(self) -> None:
        """Refuse what no day can be run with.

        Raises:
            ValueError: If a number is out of its range, the address is none, or Dask is missing.
        """
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, got {self.workers}")
        if self.shards < 0:
            raise ValueError(f"shards must be at least 0, got {self.shards}")
        if self.scheduler and not self.scheduler.startswith(_SCHEMES):
            raise ValueError(
                f"scheduler must begin with {' or '.join(_SCHEMES)}, found {self.scheduler!r}"
            )
        if self.engine == "dask" and find_spec("prefect_dask") is None:
            raise ValueError(
                'engine "dask" needs Dask, which is not installed here: pip install "shike[dask]"'
            )


@contextmanager
def engine(options: RunOptions, work: Path) -> Iterator[Spread]:
    """Open what spreads the work of a day.

    Args:
        options: Which engine, and how large.
        work: Folder for workers of this machine to keep what does not fit into their memory.

    Raises:
        ClusterError: If the cluster cannot be started or reached.
    """
    if options.engine == "local":
        yield InTurn(options.shards) if options.shards else InTurn()
        return
    from flows.cluster import dask_cluster  # noqa: PLC0415 - optional, and takes a second

    with dask_cluster(options, work) as spread:
        yield spread
