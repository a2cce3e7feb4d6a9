"""What a checked delivery is: rows that can be used, rows that cannot, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from quality.measures import Measures
from quality.parquet_folder import ParquetFolder
from quality.reading import Note
from quality.rules.outcome import Verdict


@dataclass(frozen=True, kw_only=True)
class TableCount:
    """Where the rows of one table went; every row read is in exactly one place."""

    table: str
    read: int
    accepted: int
    quarantined: int
    duplicates: int
    """Further copies of a row, every column equal."""
    after_as_of: int
    """Rows that happened at or after the as-of day."""
    replaced: int = 0
    """Rows in whose place a mended one was replayed."""
    erased: int = 0
    """Rows of people who asked to be erased."""

    def __post_init__(self) -> None:
        placed = self.accepted + self.quarantined + self.duplicates + self.after_as_of
        placed += self.replaced + self.erased
        if placed != self.read:
            raise ValueError(f"{self.table}: each of {self.read} rows must have a place: {self}")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What a delivery holds that can be used, and what is wrong with the rest."""

    tables: ParquetFolder
    """Accepted rows of every table that could be read, in the declared schema, by key."""
    findings: ParquetFolder
    """``quarantine``: every refused row as it was read."""
    report: pa.Table
    """``validation_report``: one row a rule of every delivered table."""
    counts: tuple[TableCount, ...]
    by_file: pa.Table
    """Rows of every file; see :func:`quality.lineage.rows_by_file`."""
    measures: Measures
    """The delivery beside its own past and beside earlier runs."""
    suites: Mapping[str, Any] = field(compare=False)
    """What Great Expectations says of each table, with the time at which it says so; see
    :func:`quality.expectations.data_docs`."""
    verdict: Verdict
    notes: tuple[Note, ...]
    """What was kept out or is absent, a sentence each."""

    @property
    def quarantine(self) -> pa.Table:
        """``quarantine``: every refused row as it was read."""
        return self.findings["quarantine"]
