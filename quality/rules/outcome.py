"""What a rule found, as one row of the validation report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from quality.reading.findings import Note
from quality.tables.outputs import VALIDATION_REPORT

Verdict = Literal["pass", "warn", "block"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One rule, how much it looked at, and how much of it was bad."""

    table: str
    rule_id: str
    scope: str
    severity: Verdict
    threshold: float
    warn_threshold: float = 0.0
    dimension: str = "validity"
    owner: str
    column: str | None
    said: Note
    """The rule as a sentence."""
    checked: int
    failed: int
    found: Note | None = None
    """What was found and what to do; None when nothing was."""
    sample: str = "[]"
    """Some of what failed, as a JSON list, masked."""

    @property
    def verdict(self) -> Verdict:
        """Pass, or the severity once the share of failures is over the threshold."""
        if self.failed and self.failed > self.threshold * self.checked:
            return self.severity
        return "pass"

    def row(self, trend: Sequence[int | None]) -> dict[str, Any]:
        """Return the row of the validation report."""
        return {
            "table": self.table,
            "rule_id": self.rule_id,
            "verdict": self.verdict,
            "scope": self.scope,
            "severity": self.severity,
            "column": self.column,
            "rows_checked": self.checked,
            "rows_failed": self.failed,
            "threshold": self.threshold,
            "warn_threshold": self.warn_threshold,
            "dimension": self.dimension,
            "side": "input",
            "sentence_en": self.said.en,
            "sentence_zh": self.said.zh,
            "found_en": self.found.en if self.found else None,
            "found_zh": self.found.zh if self.found else None,
            "owner": self.owner,
            "trend": json.dumps(trend),
            "sample": self.sample,
        }


def worst(outcomes: Sequence[Outcome]) -> Verdict:
    """Return the verdict on the whole day."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if "block" in verdicts:
        return "block"
    return "warn" if "warn" in verdicts else "pass"


def report_of(
    outcomes: Sequence[Outcome], earlier_reports: Sequence[pa.Table], trend_runs: int
) -> pa.Table:
    """Build the validation report.

    Args:
        outcomes: One a rule.
        earlier_reports: Reports of earlier runs, oldest first; a rule that is missing from one
            has a null in its trend.
        trend_runs: How many runs a trend goes back, this one included.
    """
    last = earlier_reports[max(0, len(earlier_reports) - trend_runs + 1) :]
    earlier = [_failures(report) for report in last]
    rows = [
        outcome.row(
            [*(run.get((outcome.table, outcome.rule_id)) for run in earlier), outcome.failed]
        )
        for outcome in outcomes
    ]
    return VALIDATION_REPORT.conform(pa.Table.from_pylist(rows, schema=VALIDATION_REPORT.schema))


def _failures(report: pa.Table) -> Mapping[tuple[str, str], int]:
    return {
        (table, rule_id): failed
        for table, rule_id, failed in zip(
            report["table"].to_pylist(),
            report["rule_id"].to_pylist(),
            report["rows_failed"].to_pylist(),
            strict=True,
        )
    }
