"""Check a delivery: read it, refuse what is bad row by row, and judge whether the day may go on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from quality.parquet_folder import ParquetFolder
from quality.progress import Progress, silent
from quality.reading import Delivery, Finding, Note, read_folder
from quality.reading.file import Reader
from quality.reading.findings import Check
from quality.reading.known import Known, know_rows
from quality.reading.sql import literal
from quality.rules import ValidationOptions, rules_of
from quality.rules.files import file_outcomes
from quality.rules.judging import Judge
from quality.rules.outcome import Outcome, Verdict, report_of, worst
from quality.rules.special import start_of_day, time_column
from quality.tables import INPUTS
from quality.tables.outputs import QUARANTINE

if TYPE_CHECKING:
    from datetime import date

    from quality.schema import Table

__all__ = ["Note", "TableCount", "Validation", "ValidationOptions", "validate"]

logger = logging.getLogger(__name__)


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

    def __post_init__(self) -> None:
        placed = self.accepted + self.quarantined + self.duplicates + self.after_as_of
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
    verdict: Verdict
    notes: tuple[Note, ...]
    """What was kept out or is absent, a sentence each."""

    @property
    def quarantine(self) -> pa.Table:
        """``quarantine``: every refused row as it was read."""
        return self.findings["quarantine"]


def validate(
    folder: Path,
    into: Path,
    *,
    as_of: date,
    options: ValidationOptions,
    earlier_reports: Sequence[pa.Table] = (),
    progress: Progress = silent,
) -> Validation:
    """Read the input tables of a folder and judge them.

    Args:
        folder: Holds the tables as files; see the data dictionary.
        into: A folder for the rows, accepted and refused, as Parquet files; made if need be.
            What is returned reads them there when it is asked.
        as_of: Everything before the start of this day is known, nothing after.
        options: How to read and how strictly to judge.
        earlier_reports: Reports of earlier runs, oldest first, for the trend.
        progress: Told about each table.

    Returns:
        Accepted rows and findings. Bad data never raise: what cannot be read at all is a
        finding, and the verdict is ``block``.

    Raises:
        ValueError: If the folder does not exist or an option cannot be used.
    """
    if not folder.is_dir():
        raise ValueError(f"the data must be in a folder, found none at {folder}")
    with (
        TemporaryDirectory(prefix="shike-") as workdir,
        closing(duckdb.connect(str(Path(workdir) / "checks.duckdb"))) as connection,
    ):
        # Text made of times must not depend on where it is made.
        connection.execute("SET TimeZone = 'UTC'")
        _check_zones(connection, options)
        reader = Reader(
            connection=connection,
            folder=folder.resolve(),
            workdir=Path(workdir),
            assume_timezone=options.assume_timezone,
            forbidden_columns=options.forbidden_columns,
        )
        delivery = read_folder(reader, progress)
        return _Day(connection, delivery, into, as_of, options).judged(earlier_reports, progress)


def _check_zones(connection: duckdb.DuckDBPyConnection, options: ValidationOptions) -> None:
    for zone in {options.timezone, options.assume_timezone} - {""}:
        query = f"SELECT 1 FROM pg_timezone_names() WHERE name = {literal(zone)}"
        if not connection.execute(query).fetchall():
            raise ValueError(f"a timezone must be a name such as Asia/Shanghai, found {zone!r}")


@dataclass(frozen=True)
class _Day:
    """One delivery while it is judged."""

    connection: duckdb.DuckDBPyConnection
    delivery: Delivery
    into: Path
    as_of: date
    options: ValidationOptions

    def judged(self, earlier_reports: Sequence[pa.Table], progress: Progress) -> Validation:
        """Judge every table and put the results together."""
        start = start_of_day(self.as_of.isoformat(), self.options.timezone)
        known = {
            name: know_rows(self.connection, INPUTS[name], time_column(INPUTS[name]), start)
            for name in self.delivery.tables
        }
        outcomes = self._file_outcomes(known)
        # A table without rows says nothing about what may refer to it.
        filled = tuple(name for name in self.delivery.tables if known[name].read)
        counts: list[TableCount] = []
        accepted = self._folder("accepted", [INPUTS[name] for name in self.delivery.tables])
        for step, name in enumerate(self.delivery.tables):
            progress(f"checking {name}", step, len(self.delivery.tables))
            found, refused = self._judge(name, known[name], filled)
            outcomes += found
            self._write_accepted(name, accepted.path(name))
            counts.append(_count(name, known[name], refused, accepted.rows(name)))
        verdict = worst(outcomes)
        n_accepted, n_read = sum(c.accepted for c in counts), sum(c.read for c in counts)
        logger.info("accepted %d of %d rows: %s", n_accepted, n_read, verdict)
        findings = self._folder("findings", [QUARANTINE])
        self._write_quarantine(start, findings.path("quarantine"))
        return Validation(
            tables=accepted,
            findings=findings,
            report=report_of(outcomes, earlier_reports, self.options.trend_runs),
            counts=tuple(counts),
            verdict=verdict,
            notes=_notes(self.delivery),
        )

    def _file_outcomes(self, known: dict[str, Known]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for name, table in INPUTS.items():
            files = self.delivery.files.get(name, ())
            findings = [finding for finding in self.delivery.findings if finding.table == name]
            if table.required and name in known and known[name].read == 0:
                findings.append(_without_rows(name, files[0]))
            if files or findings:
                outcomes += file_outcomes(name, files, findings, self.options)
        return outcomes

    def _judge(self, name: str, known: Known, filled: tuple[str, ...]) -> tuple[list[Outcome], int]:
        # Importing Great Expectations takes seconds: only who validates waits for it.
        from quality.expectations import count_failures  # noqa: PLC0415

        rules = rules_of(INPUTS[name], filled, self.options, self.as_of)
        counts = count_failures(self.connection, f"known_{name}", rules)
        judge = Judge(
            connection=self.connection,
            table=INPUTS[name],
            sources=self.delivery.sources[name],
            known=known,
            options=self.options,
        )
        return judge.judge(rules, counts)

    def _folder(self, name: str, declared: list[Table]) -> ParquetFolder:
        folder = self.into / name
        folder.mkdir(parents=True, exist_ok=True)
        return ParquetFolder(folder, declared)

    def _write_accepted(self, name: str, target: Path) -> None:
        table = INPUTS[name]
        self._write(
            f"SELECT {', '.join(table.column_names)} FROM known_{name}"
            f" ANTI JOIN refused_{name} USING (source_file, row_number)"
            f" ORDER BY {', '.join(table.key)}",
            target,
        )

    def _write_quarantine(self, start: str, target: Path) -> None:
        columns = "source_file, row_number, rule_ids, raw"
        empty = "SELECT ''::VARCHAR, ''::VARCHAR, 0::BIGINT, []::VARCHAR[], ''::VARCHAR WHERE false"
        parts = [
            f"SELECT {literal(name)}, {columns} FROM refused_{name}"
            for name in self.delivery.tables
        ]
        rows = " UNION ALL ".join(parts or [empty])
        self._write(
            f'SELECT *, {start} AS first_seen FROM ({rows}) AS q("table", {columns}) ORDER BY ALL',
            target,
        )

    def _write(self, rows: str, target: Path) -> None:
        self.connection.execute(f"COPY ({rows}) TO {literal(str(target))} (FORMAT parquet)")


def _count(name: str, known: Known, refused: int, accepted: int) -> TableCount:
    return TableCount(
        table=name,
        read=known.read,
        accepted=accepted,
        quarantined=refused,
        duplicates=known.duplicates,
        after_as_of=known.after_as_of,
    )


def _without_rows(table: str, file: str) -> Finding:
    said = Note(
        "it has a header but no rows. Deliver the table's rows.",
        "只有表头，没有数据行。请提交数据。",
    )
    return Finding(table=table, check=Check.DELIVERED, file=file, said=said)


def _notes(delivery: Delivery) -> tuple[Note, ...]:
    kept_out = [
        Note(f"{finding.file}: {finding.said.en}", f"{finding.file}：{finding.said.zh}")
        for finding in delivery.findings
        if finding.check in {Check.UNKNOWN, Check.FORBIDDEN}
    ]
    absent = [
        Note(
            f"{name} was not delivered; what needs it is left out.",
            f"未提交 {name}，相关环节将跳过。",
        )
        for name in INPUTS
        if name not in delivery.files
    ]
    return (*kept_out, *absent)
