"""Read one file: where its rows are as Parquet, how its columns are stored, what is wrong."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from quality.reading.columns import repeated, undeclared, unfit
from quality.reading.csv_text import csv_to_parquet, read_header
from quality.reading.encodings import READ_AS_GB18030, other_encoding
from quality.reading.findings import Check, Finding, UnreadableFileError
from quality.reading.folder import Entry, format_of
from quality.reading.json_lines import json_to_parquet
from quality.reading.parquet import parquet_names, read_to_end
from quality.reading.source import Stored
from quality.reading.textual import TextFile, UndecodableError

if TYPE_CHECKING:
    from quality.schema import Table

_MOST_COLUMNS = 2000


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Where to read from and into, and how to understand what is found.

    Raises:
        ValueError: If there is no encoding of that name, or a limit is not positive.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    workdir: Path
    replays: Path | None = None
    """A folder of mended rows made by :func:`quality.replay.lay_out`."""
    assume_timezone: str = ""
    forbidden_columns: tuple[str, ...] = ()
    encoding: str = ""
    largest_file_gib: float = 64.0
    longest_cell: int = 1_000_000

    def __post_init__(self) -> None:
        if self.encoding and not _is_text_encoding(self.encoding):
            raise ValueError(
                f"encoding must be empty or a name such as gb18030, found {self.encoding!r}"
            )
        if self.largest_file_gib <= 0 or self.longest_cell <= 0:
            raise ValueError(
                "largest_file_gib and longest_cell must be positive, found"
                f" {self.largest_file_gib} and {self.longest_cell}"
            )


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A file that can be read: where its rows are, and what it holds."""

    name: str
    rows_at: Path
    has_provenance: bool
    columns: Mapping[str, Stored]
    has_long_cells: bool = False
    """Whether it is Parquet with values that are longer than allowed."""


def read_file(
    reader: Reader, table: Table, entry: Entry, place: int
) -> tuple[RawFile | None, list[Finding]]:
    """Return the file if its rows can be used, and what is wrong with it.

    Args:
        reader: Where to read into, and how to understand what is found.
        table: What the file should hold.
        entry: The file.
        place: Its number among the table's files.

    Raises:
        UnreadableFileError: If it must not or cannot be read to its end.
    """
    if entry.odd:
        raise UnreadableFileError(entry.odd.en, entry.odd.zh)
    path, name = entry.path, entry.name
    if format_of(path) == "parquet":
        return _read_parquet(reader, table, path, name)
    rows_at = reader.workdir / f"{table.name}-{place}.parquet"
    text = TextFile(path, reader.encoding, reader.largest_file_gib)
    try:
        return _read_text(reader, table, text, name, rows_at)
    except UndecodableError as error:
        text = other_encoding(text, error)
    file, findings = _read_text(reader, table, text, name, rows_at)
    guessed = Finding(table=table.name, check=Check.ENCODING, file=name, said=READ_AS_GB18030)
    return file, [guessed, *findings]


def _read_parquet(
    reader: Reader, table: Table, path: Path, name: str
) -> tuple[RawFile | None, list[Finding]]:
    names = parquet_names(path, reader.largest_file_gib)
    _check_width(names)
    if broken := list(repeated(table, name, names)):
        return None, broken
    if not names:
        return None, list(unfit(table, name, {}, reader.assume_timezone))
    found = read_to_end(path)
    file = RawFile(
        name=name,
        rows_at=path,
        has_provenance=False,
        columns=found.stored,
        has_long_cells=found.longest_text > reader.longest_cell,
    )
    return _judged(reader, table, file, ())


def _read_text(
    reader: Reader, table: Table, text: TextFile, name: str, rows_at: Path
) -> tuple[RawFile | None, list[Finding]]:
    names: Sequence[str]
    left_out: Sequence[str] = ()
    if format_of(text.path) == "csv":
        header = read_header(text, table)
        names = header.names
        _check_width(names)
        if broken := list(repeated(table, name, names)):
            return None, broken
        csv_to_parquet(text, header, name, rows_at, reader.longest_cell)
    else:
        names, left_out = json_to_parquet(
            reader.connection, text, table, name, rows_at, reader.longest_cell
        )
    columns = dict.fromkeys(names, Stored.TEXT)
    file = RawFile(name=name, rows_at=rows_at, has_provenance=True, columns=columns)
    return _judged(reader, table, file, left_out)


def _judged(
    reader: Reader, table: Table, file: RawFile, left_out: Sequence[str]
) -> tuple[RawFile | None, list[Finding]]:
    broken = list(unfit(table, file.name, file.columns, reader.assume_timezone))
    names = [*file.columns, *left_out]
    kept_out = list(undeclared(table, file.name, names, reader.forbidden_columns))
    return (None if broken else file), [*broken, *kept_out]


def _check_width(names: Sequence[str]) -> None:
    if len(names) > _MOST_COLUMNS:
        raise UnreadableFileError(
            f"it has {len(names)} columns, more than {_MOST_COLUMNS}. "
            "Deliver it again with the declared columns only.",
            f"共有 {len(names)} 列，超过 {_MOST_COLUMNS} 列。请只保留已声明的列后重新提交。",
        )


def _is_text_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001 - nothing public tells
    except LookupError:
        return False
