"""Opening files of text: gzip by its ending, UTF-8 with or without BOM, and what else was found."""

from __future__ import annotations

import gzip
from typing import IO, TYPE_CHECKING, cast

from quality.reading.findings import UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
BLOCK_BYTES = 16 * 2**20
"""How much is read at a time; a row or line longer than this cannot be read."""


def opened(path: Path) -> IO[bytes]:
    """Open a file of text as bytes, decompressed, past its BOM."""
    compressed = path.name.lower().endswith(".gz")
    stream = cast("IO[bytes]", gzip.GzipFile(path) if compressed else path.open("rb"))
    if stream.read(len(BOM)) != BOM:
        stream.seek(0)
    return stream


def wrong_encoding(path: Path) -> UnreadableFileError:
    """Say which line of a file is not UTF-8, and what it looks like instead."""
    with opened(path) as stream:
        if stream.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
            return _not_utf8(1, "UTF-16")
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            if not _decodes(line, "utf-8"):
                return _not_utf8(number, "GBK/GB18030" if _decodes(line, "gb18030") else "")
    return _not_utf8(1, "")


def _not_utf8(line: int, looks_like: str) -> UnreadableFileError:
    en = f" (it looks like {looks_like})" if looks_like else ""
    zh = f"（看起来是 {looks_like}）" if looks_like else ""
    return UnreadableFileError(
        f"it must be UTF-8, but line {line} is not{en}. Save it as UTF-8 and deliver it again.",
        f"须为 UTF-8 编码，但第 {line} 行不是{zh}。请另存为 UTF-8 后重新提交。",
    )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
