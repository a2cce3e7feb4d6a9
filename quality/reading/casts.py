"""From a value as it was stored to the declared type: SQL that is null where it does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quality.reading.moments import day, timestamp
from quality.reading.source import Stored
from quality.reading.sql import identifier
from quality.schema import Kind

if TYPE_CHECKING:
    from quality.schema import Column

DUCKDB_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.JSON: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.TIMESTAMP: "TIMESTAMPTZ",
    Kind.DATE: "DATE",
}

_LARGEST_WHOLE = 2**53

_FITTING = {
    Kind.TEXT: set(Stored) - {Stored.OTHER},
    Kind.JSON: {Stored.TEXT},
    Kind.INTEGER: {Stored.TEXT, Stored.INTEGER, Stored.NUMBER},
    Kind.NUMBER: {Stored.TEXT, Stored.INTEGER, Stored.NUMBER},
    Kind.BOOLEAN: {Stored.TEXT, Stored.INTEGER, Stored.NUMBER, Stored.BOOLEAN},
    Kind.TIMESTAMP: {Stored.TEXT, Stored.INSTANT, Stored.NAIVE},
    Kind.DATE: {Stored.TEXT, Stored.DATE, Stored.NAIVE, Stored.INSTANT},
}


def fits(kind: Kind, stored: Stored) -> bool:
    """Whether values stored so can be of that kind at all."""
    return stored is Stored.NOTHING or stored in _FITTING[kind]


@dataclass(frozen=True)
class Cast:
    """The SQL of one column in a typed view."""

    value: str
    """The value in its declared type; null where it is missing or does not fit."""
    is_naive: str = "false"
    """Whether the value is a time that lacks its offset."""
    given: str = "NULL"
    """The value as text, where it can be present without fitting."""


def cast_of(column: Column, stored: Stored, assume_timezone: str) -> Cast:
    """Build the cast of one column.

    Args:
        column: The declared column.
        stored: How the file stores it.
        assume_timezone: The zone of times without an offset; empty refuses them.
    """
    name = identifier(column.name)
    if stored is Stored.NOTHING:
        return Cast(f"NULL::{DUCKDB_TYPES[column.kind]}")
    if column.kind is Kind.TEXT:
        return Cast(_text(name, stored))
    given = f"nullif(trim({name}), '')" if stored is Stored.TEXT else name
    is_naive = "false"
    match column.kind:
        case Kind.INTEGER:
            value = _integer(given, stored)
        case Kind.NUMBER:
            value = _number(given, infinite=column.infinite)
        case Kind.BOOLEAN:
            value = _boolean(given, stored)
        case Kind.TIMESTAMP:
            value, is_naive = timestamp(given, stored, assume_timezone)
        case Kind.DATE:
            value = day(given, stored)
        case _:
            value = f"CASE WHEN json_valid({given}) THEN {given} END"
    return Cast(value, is_naive, f"{given}::VARCHAR")


def _text(name: str, stored: Stored) -> str:
    """Blank text is missing; any other is kept to the letter."""
    if stored is not Stored.TEXT:
        return f"{name}::VARCHAR"
    # What begins with no blank is not blank; comparing is much cheaper than trimming.
    return f"CASE WHEN {name} >= '!' OR trim({name}) != '' THEN {name} END"


def _integer(given: str, stored: Stored) -> str:
    if stored is Stored.INTEGER:
        return f"TRY_CAST({given} AS BIGINT)"
    number = f"TRY_CAST({given} AS DOUBLE)"
    return (
        f"CASE WHEN abs({number}) < {_LARGEST_WHOLE} AND {number} = floor({number})"
        f" THEN TRY_CAST({number} AS BIGINT) END"
    )


def _number(given: str, *, infinite: bool) -> str:
    number = f"TRY_CAST({given} AS DOUBLE)"
    allowed = f"isfinite({number})" + (f" OR {number} = 'inf'::DOUBLE" if infinite else "")
    return f"CASE WHEN {allowed} THEN {number} END"


def _boolean(given: str, stored: Stored) -> str:
    if stored in {Stored.INTEGER, Stored.NUMBER}:
        return f"CASE WHEN {given} IN (0, 1) THEN {given} = 1 END"
    return f"TRY_CAST({given} AS BOOLEAN)"
