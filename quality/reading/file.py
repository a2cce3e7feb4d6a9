"""Read one file: where its rows are as Parquet, how its columns are stored, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from quality.reading.columns import repeated, undeclared, unfit
from quality.reading.csv_text import csv_to_parquet
from quality.reading.findings import Finding, UnreadableFileError
from quality.reading.folder import format_of
from quality.reading.json_lines import json_to_parquet
from quality.reading.source import PROVENANCE, Stored, stored_as
from quality.reading.sql import literal

if TYPE_CHECKING:
    from quality.schema import Table


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Where to read from and into, and how to understand what is found."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    workdir: Path
    assume_timezone: str = ""
    forbidden_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A file that can be read: where its rows are, and what it holds."""

    name: str
    rows_at: Path
    has_provenance: bool
    columns: Mapping[str, Stored]


def read_file(
    reader: Reader, table: Table, path: Path, place: int
) -> tuple[RawFile | None, list[Finding]]:
    """Return the file if its rows can be used, and what is wrong with its columns."""
    name = path.relative_to(reader.folder).as_posix()
    if format_of(path) == "parquet":
        rows_at, names = path, _parquet_names(path)
    else:
        rows_at = reader.workdir / f"{table.name}-{place}.parquet"
        names = _to_parquet(reader.connection, path, name, rows_at)
    broken = list(repeated(table, name, names))
    if broken:
        return None, broken
    columns = _columns_of(reader.connection, rows_at)
    has_provenance = rows_at != path
    file = RawFile(name=name, rows_at=rows_at, has_provenance=has_provenance, columns=columns)
    broken = list(unfit(table, name, columns, reader.assume_timezone))
    kept_out = list(undeclared(table, name, columns, reader.forbidden_columns))
    return (None if broken else file), [*broken, *kept_out]


def _to_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, target: Path
) -> list[str]:
    if format_of(path) == "csv":
        csv_to_parquet(path, name, target)
    else:
        json_to_parquet(connection, path, name, target)
    return _parquet_names(target)[len(PROVENANCE) :]


def _parquet_names(path: Path) -> list[str]:
    try:
        names: list[str] = pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from error
    return names


def _columns_of(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Stored]:
    """Return how each column is stored, after reading the file to its end."""
    rows = f"read_parquet({literal(str(path))})"
    try:
        connection.execute(f"SELECT bit_xor(hash(t)) FROM {rows} AS t").fetchall()
        described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    except duckdb.Error as error:
        raise _damaged(error) from error
    nulls = {field.name for field in pq.read_schema(path) if pa.types.is_null(field.type)}
    return {
        name: Stored.NOTHING if name in nulls else stored_as(duckdb_type)
        for name, duckdb_type, *_ in described
        if name not in PROVENANCE
    }


def _damaged(error: Exception) -> UnreadableFileError:
    reason = str(error).splitlines()[0].rstrip(".")
    return UnreadableFileError(
        f"it is empty, cut short or damaged ({reason}). Deliver it again.",
        f"文件为空、被截断或已损坏（{reason}）。请重新提交。",
    )
