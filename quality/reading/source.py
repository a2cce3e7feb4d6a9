"""Files of one table that were read alike, as one raw view: every value as it was delivered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from quality.reading.sql import identifier, literal

PROVENANCE = ("source_file", "row_number", "malformed_line")
"""Columns of every view: where a row stands, and the line itself if it is no row."""
RAW_PROVENANCE = {
    "source_file": pa.string(),
    "row_number": pa.int64(),
    "malformed_line": pa.string(),
    "malformed_why": pa.string(),
}
"""Columns of every raw view: the provenance, and why a line is no row."""
RESERVED = frozenset({*RAW_PROVENANCE, "file_row_number", "shike_path"})
"""Names, in lower case, that no delivered column may have."""


class Stored(StrEnum):
    """How a file stores a column, as far as casting needs to know."""

    TEXT = "text"
    INTEGER = "whole numbers"
    NUMBER = "numbers"
    BOOLEAN = "truth values"
    NAIVE = "times without a zone"
    INSTANT = "times with a zone"
    DATE = "dates"
    NOTHING = "nothing but nulls"
    OTHER = "nested or binary values"


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_STORED = {
    "VARCHAR": Stored.TEXT,
    "UUID": Stored.TEXT,
    "ENUM": Stored.TEXT,
    "JSON": Stored.TEXT,
    "FLOAT": Stored.NUMBER,
    "DOUBLE": Stored.NUMBER,
    "DECIMAL": Stored.NUMBER,
    "BOOLEAN": Stored.BOOLEAN,
    "TIMESTAMP WITH TIME ZONE": Stored.INSTANT,
    "TIMESTAMPTZ_NS": Stored.INSTANT,
    "TIMESTAMP": Stored.NAIVE,
    "TIMESTAMP_S": Stored.NAIVE,
    "TIMESTAMP_MS": Stored.NAIVE,
    "TIMESTAMP_NS": Stored.NAIVE,
    "DATE": Stored.DATE,
    **{sign + name: Stored.INTEGER for name in _WHOLE for sign in ("", "U")},
}


def stored_as(duckdb_type: str) -> Stored:
    """Classify a DuckDB type; arrays and structs are other."""
    if duckdb_type.endswith("]"):
        return Stored.OTHER
    return _STORED.get(duckdb_type.partition("(")[0], Stored.OTHER)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One raw view over files with the same columns."""

    table: str
    view: str
    """Name of the raw view."""
    files: tuple[str, ...]
    """Names relative to the folder."""
    columns: Mapping[str, Stored]
    """Columns of the files, in their order, without the provenance."""

    def among(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the columns whose names, in lower case, are among those given."""
        return tuple(name for name in self.columns if name.lower() in names)

    def as_json(self, *, without: tuple[str, ...] = ()) -> str:
        """Return SQL for a row as JSON, values as text, so that NaN and infinities survive."""
        fields = [
            f"{literal(name)}: {identifier(name)}::VARCHAR"
            for name in self.columns
            if name not in without
        ]
        return f"to_json({{{', '.join(fields)}}})::VARCHAR" if fields else "'{}'"

    def rows_as_json(self, relation: str, *, without: tuple[str, ...] = ()) -> str:
        """Return SQL for (source_file, row_number, raw) of the rows listed in a relation."""
        line = "to_json({'malformed_line': malformed_line, 'why': malformed_why})::VARCHAR"
        return f"""
            SELECT source_file, row_number,
                   CASE WHEN malformed_line IS NULL THEN {self.as_json(without=without)}
                        ELSE {line} END AS raw
            FROM (SELECT * FROM {self.view} SEMI JOIN {relation} USING (source_file, row_number))"""
