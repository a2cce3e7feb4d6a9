"""Whether a table has about as many rows as on earlier runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pyarrow as pa

from quality.measures.bands import usual_band
from quality.measures.delivered import Earlier
from quality.measures.rules import ROW_COUNT, outcome_of
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome

_LEAST_RUNS = 5
_FACTOR = 2.0


def earlier_totals(earlier: Earlier, most: int) -> tuple[dict[str, int], ...]:
    """Return the accepted rows of each table on each of the last runs, oldest first.

    A table with a time has them by day; of one without, every row was profiled.
    """
    runs = zip(earlier.daily_rows[-most:], earlier.column_profile[-most:], strict=True)
    return tuple(
        {**_by_table(profile, "max"), **_by_table(daily, "sum")} for daily, profile in runs
    )


def _by_table(rows: pa.Table, aggregate: Literal["max", "sum"]) -> dict[str, int]:
    grouped = rows.group_by("table").aggregate([("rows", aggregate)])
    names, totals = grouped["table"].to_pylist(), grouped[f"rows_{aggregate}"].to_pylist()
    return dict(zip(names, totals, strict=True))


def row_count_outcomes(
    totals: Mapping[str, int], earlier: Sequence[Mapping[str, int]], options: ValidationOptions
) -> list[Outcome]:
    """Compare every table's accepted rows with those of earlier runs.

    From five earlier runs on a table must lie in their band, from the first on it must keep half
    of the last run's rows. A table that is no longer delivered has none.

    Args:
        totals: Accepted rows of today's tables.
        earlier: The same of earlier runs, oldest first.
        options: How wide the band is, and who owns the tables.
    """
    last = earlier[-1] if earlier else {}
    outcomes = []
    for table in dict.fromkeys([*totals, *last]):
        past = [run[table] for run in earlier if table in run]
        rows = totals.get(table, 0)
        low, high = _limits(past, last.get(table, 0), options)
        fits = low <= rows and (high is None or rows <= high)
        faults = [] if fits else [{"rows": rows, "low": low, "high": high}]
        found = None if fits else _found(rows, low, high, last.get(table))
        outcomes.append(
            outcome_of(
                ROW_COUNT, table, options, checked=min(1, len(past)), faults=faults, found=found
            )
        )
    return outcomes


def _limits(past: Sequence[int], last: int, options: ValidationOptions) -> tuple[int, int | None]:
    half = (last + 1) // 2
    if len(past) < _LEAST_RUNS:
        return half, None
    band = usual_band(past, options.volume_deviations, _FACTOR)
    return max(half, band.low), band.high


def _found(rows: int, low: int, high: int | None, last: int | None) -> Note:
    most_en, most_zh = (f" to {high:,}", f" 至 {high:,}") if high is not None else ("", "")
    least_en, least_zh = ("", "") if high is not None else ("at least ", "不少于 ")
    last_en = f", {last:,} on the last run" if last is not None else ""
    last_zh = f"，上次为 {last:,} 行" if last is not None else ""
    return Note(
        f"{rows:,} rows accepted, expected {least_en}{low:,}{most_en}{last_en}. Ask the source"
        " whether the table is whole.",
        f"接收 {rows:,} 行，预期{least_zh or '为 '}{low:,}{most_zh}{last_zh}。请向来源确认该表是否完整。",
    )
