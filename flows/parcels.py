"""How what shards are made of, and what comes of them, gets from one process to another.

What a shard shares with the other shards is sent once, beside them: whatever is the very same
object in both is only named in the shard.
"""

from __future__ import annotations

import gc
import mmap
import pickle
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from uuid import uuid4

_ALIGNED: Final = 64
"""Bytes of which each array begins at a multiple, as numpy and Arrow would have it."""
_NUMBER: Final = 8
_SMALL: Final = (type(None), bool, int, float, str)
"""Not worth a name."""


def parts_of(content: object) -> list[Any]:
    """List a dataclass and what it is made of, however deep, in the same order in every process."""
    found = [content]
    for part in found:
        if is_dataclass(part):
            found += [getattr(part, field.name) for field in fields(part)]
    return found


class Carrier(Hashable, Protocol):
    """Packs content so that it can be sent, and opens what arrived."""

    def pack(self, content: Any, beside: Sequence[Any] = ()) -> Any:
        """Return what is sent instead of the content, but for objects that are there already.

        Args:
            content: What is sent.
            beside: What is there already: the parts of something that was sent before.
        """

    def open(self, parcel: Any, beside: Sequence[Any] = ()) -> Any:
        """Return the content of what was packed; it may not be writable.

        Args:
            parcel: What was packed.
            beside: The parts of what was sent before.
        """

    def discard(self, parcel: Any) -> None:
        """Let go of what nobody is going to open any more."""

    def size(self, parcel: Any) -> int:
        """Return the bytes of what was packed."""


@dataclass(frozen=True)
class Messages:
    """Content travels inside the messages: to workers that are somewhere else."""

    def pack(self, content: Any, beside: Sequence[Any] = ()) -> bytes:
        """Return the content, pickled."""
        file = BytesIO()
        _pickler(file, beside).dump(content)
        return file.getvalue()

    def open(self, parcel: bytes, beside: Sequence[Any] = ()) -> Any:
        """Return the content."""
        return _unpickled(BytesIO(parcel), beside)

    def discard(self, parcel: bytes) -> None:
        """Do nothing: it goes with its last name."""

    def size(self, parcel: bytes) -> int:
        """Return its length."""
        return len(parcel)


@dataclass(frozen=True)
class Files:
    """Content stays in files that workers of this machine map: arrays are not copied at all.

    A file holds what is pickled, then arrays, each beginning at a multiple of 64 bytes, then the
    length of each of these parts and their number.
    """

    folder: Path
    """Where they are; every process must reach it."""

    def pack(self, content: Any, beside: Sequence[Any] = ()) -> Path:
        """Write the content; return the file.

        Raises:
            OSError: If it cannot be written.
        """
        arrays: list[pickle.PickleBuffer] = []
        path = self.folder / uuid4().hex
        with path.open("xb") as file:
            _pickler(file, beside, arrays.append).dump(content)
            lengths = [file.tell()]
            for array in map(pickle.PickleBuffer.raw, arrays):
                file.write(bytes(-file.tell() % _ALIGNED))
                file.write(array)
                lengths.append(array.nbytes)
            for number in (*lengths, len(lengths)):
                file.write(number.to_bytes(_NUMBER, "little"))
        return path

    def open(self, parcel: Path, beside: Sequence[Any] = ()) -> Any:
        """Return the content, its arrays as they lie in the file: they cannot be written to."""
        with parcel.open("rb") as file:
            held = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            return _unpickled(file, beside, list(_arrays(held)))

    def discard(self, parcel: Path) -> None:
        """Remove the file; what was opened stays readable."""
        parcel.unlink(missing_ok=True)

    def size(self, parcel: Path) -> int:
        """Return the length of the file."""
        return parcel.stat().st_size


_Take = Callable[[pickle.PickleBuffer], Any] | None


def _pickler(file: BinaryIO, beside: Sequence[Any], take: _Take = None) -> pickle.Pickler:
    # To ask for the name of every object takes longer than to pickle it.
    if not beside:
        return pickle.Pickler(file, pickle.HIGHEST_PROTOCOL, buffer_callback=take)
    return _Naming(file, beside, take)


class _Naming(pickle.Pickler):
    """Only names what is there already."""

    def __init__(self, file: BinaryIO, beside: Sequence[Any], take: _Take) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL, buffer_callback=take)
        self._places = {
            id(part): place for place, part in enumerate(beside) if not isinstance(part, _SMALL)
        }

    def persistent_id(self, part: Any) -> int | None:
        """Name what is there already."""
        return self._places.get(id(part))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, beside: Sequence[Any], arrays: Sequence[memoryview]) -> None:
        super().__init__(file, buffers=arrays)
        self._beside = beside

    def persistent_load(self, place: int) -> Any:
        """Return what was named."""
        return self._beside[place]


def _unpickled(file: BinaryIO, beside: Sequence[Any], arrays: Sequence[memoryview] = ()) -> Any:
    with _uncollected():
        return _Unpickler(file, beside, arrays).load()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from looking again and again at thousands of new objects, all of use."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _arrays(held: memoryview) -> Iterator[memoryview]:
    count = int.from_bytes(held[-_NUMBER:], "little")
    index = held[-_NUMBER * (count + 1) : -_NUMBER]
    end, *lengths = (
        int.from_bytes(index[_NUMBER * at :][:_NUMBER], "little") for at in range(count)
    )
    for length in lengths:
        start = end + -end % _ALIGNED
        end = start + length
        yield held[start:end]
