"""Names and values as they stand in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def identifier(name: str) -> str:
    """Quote a column's or relation's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Quote a text value."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: tuple[str, ...]) -> str:
    """Quote text values, separated by commas."""
    return ", ".join(literal(value) for value in values)


def files(paths: Iterable[Path]) -> str:
    """Return the list of exactly these files: no character of a name stands for others."""
    escaped = (re.sub(r"[*?\[]", r"[\g<0>]", str(path)) for path in paths)
    return f"[{literals(tuple(escaped))}]"
