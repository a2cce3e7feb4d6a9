"""What can be wrong with a file before a single row is judged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Note:
    """One sentence in both languages."""

    en: str
    zh: str


class Check(StrEnum):
    """The checks of files and columns; each is a rule of every table."""

    DELIVERED = "table.delivered"
    """A table the day cannot run without is there and has rows."""
    READABLE = "file.readable"
    """Every file can be read to its end."""
    ENCODING = "file.encoding"
    """No file's encoding had to be guessed."""
    NOT_REPEATED = "file.not_repeated"
    """No file is delivered twice under two names."""
    COLUMNS = "file.columns"
    """Every file has the mandatory columns, once each, in a type that can be understood."""
    UNKNOWN = "file.no_unknown_columns"
    """No file has columns that the table does not declare."""
    FORBIDDEN = "file.no_forbidden_columns"
    """No file has columns that must never be delivered."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A broken check: where, what was found, what to do."""

    table: str
    check: Check
    file: str
    column: str | None = None
    said: Note


class UnreadableFileError(Exception):
    """A file cannot be read; the reader turns it into a finding that names the file."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.said = Note(en, zh)
