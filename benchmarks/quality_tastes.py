"""From how many people factors of things must be learned, beside learning from all of them.

    python benchmarks/quality_tastes.py [people]

A synthetic shop of 200,000 people (unless said) over a year. Factors of needs, and of products, are
fitted to what everybody bought before the last four weeks, from fewer and fewer people; everybody's
own factors then follow from those. Printed is how often what 20,000 people bought for the first
time in the last four weeks is among the hundred likeliest by taste that they had never bought.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow.parquet as pq
from scipy.sparse import csr_array

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from recommender.collaborative import fit_things, user_factors
from recommender.interactions import Level, day_number, purchase_days
from recommender.lookup import spread
from recommender.top_n import best_of

LEARNERS = (5_000, 20_000, 50_000, 100_000)
CANDIDATES = 100
JUDGED = 20_000
WINDOW_DAYS = 28


def recall(before: csr_array, after: csr_array, learners: int) -> tuple[float, float]:
    """Return the share of first purchases among the candidates, and the seconds of learning."""
    started = time.perf_counter()
    things = fit_things(before, learners=learners)
    seconds = time.perf_counter() - started
    users = spread(np.flatnonzero(np.diff(before.indptr) * np.diff(after.indptr)), JUDGED)
    best, _ = best_of(
        user_factors(before[users], things), things, CANDIDATES, excluded=before[users]
    )
    width = before.shape[1]
    truth = after[users] - after[users].multiply(before[users] > 0)
    truth.eliminate_zeros()
    wanted = truth.tocoo()
    named = np.arange(len(users))[:, None] * width + best
    found = np.isin(wanted.row * np.int64(width) + wanted.col, named[best >= 0])
    return float(found.mean()), seconds


def main() -> None:
    """Print a line for each number of learners."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    options = SyntheticOptions(users=people, days=365, seed=1, items=50_000)
    day = day_number(date.fromisoformat(options.first_day) + timedelta(days=365 - WINDOW_DAYS))
    levels: tuple[Level, ...] = ("need", "item")
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            shop = pool.submit(write_synthetic_shop, Path(folder), options).result()
        events, items = (pq.read_table(shop / f"{name}.parquet") for name in ("events", "items"))
    for level in levels:
        bought = purchase_days(events, items, level=level)
        before, after = (
            part.counts() for part in (bought.before(day), bought.where(bought.days >= day))
        )
        for learners in (*(few for few in LEARNERS if few < people), people):
            share, seconds = recall(before, after, learners)
            print(f"{level}: learned from {learners:>7,} people in {seconds:6.1f} s,"
                  f" recall@{CANDIDATES} of first purchases {share:.4f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
