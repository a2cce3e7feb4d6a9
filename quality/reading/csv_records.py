"""Where the records of CSV text begin and end, so that one bad quotation mark costs one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.reading import malformed
from quality.reading.csv_lines import Lines
from quality.reading.lines import Block
from quality.reading.malformed import LONGEST_LINE, MOST_LINES

_BROKEN, _UNDECIDED = -1, -2


@dataclass(frozen=True)
class Records:
    """The records of a block; blank lines are none."""

    text: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Where each record ends, its line end included."""
    bad: dict[int, str]
    """Which of them are no rows, with the reason; ascending."""
    rest: bytes
    """A record that is not complete yet."""

    def content(self, place: int) -> bytes:
        """Return one record without its line end."""
        return self.text[self.starts[place] : self.ends[place]].rstrip(b"\r\n")

    def good_text(self) -> bytes:
        """Return the text of the records that are not bad."""
        if not len(self.starts):
            return b""
        bounds = [0]
        for place in self.bad:
            bounds += [int(self.starts[place]), int(self.ends[place])]
        bounds.append(int(self.ends[-1]))
        return b"".join(
            self.text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)
        )


class Splitter:
    """Splits blocks of CSV into records.

    A cell that opens with a quotation mark may run over lines, if the closing mark stands before
    a separator or a line end and comes within 1,000 lines. Otherwise only the line where it opened
    is bad, and the next line begins a record again.

    Args:
        separator: The byte between cells.
        longest_cell: More characters than this make a record bad.
    """

    def __init__(self, separator: bytes, longest_cell: int) -> None:
        mark = re.escape(separator)
        inside = rb'(?:[^"]++|"")*+'
        cell = rb'(?:"%b"[^%b]*+|[^"%b][^%b]*+)?+' % (inside, mark, mark, mark)
        cells = rb"(?:%b%b(?=%b|\Z))*+" % (mark, cell, mark)
        self._separator = separator[0]
        self._longest_cell = longest_cell
        self._cell = re.compile(rb"(?:\A|%b)(%b)" % (mark, cell))
        self._whole = re.compile(rb"%b%b" % (cell, cells))
        self._closes = re.compile(rb'%b"%b' % (inside, cells))
        self._stays_open = re.compile(rb'%b(?:"%b%b"%b)?' % (inside, cells, mark, inside))

    def split(self, block: Block, rest: bytes) -> Records:
        """Split a block, which continues an incomplete record."""
        lines = Lines(rest + block.text, self._separator)
        cut = int(np.searchsorted(lines.starts, len(rest))) if block.is_cut else None
        is_record, ends = lines.is_filled.copy(), lines.ends.copy()
        bad, stop = {}, len(lines)
        for line, last in self._doubtful(lines, cut, is_last=block.is_last):
            if last == _BROKEN:
                bad[line] = malformed.OPEN_QUOTE
            elif last == _UNDECIDED:
                stop = line
            else:
                is_record[line + 1 : last + 1] = False
                ends[line] = lines.ends[last]
        if cut is not None:
            bad[cut] = malformed.CUT
        is_record[stop:] = False
        places = np.flatnonzero(is_record)
        end = int(lines.starts[stop]) if stop < len(lines) else len(lines.text)
        why = {int(np.searchsorted(places, line)): bad[line] for line in bad}
        text, rest = lines.text[:end], lines.text[end:]
        records = Records(text, lines.starts[places], ends[places], why, rest)
        why.update((place, said) for place, said in self._refused(records) if place not in why)
        return Records(text, records.starts, records.ends, dict(sorted(why.items())), rest)

    def _doubtful(
        self, lines: Lines, cut: int | None, *, is_last: bool
    ) -> Iterator[tuple[int, int]]:
        """Yield each line where a cell stays open, with the line that closes it."""
        after = 0
        for line in lines.doubtful:
            if line < after or line == cut or self._whole.fullmatch(lines.content(line)):
                continue
            last = self._closing(lines, line, cut, is_last=is_last)
            yield line, last
            if last == _UNDECIDED:
                return
            after = last + 1

    def _closing(self, lines: Lines, line: int, cut: int | None, *, is_last: bool) -> int:
        start = lines.starts[line]
        last = min(line + MOST_LINES, int(np.searchsorted(lines.ends, start + LONGEST_LINE)))
        if cut is not None and cut > line:
            last = min(last, cut - 1)
        is_whole = is_last or last < len(lines) - 1
        first = int(np.searchsorted(lines.quoted, line, side="right"))
        for further in lines.quoted[first : int(np.searchsorted(lines.quoted, last, "right"))]:
            content = lines.content(further)
            if self._closes.fullmatch(content):
                return int(further)
            if not self._stays_open.fullmatch(content):
                return _BROKEN
        return _BROKEN if is_whole else _UNDECIDED

    def _refused(self, records: Records) -> Iterator[tuple[int, str]]:
        if b"\0" in records.text:
            nuls = np.flatnonzero(np.frombuffer(records.text, np.uint8) == 0)
            for place in np.unique(np.searchsorted(records.ends, nuls, side="right")):
                yield int(place), malformed.NUL
        for place in np.flatnonzero(records.ends - records.starts > self._longest_cell):
            cells = self._cell.finditer(records.content(int(place)))
            if any(len(cell[1].decode()) > self._longest_cell for cell in cells):
                yield int(place), malformed.too_long(self._longest_cell)
