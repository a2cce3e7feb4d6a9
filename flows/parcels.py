"""How what shards are made of, and what comes of them, gets from one process to another."""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

_ALIGNED: Final = 64
"""Bytes of which each array begins at a multiple, as numpy and Arrow would have it."""
_NUMBER: Final = 8


class Carrier(Hashable, Protocol):
    """Packs content so that it can be sent, and opens what arrived."""

    def pack(self, content: Any) -> Any:
        """Return what is sent instead of the content."""

    def open(self, parcel: Any) -> Any:
        """Return the content of what was packed; it may not be writable."""

    def discard(self, parcel: Any) -> None:
        """Let go of what nobody is going to open any more."""

    def size(self, parcel: Any) -> int:
        """Return the bytes of what was packed."""


@dataclass(frozen=True)
class Messages:
    """Content travels inside the messages: to workers that are somewhere else."""

    def pack(self, content: Any) -> bytes:
        """Return the content, pickled."""
        return pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)

    def open(self, parcel: bytes) -> Any:
        """Return the content."""
        return pickle.loads(parcel)  # noqa: S301 - of the day's own processes

    def discard(self, parcel: bytes) -> None:
        """Do nothing: it goes with its last name."""

    def size(self, parcel: bytes) -> int:
        """Return its length."""
        return len(parcel)


@dataclass(frozen=True)
class Files:
    """Content stays in files that workers of this machine map: arrays are not copied at all.

    A file holds the number of arrays, the pickled rest and the arrays' bytes, each at a multiple of
    64 bytes, behind their lengths.
    """

    folder: Path
    """Where they are; every process must reach it."""

    def pack(self, content: Any) -> Path:
        """Write the content; return the file.

        Raises:
            OSError: If it cannot be written.
        """
        arrays: list[pickle.PickleBuffer] = []
        rest = pickle.dumps(content, protocol=5, buffer_callback=arrays.append)
        parts: list[memoryview] = [memoryview(rest), *(array.raw() for array in arrays)]
        lengths = [len(parts), *(part.nbytes for part in parts)]
        head = b"".join(length.to_bytes(_NUMBER, "little") for length in lengths)
        path = self.folder / uuid4().hex
        with path.open("xb") as file:
            for part in (memoryview(head), *parts):
                file.write(part)
                file.write(bytes(-file.tell() % _ALIGNED))
        return path

    def open(self, parcel: Path) -> Any:
        """Return the content, its arrays as they lie in the file: they cannot be written to."""
        with parcel.open("rb") as file:
            held = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        rest, *arrays = _parts(held)
        return pickle.loads(rest, buffers=arrays)  # noqa: S301 - of the day's own processes

    def discard(self, parcel: Path) -> None:
        """Remove the file; what was opened stays readable."""
        parcel.unlink(missing_ok=True)

    def size(self, parcel: Path) -> int:
        """Return the length of the file."""
        return parcel.stat().st_size


def _parts(held: memoryview) -> Iterator[memoryview]:
    count = int.from_bytes(held[:_NUMBER], "little")
    lengths = [int.from_bytes(held[_NUMBER * at :][:_NUMBER], "little") for at in range(1, count + 1)]  # fmt: skip
    starts = accumulate(
        (_padded(length) for length in lengths), initial=_padded(_NUMBER * (count + 1))
    )
    for (start, _), length in zip(pairwise(starts), lengths, strict=True):
        yield held[start : start + length]


def _padded(length: int) -> int:
    return length + -length % _ALIGNED
