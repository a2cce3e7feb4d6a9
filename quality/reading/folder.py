"""Which files of a folder belong to which table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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


def find_files(folder: Path, table: str) -> list[Path]:
    """Return the files of a table: ``<table>*.<ext>`` and everything below ``<table>/``.

    Names that begin with a dot or an underscore are left alone: they are other tools' markers.
    """
    candidates = [*folder.glob(f"{table}*"), *(folder / table).rglob("*")]
    found = {path for path in candidates if path.is_file() and format_of(path)}
    return sorted(path for path in found if not _is_marker(path.relative_to(folder).as_posix()))


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


def _is_marker(relative: str) -> bool:
    return any(part.startswith((".", "_")) for part in relative.split("/"))
