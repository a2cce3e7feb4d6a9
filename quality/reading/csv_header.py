"""The header of a CSV file: which separator it uses and how its columns are named."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quality.reading.findings import UnreadableFileError
from quality.reading.lines import Block

if TYPE_CHECKING:
    from quality.schema import Table

_SEPARATORS = (",", ";", "\t", "|")
_LONGEST_HEADER = 100_000
_HEADER = re.compile(rb"(?:[ \t]*[\r\n]++)*+([^\r\n]*)(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class Header:
    """The first line of a CSV file that is not blank."""

    separator: str
    names: tuple[str, ...]
    """Column names without surrounding blanks; a blank one is ``(column N)``."""


def header_of(blocks: Iterator[Block], table: Table) -> Header:
    """Read the header from the blocks of a file.

    The separator is the one that finds the most mandatory columns of the table, then the most
    declared ones; a comma if several find equally many.

    Raises:
        UnreadableFileError: If there is no header, or it is no line of names.
    """
    line = next((line for line, _ in map(_parted, blocks) if line), b"")
    if not line:
        raise UnreadableFileError(
            "it is empty: not even a header. Deliver it again, with a header at least.",
            "文件为空，连表头也没有。请重新提交，至少包含表头。",
        )
    _check(line)
    mandatory = {column.name for column in table.columns if not column.optional}
    declared = set(table.column_names)
    found = [Header(separator, _names(line.decode(), separator)) for separator in _SEPARATORS]
    return max(
        found,
        key=lambda header: (len(mandatory & {*header.names}), len(declared & {*header.names})),
    )


def without_header(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the blocks without the header line."""
    for block in blocks:
        line, rest = _parted(block)
        if line:
            yield replace(block, text=rest, is_cut=False)
            break
    yield from blocks


def _parted(block: Block) -> tuple[bytes, bytes]:
    """Return the first line that is not blank, empty if there is none, and what follows it."""
    found = _HEADER.match(block.text)
    line = found[1] if found else b""
    return (line, block.text[found.end() :]) if found and line.strip() else (b"", b"")


def _check(line: bytes) -> None:
    if b"\0" in line:
        raise UnreadableFileError(
            "its header holds NUL bytes: it is binary, or UTF-16 without a byte order mark. "
            "Save it as UTF-8 and deliver it again.",
            "表头含 NUL 字节：可能是二进制文件，或无 BOM 的 UTF-16。请另存为 UTF-8 后重新提交。",
        )
    if len(line) > _LONGEST_HEADER:
        raise UnreadableFileError(
            f"its header is a line of {len(line)} bytes, more than {_LONGEST_HEADER}. "
            "Deliver it again with one line of column names first.",
            f"表头长 {len(line)} 字节，超过 {_LONGEST_HEADER}。请以一行列名开头后重新提交。",
        )


def _names(line: str, separator: str) -> tuple[str, ...]:
    (cells,) = csv.reader([line], delimiter=separator)
    # A byte order mark may stand twice, after files were put together.
    names = [cell.strip().strip("\ufeff").strip() for cell in cells]
    return tuple(name or f"(column {place})" for place, name in enumerate(names, start=1))
