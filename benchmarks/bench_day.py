"""The whole day by ``shike run daily``: seconds, memory and rows a second of every stage, and growth.

    python benchmarks/bench_day.py [people ...]

The default is 20,000 and 200,000 people over a year: 1 and 10 million events, 50,000 items. Each
day is published to a fresh folder by a process of its own; the stages' seconds are those that it
left in ``operations/``. Beside validating stands its floor: plain DuckDB reading the same events
and writing them again, sorted by their key. The figures go to ``benchmarks/results/day.json``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from infra.operations import kept_attempts
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from infra.store import open_store

RESULTS = Path(__file__).with_name("results")
DAYS = 365
SECRETS = {"SHIKE_SHOP_PSEUDONYM_KEY": "bench", "SHIKE_RECRUIT_DRAW_SECRET": "bench"}


@dataclass(frozen=True)
class Figures:
    """What one day took."""

    events: int
    applications: int
    reports: int
    seconds: float
    peak_bytes: int
    floor_seconds: float
    """Of validating: DuckDB alone reads the events and writes them again in order."""
    stages: dict[str, float]
    """Stage to seconds."""
    rows: dict[str, int]
    """Stage to the rows that it read."""


def make_shop(folder: Path, people: int) -> None:
    """Write a shop of a year; in a process of its own, whose peak memory the day does not inherit."""
    options = SyntheticOptions(users=people, days=DAYS, seed=1, items=50_000)
    write_synthetic_shop(folder, options)


def floor(folder: Path) -> float:
    """Read the events and write them again in the order of their key, with DuckDB alone."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as work,
        duckdb.connect(f"{work}/floor.duckdb") as connection,
    ):
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT * FROM '{folder}/events.parquet' ORDER BY event_id)"
            f" TO '{work}/events.parquet' (FORMAT parquet)"
        )
    return time.perf_counter() - started


def measure(people: int) -> Figures:
    """Run one day on a shop of so many people, and read what it left."""
    with tempfile.TemporaryDirectory() as scratch:
        data, store = Path(scratch) / "shop", Path(scratch) / "store"
        maker = get_context("spawn").Process(target=make_shop, args=(data, people))
        maker.start()
        maker.join()
        as_of = date.fromisoformat(SyntheticOptions().first_day) + timedelta(days=DAYS)
        shike = Path(sys.executable).with_name("shike")
        command = [str(shike), "run", "daily", "--json"]
        command += ["--data", str(data), "--store", str(store), "--as-of", as_of.isoformat()]
        started = time.perf_counter()
        day = subprocess.Popen(command, env=os.environ | SECRETS, cwd=scratch)
        _, status, used = os.wait4(day.pid, 0)
        seconds = time.perf_counter() - started
        if status:
            sys.exit(f"the day of {people:,} people must end well, it left with status {status}")
        attempt = kept_attempts(open_store(str(store)))[-1]
        return Figures(
            events=_rows(data, "events"),
            applications=_rows(data, "applications"),
            reports=_rows(data, "reports"),
            seconds=seconds,
            peak_bytes=used.ru_maxrss * 1024,
            floor_seconds=floor(data),
            stages={stage.name: stage.seconds for stage in attempt.stages},
            rows={stage.name: sum(stage.rows_in.values()) for stage in attempt.stages},
        )


def _rows(data: Path, table: str) -> int:
    return int(pq.read_metadata(data / f"{table}.parquet").num_rows)


def show(figures: Figures) -> None:
    """Print one day."""
    print(
        f"{figures.events:>12,} events, {figures.applications:,} applications,"
        f" {figures.reports:,} reports: {figures.seconds:.1f} s,"
        f" peak {figures.peak_bytes / 2**30:.2f} GiB"
    )
    for name, seconds in figures.stages.items():
        rows = figures.rows[name]
        speed = f"{rows / seconds:>12,.0f} rows/s" if rows and seconds else ""
        print(f"    {name:<16}{seconds:8.1f} s  {speed}")
    share = figures.stages["validate"] / figures.floor_seconds
    print(f"    validate is {share:.1f} x its floor, {figures.floor_seconds:.1f} s", flush=True)


def growth(few: Figures, many: Figures) -> dict[str, float]:
    """Return the power of the events with which each stage's seconds grow, and the whole's."""
    events = np.log(many.events / few.events)
    pairs = {name: (few.stages.get(name, 0.0), many.stages[name]) for name in many.stages}
    pairs["the day"] = (few.seconds, many.seconds)
    return {
        name: float(np.log(after / before) / events)
        for name, (before, after) in pairs.items()
        if before and after
    }


def main() -> None:
    """Measure each size, then how time grows."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [20_000, 200_000]
    figures = []
    for size in sorted(sizes):
        figures.append(measure(size))
        show(figures[-1])
    powers = growth(figures[0], figures[-1]) if len(figures) > 1 else {}
    for name, power in powers.items():
        print(f"{name:<20} grows with events to the power {power:.2f}")
    RESULTS.mkdir(exist_ok=True)
    written = {"days": [asdict(one) for one in figures], "powers": powers}
    (RESULTS / "day.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
