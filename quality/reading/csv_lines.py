"""The lines of CSV text, and which of them need a closer look for their quotation marks."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_LF, _CR, _QUOTE = b'\n\r"'


class Lines:
    """Where lines begin and end; they end with LF, CR LF or CR alone.

    Args:
        text: Whole lines; only the last may lack its end.
        separator: The byte between cells.
    """

    def __init__(self, text: bytes, separator: int) -> None:
        self.text = text
        self._separator = separator
        self._codes = np.frombuffer(text, np.uint8)
        is_end = self._codes == _LF
        if b"\r" in text:
            is_end |= (self._codes == _CR) & (np.append(self._codes[1:], 0) != _LF)
        ends = np.flatnonzero(is_end) + 1
        if text and (not len(ends) or ends[-1] < len(text)):
            ends = np.append(ends, len(text))
        self.ends: NDArray[np.int64] = ends.astype(np.int64)
        """Where each line ends, its line end included."""
        self.starts: NDArray[np.int64] = np.append(0, self.ends[:-1])[: len(ends)]

    def __len__(self) -> int:
        return len(self.ends)

    def content(self, line: int) -> bytes:
        """Return a line without its line end."""
        return self.text[self.starts[line] : self.ends[line]].rstrip(b"\r\n")

    @cached_property
    def is_filled(self) -> NDArray[np.bool_]:
        """Whether there is anything in a line."""
        begins_with: NDArray[np.uint8] = self._codes[self.starts]
        return np.not_equal(begins_with, _LF) & np.not_equal(begins_with, _CR)

    @cached_property
    def quoted(self) -> NDArray[np.int64]:
        """The lines that hold a quotation mark."""
        return np.unique(self._line_of_quote)

    @cached_property
    def doubtful(self) -> list[int]:
        """The lines whose quotation marks do not simply open and close cells by turns.

        A mark at the start of a cell opens it, the next, if it stands at the end of a cell,
        closes it. Where that holds for all marks of a line the line is whole.
        """
        if not len(self._quotes):
            return []
        codes = np.concatenate(([_LF], self._codes, [_LF]))
        is_border = (codes == _LF) | (codes == _CR) | (codes == self._separator)
        line, place = self._line_of_quote, np.arange(len(self._quotes))
        turn = (place - np.searchsorted(line, line)) % 2
        is_plain = np.where(turn, is_border[self._quotes + 2], is_border[self._quotes])
        marks = np.bincount(line, minlength=len(self))
        plain = np.bincount(line, weights=is_plain, minlength=len(self))
        return [int(found) for found in np.flatnonzero((plain < marks) | (marks % 2 == 1))]

    @cached_property
    def _quotes(self) -> NDArray[np.int64]:
        if b'"' not in self.text:
            return np.empty(0, np.int64)
        return np.flatnonzero(self._codes == _QUOTE)

    @cached_property
    def _line_of_quote(self) -> NDArray[np.int64]:
        return np.searchsorted(self.ends, self._quotes, side="right")
