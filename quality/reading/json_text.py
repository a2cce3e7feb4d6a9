"""The lines of a file of JSON lines, numbered, with those that are too long to be rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from quality.reading import malformed
from quality.reading.lines import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.reading.lines import Block
    from quality.reading.textual import TextFile

LINES = pa.schema([("row_number", pa.int64()), ("line", pa.string()), ("why", pa.string())])
"""A line that is not blank, without the blanks around it; why it is no row, where that is known."""


def line_batches(text: TextFile, longest_cell: int) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a file in batches of the schema ``LINES``.

    Raises:
        UnreadableFileError: If the file is damaged or too large.
        UndecodableError: If it is not in its encoding.
    """
    rows = 0
    for block in blocks(text.utf8()):
        lines = _lines(block)
        numbers = pa.array(range(rows + 1, rows + 1 + len(lines)), pa.int64())
        rows += len(lines)
        yield pa.record_batch([numbers, lines, _whys(block, lines, longest_cell)], schema=LINES)


def _lines(block: Block) -> pa.Array:
    # JSON holds no bare CR inside a value, so every one ends a line.
    text = block.text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    split = pc.split_pattern(pa.array([text.decode()], pa.large_string()), "\n")
    lines = pc.utf8_trim_whitespace(split.flatten()).cast(pa.string())
    return lines.filter(pc.not_equal(lines, ""))


def _whys(block: Block, lines: pa.Array, longest_cell: int) -> pa.Array:
    whys: list[str | None] = [None] * len(lines)
    for place in pc.indices_nonzero(pc.greater(pc.binary_length(lines), longest_cell)).to_pylist():
        if _has_long_value(lines[place].as_py(), longest_cell):
            whys[place] = malformed.too_long(longest_cell)
    if block.is_cut:
        whys[0] = malformed.CUT
    return pa.array(whys, pa.string())


def _has_long_value(line: str, longest_cell: int) -> bool:
    try:
        found = json.loads(line, parse_int=str, parse_float=str)
    except RecursionError:
        # Only a value nested thousands of levels deep comes here, in a line that long.
        return True
    except ValueError:
        return False
    return isinstance(found, dict) and any(
        len(_as_text(value)) > longest_cell for value in found.values()
    )


def _as_text(value: Any) -> str:
    is_text = isinstance(value, str)
    return value if is_text else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
