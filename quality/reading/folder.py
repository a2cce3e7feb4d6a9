"""Which files of a folder belong to which table, and what looks like one but is not read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quality.reading.findings import Note
from quality.replay import REPLAYED

FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".ndjson": "json",
    ".ndjson.gz": "json",
    ".json": "json",
}
"""Endings of the files that are read, and what they hold; JSON means one object a line."""

_OUTSIDE = Note(
    "it is a link that leads out of the data folder and was not followed. Deliver the file itself.",
    "它是指向数据文件夹之外的链接，未读取。请提交文件本身。",
)
_NOWHERE = Note(
    "it is a link that leads nowhere. Deliver the file itself.",
    "它是失效的链接。请提交文件本身。",
)
_LINKED_FOLDER = Note(
    "it is a link to a folder and was not followed. Deliver the files themselves.",
    "它是指向文件夹的链接，未读取。请提交文件本身。",
)
_FOLDER = Note(
    "it is a folder named like a file. Put its files into a folder named like the table.",
    "它是以文件方式命名的文件夹。请将其中的文件放入与表同名的文件夹。",
)
_IRREGULAR = Note(
    "it is no regular file (a pipe, a socket or a device) and was not opened. Deliver a file.",
    "它不是普通文件（管道、套接字或设备），未打开。请提交文件。",
)
_NAME = Note(
    "its name is not UTF-8. Rename it and deliver it again.",
    "文件名不是 UTF-8。请改名后重新提交。",
)
_CLOSED = Note(
    "it is a folder that may not be opened. Deliver it again with the right to read it.",
    "该文件夹无权打开。请赋予读取权限后重新提交。",
)


@dataclass(frozen=True)
class Entry:
    """Something in the folder that belongs to a table."""

    path: Path
    name: str
    """Relative to the folder."""
    odd: Note | None = None
    """Why it is not read, if it is not."""


def find_entries(folder: Path, table: str) -> list[Entry]:
    """Return what belongs to a table: ``<table>*.<ext>`` and everything below ``<table>/``.

    Links are followed to regular files inside the folder only. Names that begin with a dot or an
    underscore are left alone: they are other tools' markers.
    """
    found = [
        entry
        for listed in os.scandir(folder)
        if listed.name.startswith(table)
        for entry in _entries(folder, listed, is_part=listed.name == table)
    ]
    return sorted(found, key=lambda entry: entry.path)


def find_replayed(replays: Path | None, table: str) -> list[Entry]:
    """Return the replayed rows of a table, in a folder made by :func:`quality.replay.lay_out`."""
    if replays is None:
        return []
    found = sorted(replays.glob(f"{REPLAYED}/*/{table}.jsonl"))
    return [Entry(path, path.relative_to(replays).as_posix()) for path in found]


def strangers(folder: Path, table: str) -> list[str]:
    """Return the names that look like the table but are in no format that is read."""
    return sorted(
        path.name for path in folder.glob(f"{table}*") if path.is_file() and not format_of(path)
    )


def format_of(path: Path) -> str | None:
    """Return ``parquet``, ``csv`` or ``json``; None for anything else."""
    name = path.name.lower()
    for ending, kind in FORMATS.items():
        if name.endswith(ending):
            return kind
    return None


def _entries(folder: Path, listed: os.DirEntry[str], *, is_part: bool) -> Iterator[Entry]:
    """Yield an entry of a folder; of the table's own folder, what is in it."""
    path = Path(listed.path)
    is_named_like_a_file = format_of(path) is not None
    if listed.name.startswith((".", "_")):
        return
    if listed.is_dir(follow_symlinks=False):
        if is_part:
            yield from _below(folder, path)
        elif is_named_like_a_file:
            yield _entry(folder, path, _FOLDER)
    elif is_named_like_a_file or (is_part and listed.is_symlink() and path.is_dir()):
        yield _entry(folder, path, _oddity(folder, path))


def _below(folder: Path, path: Path) -> Iterator[Entry]:
    try:
        inside = list(os.scandir(path))
    except OSError:
        yield _entry(folder, path, _CLOSED)
        return
    for listed in inside:
        yield from _entries(folder, listed, is_part=True)


def _entry(folder: Path, path: Path, odd: Note | None) -> Entry:
    relative = path.relative_to(folder).as_posix()
    name = os.fsencode(relative).decode(errors="replace")
    return Entry(path, name, odd or (_NAME if name != relative else None))


def _oddity(folder: Path, path: Path) -> Note | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return _NOWHERE
    if not target.is_relative_to(folder):
        return _OUTSIDE
    if target.is_dir():
        return _LINKED_FOLDER
    return None if target.is_file() else _IRREGULAR
