"""The report as JSON: every metric of every model, cut by cut; floats have six digits."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from recommender.evaluation.calibration import Calibration
from recommender.evaluation.measured import Measured
from recommender.evaluation.report import Comparison, EvaluationReport

_DIGITS = 6


def as_json(report: EvaluationReport) -> str:
    """Write the models with their means and intervals, and what the models differ by."""
    document = {
        "level": report.level,
        "cuts": [cut.isoformat() for cut in report.cuts],
        "horizon_days": report.horizon_days,
        "users": list(report.users),
        "needs": report.n_needs,
        "satiating_needs": list(report.satiating_needs),
        "models": [_model(report, measured) for measured in report.measured],
        "comparisons": [_comparison(comparison) for comparison in report.comparisons()],
        "leads": [_comparison(comparison) for comparison in report.leads],
        "ablations": list(report.ablations),
        "before_after": asdict(report.before_after) if report.before_after else None,
    }
    return json.dumps(_rounded(document), ensure_ascii=False, indent=2, allow_nan=False)


def _model(report: EvaluationReport, measured: Measured) -> dict[str, Any]:
    intervals = {
        metric: [interval.low, interval.high]
        for (name, metric), interval in report.intervals.items()
        if name == measured.name
    }
    return {
        "model": measured.name,
        "mean": measured.means(),
        "interval": intervals,
        "by_cut": [measured.of_cut(number) for number in range(len(report.cuts))],
        "calibration": [_calibration(found) for found in measured.calibrations],
        "timing_curve": [asdict(step) for step in measured.curve if step.pairs],
    }


def _calibration(found: Calibration) -> dict[str, Any]:
    return {
        "pairs": found.pairs,
        "mean_chance": found.means.tolist(),
        "rate": found.rates.tolist(),
        "count": found.counts.tolist(),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    gap = comparison.difference
    return {
        "metric": comparison.metric,
        "subject": comparison.subject,
        "other": comparison.other,
        "difference": gap.value,
        "low": gap.low,
        "high": gap.high,
    }


def _rounded(value: Any) -> Any:
    """Return a document with its floats rounded."""
    match value:
        case float():
            return round(value, _DIGITS)
        case dict():
            return {name: _rounded(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
        case _:
            return value
