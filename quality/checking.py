"""One delivery while it is judged: known rows, refused rows, accepted rows, measures, verdict."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from quality.lineage import rows_by_file
from quality.measures import Delivered, Earlier, measure
from quality.parquet_folder import ParquetFolder
from quality.progress import Progress
from quality.reading import Delivery, Finding, Note
from quality.reading.aside import Corrections, set_aside
from quality.reading.findings import Check
from quality.reading.known import Known, know_rows
from quality.reading.sql import literal
from quality.rules import ValidationOptions, rules_of
from quality.rules.days import known_before, known_columns, start_of_day
from quality.rules.files import file_outcomes
from quality.rules.governing import govern
from quality.rules.judging import Judge
from quality.rules.outcome import Outcome, report_of, worst
from quality.tables import INPUTS
from quality.tables.outputs import QUARANTINE
from quality.validated import TableCount, Validation

if TYPE_CHECKING:
    from datetime import date

    from quality.expectations import Counted
    from quality.rules.rule import Rule
    from quality.schema import Table

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DayCheck:
    """One delivery while it is judged."""

    connection: duckdb.DuckDBPyConnection
    delivery: Delivery
    into: Path
    corrections: Corrections
    as_of: date
    options: ValidationOptions
    earlier: Earlier

    def judged(self, progress: Progress) -> Validation:
        """Judge every table and put the results together."""
        set_aside(self.connection, self.delivery, self.corrections, self.options.forbidden_columns)
        start = start_of_day(self.as_of.isoformat(), self.options.timezone)
        known = {
            name: know_rows(self.connection, INPUTS[name], *self._known_before(name))
            for name in self.delivery.tables
        }
        rules = self._rules(known)
        accepted = self._folder("accepted", [INPUTS[name] for name in self.delivery.tables])
        checked: dict[str, _Checked] = {}
        for step, name in enumerate(self.delivery.tables):
            progress(f"checking {name}", step, len(self.delivery.tables))
            checked[name] = self._checked(name, known[name], rules[name], accepted)
        counts = [one.count for one in checked.values()]
        measures = measure(self._delivered(accepted, counts, rules), self.earlier)
        found = [outcome for one in checked.values() for outcome in one.outcomes]
        found = [*self._file_outcomes(known), *found, *measures.outcomes]
        outcomes = govern(found, self.options, self.as_of)
        verdict = worst(outcomes)
        n_accepted, n_read = sum(c.accepted for c in counts), sum(c.read for c in counts)
        logger.info("accepted %d of %d rows: %s", n_accepted, n_read, verdict)
        findings = self._folder("findings", [QUARANTINE])
        self._write_quarantine(start, findings.path("quarantine"))
        return Validation(
            tables=accepted,
            findings=findings,
            report=report_of(outcomes, self.earlier.reports, self.options.trend_runs),
            counts=tuple(counts),
            by_file=rows_by_file(self.connection, self.delivery.tables),
            measures=measures,
            suites={name: one.suite for name, one in checked.items()},
            verdict=verdict,
            notes=_notes(self.delivery),
        )

    def _rules(self, known: Mapping[str, Known]) -> dict[str, Sequence[Rule]]:
        # A table without rows says nothing about what may refer to it.
        filled = tuple(name for name in self.delivery.tables if known[name].read)
        return {
            name: rules_of(INPUTS[name], filled, self.options, self.as_of)
            for name in self.delivery.tables
        }

    def _checked(
        self, name: str, known: Known, rules: Sequence[Rule], accepted: ParquetFolder
    ) -> _Checked:
        counted = self._counted(name, rules)
        outcomes, refused = self._judge(name, known).judge(rules, counted.counts)
        self._write_accepted(name, accepted.path(name))
        count = _count(name, known, refused, accepted.rows(name))
        return _Checked(outcomes, counted.result, count)

    def _delivered(
        self,
        accepted: ParquetFolder,
        counts: list[TableCount],
        rules: Mapping[str, Sequence[Rule]],
    ) -> Delivered:
        contradicting = {
            name: {rule.rule_id for rule in own if rule.dimension == "consistency"}
            for name, own in rules.items()
        }
        return Delivered(
            connection=self.connection,
            accepted=accepted,
            counts=counts,
            sources=self.delivery.sources,
            consistency_rules=contradicting,
            as_of=self.as_of,
            options=self.options,
        )

    def _known_before(self, name: str) -> tuple[str | None, str]:
        return known_before(INPUTS[name], self.as_of, self.options.timezone)

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

    def _counted(self, name: str, rules: Sequence[Rule]) -> Counted:
        from quality.expectations import count_failures  # noqa: PLC0415 - importing takes seconds

        return count_failures(self.connection, f"known_{name}", rules)

    def _judge(self, name: str, known: Known) -> Judge:
        return Judge(
            connection=self.connection,
            table=INPUTS[name],
            sources=self.delivery.sources[name],
            known=known,
            options=self.options,
        )

    def _folder(self, name: str, declared: list[Table]) -> ParquetFolder:
        folder = self.into / name
        folder.mkdir(parents=True, exist_ok=True)
        return ParquetFolder(folder, declared)

    def _write_accepted(self, name: str, target: Path) -> None:
        table = INPUTS[name]
        self._write(
            f"SELECT {known_columns(table, self.as_of)} FROM known_{name}"
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


@dataclass(frozen=True)
class _Checked:
    """What came of one table."""

    outcomes: list[Outcome]
    suite: Any
    """The result of its suite of expectations."""
    count: TableCount


def _count(name: str, known: Known, refused: int, accepted: int) -> TableCount:
    return TableCount(
        table=name,
        read=known.read,
        accepted=accepted,
        quarantined=refused,
        duplicates=known.duplicates,
        after_as_of=known.after_as_of,
        replaced=known.replaced,
        erased=known.erased,
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
