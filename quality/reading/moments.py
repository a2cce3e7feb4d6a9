"""Casts of times and days: ISO 8601 only, in the years 1 to 9999, an instant never guessed."""

from quality.reading.source import Stored
from quality.reading.sql import literal

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_OFFSET = r"([Zz]|[+-](0\d|1[0-5])(:?[0-5]\d)?)"
_NAIVE = rf"{_DAY}[Tt ]{_CLOCK}"
_AWARE = _NAIVE + _OFFSET


def timestamp(given: str, stored: Stored, assume_timezone: str) -> tuple[str, str]:
    """Build the cast to an instant.

    Args:
        given: SQL of the value.
        stored: How the file stores it.
        assume_timezone: The zone of times without an offset; empty refuses them.

    Returns:
        SQL of the instant, null where there is none; SQL of whether the value is a time that
        lacks its offset.
    """
    if stored is Stored.INSTANT:
        return _in_range(f"{given}::TIMESTAMPTZ", "TIMESTAMPTZ"), "false"
    if stored is Stored.NAIVE:
        instant, naive = "NULL::TIMESTAMPTZ", f"{given}::TIMESTAMP"
    else:
        # Upper case, because DuckDB takes a small z after the minutes for something else.
        instant = _when(given, _AWARE, f"TRY_CAST(upper({given}) AS TIMESTAMPTZ)")
        clock = f"TRY_CAST(upper({given}) || '+00' AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        naive = f"coalesce({_when(given, _NAIVE, clock)}, {_when(given, _DAY, _as_day(given))})"
    naive = _in_range(naive, "TIMESTAMP")
    if not assume_timezone:
        return _in_range(instant, "TIMESTAMPTZ"), f"({naive}) IS NOT NULL"
    assumed = f"({naive}) AT TIME ZONE {literal(assume_timezone)}"
    return _in_range(f"coalesce({instant}, {assumed})", "TIMESTAMPTZ"), "false"


def day(given: str, stored: Stored) -> str:
    """Build the cast to a calendar day: null where the value is none."""
    if stored is Stored.TEXT:
        return _in_range(_when(given, _DAY, _as_day(given)), "DATE")
    if stored is Stored.DATE:
        return _in_range(given, "DATE")
    # A midnight is how many tools write a calendar day; any other time is not one.
    moment = f"({given} AT TIME ZONE 'UTC')" if stored is Stored.INSTANT else f"{given}::TIMESTAMP"
    return (
        f"CASE WHEN {moment} = date_trunc('day', {moment})"
        f" THEN {_in_range(f'{moment}::DATE', 'DATE')} END"
    )


def _as_day(given: str) -> str:
    return f"TRY_CAST({given} AS DATE)"


def _when(given: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({given}, {literal(pattern)}) THEN {value} END"


def _in_range(value: str, duckdb_type: str) -> str:
    """Keep what Arrow and Python can hold; infinities are beyond it."""
    first, last = ("0001-01-01", "9999-12-31")
    if duckdb_type != "DATE":
        first, last = f"{first} 00:00:00", f"{last} 23:59:59.999999"
    if duckdb_type == "TIMESTAMPTZ":
        first, last = f"{first}+00", f"{last}+00"
    return (
        f"CASE WHEN ({value}) BETWEEN {duckdb_type} '{first}' AND {duckdb_type} '{last}'"
        f" THEN ({value}) END"
    )
