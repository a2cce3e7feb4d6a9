"""Rows by day, and whether the last days have as many as is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

import numpy as np

from quality.measures.bands import Band, band_around, deviation, sizes_of, usual_band
from quality.measures.rules import day_volume_rule, outcome_of
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome

_WEEK = 7
_LEAST_WEEKS = 8
_FACTOR = 2.0
_WEEKDAY_FACTOR = 1.5
_STANDARD_ERRORS = 3


@dataclass(frozen=True)
class DayRows:
    """The accepted rows of one day."""

    day: date
    rows: int
    usual: Band | None = None
    """None for days that are not judged."""


def days_of(
    counts: Mapping[date, int], as_of: date, options: ValidationOptions
) -> tuple[DayRows, ...]:
    """Put the usual band beside each of the last days.

    With eight weeks of history a day is compared with the same weekday: the middle is the median
    of that weekday, the spread that of all days around theirs, since eight values alone say
    little about spread. The band is then at least a factor of 1.5 wide, which a day delivered
    twice leaves, or three standard errors of a count where that is more; with a shorter history a
    factor of 2, for a weekend is no alarm. A day on which there is usually nothing has no band.

    Args:
        counts: Accepted rows of each day that has any, before ``as_of``.
        as_of: The days judged are those just before.
        options: How many days are judged, by how many, and how strictly.

    Returns:
        Each day that has rows or is judged, ascending.
    """
    if not counts:
        return ()
    recent_from = max(as_of - timedelta(days=options.volume_days), min(counts))
    recent = _span(recent_from, as_of)
    bands = _bands(counts, recent, options)
    return tuple(
        DayRows(day, counts.get(day, 0), bands.get(day)) for day in sorted({*counts, *recent})
    )


def _bands(
    counts: Mapping[date, int], recent: Sequence[date], options: ValidationOptions
) -> dict[date, Band]:
    oldest = recent[0] - timedelta(days=options.volume_history_days)
    past = _span(max(oldest, min(counts)), recent[0])
    if len(past) < options.volume_least_history_days:
        return {}
    rows = [counts.get(day, 0) for day in past]
    if len(past) >= _WEEK * _LEAST_WEEKS:
        return _weekday_bands(past, rows, recent, options.volume_deviations)
    if np.median(rows) == 0:
        return {}
    return dict.fromkeys(recent, usual_band(rows, options.volume_deviations, _FACTOR))


def _weekday_bands(
    past: Sequence[date], rows: Sequence[int], recent: Sequence[date], deviations: float
) -> dict[date, Band]:
    sizes = sizes_of(rows)
    weekdays = np.array([day.weekday() for day in past])
    middles = np.array([np.median(sizes[weekdays == weekday]) for weekday in range(_WEEK)])
    spread = deviation(sizes - middles[weekdays])
    return {
        day: band_around(middle, spread, deviations, _weekday_factor(middle))
        for day in recent
        if (middle := float(middles[day.weekday()])) > 0
    }


def _weekday_factor(middle: float) -> float:
    # The logarithm of a Poisson count of n varies by about 1 / √n; the middle is ln(1 + n).
    return max(_WEEKDAY_FACTOR, exp(_STANDARD_ERRORS * exp(-middle / 2)))


def _span(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((end - first).days)]


def volume_outcome(table: str, days: Sequence[DayRows], options: ValidationOptions) -> Outcome:
    """Warn of days that leave their band."""
    judged = [day for day in days if day.usual is not None]
    faults = [
        {"day": str(day.day), "rows": day.rows, "low": day.usual.low, "high": day.usual.high}
        for day in judged
        if day.usual is not None and day.rows not in day.usual
    ]
    rule = day_volume_rule(table, options)
    found = _found(table, faults) if faults else None
    return outcome_of(rule, table, options, checked=len(judged), faults=faults, found=found)


def _found(table: str, faults: Sequence[Mapping[str, object]]) -> Note:
    unit_en, unit_zh = ("events", "个事件") if table == "events" else ("rows", "行")
    en = "; ".join(
        f"{fault['day']}: {fault['rows']} {unit_en}, usually {fault['low']} to {fault['high']}"
        for fault in faults
    )
    zh = "；".join(
        f"{fault['day']}：{fault['rows']} {unit_zh}，通常为 {fault['low']} 至 {fault['high']}"
        for fault in faults
    )
    return Note(
        f"{en}. Ask the source whether a file is missing or was delivered twice.",
        f"{zh}。请向来源确认是否缺文件或重复提交。",
    )
