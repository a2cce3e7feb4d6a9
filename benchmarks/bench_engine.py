"""What Dask's workers add: the stages' sharded parts here, on one worker and on two.

    python benchmarks/bench_engine.py [people [repeats]]

A synthetic shop of 20,000 people (unless said) over a year: everybody is scored, 16,384 reports are
read, and 32 merchants' files and pages are written, each cut into 16 shards. Workers have one
thread, listen on loopback and speak TLS, as they do in a day. Each part is done once to warm up,
since a worker imports what it needs with its first shard, and then measured three times (unless
said); medians count. Beside the seconds stand the CPU seconds of this process and of the workers:
where other work keeps the processors busy, ``bound`` is what they let two workers reach,
(here + workers) / (here + workers / 2), if nothing of what is done here overlaps with the workers.
What is made is compared, too.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

# BLAS reads it when it is loaded, as do the workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pyarrow.parquet as pq

from flows.cluster import dask_cluster
from flows.engine import RunOptions
from flows.merchants import Imprint, Share, merchant_objects
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from infra.tenancy import Tenancy
from quality.needs import sellers_by_need
from quality.progress import silent
from quality.spreading import InTurn, Spread
from recommender.catalogue import read_catalogue
from recommender.interactions import day_number, item_days, of_needs
from recommender.model import NeedModel
from recommender.needs import read_needs
from recommender.people import read_people
from recommender.scoring import score_people
from recommender.stage import RecommendOptions, recommend
from recommender.trades import read_trades
from trials.reports.options import ReviewOptions
from trials.reports.polarity import load_models
from trials.reports.stage import _CHUNK, _known_reports, _read, _Reader

SHARDS = 16
REPORTS = 16 * _CHUNK
MERCHANTS = 32
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


def parts(folder: Path, options: SyntheticOptions) -> dict[str, Part]:
    """Prepare what is measured, on the day after the shop's last."""
    as_of = date.fromisoformat(options.first_day) + timedelta(days=options.days)
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    rows = _known_reports(tables, as_of)
    rows = (rows * -(-REPORTS // len(rows)))[:REPORTS]
    reader = _Reader(load_models(), ReviewOptions(), _CHUNK)
    return {
        "people scored": partial(scores, model_of(tables, as_of)),
        "reports read": partial(_read, rows, reader, silent),
        "merchants' files": partial(merchant_objects, *merchants_of(tables, as_of)),
    }


def scores(model: NeedModel, spread: Spread) -> list[bytes]:
    """Score everybody; return arrays as bytes, which can be compared."""
    return [array.tobytes() for array in astuple(score_people(model, spread))]


def model_of(tables: dict[str, Any], as_of: date) -> NeedModel:
    """Return what people are scored by."""
    catalogue = read_catalogue(tables["items"], as_of)
    people = read_people(tables, assumes_consent=True, before=as_of)
    trades = read_trades(tables["events"], people.user_ids, catalogue.item_ids, before=as_of)
    needs = of_needs(item_days(trades), catalogue.needs, catalogue.need_ids)
    return read_needs(needs, day_number(as_of), catalogue).model


def merchants_of(tables: dict[str, Any], as_of: date) -> tuple[Imprint, list[Share]]:
    """Return what merchants' files are made of: the shop's own, each several times over."""
    made = recommend(tables, as_of=as_of, options=RecommendOptions())
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
        yield spread, lambda: sum(spread._client.run(time.process_time).values())  # noqa: SLF001


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
    one = min(costs[1], key=lambda cost: cost.here + cost.workers)
    bound = (one.here + one.workers) / (one.here + one.workers / 2)
    print(f"  two over one: {medians[1] / medians[2]:.2f} x (bound by CPU {bound:.2f} x)",
          flush=True)  # fmt: skip


def main() -> None:
    """Measure each part on each engine."""
    people, repeats = (int(one) for one in [*sys.argv[1:], 20_000, 3][:2])
    options = SyntheticOptions(users=people, days=365, seed=1, items=20_000)
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            shop = pool.submit(write_synthetic_shop, Path(folder), options).result()
        measured = parts(shop, options)
    costs: dict[str, dict[int, list[Cost]]] = {name: {} for name in measured}
    expected = {}
    for workers in (0, 1, 2):
        with spread_over(workers) as (spread, workers_cpu):
            for name, part in measured.items():
                made = part(spread)
                if made != expected.setdefault(name, made):
                    sys.exit(f"{name}: {workers} workers must make what is made here")
                runs = [measure(part, spread, workers_cpu) for _ in range(repeats)]
                costs[name][workers] = runs
    for name, each in costs.items():
        show(name, each)


if __name__ == "__main__":
    main()
