"""CSV to Parquet with every value as text, so that one kind of view serves all formats."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from quality.reading.csv_header import header_of, without_header
from quality.reading.csv_records import Splitter
from quality.reading.lines import blocks
from quality.reading.malformed import cells
from quality.reading.source import RAW_PROVENANCE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from quality.reading.csv_header import Header
    from quality.reading.csv_records import Records
    from quality.reading.textual import TextFile
    from quality.schema import Table

_Bad = list[tuple[int, str, str]]
"""Rows that are none: row number, the line, why."""


def read_header(text: TextFile, table: Table) -> Header:
    """Return the header of a CSV file.

    Raises:
        UnreadableFileError: If the file is empty or damaged, or its first line is no header.
        UndecodableError: If it is not in its encoding.
    """
    return header_of(blocks(text.utf8()), table)


def csv_to_parquet(
    text: TextFile, header: Header, source_file: str, target: Path, longest_cell: int
) -> None:
    """Copy a CSV file's rows, each value as text, an empty cell as null.

    Columns added: ``source_file``; ``row_number``, the data row from 1, blank lines not counted;
    ``malformed_line``, the line itself where it is no row, and ``malformed_why``. It is no row if
    it has more or fewer cells than the header, a cell longer than ``longest_cell`` characters, a
    NUL byte, or a quotation mark that is never closed.

    Raises:
        UnreadableFileError: If the file is damaged or too large.
        UndecodableError: If it is not in its encoding.
    """
    schema = pa.schema(
        list(RAW_PROVENANCE.items()) + [(name, pa.string()) for name in header.names]
    )
    splitter = Splitter(header.separator.encode(), longest_cell)
    rest, before = b"", 0
    with pq.ParquetWriter(target, schema) as writer:
        for block in without_header(blocks(text.utf8())):
            records = splitter.split(block, rest)
            rest = records.rest
            for rows in _rows(records, header, before):
                columns = [pa.repeat(pa.scalar(source_file), len(rows[0])), *rows]
                writer.write_batch(pa.record_batch(columns, schema=schema))
            before += len(records.starts)


def _rows(records: Records, header: Header, before: int) -> list[list[Any]]:
    """Return the rows of a block and the lines that are none, each as columns."""
    bad: _Bad = [
        (place, records.content(place).decode(), why) for place, why in records.bad.items()
    ]
    places = np.delete(np.arange(len(records.starts)), list(records.bad))
    wrong: list[Any] = []
    good = _parsed(records.good_text(), header, wrong)
    at = np.array([row.number - 1 for row in wrong], np.int64)
    bad += [
        (int(place), row.text, cells(row.actual_columns, row.expected_columns))
        for place, row in zip(places[at], wrong, strict=True)
    ]
    places = np.delete(places, at)
    return [_good(good, places + before + 1), *([_bad(sorted(bad), header, before)] if bad else [])]


def _parsed(text: bytes, header: Header, wrong: list[Any]) -> list[pa.Array]:
    """Return the columns of the rows that have as many cells as the header."""

    def keep(row: Any) -> str:
        wrong.append(row)
        return "skip"

    names = [str(place) for place in range(len(header.names))]
    if not text:
        return [pa.array([], pa.string()) for _ in names]
    table = pa_csv.read_csv(
        io.BytesIO(text),
        read_options=pa_csv.ReadOptions(
            column_names=names, block_size=len(text) + 1, use_threads=False
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=header.separator, newlines_in_values=True, invalid_row_handler=keep
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return [column.combine_chunks() for column in table.columns]


def _good(columns: list[pa.Array], numbers: NDArray[np.int64]) -> list[Any]:
    if columns and len(columns[0]) != len(numbers):
        raise RuntimeError(
            f"{len(numbers)} records were found in a block of CSV, but Arrow read"
            f" {len(columns[0])} rows: the two must agree where a record ends"
        )
    nothing = pa.nulls(len(numbers), pa.string())
    return [pa.array(numbers), nothing, nothing, *columns]


def _bad(bad: _Bad, header: Header, before: int) -> list[Any]:
    places, lines, whys = zip(*bad, strict=True)
    return [
        pa.array([before + 1 + place for place in places], pa.int64()),
        pa.array(lines, pa.string()),
        pa.array(whys, pa.string()),
        *(pa.nulls(len(bad), pa.string()) for _ in header.names),
    ]
