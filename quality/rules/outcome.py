"""What a rule found, as one row of the validation report."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from quality.reading.findings import Note
from quality.rules.rule import Example, Side
from quality.rules.waivers import Waiver
from quality.tables.outputs import VALIDATION_REPORT

Verdict = Literal["pass", "warn", "block"]
_WORST_FIRST: tuple[Verdict, ...] = ("block", "warn", "pass")

_QUARANTINED = Note(
    "They are in quarantine: mend them at the source and deliver them again.",
    "已隔离：请在来源处修正后重新提交。",
)
_NOT_PUBLISHED = Note(
    "Nothing is published: it is a fault of shike or of its settings, so report it.",
    "不予发布：这是本系统或其设置的问题，请报告。",
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One rule, how much it looked at, and how much of it was bad."""

    table: str
    rule_id: str
    scope: str
    side: Side = "input"
    severity: Verdict
    threshold: float
    """Share of failures above which the severity applies."""
    warn_threshold: float | None = None
    """Share of failures above which the rule warns; None: only above ``threshold``."""
    dimension: str = "validity"
    owner: str
    column: str | None
    said: Note
    """The rule as a sentence."""
    why: Note | None = None
    passes: Example | None = None
    fails: Example | None = None
    checked: int
    failed: int
    found: Note | None = None
    """What was found; of table rules also what to do. None when nothing was."""
    sample: str = "[]"
    """Some of what failed, as a JSON list, masked."""
    waiver: Waiver | None = None
    waiver_holds: bool = False
    """Whether the waiver, if there is one, has not expired."""

    @property
    def name(self) -> str:
        """What settings call the rule."""
        return f"{self.table}.{self.rule_id}"

    @property
    def verdict(self) -> Verdict:
        """Block or warn over the thresholds; one step less while a waiver holds."""
        judged = self._judged
        if not self.waiver_holds or judged == "pass":
            return judged
        return "warn" if judged == "block" else "pass"

    @property
    def _judged(self) -> Verdict:
        if self._is_over(self.threshold):
            return self.severity
        return "warn" if self._is_over(self._warn_threshold) else "pass"

    @property
    def _warn_threshold(self) -> float:
        return self.threshold if self.warn_threshold is None else self.warn_threshold

    def _is_over(self, share: float) -> bool:
        return self.failed > 0 and self.failed > share * self.checked

    def row(self, trend: Sequence[int | None]) -> dict[str, Any]:
        """Return the row of the validation report."""
        told, waiver = self._told(), self.waiver
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
            "warn_threshold": self._warn_threshold,
            "dimension": self.dimension,
            "side": self.side,
            "sentence_en": self.said.en,
            "sentence_zh": self.said.zh,
            "why_en": self.why.en if self.why else None,
            "why_zh": self.why.zh if self.why else None,
            "passes": _json(self.passes),
            "fails": _json(self.fails),
            "waived_by": waiver.person if waiver else None,
            "waived_reason": waiver.reason if waiver else None,
            "waived_until": waiver.until if waiver else None,
            "found_en": told.en if told else None,
            "found_zh": told.zh if told else None,
            "owner": self.owner,
            "trend": json.dumps(trend),
            "sample": self.sample,
        }

    def _told(self) -> Note | None:
        """Return what was found and what follows from it."""
        if self.found is None:
            return None
        notes = [self.found, *self._consequence()]
        if self.waiver and self._judged != "pass":
            notes.append(_waived(self.waiver, holds=self.waiver_holds))
        return Note(" ".join(note.en for note in notes), "".join(note.zh for note in notes))

    def _consequence(self) -> Sequence[Note]:
        if self.side == "output":
            return [_NOT_PUBLISHED] if self.verdict == "block" else []
        if self.scope == "table":
            return []
        return [_stopped(self.threshold) if self.verdict == "block" else _QUARANTINED]


def _json(values: Example | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False)


def _stopped(threshold: float) -> Note:
    share = f"{threshold:.2%}".replace(".00%", "%")
    return Note(
        f"More than {share}: nothing is published until the source is mended.",
        f"超过 {share}：来源修正前不予发布。",
    )


def _waived(waiver: Waiver, *, holds: bool) -> Note:
    person, until = waiver.person, waiver.until
    if holds:
        return Note(f"Waived by {person} until {until}.", f"由 {person} 豁免至 {until}。")
    return Note(
        f"The waiver by {person} expired on {until}: mend the source or renew it.",
        f"{person} 的豁免已于 {until} 到期：请修正来源或续期。",
    )


def worst(outcomes: Sequence[Outcome]) -> Verdict:
    """Return the verdict on the whole day."""
    return _worst_of({outcome.verdict for outcome in outcomes})


def worst_verdict(report: pa.Table) -> Verdict:
    """Return the verdict of a whole ``validation_report``."""
    return _worst_of(set(report["verdict"].to_pylist()))


def _worst_of(verdicts: Collection[str]) -> Verdict:
    return next((one for one in _WORST_FIRST if one in verdicts), "pass")


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
