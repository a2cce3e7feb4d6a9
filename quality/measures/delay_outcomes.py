"""What late and vanished rows say in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from quality.measures.delays import Delays, late_days
from quality.measures.rules import NO_LATE_ROWS, NO_VANISHED_ROWS, outcome_of
from quality.reading.findings import Note
from quality.rules.options import ValidationOptions
from quality.rules.outcome import Outcome

_MOST_NAMED = 5


def late_outcome(
    table: str,
    delays: Delays | None,
    rows: int,
    files: Sequence[str],
    as_of: date,
    options: ValidationOptions,
) -> Outcome:
    """Warn of late rows in the last 28 days.

    Args:
        table: Name of the table.
        delays: None on a table's first run, which judges nothing.
        rows: The table's rows of the last 28 days.
        files: Files that hold rows of the late days, most of them first.
        as_of: Today's as-of day.
        options: The share of late rows that is let pass.
    """
    rule = replace(NO_LATE_ROWS, threshold=options.late_share)
    late = late_days(delays, as_of) if delays else {}
    if not late:
        return outcome_of(rule, table, options, checked=rows if delays else 0)
    days_en, days_zh = _days(late)
    from_en = f" Rows of those days are in {', '.join(files[:_MOST_NAMED])}." if files else ""
    from_zh = f"这些日期的数据在 {'、'.join(files[:_MOST_NAMED])} 中。" if files else ""
    found = Note(
        f"{sum(late.values()):,} rows came after the last run: {days_en}.{from_en} Ask the source"
        " to deliver a day before it is run, or run the day later.",
        f"上次运行后才提交 {sum(late.values()):,} 行：{days_zh}。{from_zh}"
        "请让来源在运行前提交，或推迟运行。",
    )
    return outcome_of(
        rule,
        table,
        options,
        checked=rows,
        faults=_faults(late),
        failed=sum(late.values()),
        found=found,
    )


def vanished_outcome(table: str, delays: Delays | None, options: ValidationOptions) -> Outcome:
    """Warn of rows of any day that the last run had and this one has not."""
    rule = replace(NO_VANISHED_ROWS, threshold=options.vanished_share)
    if delays is None or not delays.vanished:
        checked = delays.earlier_rows if delays else 0
        return outcome_of(rule, table, options, checked=checked)
    days_en, days_zh = _days(delays.vanished)
    found = Note(
        f"{delays.vanished_rows:,} rows of the last run are gone: {days_en}. Ask the source"
        " whether it lost them or took them back.",
        f"上次的数据中有 {delays.vanished_rows:,} 行已消失：{days_zh}。请向来源确认是丢失还是撤回。",
    )
    return outcome_of(
        rule,
        table,
        options,
        checked=delays.earlier_rows,
        faults=_faults(delays.vanished),
        failed=delays.vanished_rows,
        found=found,
    )


def _largest(days: Mapping[date, int]) -> list[tuple[date, int]]:
    return sorted(days.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_NAMED]


def _faults(days: Mapping[date, int]) -> list[dict[str, object]]:
    return [{"day": str(day), "rows": rows} for day, rows in _largest(days)]


def _days(days: Mapping[date, int]) -> tuple[str, str]:
    more = len(days) - _MOST_NAMED
    named = _largest(days)
    en = ", ".join(f"{rows:,} of {day}" for day, rows in named)
    zh = "、".join(f"{day} 有 {rows:,} 行" for day, rows in named)
    return (f"{en} and {more} more days", f"{zh}，另有 {more} 天") if more > 0 else (en, zh)
