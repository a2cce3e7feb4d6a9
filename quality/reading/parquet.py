"""Parquet files: their columns, and whether they can be read to their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from quality.database import open_database
from quality.reading.findings import UnreadableFileError
from quality.reading.source import Stored, stored_as
from quality.reading.sql import files, identifier

if TYPE_CHECKING:
    from pathlib import Path

_GIB = 2**30
_ENCRYPTED = b"PARE"


@dataclass(frozen=True)
class ParquetColumns:
    """What a Parquet file holds."""

    stored: Mapping[str, Stored]
    """How each column is stored, in order."""
    longest_text: int
    """Characters of its longest value of text."""


def parquet_names(path: Path, largest_gib: float) -> tuple[str, ...]:
    """Return the names of a delivered file's columns.

    Raises:
        UnreadableFileError: If it is no whole Parquet file, encrypted, or too large.
    """
    try:
        file = pq.read_metadata(path)
        names = tuple(file.schema.to_arrow_schema().names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _encrypted() if _is_encrypted(path) else _damaged(error) from error
    size = sum(file.row_group(place).total_byte_size for place in range(file.num_row_groups))
    if size > largest_gib * _GIB:
        raise _too_large(size, largest_gib)
    return names


def read_to_end(path: Path) -> ParquetColumns:
    """Return how each column is stored, after reading every value once.

    A damaged page is found here and not by whoever reads the rows later, and in a database of its
    own: some damage is fatal to the database that meets it.

    Raises:
        UnreadableFileError: If a part of the file cannot be read.
    """
    rows = f"read_parquet({files([path])})"
    try:
        with open_database() as probe:
            types = _types(probe, rows)
            # Hashing whole rows takes longer; counting is answered without reading anything.
            read = [_reads(identifier(name), kind) for name, kind in types.items()]
            (found,) = probe.execute(f"SELECT {', '.join(read)} FROM {rows}").fetchall()
    except duckdb.Error as error:
        raise _damaged(error) from error
    lengths = [
        length or 0 for length, kind in zip(found, types.values(), strict=True) if kind == "VARCHAR"
    ]
    nulls = {field.name for field in pq.read_schema(path) if pa.types.is_null(field.type)}
    return ParquetColumns(
        {
            name: Stored.NOTHING if name in nulls else stored_as(kind)
            for name, kind in types.items()
        },
        max(lengths, default=0),
    )


def is_damage(error: duckdb.Error) -> bool:
    """Tell whether reading rows failed because of a Parquet file that had passed before.

    A damaged page can be read or not as memory happens to lie, and files change while they are read.
    """
    return "parquet" in str(error).lower()


def _types(connection: duckdb.DuckDBPyConnection, rows: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    return {name: kind for name, kind, *_ in described}


def _reads(column: str, duckdb_type: str) -> str:
    # Counting bytes would not notice text that is not UTF-8.
    return f"max(length({column}))" if duckdb_type == "VARCHAR" else f"bit_xor(hash({column}))"


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_ENCRYPTED)) == _ENCRYPTED


def _encrypted() -> UnreadableFileError:
    return UnreadableFileError(
        "it is encrypted. Deliver it again without encryption.",
        "文件已加密。请提交未加密的文件。",
    )


def _damaged(error: Exception) -> UnreadableFileError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return UnreadableFileError(
        f"it is empty, cut short or damaged ({reason}). Deliver it again.",
        f"文件为空、被截断或已损坏（{reason}）。请重新提交。",
    )


def _too_large(size: int, largest_gib: float) -> UnreadableFileError:
    return UnreadableFileError(
        f"it holds {size / _GIB:.3g} GiB, more than largest_file_gib = {largest_gib:g}. "
        "Deliver it in parts, or raise largest_file_gib.",
        f"内容为 {size / _GIB:.3g} GiB，超过 largest_file_gib = {largest_gib:g}。"
        "请分成多个文件提交，或调大 largest_file_gib。",
    )
