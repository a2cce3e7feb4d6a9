"""What the stages of a day could reach: the one thing each cannot do without, done alone.

Each floor returns seconds. None of them checks, explains, draws lots or promises anything.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import rjieba
from scipy import sparse
from scipy.optimize import linprog
from threadpoolctl import threadpool_limits

FACTORS = 64
_BLOCK = 256
_WORD = re.compile(r"\w+")


def sorted_copy(data: Path, memory_gib: float) -> float:
    """Validating: DuckDB, with as much memory, writes the events again in the order of their key."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as work,
        duckdb.connect(f"{work}/floor.duckdb") as connection,
    ):
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET memory_limit = '{memory_gib} GiB'")
        connection.execute(
            f"COPY (SELECT * FROM '{data}/events.parquet' ORDER BY event_id)"
            f" TO '{work}/events.parquet' (FORMAT parquet)"
        )
    return time.perf_counter() - started


def grouped_purchases(data: Path, memory_gib: float) -> float:
    """Need states: DuckDB, with so much memory, groups the purchases by person, need and day."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as work, duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET memory_limit = '{memory_gib} GiB'")
        connection.execute(f"SET temp_directory = '{work}'")
        connection.execute(f"""
            SELECT count(*) FROM (
                SELECT user_id, need_group, occurred_at::date, sum(quantity)
                FROM '{data}/events.parquet' JOIN '{data}/items.parquet' USING (item_id)
                WHERE event_type = 'purchase' GROUP BY ALL)
        """).fetchall()
    return time.perf_counter() - started


def plain_scores(data: Path) -> float:
    """Recommending: one sgemm of everybody's factors with every product's, on one thread."""
    users, items = (pq.read_metadata(data / f"{name}.parquet").num_rows for name in _SIDES)
    rng = np.random.default_rng(0)
    products = rng.random((FACTORS, items), dtype=np.float32)
    people = rng.random((_BLOCK, FACTORS), dtype=np.float32)
    scores = np.empty((_BLOCK, items), dtype=np.float32)
    with threadpool_limits(1, "blas"):
        started = time.perf_counter()
        for _ in range(-(-users // _BLOCK)):
            np.matmul(people, products, out=scores)
        return time.perf_counter() - started


_SIDES = ("users", "items")


def bare_programme(run: Path) -> float:
    """Recruiting: HiGHS alone on the published scores, within units and one unit a person."""
    with duckdb.connect() as connection:
        rows = connection.execute(f"""
            SELECT dense_rank() OVER (ORDER BY trial_id) - 1 AS trial,
                dense_rank() OVER (ORDER BY user_id) - 1 AS person, score,
                count(*) FILTER (arm IN ('core', 'band', 'open')) OVER (PARTITION BY trial_id)
                    AS units
            FROM '{run}/selection.parquet' WHERE score IS NOT NULL
        """).fetchnumpy()
    applications = np.arange(len(rows["score"]))
    n_trials = int(rows["trial"].max(initial=-1)) + 1
    units = np.zeros(n_trials)
    units[rows["trial"]] = rows["units"]
    owners = np.concatenate([rows["trial"], n_trials + rows["person"]])
    both = np.concatenate([applications, applications])
    limits = np.concatenate([units, np.ones(int(rows["person"].max(initial=-1)) + 1)])
    within = sparse.csr_array((np.ones(len(both)), (owners, both)))
    started = time.perf_counter()
    linprog(-rows["score"], A_ub=within, b_ub=limits, bounds=(0, 1), method="highs")
    return time.perf_counter() - started


def bare_words(data: Path) -> float:
    """Reading reports: every text cut into words, and nothing made of them."""
    reports = pq.read_table(data / "reports.parquet", columns=["text", "language"])
    texts = list(zip(*(reports[name].to_pylist() for name in reports.column_names), strict=True))
    started = time.perf_counter()
    for text, language in texts:
        rjieba.cut(text) if language == "zh" else _WORD.findall(text)
    return time.perf_counter() - started


def bare_writes(store: Path) -> float:
    """Publishing: the same bytes in as many new files, each synced, their names not."""
    bodies = [path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()]
    with tempfile.TemporaryDirectory(dir=store.parent) as folder:
        started = time.perf_counter()
        for number, body in enumerate(bodies):
            with (Path(folder) / str(number)).open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        return time.perf_counter() - started
