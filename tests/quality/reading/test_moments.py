"""Times as text are read as Python's own ISO 8601 reader reads them, and no other way."""

from datetime import UTC, datetime
from itertools import product

import duckdb
import pyarrow as pa
import pytest

from quality.reading.moments import day, timestamp
from quality.reading.source import Stored

DAYS = ("2026-02-01", "2024-02-29", "2026-02-29", "2026-13-01", "9999-12-31", "1969-12-31")
CLOCKS = ("00:00", "23:59:59", "23:59:60", "12:30:15.5", "12:30:15.123456789", "12:60", "1:00")
OFFSETS = ("Z", "z", "+00:00", "+08:00", "+0800", "+08", "-05:30", "+14:00", "+24:00", "-12", "")
WRITTEN = ["".join(parts) for parts in product(DAYS, ("T", " "), CLOCKS, OFFSETS)]


def values(texts, sql):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("written", pa.table({"place": range(len(texts)), "x": texts}))
        return connection.execute(f"SELECT {sql} FROM written ORDER BY place").fetchall()


def read_by_python(text):
    """Return the instant, and whether the text is a time without an offset."""
    try:
        moment = datetime.fromisoformat(text.replace("z", "Z"))
    except ValueError:
        return None, False
    if moment.tzinfo is None:
        return None, True
    try:
        return moment.astimezone(UTC), False
    except OverflowError:  # beyond the year 9999
        return None, False


def test_instants_agree_with_python():
    found = values(WRITTEN, ", ".join(timestamp("x", Stored.TEXT, "")))

    assert found == [read_by_python(text) for text in WRITTEN]


def test_other_words_for_a_time_are_none():
    texts = ["", "now", "epoch", "infinity", "1770681600", "01/02/2026", "2026-02-01Z", "2026-W06"]

    assert set(values(texts, ", ".join(timestamp("x", Stored.TEXT, "")))) == {(None, False)}


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-02-01 08:00", "2026-02-01T00:00:00+00:00"),
        ("2026-02-01", "2026-01-31T16:00:00+00:00"),
        ("2026-02-01T08:00:00-05:00", "2026-02-01T13:00:00+00:00"),
    ],
)
def test_an_assumed_zone_fills_in_only_a_missing_offset(written, utc):
    ((moment, is_naive),) = values(
        [written], ", ".join(timestamp("x", Stored.TEXT, "Asia/Shanghai"))
    )

    assert (moment.isoformat(), is_naive) == (utc, False)


@pytest.mark.parametrize("written", ["2026-2-1", "20260201", "2026-02-29", "today", "0000-01-01"])
def test_what_is_no_calendar_day_is_none(written):
    assert values([written], day("x", Stored.TEXT)) == [(None,)]
