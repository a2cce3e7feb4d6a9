"""A file of text as a stream of UTF-8: decompressed, decoded, checked and never beyond a limit."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from quality.reading.findings import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_BYTES = 4 * 2**20
"""How much is read at a time."""

_GIB = 2**30
# The longer mark first: UTF-32 begins like UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class UndecodableError(Exception):
    """A byte is not of the encoding that the file was read in.

    Args:
        encoding: That encoding.
        position: Where the byte stands in the decompressed file, from 0.
        line: The line it stands in, from 1.
    """

    def __init__(self, encoding: str, position: int, line: int) -> None:
        super().__init__(f"byte {position} is not {encoding}")
        self.encoding = encoding
        self.position = position
        self.line = line


@dataclass(frozen=True)
class TextFile:
    """A file of text and how to read it."""

    path: Path
    encoding: str = ""
    """Its encoding where no byte order mark names one; empty tries UTF-8."""
    largest_gib: float = 64.0
    """Decompressed size above which it is not read on."""

    def raw(self) -> Iterator[bytes]:
        """Yield the decompressed bytes, piece by piece.

        Raises:
            UnreadableFileError: If the file is damaged or larger than the limit.
        """
        size = 0
        try:
            with self._open() as stream:
                while piece := stream.read(CHUNK_BYTES):
                    size += len(piece)
                    if size > self.largest_gib * _GIB:
                        raise _too_large(self.largest_gib)
                    yield piece
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableFileError(
                f"it is damaged ({error}). Deliver it again.",
                f"文件已损坏（{error}）。请重新提交。",
            ) from error

    def utf8(self) -> Iterator[bytes]:
        """Yield the text in UTF-8 without its mark; no piece ends between a CR and its LF.

        Raises:
            UndecodableError: If a byte is not of the file's encoding.
            UnreadableFileError: If the file is damaged or larger than the limit.
        """
        held = b""
        for piece in self._decoded():
            whole = held + piece
            held = b"\r" if whole.endswith(b"\r") else b""
            if text := whole[: len(whole) - len(held)]:
                yield text
        if held:
            yield held

    def _open(self) -> IO[bytes]:
        is_compressed = self.path.name.lower().endswith(".gz")
        stream = gzip.GzipFile(self.path) if is_compressed else self.path.open("rb")
        return cast("IO[bytes]", stream)

    def _decoded(self) -> Iterator[bytes]:
        decoder: _Decoder | None = None
        for piece in self.raw():
            rest = piece
            if decoder is None:
                encoding, mark = _mark(piece)
                decoder = _Decoder(encoding or self.encoding or "utf-8", len(mark))
                rest = piece[len(mark) :]
            yield decoder.feed(rest)
        if decoder:
            yield decoder.feed(b"", final=True)


def _mark(start: bytes) -> tuple[str, bytes]:
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding, mark
    return "", b""


class _Decoder:
    """Turns pieces of one encoding into UTF-8, and knows where it stands."""

    def __init__(self, encoding: str, skipped: int) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._is_utf8 = codecs.lookup(encoding).name == "utf-8"
        self._position = skipped
        self._line = 1

    def feed(self, piece: bytes, *, final: bool = False) -> bytes:
        """Return a piece in UTF-8; UTF-8 itself is checked and passed on as it is."""
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            before = piece[: max(error.start - waiting, 0)]
            line = self._line + before.count(b"\n")
            position = self._position - waiting + error.start
            raise UndecodableError(self._encoding, position, line) from error
        self._position += len(piece)
        self._line += piece.count(b"\n")
        # With the mark gone, a second one is text like any other: headers strip it.
        return piece if self._is_utf8 else text.encode()


def _too_large(largest_gib: float) -> UnreadableFileError:
    return UnreadableFileError(
        f"it holds more than largest_file_gib = {largest_gib:g} GiB and was not read on. "
        "Deliver it in parts, or raise largest_file_gib.",
        f"内容超过 largest_file_gib = {largest_gib:g} GiB，已停止读取。"
        "请分成多个文件提交，或调大 largest_file_gib。",
    )
