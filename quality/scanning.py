"""Rows that are read in batches: an Arrow table, or Parquet files that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

Rows: TypeAlias = pa.Table | ds.Dataset
"""A table in memory, or one on disk; DuckDB and :func:`scan` read either."""


def scan(
    rows: Rows, columns: Sequence[str], *, where: pc.Expression | None = None, least_rows: int
) -> Iterator[pa.Table]:
    """Yield some of the rows in their order, a batch at a time.

    Args:
        rows: The table.
        columns: What to read of it.
        where: Which rows, None for all; the others are left behind while reading.
        least_rows: Rows of every batch but the last. A caller that looks ids up in a vocabulary
            asks for as many: looking up costs the vocabulary's length once a batch.
    """
    source = rows if isinstance(rows, ds.Dataset) else ds.dataset(rows)
    held: list[pa.RecordBatch] = []
    n_held = 0
    for batch in source.to_batches(columns=list(columns), filter=where):
        held.append(batch)
        n_held += len(batch)
        if n_held >= least_rows:
            yield pa.Table.from_batches(held)
            held, n_held = [], 0
    if n_held:
        yield pa.Table.from_batches(held)
