"""What Dask's workers add: the stages' sharded parts here, on one worker and on two.

    python benchmarks/bench_engine.py [people [repeats]]

A synthetic shop of 100,000 people (unless said) over a year: everybody is scored and given a list,
65,536 reports are read, and 64 merchants' files and pages are written, each cut into 32 shards.
Workers have one thread, listen on loopback and speak TLS, as they do in a day. Each part is done
once to warm up, since a worker imports what it needs with its first shard, and then measured three
times (unless said), engines taking turns, so that a machine that is slower for a while is so for all
of them; medians count. Beside the seconds stand the CPU seconds of this process and of the workers.
What is made is compared, too.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

# BLAS reads it when it is loaded, as do the workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.cluster import dask_cluster
from flows.engine import RunOptions
from flows.merchants import Imprint, Share, merchant_objects
from infra.files import parquet_bytes
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from infra.tenancy import Tenancy
from quality.needs import sellers_by_need
from quality.progress import silent
from quality.spreading import InTurn, Spread, in_turn
from recommender.stage import RecommendOptions, recommend
from trials.reports.options import ReviewOptions
from trials.reports.polarity import load_models
from trials.reports.stage import _CHUNK, _known_reports, _read, _Reader

SHARDS = in_turn.shards
REPORTS = 64 * _CHUNK
MERCHANTS = 64
TABLES = ("events", "items", "users", "awards", "trials", "merchants", "reports", "exposures")

Part = Callable[[Spread], Any]


@dataclass(frozen=True)
class Cost:
    """What a part took."""

    seconds: float
    here: float
    """CPU seconds of this process."""
    workers: float
    """CPU seconds of the workers."""


class Recorder(InTurn):
    """Works in turn, and keeps what it was given, to be done again elsewhere."""

    def __init__(self) -> None:
        super().__init__(SHARDS)
        self.given: dict[str, Part] = {}

    def __call__(self, work: Any, shared: Any, shards: Iterable[Any]) -> Iterator[Any]:
        """Do the work."""
        kept = list(shards)
        self.given[work.__name__] = lambda spread: list(spread(work, shared, kept))
        return super().__call__(work, shared, kept)


def parts(folder: Path, options: SyntheticOptions) -> dict[str, Part]:
    """Prepare what is measured, on the day after the shop's last."""
    as_of = date.fromisoformat(options.first_day) + timedelta(days=options.days)
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    rows = _known_reports(tables, as_of)
    rows = (rows * -(-REPORTS // len(rows)))[:REPORTS]
    reader = _Reader(load_models(), ReviewOptions(), _CHUNK)
    day = Recorder()
    made = recommend(tables, as_of=as_of, options=RecommendOptions(), spread=day)
    return {
        "people scored": day.given["_score_shard"],
        "lists made": day.given["_list_shard"],
        "reports read": partial(_read, rows, reader, silent),
        "merchants' files": partial(merchant_objects, *merchants_of(tables, made, as_of)),
    }


def merchants_of(
    tables: dict[str, Any], made: dict[str, Any], as_of: date
) -> tuple[Imprint, list[Share]]:
    """Return what merchants' files are made of: the shop's own, each several times over."""
    facing = {name: made[name] for name in ("recommendations", "replenishment_calendar")}
    tenancy = Tenancy({}, sellers_by_need(tables["items"]), "bench", 5)
    copies = list(tenancy.copies(facing).values())
    shares = [Share(f"m{at:02d}", f"m{at:02d}", None, copies[at % len(copies)])
              for at in range(MERCHANTS)]  # fmt: skip
    names = {name: tables[name] for name in ("items", "trials", "merchants")}
    return Imprint(as_of, "bench", (), 5, names), shares


@contextmanager
def spread_over(workers: int) -> Iterator[tuple[Spread, Callable[[], float]]]:
    """Open an engine, 0 workers for this process; and what its workers' CPU seconds come to."""
    if not workers:
        yield InTurn(SHARDS), lambda: 0.0
        return
    options = RunOptions(engine="dask", workers=workers, shards=SHARDS)
    with tempfile.TemporaryDirectory() as work, dask_cluster(options, Path(work)) as spread:
        yield spread, lambda: sum(spread._client.run(time.process_time).values())  # noqa: SLF001 - no part of shike asks


def bodies(made: Any) -> Iterator[bytes]:
    """Return what was made as bytes that can be compared, wherever it was made."""
    if isinstance(made, np.ndarray):
        yield made.tobytes()
    elif isinstance(made, bytes | memoryview):
        yield bytes(made)
    elif isinstance(made, pa.Table):
        yield parquet_bytes(made)
    elif is_dataclass(made):
        yield from bodies([getattr(made, field.name) for field in fields(made)])
    elif isinstance(made, dict):
        yield from bodies(list(made.items()))
    elif isinstance(made, list | tuple):
        for part in made:
            yield from bodies(part)
    else:
        yield repr(made).encode()


def measure(part: Part, spread: Spread, workers_cpu: Callable[[], float]) -> Cost:
    """Do a part once."""
    before, here, started = workers_cpu(), time.process_time(), time.perf_counter()
    part(spread)
    seconds, here = time.perf_counter() - started, time.process_time() - here
    return Cost(seconds, here, workers_cpu() - before)


def show(name: str, costs: dict[int, list[Cost]]) -> None:
    """Print a part's medians, and what the second worker adds."""
    print(name)
    medians = {}
    for workers, each in costs.items():
        middle = sorted(each, key=lambda cost: cost.seconds)[len(each) // 2]
        medians[workers] = statistics.median(cost.seconds for cost in each)
        where = f"{workers} worker{'s' * (workers > 1)}" if workers else "here"
        print(f"  {where:<12}{medians[workers]:7.2f} s   CPU here {middle.here:6.2f} s,"
              f" workers {middle.workers:6.2f} s")  # fmt: skip
    print(f"  two over one: {medians[1] / medians[2]:.2f} x", flush=True)


def digest(made: Any) -> str:
    """Return what tells things made apart."""
    found = hashlib.sha256()
    for body in bodies(made):
        found.update(body)
    return found.hexdigest()


def main() -> None:
    """Measure each part on each engine."""
    people, repeats = (int(one) for one in [*sys.argv[1:], 100_000, 3][:2])
    options = SyntheticOptions(users=people, days=365, seed=1, items=20_000)
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            shop = pool.submit(write_synthetic_shop, Path(folder), options).result()
        measured = parts(shop, options)
    ones, twos = 0.0, 0.0
    with ExitStack() as opened:
        engines = {workers: opened.enter_context(spread_over(workers)) for workers in (0, 1, 2)}
        for name, part in measured.items():
            made = {digest(part(spread)) for spread, _ in engines.values()}
            if len(made) > 1:
                sys.exit(f"{name}: any number of workers must make what is made here")
            costs: dict[int, list[Cost]] = {workers: [] for workers in engines}
            for _ in range(repeats):
                for workers, engine in engines.items():
                    costs[workers].append(measure(part, *engine))
            show(name, costs)
            ones += statistics.median(cost.seconds for cost in costs[1])
            twos += statistics.median(cost.seconds for cost in costs[2])
    print(f"all of them: two over one {ones / twos:.2f} x")


if __name__ == "__main__":
    main()
