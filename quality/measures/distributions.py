"""The values of a table's columns, counted over an even sample of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np

from quality.measures.delivered import Delivered
from quality.measures.shares import (
    Shares,
    binned_numbers,
    read_shares,
    shares_of_hours,
    shares_of_numbers,
    shares_of_values,
)
from quality.measures.tally import Tally
from quality.measures.weeks import week_of_moment
from quality.reading.sql import literal
from quality.schema import Column, Kind, Sensitivity, Table

Past = Mapping[str, Mapping[str, Any]]
"""Rows of an earlier ``column_profile`` by column."""

_LARGEST_SAMPLE = 100_000
_MOST_VALUES = 1_000
_SHOWN = (Sensitivity.PUBLIC, Sensitivity.INTERNAL)
_NUMBERS = (Kind.INTEGER, Kind.NUMBER)
_HOURS = 24


def distributions(
    delivered: Delivered, tally: Tally, past: Past, *, has_usual: bool
) -> dict[str, Shares]:
    """Count by value or bin every column whose values may be seen and mean something.

    Rows are counted over a sample of at most about 100,000 a side, chosen by the hash of their
    key: the same rows for the same data, whatever the order or the number of threads. Chance
    moves a share by 0.005 at most once in a thousand. Smaller tables are counted whole.

    Args:
        delivered: The delivery.
        tally: Of the table.
        past: What the last run wrote about the columns; empty for tables that know a time.
        has_usual: Whether a table that knows a time has enough weeks before its last days.
    """
    columns = [column for column in tally.table.columns if _is_counted(tally.table, column)]
    shares: dict[str, Shares | None] = {}
    if columns:
        _sample(delivered, tally, columns, has_usual=has_usual)
    for column in columns:
        earlier = _earlier(past, column.name)
        if column.kind in _NUMBERS:
            shares[column.name] = _numbers(delivered, tally, column, earlier)
        else:
            shares[column.name] = _values(delivered, tally, column, earlier)
    if tally.time:
        shares[tally.time] = _hours(delivered, tally, has_usual=has_usual)
    return {name: held for name, held in shares.items() if held is not None}


def _is_counted(table: Table, column: Column) -> bool:
    """Say whether a column's values may be seen and come again: no id, no prose, nothing personal."""
    if column.sensitivity not in _SHOWN or column.name in table.key or column.references:
        return False
    if column.kind is Kind.TEXT:
        return not column.name.endswith("_id")
    return column.kind in (*_NUMBERS, Kind.BOOLEAN)


def _sample(delivered: Delivered, tally: Tally, columns: list[Column], *, has_usual: bool) -> None:
    """Make ``sample_<table>``: how many weeks back a row is, 0 if recent, and the columns."""
    table, time = tally.table, tally.time
    week, since = "0", "true"
    rows = {True: tally.rows, False: 0}
    if time:
        first = delivered.usual_from if has_usual else delivered.recent_from
        week = week_of_moment(delivered, time)
        since = f"{time} >= {delivered.start_of(first)} AND {time} < {delivered.start_of(delivered.as_of)}"
        split = delivered.recent_from
        rows[True] = sum(n for day, n in tally.days.items() if day >= split)
        rows[False] = sum(n for day, n in tally.days.items() if first <= day < split)
    every = {side: max(1, ceil(count / _LARGEST_SAMPLE)) for side, count in rows.items()}
    one_in = f"CASE WHEN week = 0 THEN {every[True]} ELSE {every[False]} END"
    names = ", ".join(column.name for column in columns)
    delivered.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sample_{table.name} AS SELECT {week} AS week, {names}"
        f" FROM read_parquet({literal(str(delivered.accepted.path(table.name)))})"
        f" WHERE {since} AND hash({', '.join(table.key)}) % {one_in} = 0"
    )


def _counted(tally: Tally, value: str) -> str:
    """Return SQL for (value, recent rows, usual rows), values ascending, nulls left out."""
    return (
        f"SELECT {value} AS value, count(*) FILTER (week = 0)::DOUBLE AS recent,"
        f" count(*) FILTER (week > 0)::DOUBLE AS usual FROM sample_{tally.table.name}"
        " WHERE value IS NOT NULL GROUP BY value ORDER BY value"
    )


def _numbers(
    delivered: Delivered, tally: Tally, column: Column, earlier: Shares | None
) -> Shares | None:
    query = _counted(tally, f"{column.name}::DOUBLE")
    counted = delivered.connection.execute(query).fetchnumpy()
    values, recent, usual = counted["value"], counted["recent"], counted["usual"]
    if not len(values):
        return None
    if earlier is not None and earlier.kind == "to":
        edges = [float(label) for label in earlier.labels if label is not None]
        held = binned_numbers(values, recent, edges)
        return Shares(kind="to", labels=held.labels, recent=held.recent, usual=earlier.recent)
    return shares_of_numbers(values, recent, usual if usual.any() else None)


def _values(
    delivered: Delivered, tally: Tally, column: Column, earlier: Shares | None
) -> Shares | None:
    """Count by value; None for columns that hold names rather than kinds of things."""
    query = f"{_counted(tally, f'{column.name}::VARCHAR')} LIMIT {_MOST_VALUES + 1}"
    counted = delivered.connection.execute(query).fetchall()
    rows = sum(recent + usual for _, recent, usual in counted)
    if not counted or len(counted) > min(_MOST_VALUES, rows / 2):
        return None
    recent = {value: count for value, count, _ in counted if count}
    if earlier is not None and earlier.kind == "value":
        past = dict(zip(map(str, earlier.labels), map(float, earlier.recent), strict=True))
        return shares_of_values(recent, past)
    usual = {value: count for value, _, count in counted if count}
    return shares_of_values(recent, usual or None)


def _hours(delivered: Delivered, tally: Tally, *, has_usual: bool) -> Shares | None:
    """Count all rows by the hour of the shop's day."""
    split, first = delivered.recent_from, delivered.usual_from
    recent, usual = np.zeros(_HOURS), np.zeros(_HOURS)
    for hour, new, old in delivered.connection.execute(
        f"SELECT hour, coalesce(sum(rows) FILTER (day >= DATE '{split}'), 0)::DOUBLE,"
        f" coalesce(sum(rows) FILTER (day >= DATE '{first}' AND day < DATE '{split}'), 0)::DOUBLE"
        f" FROM {tally.relation} GROUP BY hour"
    ).fetchall():
        recent[hour], usual[hour] = new, old
    if not recent.any():
        return None
    return shares_of_hours(recent, usual if has_usual and usual.any() else None)


def _earlier(past: Past, column: str) -> Shares | None:
    """Return what the last run counted, but not if it had drifted: then counting starts anew."""
    row = past.get(column)
    if row is None or row.get("has_drifted"):
        return None
    filled = row["rows"] * (1 - row["null_share"])
    return read_shares(row["shares"], min(filled, _LARGEST_SAMPLE))
