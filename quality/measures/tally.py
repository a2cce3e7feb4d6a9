"""One pass over a table's accepted rows: how many, how filled, by quarter of an hour and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quality.measures.delivered import Delivered
from quality.reading.sql import literal, literals
from quality.rules.days import time_column
from quality.schema import Table
from quality.tables import INPUTS

OTHERS = "(others)"
"""Stands for the smaller sources of a table that names very many."""
_MOST_SOURCES = 50
_QUARTER_MICROSECONDS = 900_000_000


@dataclass(frozen=True, kw_only=True)
class Tally:
    """A table's accepted rows, counted; the relation ``tally_<table>`` holds the counts.

    Its columns: ``source``, ``rows``, ``newest`` (the latest moment), ``filled_<column>`` (rows
    where an optional column is not null), and ``day`` and ``hour`` in the shop's zone; what is
    about time is null for tables that know none.
    """

    table: Table
    relation: str
    source: str
    """SQL for the source of a row of the table, never null."""
    read: dict[str, int]
    """Rows read of each source."""
    days: dict[date, int]
    """Accepted rows of each day that has any."""
    rows: int

    @property
    def time(self) -> str | None:
        """The column that says when a row happened; None for tables that know no time."""
        return time_column(self.table)


def tally_rows(delivered: Delivered, name: str) -> Tally:
    """Count a table's accepted rows in one scan of its file.

    Days are made of quarters of an hour: every zone has been a whole number of them from UTC
    since 1972, and a few thousand quarters are quicker put into a zone than millions of rows. The
    first moment of year 1, which stands for "unknown" in some systems, stays in that year.
    """
    table = INPUTS[name]
    relation = f"tally_{name}"
    source, read = _sources(delivered, table)
    file = literal(str(delivered.accepted.path(name)))
    zone = literal(delivered.options.timezone)
    delivered.connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {relation} AS
        SELECT *, CASE WHEN moment IS NOT NULL
               THEN greatest(moment::DATE, DATE '0001-01-01') END AS day, hour(moment) AS hour FROM (
            SELECT *, make_timestamptz(slot * {_QUARTER_MICROSECONDS}) AT TIME ZONE {zone} AS moment
            FROM (SELECT {_slot(table)} AS slot, {source} AS source, {", ".join(_counts(table))}
                  FROM read_parquet({file}) GROUP BY 1, 2))""")
    days = delivered.connection.execute(
        f"SELECT day, sum(rows)::BIGINT FROM {relation} WHERE day IS NOT NULL GROUP BY day"
        " ORDER BY day"
    ).fetchall()
    return Tally(
        table=table,
        relation=relation,
        source=source,
        read=read,
        days=dict(days),
        rows=delivered.accepted.rows(name),
    )


def _slot(table: Table) -> str:
    time = time_column(table)
    # Division that rounds down also before 1970.
    return f"floor(epoch_us({time}) / {_QUARTER_MICROSECONDS})::BIGINT" if time else "NULL::BIGINT"


def _counts(table: Table) -> list[str]:
    newest = f"max({time_column(table)})" if time_column(table) else "NULL::TIMESTAMPTZ"
    filled = [f"count({c.name}) AS filled_{c.name}" for c in table.columns if c.optional]
    return ["count(*) AS rows", f"{newest} AS newest", *filled]


def _sources(delivered: Delivered, table: Table) -> tuple[str, dict[str, int]]:
    """Return SQL for a row's source, and the rows read of each; small ones together if many."""
    if "source" not in table.column_names:
        (count,) = (count.read for count in delivered.counts if count.table == table.name)
        return "''", {"": count}
    source = "coalesce(source, '')"
    largest = delivered.connection.execute(
        f"SELECT {source} AS name, count(*) AS rows FROM typed_{table.name}"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_SOURCES + 1}"
    ).fetchall()
    if len(largest) <= _MOST_SOURCES:
        return source, dict(largest)
    named = dict(largest[:_MOST_SOURCES])
    (total,) = (count.read for count in delivered.counts if count.table == table.name)
    case = f"CASE WHEN {source} IN ({literals(tuple(named))}) THEN {source}"
    return f"{case} ELSE {literal(OTHERS)} END", {**named, OTHERS: total - sum(named.values())}
