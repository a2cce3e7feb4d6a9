"""Write the made-up shop block by block: memory holds one block of people, however many there are."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.sources.synthetic import columns
from infra.sources.synthetic.actions import draw_actions, event_table, exposure_table
from infra.sources.synthetic.catalogue import build_catalogue
from infra.sources.synthetic.people import BLOCK_USERS, draw_people, people_tables
from infra.sources.synthetic.purchases import draw_purchases
from infra.sources.synthetic.reports import report_tables
from infra.sources.synthetic.trials import applicant_tables, draw_applicants
from infra.sources.synthetic.world import trial_table, world_tables
from quality.progress import Progress, silent

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from infra.sources.synthetic.catalogue import Catalogue
    from infra.sources.synthetic.chance import Ints
    from infra.sources.synthetic.options import SyntheticOptions


def write_synthetic_shop(out: Path, options: SyntheticOptions, progress: Progress = silent) -> Path:
    """Write a made-up shop as ``<table>.parquet`` into ``out``, and its truth into ``out/truth``.

    Args:
        out: The data folder; made if it does not exist.
        options: What the shop is made from; equal options give equal bytes.
        progress: Told of each block of people.

    Returns:
        ``out``.

    Raises:
        ValueError: If the options ask for too few items.
    """
    catalogue = build_catalogue(options)
    blocks = -(-options.users // BLOCK_USERS)
    applicants = np.zeros(len(catalogue.trial_opens), np.int64)
    awards = np.zeros_like(applicants)
    with _Folder(out) as folder:
        for name, table in world_tables(catalogue, options).items():
            folder.append(name, table)
        for block in range(blocks):
            progress("synthetic shop", block, blocks)
            tables = shop_block(catalogue, options, block)
            applicants += _rows_by_trial(tables["applications"], len(applicants))
            awards += _rows_by_trial(tables["awards"], len(applicants))
            for name, table in tables.items():
                folder.append(name, table)
        folder.append("trials", trial_table(catalogue, options, applicants, awards))
        progress("synthetic shop", blocks, blocks)
    return out


def shop_block(catalogue: Catalogue, options: SyntheticOptions, block: int) -> dict[str, pa.Table]:
    """Return the tables of one block of people; it needs no other block.

    Everybody in the block is drawn and those beyond the last person are dropped at the end, so
    that nobody's history depends on how many people there are.
    """
    people = draw_people(options, block)
    bought, cycles = draw_purchases(people, catalogue, options, block)
    applicants = draw_applicants(people, catalogue, options, block)
    history = (bought, applicants)
    actions = draw_actions(people, catalogue, options, block, history)
    tables = (
        people_tables(people, options)
        | applicant_tables(applicants, people, catalogue, options)
        | report_tables(people, catalogue, options, block, history)
        | {
            "events": event_table(actions, people, catalogue, options),
            "exposures": exposure_table(people, catalogue, options, block),
            "truth/cycles": cycles,
        }
    )
    beyond = columns.user_ids(np.array([options.users]))[0]
    return {name: _before(rows, beyond) for name, rows in tables.items()}


def _before(rows: pa.Table, user_id: pa.Scalar) -> pa.Table:
    """Keep the rows of people before one; what belongs to a person begins with their id."""
    owner = "user_id" if "user_id" in rows.column_names else "report_id"
    return rows.filter(pc.less(rows[owner], user_id))


def _rows_by_trial(rows: pa.Table, trials: int) -> Ints:
    number = pc.cast(pc.utf8_slice_codeunits(rows["trial_id"], len("trial-")), pa.int64())
    return np.bincount(number.to_numpy(), minlength=trials)


class _Folder:
    """A folder of Parquet files that grow by row groups and take their names when all are whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
        for name in self._writers:
            if kind is None:
                self._unfinished(name).replace(self._path / f"{name}.parquet")
            else:
                self._unfinished(name).unlink()

    def append(self, name: str, table: pa.Table) -> None:
        """Add rows to a file; the first rows decide its columns."""
        if name not in self._writers:
            unfinished = self._unfinished(name)
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            writer = pq.ParquetWriter(unfinished, table.schema, compression="zstd")
            self._writers[name] = self._stack.enter_context(writer)
        self._writers[name].write_table(table)

    def _unfinished(self, name: str) -> Path:
        path = self._path / f"{name}.parquet"
        return path.with_name(f".{path.name}.part")
