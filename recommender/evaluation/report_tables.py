"""The report as tables, for the page that draws them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pyarrow as pa

from recommender.evaluation.before_after import Slot
from recommender.evaluation.report import PRINTED, EvaluationReport

_TEXT, _NUMBER, _COUNT = pa.string(), pa.float64(), pa.int64()

SCHEMAS = {
    "figures": pa.schema(
        dict.fromkeys(("model", "variant", "role", "metric"), _TEXT)
        | dict.fromkeys(("value", "low", "high"), _NUMBER)
    ),
    "leads": pa.schema(
        dict.fromkeys(("model", "variant", "role", "metric"), _TEXT)
        | dict.fromkeys(("value", "low", "high"), _NUMBER)
    ),
    "errors": pa.schema(
        {"cut": pa.date32(), "pairs": _COUNT}
        | dict.fromkeys(("error", "error_equal_mass", "error_equal_width"), _NUMBER)
    ),
    "reliability": pa.schema(
        {"cut": pa.date32(), "chance": _NUMBER, "rate": _NUMBER, "pairs": _COUNT}
    ),
    "timing": pa.schema(
        {"is_satiating": pa.bool_(), "start": _NUMBER, "end": _NUMBER}
        | {"pairs": _COUNT, "rate": _NUMBER, "expected": _NUMBER}
    ),
    "slots": pa.schema(
        {"rank": _COUNT, "user_id": _TEXT}
        | dict.fromkeys(("before", "before_mark", "after", "after_mark"), _TEXT)
    ),
}
"""Table name → its columns.

``figures``: a model's mean and its interval (null where there is none); ``variant`` is that of
``measured.Measured``, ``role`` is ``subject``, ``ablation`` or ``rival``. ``leads``: the subject
minus another model. ``errors`` and
``reliability``: the subject's chances, by cut. ``timing``: the subject's weekly chances as the
wait goes on; the last step has no end. ``slots``: two lists of one user; a mark is ``hit``, ``annoying`` or ``none``, null
beside an empty slot.
"""


def as_tables(report: EvaluationReport) -> dict[str, pa.Table]:
    """Return every table of ``SCHEMAS``; one without rows has nothing to tell."""
    rows = {
        "figures": _figures(report),
        "leads": _leads(report),
        "errors": _errors(report),
        "reliability": _reliability(report),
        "timing": _timing(report),
        "slots": _slots(report),
    }
    return {
        name: pa.Table.from_pylist(list(rows[name]), schema=schema)
        for name, schema in SCHEMAS.items()
    }


def _figures(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    for measured in report.measured:
        means = measured.means()
        for metric in PRINTED:
            interval = report.intervals.get((measured.name, metric))
            yield {
                "model": measured.model,
                "variant": measured.variant,
                "role": _role(report, measured.name),
                "metric": metric,
                "value": means.get(metric),
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
            }


def _leads(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    for lead in report.leads:
        other = report.named(lead.other)
        yield {
            "model": other.model,
            "variant": other.variant,
            "role": _role(report, lead.other),
            "metric": lead.metric,
            "value": lead.difference.value,
            "low": lead.difference.low,
            "high": lead.difference.high,
        }


def _errors(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    for measured in report.measured[:1]:
        for cut, found in zip(report.cuts, measured.calibrations, strict=False):
            yield {
                "cut": cut,
                "pairs": found.pairs,
                "error": found.error,
                "error_equal_mass": found.error_equal_mass,
                "error_equal_width": found.error_equal_width,
            }


def _reliability(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    for measured in report.measured[:1]:
        for cut, found in zip(report.cuts, measured.calibrations, strict=False):
            for chance, rate, pairs in zip(found.means, found.rates, found.counts, strict=True):
                yield {"cut": cut, "chance": chance, "rate": rate, "pairs": pairs}


def _timing(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    for measured in report.measured[:1]:
        for step in measured.curve:
            if step.pairs:
                yield {
                    "is_satiating": step.is_satiating,
                    "start": step.start,
                    "end": step.end,
                    "pairs": step.pairs,
                    "rate": step.rate,
                    "expected": step.expected,
                }


def _slots(report: EvaluationReport) -> Iterator[dict[str, Any]]:
    found = report.before_after
    if found is None:
        return
    for rank, (before, after) in enumerate(zip_longest(found.before, found.after), start=1):
        yield {
            "rank": rank,
            "user_id": found.user_id,
            "before": before.thing if before else None,
            "before_mark": _mark(before),
            "after": after.thing if after else None,
            "after_mark": _mark(after),
        }


def _mark(slot: Slot | None) -> str | None:
    if slot is None:
        return None
    return "hit" if slot.is_hit else "annoying" if slot.is_annoying else "none"


def _role(report: EvaluationReport, name: str) -> str:
    if name == report.measured[0].name:
        return "subject"
    return "ablation" if name in report.ablations else "rival"
