"""How fast trial reports are read, scored and summed up. ``python benchmarks/bench_reports.py [N]``.

N reports (100,000 unless said), half Chinese and half English, are drawn with replacement from the
real texts, on a hundred items; a tenth of N is measured too, for the exponent. Each size runs in a
process of its own, so that its peak memory is its own. VADER, and SnowNLP where it is installed,
score some of the same texts in the same run: trust the ratios. How well reports are read is
``quality_reports.py``.
"""

import datetime as dt
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from infra.sources.review_texts import chinese_reviews, english_reviews
from quality.tables.inputs import ITEMS, REPORTS
from trials.reports.stage import ReviewOptions, load_models, review

CACHE = Path(__file__).parents[1] / "build" / "cache"
ITEM_COUNT = 100
PEER_TEXTS = 500
AS_OF = dt.date(2017, 12, 4)


class Cost(NamedTuple):
    """What a run took."""

    reports: int
    seconds: float
    cpu_seconds: float
    gibibytes: float


def main() -> None:
    """Print the costs of both sizes, the exponent and the peers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        costs = [pool.submit(run, size).result() for size in (count // 10, count)]
    print(f"{'reports':>10}{'seconds':>10}{'CPU-s':>10}{'per CPU-s':>11}{'GiB':>8}")
    for cost in costs:
        rate = cost.reports / cost.cpu_seconds
        print(
            f"{cost.reports:>10,}{cost.seconds:>10.1f}{cost.cpu_seconds:>10.1f}{rate:>11.0f}"
            f"{cost.gibibytes:>8.2f}"
        )
    growth = math.log(costs[1].cpu_seconds / costs[0].cpu_seconds)
    print(f"exponent of CPU time in the number of reports: {growth / math.log(10):.3f}")
    own = costs[1].cpu_seconds / costs[1].reports
    for name, seconds in peers().items():
        print(f"{name}: {1000 * seconds:.2f} ms a text; the whole stage: {1000 * own:.2f} ms")


def run(count: int) -> Cost:
    """Review so many reports and return what it took."""
    tables = report_tables(count)
    models = load_models()
    started, cpu_started = time.perf_counter(), time.process_time()
    review(tables, as_of=AS_OF, options=ReviewOptions(), models=models)
    return Cost(
        reports=count,
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - cpu_started,
        gibibytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    )


def peers() -> dict[str, float]:
    """Return CPU seconds a text of other tools, each on its own language."""
    rng = np.random.default_rng(2)
    english = rng.choice(np.array(english_reviews(CACHE).texts, dtype=object), PEER_TEXTS)
    found = {"VADER, en": seconds_each(SentimentIntensityAnalyzer().polarity_scores, english)}
    if find_spec("snownlp"):
        from snownlp import SnowNLP  # noqa: PLC0415 - measured where it is installed

        chinese = rng.choice(np.array(chinese_reviews().texts, dtype=object), PEER_TEXTS)
        found["SnowNLP, zh"] = seconds_each(lambda text: SnowNLP(text).sentiments, chinese)
    return found


def seconds_each(score: Callable[[str], object], texts: np.ndarray) -> float:
    """Return the CPU seconds that scoring one text takes, on average."""
    score(texts[0])
    started = time.process_time()
    for text in texts:
        score(text)
    return (time.process_time() - started) / len(texts)


def report_tables(count: int) -> dict[str, pa.Table]:
    """Return so many reports, every other one English, on a hundred items."""
    rng = np.random.default_rng(1)
    corpora = [chinese_reviews(), english_reviews(CACHE)]
    drawn = [rng.integers(0, len(corpus.texts), count) for corpus in corpora]
    rows = [
        {
            "report_id": f"r{place}",
            "item_id": f"item-{place % ITEM_COUNT}",
            "user_id": f"user-{place}",
            "submitted_at": dt.datetime(2017, 9, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=place),
            "rating": 5.0 if corpora[place % 2].labels[drawn[place % 2][place]] else 2.0,
            "text": corpora[place % 2].texts[drawn[place % 2][place]],
        }
        for place in range(count)
    ]
    items = [
        {
            "item_id": f"item-{number}",
            "merchant_id": "seller",
            "name": "item",
            "category": ("electronics/laptop", "food/tea")[number % 2],
        }
        for number in range(ITEM_COUNT)
    ]
    return {
        "reports": pa.Table.from_pylist(rows, schema=REPORTS.schema),
        "items": pa.Table.from_pylist(items, schema=ITEMS.schema),
    }


if __name__ == "__main__":
    main()
