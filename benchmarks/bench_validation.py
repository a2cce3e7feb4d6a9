"""Checking and splitting a shop's events, beside Great Expectations on pandas and plain DuckDB SQL.

    python benchmarks/bench_validation.py [people ...]

The default is 20,000 and 200,000 people over a year: 1 and 10 million events, of which one in a
thousand is bad in one of ten ways. Contestants get the same Parquet files and take turns in
processes of their own, whose peak memory is theirs alone; importing is not timed.

- shike: reads, checks every rule of all tables, writes accepted rows and the quarantine.
- checks: of that, only what is asked of the next one, once the files are read: the same rules of
  events, counted by Great Expectations inside DuckDB.
- shuffled: checks, of the same rows in random order: where keys ascend, one look proves that none
  occurs twice; here their hashes have to be sorted.
- pandas: Great Expectations on pandas checks the rules that its own expectations can say, and
  splits nothing: reading is not timed. At 10 million rows it is run once.
- sql: the rules of events by hand, for DuckDB: one query flags, two write what is good and bad.
"""

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.reading import read_folder
from quality.reading.aside import Corrections, set_aside
from quality.reading.file import Reader
from quality.reading.known import know_rows
from quality.rules import rules_of
from quality.tables import INPUTS
from quality.tables.inputs import EVENT_TYPES
from quality.validation import ValidationOptions, validate

Result = TypeVar("Result")

AS_OF = date(2019, 1, 1)
ROUNDS = 3
SHUFFLED = "shuffled"
BAD_SHARE = 0.001
BAD: tuple[tuple[str, object], ...] = (
    ("user_id", None),
    ("item_id", None),
    ("event_type", None),
    ("occurred_at", None),
    ("event_type", "steal"),
    ("quantity", 0.0),
    ("quantity", -1.0),
    ("unit_price", -0.01),
    ("user_id", "nobody"),
    ("item_id", "nothing"),
)


@dataclass(frozen=True)
class Figures:
    """What one contestant took, once."""

    seconds: float
    peak_bytes: int
    refused: int
    rules: int


def spoil(events: Path) -> None:
    """Make one row in a thousand bad: strangers, nulls, numbers out of bounds."""
    rng = np.random.default_rng(0)
    source = pq.ParquetFile(events)
    schema = pa.schema([field.with_nullable(nullable=True) for field in source.schema_arrow])
    spoiled = events.with_name("spoiled.parquet")
    with pq.ParquetWriter(spoiled, schema, compression="zstd") as writer:
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group).cast(schema)
            ways = rng.integers(0, len(BAD), len(rows))
            is_bad = rng.random(len(rows)) < BAD_SHARE
            for way, (name, value) in enumerate(BAD):
                rows = _put(rows, name, is_bad & (ways == way), value)
            writer.write_table(rows)
    spoiled.replace(events)


def _put(rows: pa.Table, name: str, where: np.ndarray, value: object) -> pa.Table:
    place = rows.column_names.index(name)
    field = rows.schema.field(name)
    changed = pc.if_else(pa.array(where), pa.scalar(value, field.type), rows[name])
    return rows.set_column(place, field, changed)


def shuffle(folder: Path, into: Path) -> None:
    """Write the shop's events in random order, and what they refer to."""
    into.mkdir()
    events = pq.read_table(folder / "events.parquet")
    order = np.random.default_rng(0).permutation(len(events))
    pq.write_table(events.take(order), into / "events.parquet", compression="zstd")
    for name in ("items", "users"):
        shutil.copy(folder / f"{name}.parquet", into)


def shike(folder: Path, out: Path) -> tuple[float, int, int]:
    """Read, check and split with shike."""
    import quality.expectations  # noqa: PLC0415 - importing is not timed

    del quality.expectations
    started = time.perf_counter()
    validation = validate(folder, out, as_of=AS_OF, options=ValidationOptions())
    seconds = time.perf_counter() - started
    (count,) = [count for count in validation.counts if count.table == "events"]
    rules = validation.report.filter(pc.equal(validation.report["table"], "events"))
    return seconds, count.quarantined, len(rules)


CHECKED_BY_PANDAS = (
    *(
        f"{name}.not_null"
        for name in ("event_id", "user_id", "item_id", "event_type", "occurred_at")
    ),
    "key.unique",
    "event_type.values",
    "user_id.references",
    "item_id.references",
    "quantity.bounds",
    "unit_price.bounds",
)


def checks(folder: Path, out: Path) -> tuple[float, int, int]:
    """Check with shike's engine the rules that pandas checks."""
    from quality.expectations import count_failures  # noqa: PLC0415 - importing is not timed

    table, options = INPUTS["events"], ValidationOptions()
    rules = [
        rule
        for rule in rules_of(table, ("events", "items", "users"), options, AS_OF)
        if rule.rule_id in CHECKED_BY_PANDAS
    ]
    out.mkdir()
    with duckdb.connect(str(out / "checks.duckdb")) as connection:
        connection.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{options.memory_gib} GiB'")
        connection.execute("SET enable_progress_bar = false")
        delivery = read_folder(
            Reader(connection=connection, folder=folder, workdir=out), lambda *_: None
        )
        set_aside(connection, delivery, Corrections(), ())
        started = time.perf_counter()
        know_rows(connection, table, "occurred_at", f"TIMESTAMPTZ '{AS_OF}'")
        counts = count_failures(connection, "known_events", rules).counts
        seconds = time.perf_counter() - started
    return seconds, sum(counts.values()), len(rules)


def shuffled(folder: Path, out: Path) -> tuple[float, int, int]:
    """Check the same rows in random order."""
    return checks(folder.with_name(SHUFFLED), out)


def pandas(folder: Path, out: Path) -> tuple[float, int, int]:
    """Check with Great Expectations on pandas; a rule it has no expectation for is left out."""
    del out
    import great_expectations as gx  # noqa: PLC0415 - importing is not timed
    from great_expectations import expectations as say  # noqa: PLC0415 - importing is not timed

    frame = pd.read_parquet(folder / "events.parquet")
    users = pq.read_table(folder / "users.parquet", columns=["user_id"])["user_id"].to_pylist()
    items = pq.read_table(folder / "items.parquet", columns=["item_id"])["item_id"].to_pylist()
    first, last = pd.Timestamp("2000-01-01", tz="UTC"), pd.Timestamp(AS_OF, tz="UTC")
    mandatory = ("event_id", "user_id", "item_id", "event_type", "occurred_at")
    times = {"min_value": first, "max_value": last}
    suite = gx.ExpectationSuite(
        name="events",
        expectations=[
            *(say.ExpectColumnValuesToNotBeNull(column=name) for name in mandatory),
            *(say.ExpectColumnToExist(column=name) for name in mandatory),
            say.ExpectColumnValuesToBeUnique(column="event_id"),
            say.ExpectColumnValuesToBeInSet(column="event_type", value_set=list(EVENT_TYPES)),
            say.ExpectColumnValuesToBeInSet(column="user_id", value_set=users),
            say.ExpectColumnValuesToBeInSet(column="item_id", value_set=items),
            say.ExpectColumnValuesToBeBetween(column="quantity", min_value=0, strict_min=True),
            say.ExpectColumnValuesToBeBetween(column="unit_price", min_value=0),
            say.ExpectColumnValuesToBeBetween(column="occurred_at", **times),
        ],
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("shop")
    batch = source.add_dataframe_asset("events").add_batch_definition_whole_dataframe("day")
    started = time.perf_counter()
    result = batch.get_batch({"dataframe": frame}).validate(suite, result_format="BOOLEAN_ONLY")
    seconds = time.perf_counter() - started
    return seconds, sum(not outcome.success for outcome in result.results), len(suite.expectations)


SQL_RULES = {
    "event_id": "event_id IS NULL",
    "user_id": "user_id IS NULL",
    "item_id": "item_id IS NULL",
    "event_type": "event_type IS NULL",
    "occurred_at": "occurred_at IS NULL",
    "types": f"event_type NOT IN ({', '.join(repr(name) for name in EVENT_TYPES)})",
    "quantity": "quantity <= 0",
    "unit_price": "unit_price < 0",
    "quantity_finite": "NOT isfinite(quantity)",
    "unit_price_finite": "NOT isfinite(unit_price)",
    "first_day": "occurred_at < TIMESTAMPTZ '2000-01-01'",
    "currency": "NOT regexp_full_match(currency, '[A-Z]{3}')",
    "users": "user_id NOT IN (SELECT user_id FROM users)",
    "items": "item_id NOT IN (SELECT item_id FROM items)",
    "unique": "event_id IN (SELECT event_id FROM e GROUP BY 1 HAVING count(*) > 1)",
    "returns": "event_type = 'return' AND NOT EXISTS (SELECT 1 FROM e AS p WHERE"
    " p.event_type = 'purchase' AND p.user_id = e.user_id AND p.item_id = e.item_id"
    " AND p.occurred_at <= e.occurred_at)",
}


def sql(folder: Path, out: Path) -> tuple[float, int, int]:
    """Check and split with SQL written for the purpose."""
    started = time.perf_counter()
    out.mkdir()
    with duckdb.connect(str(out / "work.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        rows = f"read_parquet('{folder}/events.parquet', file_row_number = true)"
        connection.execute(
            f"CREATE VIEW e AS SELECT * FROM {rows} WHERE occurred_at IS NULL"
            f" OR occurred_at < TIMESTAMPTZ '{AS_OF}'"
        )
        for name in ("users", "items"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder}/{name}.parquet'")
        flags = ", ".join(
            f"coalesce({rule}, false) AS broke_{name}" for name, rule in SQL_RULES.items()
        )
        any_flag = " OR ".join(f"broke_{name}" for name in SQL_RULES)
        connection.execute(
            f"CREATE TABLE bad AS SELECT * FROM (SELECT file_row_number, {flags} FROM e)"
            f" WHERE {any_flag}"
        )
        counts = ", ".join(f"count(*) FILTER (broke_{name})" for name in SQL_RULES)
        connection.execute(f"SELECT {counts} FROM bad").fetchall()
        for name, join in (("good", "ANTI"), ("refused", "SEMI")):
            connection.execute(
                f"COPY (SELECT * FROM e {join} JOIN bad USING (file_row_number))"
                f" TO '{out}/{name}.parquet' (FORMAT parquet)"
            )
        ((refused,),) = connection.execute("SELECT count(*) FROM bad").fetchall()
    return time.perf_counter() - started, int(refused), len(SQL_RULES)


CONTESTANTS: dict[str, Callable[[Path, Path], tuple[float, int, int]]] = {
    "shike": shike,
    "checks": checks,
    "shuffled": shuffled,
    "pandas": pandas,
    "sql": sql,
}


def run(contestant: str, folder: Path) -> Figures:
    """Run one contestant in this process."""
    with tempfile.TemporaryDirectory() as out:
        seconds, refused, rules = CONTESTANTS[contestant](folder, Path(out) / "split")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Figures(seconds, peak, refused, rules)


def make_shops(folder: Path, people: int) -> None:
    """Write a shop with bad rows, and beside it the same in random order."""
    write_synthetic_shop(folder, SyntheticOptions(users=people, days=365, seed=1, items=50_000))
    spoil(folder / "events.parquet")
    shuffle(folder, folder.with_name(SHUFFLED))


def in_a_process(work: Callable[..., Result], *arguments: object) -> Result:
    """Work in a process of its own: whoever needs much memory passes its peak on to its children."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def measure(people: int) -> tuple[int, float]:
    """Print the figures of one size; return the number of events and shike's seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "shop"
        in_a_process(make_shops, folder, people)
        events = pq.read_metadata(folder / "events.parquet").num_rows
        found: dict[str, list[Figures]] = {name: [] for name in CONTESTANTS}
        for turn in range(ROUNDS):
            for name, figures in found.items():
                if name != "pandas" or turn == 0:
                    figures.append(in_a_process(run, name, folder))
    seconds = {name: float(np.median([each.seconds for each in found[name]])) for name in found}
    for name, figures in found.items():
        peak = max(each.peak_bytes for each in figures) / 2**30
        print(
            f"{events:>12,} events  {name:<8}{seconds[name]:7.1f} s  {events / seconds[name]:>12,.0f}/s"
            f"  {figures[0].rules} rules  peak {peak:.2f} GiB"
        )
    print(
        f"{events:>12,} events  checks alone: {seconds['pandas'] / seconds['checks']:.1f} x as fast as"
        f" Great Expectations on pandas, shuffled {seconds['pandas'] / seconds['shuffled']:.1f} x; the whole: {seconds['pandas'] / seconds['shike']:.1f} x as fast,"
        f" and {seconds['shike'] / seconds['sql']:.2f} x the time of SQL"
    )
    return events, seconds["shike"]


def main() -> None:
    """Measure each size, then how shike's time grows with events."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [20_000, 200_000]
    figures = [measure(size) for size in sorted(sizes)]
    if len(figures) > 1:
        (few, fast), (many, slow) = figures[0], figures[-1]
        print(f"time grows with events to the power {np.log(slow / fast) / np.log(many / few):.2f}")


if __name__ == "__main__":
    main()
