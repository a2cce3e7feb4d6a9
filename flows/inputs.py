"""The accepted tables as the stages read them: one id a person, and the events left on disk.

All other tables are in memory. Events are most of a shop's data, and every stage only scans them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from quality.parquet_folder import ParquetFolder
from quality.scanning import Rows, scan
from quality.tables.inputs import EVENTS, IDENTITIES
from trials.identities import by_person, persons_of, under_persons, uses

ON_DISK: Final = (EVENTS.name,)
"""Tables that stages scan."""


@dataclass(frozen=True)
class StageInputs:
    """Input tables by name."""

    by_person: Mapping[str, Rows]
    """With one id a person everywhere."""
    as_delivered: Mapping[str, Rows]
    """The same, but that only the tables on disk have one id a person."""


def stage_inputs(accepted: ParquetFolder) -> StageInputs:
    """Read the accepted tables of a day; the folder must outlive what is returned."""
    held = {name: accepted[name] for name in accepted if name not in ON_DISK}
    persons = persons_of(held.get(IDENTITIES.name, IDENTITIES.empty()))
    on_disk = {
        name: _by_person(rows, persons, accepted.folder / f"{name}-by-person.parquet")
        for name, rows in scanned(accepted).items()
    }
    return StageInputs(by_person(held).tables | on_disk, held | on_disk)


def scanned(accepted: ParquetFolder) -> dict[str, ds.Dataset]:
    """Return the accepted tables that stay on disk, under the ids that were delivered."""
    return {name: accepted.scan(name) for name in ON_DISK if name in accepted}


def _by_person(rows: ds.Dataset, persons: pa.Table, target: Path) -> ds.Dataset:
    """Write rows again under the ids of persons, if any stands under another one."""
    if not uses(rows, persons):
        return rows
    with pq.ParquetWriter(target, rows.schema) as writer:
        for batch in scan(rows, rows.schema.names, least_rows=len(persons)):
            writer.write_table(under_persons(batch, persons).drop_columns("id_given"))
    return ds.dataset(target, schema=rows.schema)
