"""JSON lines to Parquet with every value as text, so that one kind of view serves all formats."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quality.reading.findings import UnreadableFileError
from quality.reading.source import PROVENANCE
from quality.reading.sql import identifier, literal
from quality.reading.textual import BLOCK_BYTES, opened, wrong_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINES = pa.schema([("row_number", pa.int64()), ("line", pa.string())])
_MOST_COLUMNS = 500


def json_to_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, source_file: str, target: Path
) -> None:
    """Copy a file of JSON objects, one a line, each value as text, null and absent as null.

    Columns added: ``source_file``; ``row_number``, the data row from 1, blank lines not counted;
    ``malformed_line``, the line itself where it is not one JSON object.

    Raises:
        UnreadableFileError: If the file is empty, not UTF-8, damaged, or one JSON array.
    """
    lines = target.with_suffix(".lines.parquet")
    try:
        with opened(path) as stream, pq.ParquetWriter(lines, _LINES) as writer:
            for batch in _line_batches(stream):
                writer.write_batch(batch)
    except UnicodeDecodeError as error:
        raise wrong_encoding(path) from error
    except (OSError, EOFError) as error:
        raise UnreadableFileError(
            f"it is damaged ({error}). Deliver it again.", f"文件已损坏（{error}）。请重新提交。"
        ) from error
    try:
        _extract(connection, lines, source_file, target)
    finally:
        lines.unlink()


def _line_batches(stream: IO[bytes]) -> Iterator[pa.RecordBatch]:
    rest = b""
    rows = 0
    while block := stream.read(BLOCK_BYTES):
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if not newline:
            continue
        batch = _lines(whole, rows)
        rows += len(batch)
        yield batch
    last = _lines(rest, rows)
    if rows + len(last) == 0:
        raise UnreadableFileError("it is empty. Deliver it again.", "文件为空。请重新提交。")
    yield last


def _lines(text: bytes, rows_before: int) -> pa.RecordBatch:
    split = pc.split_pattern(pa.array([text.decode("utf-8")], pa.large_string()), "\n")
    lines = pc.utf8_trim_whitespace(split.flatten()).cast(pa.string())
    lines = lines.filter(pc.not_equal(lines, ""))
    if rows_before == 0 and len(lines) and lines[0].as_py().startswith("["):
        raise UnreadableFileError(
            "it holds one JSON array; write one JSON object a line instead.",
            "文件是一个 JSON 数组；请改为每行一个 JSON 对象。",
        )
    numbers = pa.array(range(rows_before + 1, rows_before + 1 + len(lines)), pa.int64())
    return pa.record_batch([numbers, lines], schema=_LINES)


def _extract(
    connection: duckdb.DuckDBPyConnection, lines: Path, source_file: str, target: Path
) -> None:
    parsed = f"""
        SELECT row_number, line, coalesce(json_type(line) = 'OBJECT', false) AS is_object
        FROM (SELECT row_number, line, json_valid(line) AS is_json
              FROM read_parquet({literal(str(lines))}))
        WHERE is_json
        UNION ALL BY NAME
        SELECT row_number, line, false AS is_object
        FROM read_parquet({literal(str(lines))}) WHERE NOT json_valid(line)"""
    names = _names(connection, parsed)
    for name in sorted({name.lower() for name in names} & set(PROVENANCE)):
        raise UnreadableFileError(
            f"column name {name!r} is taken by shike. Rename it and deliver the file again.",
            f"列名 {name!r} 为系统保留。请改名后重新提交。",
        )
    paths = ", ".join(literal(f'$."{name}"') for name in names)
    values = "".join(
        f", texts[{place}] AS {identifier(name)}" for place, name in enumerate(names, start=1)
    )
    texts = f"json_extract_string(line, [{paths}])" if names else "NULL"
    connection.execute(f"""
        COPY (
            SELECT {literal(source_file)} AS source_file, row_number,
                   CASE WHEN NOT is_object THEN line END AS malformed_line {values}
            FROM (SELECT row_number, line, is_object,
                         CASE WHEN is_object THEN {texts} END AS texts
                  FROM ({parsed}))
            ORDER BY row_number
        ) TO {literal(str(target))} (FORMAT parquet)""")


def _names(connection: duckdb.DuckDBPyConnection, parsed: str) -> list[str]:
    """List the keys that occur; those that no path can name are left out."""
    found = connection.execute(f"""
        SELECT DISTINCT unnest(json_keys(line)) AS name FROM ({parsed}) WHERE is_object
        ORDER BY name LIMIT {_MOST_COLUMNS}""").fetchall()
    return [name for (name,) in found if name and not set(name) & set('"\\')]
