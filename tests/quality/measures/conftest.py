"""A judged delivery out of a few rows: what the measures start from."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quality.measures import Delivered
from quality.parquet_folder import ParquetFolder
from quality.rules.options import ValidationOptions
from quality.tables import INPUTS
from quality.validation import TableCount

AS_OF = date(2026, 3, 2)


def day(back):
    """The day so many days before the as-of day."""
    return AS_OF - timedelta(days=back)


def at(back, hour=12):
    """A moment of that day."""
    return datetime(AS_OF.year, AS_OF.month, AS_OF.day, hour, tzinfo=UTC) - timedelta(days=back)


def events(per_day, **columns):
    """Rows of ``events``: so many on each of the days back that are given."""
    return [
        {
            "event_id": f"e{back:04}-{n:04}",
            "user_id": f"u{n % 7}",
            "item_id": f"i{n % 5}",
            "event_type": "purchase",
            "occurred_at": at(back, hour=8 + n % 12),
            **{name: value(back, n) for name, value in columns.items()},
        }
        for back, count in per_day.items()
        for n in range(count)
    ]


@pytest.fixture(name="day")
def _day():
    return day


@pytest.fixture(name="at")
def _at():
    return at


@pytest.fixture(name="events")
def _events():
    return events


@pytest.fixture
def judged(tmp_path):
    """Make a delivery of rows: ``refused`` maps a table to {row number: rule ids}, ``copies`` to
    row numbers; the other rows are accepted."""
    folders = iter(range(1_000))

    def make(tables, *, as_of=AS_OF, refused=None, copies=None, consistency=None, **options):
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        accepted = ParquetFolder(folder, [INPUTS[name] for name in tables])
        counts = [
            _put(
                connection,
                accepted,
                name,
                rows,
                (refused or {}).get(name, {}),
                (copies or {}).get(name, []),
            )
            for name, rows in tables.items()
        ]
        return Delivered(
            connection=connection,
            accepted=accepted,
            counts=counts,
            sources={},
            consistency_rules=consistency or {},
            as_of=as_of,
            options=ValidationOptions(**options),
        )

    return make


def _put(connection, accepted, name, rows, refused, copies):
    schema = pa.schema([pa.field(field.name, field.type) for field in INPUTS[name].schema])
    table = pa.Table.from_pylist(rows, schema=schema)
    numbers = pa.array(range(1, len(rows) + 1), pa.int64())
    files = pa.array([row.get("file", f"{name}.csv") for row in rows], pa.string())
    typed = table.append_column("row_number", numbers).append_column("source_file", files)
    connection.register(f"arrow_{name}", typed)
    connection.execute(f"CREATE TABLE typed_{name} AS FROM arrow_{name}")
    connection.execute(
        f"CREATE TABLE duplicate_{name} AS SELECT source_file, row_number FROM typed_{name}"
        f" WHERE list_contains({list(copies)}::BIGINT[], row_number)"
    )
    connection.execute(
        f"CREATE TABLE aside_{name} (source_file VARCHAR, row_number BIGINT, why VARCHAR)"
    )
    connection.execute(
        f"CREATE TABLE refused_{name}"
        " (source_file VARCHAR, row_number BIGINT, rule_ids VARCHAR[], raw VARCHAR)"
    )
    for number, rules in refused.items():
        connection.execute(
            f"INSERT INTO refused_{name} SELECT source_file, row_number, ?, '{{}}'"
            f" FROM typed_{name} WHERE row_number = ?",
            [rules, number],
        )
    connection.execute(
        f"CREATE VIEW known_{name} AS FROM typed_{name}"
        f" ANTI JOIN duplicate_{name} USING (source_file, row_number)"
    )
    good = [n for n in range(len(rows)) if n + 1 not in refused and n + 1 not in copies]
    pq.write_table(table.take(pa.array(good, pa.int64())), accepted.path(name))
    return TableCount(
        table=name,
        read=len(rows),
        accepted=len(good),
        quarantined=len(refused),
        duplicates=len(copies),
        after_as_of=0,
    )
