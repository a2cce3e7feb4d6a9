"""Check a delivery: read it, refuse what is bad row by row, and judge whether the day may go on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from quality.checking import DayCheck
from quality.database import open_database
from quality.errors import ContractError
from quality.measures import Earlier
from quality.progress import Progress, silent
from quality.reading import Note, read_folder
from quality.reading.aside import Corrections
from quality.reading.file import Reader
from quality.reading.parquet import is_damage
from quality.reading.sql import literal
from quality.rules import ValidationOptions
from quality.validated import TableCount, Validation

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Note", "TableCount", "Validation", "ValidationOptions", "validate"]


def validate(
    folder: Path,
    into: Path,
    *,
    as_of: date,
    options: ValidationOptions,
    corrections: Corrections | None = None,
    earlier: Earlier | None = None,
    progress: Progress = silent,
) -> Validation:
    """Read the input tables of a folder and judge them.

    Args:
        folder: Holds the tables as files; see the data dictionary.
        into: A folder for the rows, accepted and refused, as Parquet files; made if need be.
            What is returned reads them there when it is asked.
        as_of: Everything before the start of this day is known, nothing after.
        options: How to read and how strictly to judge.
        corrections: Rows that were mended and people who are erased; None for none.
        earlier: What earlier runs found and measured; None on the first.
        progress: Told about each table.

    Returns:
        Accepted rows and findings: what cannot be read at all is a finding, too, and the verdict
        is ``block``.

    Raises:
        ContractError: If a Parquet file could be read at first and not again.
        ValueError: If the folder does not exist or an option cannot be used.
    """
    if not folder.is_dir():
        raise ValueError(f"the data must be in a folder, found none at {folder}")
    with (
        TemporaryDirectory(prefix="shike-") as workdir,
        closing(open_database(Path(workdir) / "checks.duckdb")) as connection,
    ):
        connection.execute(f"SET memory_limit = '{options.memory_gib} GiB'")
        _check_zones(connection, options)
        reader = Reader(
            connection=connection,
            folder=folder.resolve(),
            workdir=Path(workdir),
            replays=corrections.replays if corrections else None,
            assume_timezone=options.assume_timezone,
            forbidden_columns=options.forbidden_columns,
            encoding=options.encoding,
            largest_file_gib=options.largest_file_gib,
            longest_cell=options.longest_cell,
        )
        try:
            delivery = read_folder(reader, progress)
            day = DayCheck(
                connection,
                delivery,
                into,
                corrections or Corrections(),
                as_of,
                options,
                earlier or Earlier(),
            )
            return day.judged(progress)
        except duckdb.Error as error:
            if not is_damage(error):
                raise
            raise _damaged(error) from error


def _check_zones(connection: duckdb.DuckDBPyConnection, options: ValidationOptions) -> None:
    for zone in {options.timezone, options.assume_timezone} - {""}:
        query = f"SELECT 1 FROM pg_timezone_names() WHERE name = {literal(zone)}"
        if not connection.execute(query).fetchall():
            raise ValueError(f"a timezone must be a name such as Asia/Shanghai, found {zone!r}")


def _damaged(error: duckdb.Error) -> ContractError:
    reason = (str(error).splitlines() or [""])[0].rstrip(".")
    return ContractError(
        "every Parquet file must read the same twice, but one that could be read at first could "
        f"not be read again ({reason}): it is damaged or was changed meanwhile. Deliver the files "
        "again, each under its name only once it is whole"
    )
