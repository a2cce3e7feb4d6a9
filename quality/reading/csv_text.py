"""CSV to Parquet with every value as text, so that one kind of view serves all formats."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from quality.reading.findings import UnreadableFileError
from quality.reading.textual import BLOCK_BYTES, opened, wrong_encoding

if TYPE_CHECKING:
    from pathlib import Path

_NO_ROWS = "Empty CSV file or block"
_BAD_TEXT = "invalid UTF8"


def csv_to_parquet(path: Path, source_file: str, target: Path) -> None:
    """Copy a CSV file's rows, each value as text, an empty cell as null.

    Columns added: ``source_file``; ``row_number``, the data row from 1, blank lines not counted;
    ``malformed_line``, the line itself where it has more or fewer cells than the header.

    Raises:
        UnreadableFileError: If the file is empty, not UTF-8, damaged, or repeats a column.
    """
    try:
        header = read_header(path)
        with opened(path) as stream:
            _copy(stream, header, source_file, target)
    except UnicodeDecodeError as error:
        raise wrong_encoding(path) from error
    except pa.ArrowInvalid as error:
        raise _explained(path, error) from error
    except (OSError, EOFError, csv.Error) as error:
        raise UnreadableFileError(
            f"it is damaged ({error}). Deliver it again.", f"文件已损坏（{error}）。请重新提交。"
        ) from error


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV file as they are written."""
    with opened(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        for cells in csv.reader(text):
            if cells:
                return cells
    raise UnreadableFileError(
        "it is empty: not even a header. Deliver it again, with a header at least.",
        "文件为空，连表头也没有。请重新提交，至少包含表头。",
    )


def _copy(stream: IO[bytes], header: list[str], source_file: str, target: Path) -> None:
    schema = pa.schema(
        [("source_file", pa.string()), ("row_number", pa.int64()), ("malformed_line", pa.string())]
        + [(name.strip(), pa.string()) for name in header]
    )
    bad: list[Any] = []

    def keep(row: Any) -> str:
        bad.append(row)
        return "skip"

    with pq.ParquetWriter(target, schema) as writer:
        rows_read = 0
        for batch in _batches(stream, header, keep):
            numbers = _row_numbers(rows_read, len(batch), [row.number for row in bad])
            rows_read += len(batch)
            columns = [
                pa.repeat(source_file, len(batch)),
                pa.array(numbers),
                pa.nulls(len(batch), pa.string()),
                *batch.columns,
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
        writer.write_table(_malformed(bad, source_file, schema))


def _batches(stream: IO[bytes], header: list[str], keep: Any) -> Any:
    try:
        return pa_csv.open_csv(
            stream,
            read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if _NO_ROWS in str(error):
            return ()
        raise


def _row_numbers(before: int, count: int, bad: list[int]) -> Any:
    """Number the good rows of a batch, leaving out the numbers of the malformed ones.

    Args:
        before: Good rows in earlier batches.
        count: Good rows in this one.
        bad: Where malformed rows stand, the header being 1, ascending.
    """
    index = np.arange(before, before + count)
    good_before_bad = np.asarray(bad, dtype=np.int64) - 2 - np.arange(len(bad))
    return index + 1 + np.searchsorted(good_before_bad, index, side="right")


def _malformed(bad: list[Any], source_file: str, schema: pa.Schema) -> pa.Table:
    columns = [
        pa.repeat(pa.scalar(source_file, pa.string()), len(bad)),
        pa.array([row.number - 1 for row in bad], pa.int64()),
        pa.array([row.text for row in bad], pa.string()),
        *(pa.nulls(len(bad), pa.string()) for _ in schema.names[3:]),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _explained(path: Path, error: pa.ArrowInvalid) -> UnreadableFileError:
    if _BAD_TEXT in str(error):
        return wrong_encoding(path)
    return UnreadableFileError(
        f"it cannot be read as CSV ({error}). Mend and deliver it again.",
        f"无法按 CSV 读取（{error}）。请修正后重新提交。",
    )
