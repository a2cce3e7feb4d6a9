"""Values that fit a declared column, and values that do not: what a rule is shown by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.schema import Kind

if TYPE_CHECKING:
    from quality.schema import Column

_GOOD: dict[Kind, object] = {
    Kind.TEXT: "text",
    Kind.TEXTS: ["text"],
    Kind.BOOLEAN: "true",
    Kind.TIMESTAMP: "2026-02-10T08:30:00+08:00",
    Kind.DATE: "2026-02-10",
    Kind.JSON: "[]",
}
MISFIT: dict[Kind, str] = {
    Kind.INTEGER: "1.5",
    Kind.NUMBER: "NaN",
    Kind.BOOLEAN: "perhaps",
    Kind.TIMESTAMP: "yesterday",
    Kind.DATE: "10/02/2026",
    Kind.JSON: "[{",
}
"""Text that is no value of a kind."""
NAIVE = "2026-02-10 08:30:00"
"""A time without its offset."""
_STEP = 1


def fitting(column: Column) -> object:
    """Return a value that keeps every rule the column's declaration implies."""
    if column.values:
        return column.values[0]
    if column.kind in (Kind.INTEGER, Kind.NUMBER):
        if column.low is not None:
            return int(column.low) + _STEP
        return _STEP if column.above is None else int(column.above) + _STEP
    if column.name.endswith("_id"):
        return column.name.removesuffix("_id") + "-1"
    return _GOOD[column.kind]


def out_of_bounds(column: Column) -> float:
    """Return a number beyond the declared bounds of a column that has some."""
    if column.high is not None:
        return column.high + _STEP
    if column.above is not None:
        return column.above
    return (column.low or 0.0) - _STEP
