"""A stream of text as blocks of whole lines, none longer than can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quality.reading.malformed import LONGEST_LINE, cut_here


@dataclass(frozen=True)
class Block:
    """Some whole lines; lines end with LF, CR LF or CR alone."""

    text: bytes
    """UTF-8; only the last line of the file may lack its end."""
    is_cut: bool = False
    """Whether the first line was too long: its end is dropped, and it says so."""
    is_last: bool = False


def blocks(pieces: Iterable[bytes]) -> Iterator[Block]:
    """Gather pieces of UTF-8 text into blocks of whole lines.

    Memory holds a piece and ``LONGEST_LINE`` bytes, however long a line is.

    Args:
        pieces: The text; no piece ends between a CR and its LF.
    """
    rest, dropped = b"", 0
    for piece in pieces:
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        if end:
            yield _block(rest, dropped, piece[:end])
            rest, dropped = piece[end:], 0
        else:
            rest += piece
        dropped += max(len(rest) - LONGEST_LINE, 0)
        rest = rest[:LONGEST_LINE]
    yield Block(_cut(rest, dropped) if dropped else rest, is_cut=bool(dropped), is_last=True)


def _block(rest: bytes, dropped: int, piece: bytes) -> Block:
    end = _first_line_end(piece)
    if not dropped and len(rest) + end <= LONGEST_LINE:
        return Block(rest + piece)
    line = rest + piece[:end]
    dropped += max(len(line) - LONGEST_LINE, 0)
    return Block(_cut(line[:LONGEST_LINE], dropped) + piece[end:], is_cut=True)


def _first_line_end(piece: bytes) -> int:
    """Return where the content of the first line ends."""
    found = [place for place in (piece.find(b"\n"), piece.find(b"\r")) if place >= 0]
    return min(found)


def _cut(line: bytes, dropped: int) -> bytes:
    # The cut may run through a character.
    kept = line.decode(errors="ignore").encode()
    return kept + cut_here(dropped + len(line) - len(kept)).encode()
