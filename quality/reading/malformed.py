"""Why a line is no row: one sentence each, kept beside the line in the quarantine."""

from __future__ import annotations

MOST_LINES = 1000
"""A quoted cell that runs over more lines than this counts as a quotation mark never closed."""
LONGEST_LINE = 16 * 2**20
"""Bytes of a line that are kept; what is longer is cut, and says so where it was cut."""


def _both(en: str, zh: str) -> str:
    return f"{en} {zh}"


NUL = _both("It holds a NUL byte.", "含 NUL 字节。")
OPEN_QUOTE = _both(
    f"A quotation mark opens in this line and is not closed properly within {MOST_LINES} lines.",
    f"本行有引号打开，但在 {MOST_LINES} 行内未正确闭合。",
)
CUT = _both(
    f"It is longer than {LONGEST_LINE} bytes and was cut.", f"超过 {LONGEST_LINE} 字节，已截断。"
)
NOT_JSON = _both("It is not JSON.", "不是合法的 JSON。")
NO_OBJECT = _both("It is JSON, but no object.", "是 JSON，但不是对象。")
REPEATED_KEY = _both("A key stands in it more than once.", "同一个键出现多次。")


def too_long(longest_cell: int) -> str:
    """Say that a cell is longer than the option allows."""
    return _both(
        f"A cell is longer than longest_cell = {longest_cell} characters.",
        f"单元格超过 longest_cell = {longest_cell} 个字符。",
    )


def cells(found: int, expected: int) -> str:
    """Say that a line has more or fewer cells than the header."""
    return _both(
        f"It has {found} cells, the header has {expected}.",
        f"有 {found} 个单元格，表头有 {expected} 个。",
    )


def cut_here(dropped: int) -> str:
    """Return what stands in a line in place of its end."""
    return f"[shike cut {dropped} bytes here]"
