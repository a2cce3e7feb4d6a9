"""What a day costs that adds 1 % of events, beside the same day learned anew.

    python benchmarks/bench_incremental.py [people | folder ...]

A number is a synthetic shop of so many people over a year, a folder one with input tables in
Parquet; the default is 20,000 people, 1 million events, and the demo's data. The shop is read on
the day that 99 % of events precede, which learns; then on the day after its last event, once
learning anew and once through what was learned. Tables are read beforehand; every shop has a
process of its own. CPU seconds are those of all threads: beside other work they tell more than
the seconds that pass.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

# BLAS reads it when it is loaded, as does the flow that runs the stage.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from recommender.carrying import STATES, Carried
from recommender.reviews import NAME as REVIEW
from recommender.stage import RecommendOptions, recommend

INPUTS = ("events", "items", "users", "awards", "trials", "reports", "exposures")
DEFAULT = ("20000", "demo-data")
OLD_SHARE = 0.99
"""Of all events, those before the day that learns."""


@dataclass(frozen=True)
class Figures:
    """What two runs of one day took."""

    events: int
    new_events: int
    new_days: int
    anew_seconds: float
    """CPU seconds, as the next."""
    carried_seconds: float
    peak_bytes: int


def measure(folder: Path) -> Figures:
    """Run the day on which the shop learns, and a later day twice."""
    found = {name: folder / f"{name}.parquet" for name in INPUTS}
    tables = {name: pq.read_table(path) for name, path in found.items() if path.exists()}
    days = tables["events"]["occurred_at"].cast(pa.timestamp("us", "UTC")).cast(pa.date32())
    earlier = pc.quantile(days.cast(pa.int32()), OLD_SHARE, interpolation="lower")[0]
    learns = date.fromordinal(date(1970, 1, 1).toordinal() + earlier.as_py())
    last = pc.max(days).as_py() + timedelta(days=1)
    made, _ = run(tables, learns, {})
    left = {name: dated(made[name], learns) for name in (*STATES, REVIEW)}
    _, anew = run(tables, last, {REVIEW: left[REVIEW]})
    _, carried = run(tables, last, left)
    new = pc.sum(pc.greater_equal(days, pa.scalar(learns))).as_py()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Figures(len(days), new, (last - learns).days, anew, carried, peak)


def run(
    tables: Mapping[str, pa.Table], day: date, states: Mapping[str, pa.Table]
) -> tuple[dict[str, pa.Table], float]:
    """Return what the stage makes, and the CPU seconds it takes."""
    start = time.process_time()
    made = recommend(
        tables,
        as_of=day,
        options=RecommendOptions(),
        reviews=states.get(REVIEW),
        carried=Carried(states, "bench"),
    )
    return made, time.process_time() - start


def dated(table: pa.Table, day: date) -> pa.Table:
    """Return a state as later days find it."""
    return table.append_column("as_of", pa.array([day] * len(table), pa.date32()))


def report(shop: str) -> None:
    """Print one line of figures."""
    # New processes, one for the shop and one for the stage: a peak would be passed on to a child.
    with (
        tempfile.TemporaryDirectory() as made,
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        folder = Path(shop)
        if shop.isdigit():
            options = SyntheticOptions(users=int(shop), days=365, seed=1, items=50_000)
            folder = pool.submit(write_synthetic_shop, Path(made), options).result()
        figures = pool.submit(measure, folder).result()
    print(
        f"{shop:>10}: {figures.events:>11,} events,"
        f" {figures.new_events / figures.events:.2%} new in {figures.new_days} days;"
        f"  anew CPU {figures.anew_seconds:6.1f} s, carried CPU {figures.carried_seconds:6.1f} s,"
        f" ratio {figures.carried_seconds / figures.anew_seconds:.1%};"
        f"  peak {figures.peak_bytes / 2**30:5.2f} GiB",
        flush=True,
    )


def main() -> None:
    """Measure each shop."""
    for shop in sys.argv[1:] or DEFAULT:
        report(shop)


if __name__ == "__main__":
    main()
