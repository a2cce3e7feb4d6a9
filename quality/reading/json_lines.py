"""JSON lines to Parquet with every value as text, so that one kind of view serves all formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from quality.reading import malformed
from quality.reading.findings import UnreadableFileError
from quality.reading.json_text import LINES, line_batches
from quality.reading.source import RESERVED
from quality.reading.sql import files, identifier, literal

if TYPE_CHECKING:
    from pathlib import Path

    from quality.reading.textual import TextFile
    from quality.schema import Table

_MOST_UNDECLARED = 500


def json_to_parquet(
    connection: duckdb.DuckDBPyConnection,
    text: TextFile,
    table: Table,
    source_file: str,
    target: Path,
    longest_cell: int,
) -> tuple[list[str], list[str]]:
    """Copy a file of JSON objects, one a line, each value as text, null and absent as null.

    An object or array as a value is its JSON as text. Columns added: ``source_file``;
    ``row_number``, the data row from 1, blank lines not counted; ``malformed_line``, the line
    itself where it is no row, and ``malformed_why``. It is no row if it is not one JSON object, a
    key stands in it twice, a value is longer than ``longest_cell`` characters or holds a NUL.

    Returns:
        The keys that became columns, and those that did not: beyond 500 undeclared ones, in the way
        of another column's name or of ours, or with characters that no path can name.

    Raises:
        UnreadableFileError: If the file is empty, damaged, too large or one JSON array.
        UndecodableError: If it is not in its encoding.
    """
    lines = target.with_suffix(".lines.parquet")
    try:
        with pq.ParquetWriter(lines, LINES) as writer:
            for batch in line_batches(text, longest_cell):
                writer.write_batch(batch)
        judged = _judged(lines)
        keys = _keys(connection, judged)
        columns = _columns(keys.names, table)
        rows = _rows(judged, source_file, columns, has_repeats=keys.has_repeats)
        connection.execute(f"COPY ({rows}) TO {literal(str(target))} (FORMAT parquet)")
    finally:
        lines.unlink(missing_ok=True)
    return columns, [name for name in keys.names if name not in columns]


def _judged(lines: Path) -> str:
    """Return SQL for (row_number, line, why, keys); why is null and keys are there for objects."""
    # Only CASE keeps DuckDB from asking what is no JSON for its type or its keys.
    return f"""
        SELECT row_number, line, why, CASE WHEN why IS NULL THEN json_keys(line) END AS keys
        FROM (SELECT row_number, line, CASE
                  WHEN why IS NOT NULL THEN why
                  WHEN NOT json_valid(line) THEN {literal(malformed.NOT_JSON)}
                  WHEN json_type(line) != 'OBJECT' THEN {literal(malformed.NO_OBJECT)} END AS why
              FROM read_parquet({files([lines])}))"""


@dataclass(frozen=True)
class _Keys:
    """The keys of all objects of a file."""

    names: list[str]
    has_repeats: bool
    """Whether a key stands twice in some object."""


def _keys(connection: duckdb.DuckDBPyConnection, judged: str) -> _Keys:
    # Objects have few different lists of keys, so that looking at each is cheap.
    found = connection.execute(f"""
        SELECT keys, count(keys), min(row_number), arg_min(left(line, 1), row_number)
        FROM ({judged}) GROUP BY keys""").fetchall()
    if not found:
        raise UnreadableFileError("it is empty. Deliver it again.", "文件为空。请重新提交。")
    begins_with = min((row, start) for _, _, row, start in found)[1]
    # The last object of an array over many lines may stand alone in its line.
    if begins_with == "[" and sum(objects for _, objects, _, _ in found) <= 1:
        raise UnreadableFileError(
            "it holds one JSON array; write one JSON object a line instead.",
            "文件是一个 JSON 数组；请改为每行一个 JSON 对象。",
        )
    lists = [keys for keys, *_ in found if keys]
    return _Keys(
        names=sorted({name for keys in lists for name in keys}),
        has_repeats=any(len(set(keys)) < len(keys) for keys in lists),
    )


def _columns(names: list[str], table: Table) -> list[str]:
    """Choose the keys that become columns: declared ones first."""
    columns = {name.lower(): name for name in table.column_names if name in names}
    most = len(columns) + _MOST_UNDECLARED
    for name in names:
        is_free = name.lower() not in columns and name.lower() not in RESERVED
        if name and is_free and len(columns) < most and not set(name) & set('"\\\0'):
            columns[name.lower()] = name
    return list(columns.values())


def _rows(judged: str, source_file: str, columns: list[str], *, has_repeats: bool) -> str:
    paths = ", ".join(literal(f'$."{name}"') for name in columns)
    texts = f"json_extract_string(line, [{paths}])" if columns else "[]::VARCHAR[]"
    values = "".join(
        f", CASE WHEN why IS NULL THEN texts[{place}] END AS {identifier(name)}"
        for place, name in enumerate(columns, start=1)
    )
    repeats = "len(keys) > len(list_distinct(keys))" if has_repeats else "false"
    return f"""
        SELECT {literal(source_file)} AS source_file, row_number,
               CASE WHEN why IS NOT NULL THEN line END AS malformed_line, why AS malformed_why
               {values}
        FROM (SELECT row_number, line, texts, CASE
                  WHEN why IS NOT NULL THEN why
                  WHEN {repeats} THEN {literal(malformed.REPEATED_KEY)}
                  WHEN contains(line, '\\u0000') AND contains(array_to_string(texts, ''), chr(0))
                  THEN {literal(malformed.NUL)} END AS why
              FROM (SELECT *, CASE WHEN why IS NULL THEN {texts} END AS texts FROM ({judged})))
        ORDER BY row_number"""
