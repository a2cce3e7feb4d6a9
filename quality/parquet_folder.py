"""Tables kept as Parquet files: nothing is in memory before somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from quality.schema import Table


class ParquetFolder(Mapping[str, pa.Table]):
    """Declared tables in the files ``<table>.parquet`` of a folder.

    A table is read when it is first asked for, in its declared schema, and kept from then on.

    Args:
        folder: Where the files are; it must outlive this object.
        declared: The tables that are there.
    """

    def __init__(self, folder: Path, declared: Sequence[Table]) -> None:
        self.folder = folder
        self._declared = {table.name: table for table in declared}
        self._read: dict[str, pa.Table] = {}

    def path(self, name: str) -> Path:
        """Return where a table's file is."""
        return self.folder / f"{name}.parquet"

    def rows(self, name: str) -> int:
        """Return how many rows a table has, without reading them."""
        return int(pq.read_metadata(self.path(name)).num_rows)

    def scan(self, name: str) -> ds.Dataset:
        """Return a table that stays on disk, in its declared schema; see :mod:`quality.scanning`."""
        return ds.dataset(self.path(name), schema=self._declared[name].schema)

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._read:
            schema = self._declared[name].schema
            self._read[name] = pq.read_table(self.path(name)).select(schema.names).cast(schema)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)
