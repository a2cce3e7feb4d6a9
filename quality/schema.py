"""The vocabulary in which a table is declared: columns, types, units, bounds, sensitivity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa


class Kind(StrEnum):
    """What a column holds, independent of the engine that stores it."""

    TEXT = "text"
    TEXTS = "list of text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"
    JSON = "json"


class Sensitivity(StrEnum):
    """Who may see a column's values."""

    PUBLIC = "public"
    """May stand on any page."""
    INTERNAL = "internal"
    """For the shop's own staff."""
    PERSONAL = "personal"
    """Identifies a person: pseudonymised in everything that leaves ``internal/``."""
    FREE_TEXT = "free text"
    """Written by a customer: escaped wherever it is shown."""


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Kind.DATE: pa.date32(),
    Kind.JSON: pa.string(),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a declared table."""

    name: str
    kind: Kind
    en: str
    zh: str
    optional: bool = False
    """Whether the column may be absent, and its values null."""
    unit: str = ""
    low: float | None = None
    """Smallest allowed value, inclusive."""
    high: float | None = None
    """Largest allowed value, inclusive."""
    above: float | None = None
    """Largest forbidden small value: every value is strictly greater."""
    infinite: bool = False
    """Whether plus infinity is a value of this number; NaN never is."""
    values: tuple[str, ...] = ()
    """The allowed values; empty means any."""
    references: str = ""
    """The table whose key this column points at; empty means none."""
    sensitivity: Sensitivity = Sensitivity.INTERNAL

    @property
    def is_hidden(self) -> bool:
        """Whether samples of findings must not show its values."""
        return self.sensitivity in (Sensitivity.PERSONAL, Sensitivity.FREE_TEXT)

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field: a mandatory column is not nullable."""
        return pa.field(self.name, ARROW_TYPES[self.kind], nullable=self.optional)


@dataclass(frozen=True, kw_only=True)
class Table:
    """One declared table: an input of the day, or one of its outputs."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    en: str
    zh: str
    required: bool = False
    """Input tables: whether the day cannot run without it."""
    merchant_facing: bool = False
    """Output tables: whether merchants receive their own rows of it."""
    formats: tuple[str, ...] = ("parquet",)
    """Output tables: the files it is published as."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, columns in declared order."""
        return pa.schema([column.arrow for column in self.columns])

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in declared order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the declared column of that name.

        Raises:
            KeyError: If the table declares no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} declares no column {name!r}")

    def empty(self) -> pa.Table:
        """Return the table with no rows."""
        return self.schema.empty_table()

    def conform(self, rows: pa.Table) -> pa.Table:
        """Bring computed rows into the declared shape: columns, order, types, sorted by key.

        Columns the table does not declare are dropped; optional ones that are missing become null.

        Raises:
            ValueError: If a mandatory column is missing or holds a null, or a value does not
                fit its type.
        """
        arrays = [self._column_of(rows, column) for column in self.columns]
        table = pa.Table.from_arrays(arrays, schema=self.schema)
        for column in self.columns:
            nulls = table[column.name].null_count
            if nulls and not column.optional:
                raise ValueError(
                    f"{self.name}.{column.name} must not be null, {nulls} of {len(table)} rows are"
                )
        return table.sort_by([(name, "ascending") for name in self.key])

    def _column_of(self, rows: pa.Table, column: Column) -> pa.ChunkedArray:
        if column.name in rows.column_names:
            return rows[column.name].cast(ARROW_TYPES[column.kind])
        if column.optional:
            return pa.chunked_array([pa.nulls(len(rows), ARROW_TYPES[column.kind])])
        raise ValueError(
            f"{self.name} must have a column {column.name}, found {', '.join(rows.column_names)}"
        )


def _declare(kind: Kind, name: str, en: str, zh: str, options: dict[str, Any]) -> Column:
    optional = name.endswith("?")
    return Column(
        name=name.removesuffix("?"), kind=kind, en=en, zh=zh, optional=optional, **options
    )


def text(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a text column; a name ending in ``?`` is optional."""
    return _declare(Kind.TEXT, name, en, zh, options)


def texts(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a column of lists of text."""
    return _declare(Kind.TEXTS, name, en, zh, options)


def integer(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a whole-number column."""
    return _declare(Kind.INTEGER, name, en, zh, options)


def number(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a floating-point column; NaN and infinity are refused on input unless allowed."""
    return _declare(Kind.NUMBER, name, en, zh, options)


def boolean(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a truth-value column."""
    return _declare(Kind.BOOLEAN, name, en, zh, options)


def timestamp(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a point in time, stored as UTC."""
    return _declare(Kind.TIMESTAMP, name, en, zh, options)


def date(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a calendar day."""
    return _declare(Kind.DATE, name, en, zh, options)


def json(name: str, en: str, zh: str, **options: Any) -> Column:
    """Declare a column of JSON documents, stored as text."""
    return _declare(Kind.JSON, name, en, zh, options)
