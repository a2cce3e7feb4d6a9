"""How long the recommend stage takes and how much memory, and how both grow with the shop.

    python benchmarks/bench_recommend.py [people ...]

The default is 20,000 and 200,000 people over a year: 1 and 10 million events, 50,000 items. Tables
are read beforehand; every size has a process of its own, whose peak memory counts them. CPU seconds
are those of all threads: beside other work they tell more than the seconds that pass.
"""

import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

# BLAS reads it when it is loaded, as does the flow that runs the stage.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow.parquet as pq

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from recommender.stage import RecommendOptions, recommend

INPUTS = ("events", "items", "users", "awards", "trials", "reports", "exposures")


@dataclass(frozen=True)
class Figures:
    """What one run of the stage took."""

    events: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(folder: Path, options: SyntheticOptions) -> Figures:
    """Run the stage on a shop, on the day after its last."""
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in INPUTS}
    as_of = date.fromisoformat(options.first_day) + timedelta(days=options.days)
    start, cpu = time.perf_counter(), time.process_time()
    recommend(tables, as_of=as_of, options=RecommendOptions())
    return Figures(
        len(tables["events"]),
        time.perf_counter() - start,
        time.process_time() - cpu,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def report(people: int) -> Figures:
    """Print one line of figures."""
    options = SyntheticOptions(users=people, days=365, seed=1, items=50_000)
    # New processes, one for the shop and one for the stage: a peak would be passed on to a child.
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        shop = pool.submit(write_synthetic_shop, Path(folder), options).result()
        figures = pool.submit(measure, shop, options).result()
    print(
        f"{people:>9,} people {figures.events:>12,} events  {figures.seconds:6.1f} s"
        f"  {figures.events / figures.seconds:>9,.0f} events/s  CPU {figures.cpu_seconds:6.1f} s"
        f"  peak {figures.peak_bytes / 2**30:5.2f} GiB",
        flush=True,
    )
    return figures


def main() -> None:
    """Measure each size, then how time and memory grow with events."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [20_000, 200_000]
    figures = [report(size) for size in sorted(sizes)]
    if len(figures) > 1:
        few, many = figures[0], figures[-1]
        events = np.log(many.events / few.events)
        print(
            "with events to the power p grow:"
            f" time p = {np.log(many.seconds / few.seconds) / events:.2f},"
            f" CPU p = {np.log(many.cpu_seconds / few.cpu_seconds) / events:.2f},"
            f" memory p = {np.log(many.peak_bytes / few.peak_bytes) / events:.2f}"
        )


if __name__ == "__main__":
    main()
