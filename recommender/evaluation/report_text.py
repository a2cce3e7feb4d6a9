"""The report as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from recommender.evaluation.before_after import BASELINE, SLOTS, BeforeAfter, Slot
from recommender.evaluation.report import COMPARED, PRINTED, Comparison, EvaluationReport
from recommender.evaluation.timing_curve import Step

_COLUMN = 16
_SLOT_COLUMN = 52


def as_text(report: EvaluationReport) -> str:
    """Write the table of models, then what there is to say of the first one."""
    blocks = [
        [_head(report)],
        list(_models(report)),
        [_lead(comparison) for comparison in report.comparisons()],
        list(_losses(report)),
        list(_calibration(report)),
        list(_curve(report.measured[0].curve if report.measured else ())),
        list(_slots(report, report.before_after) if report.before_after else ()),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(report: EvaluationReport) -> str:
    return (
        f"{report.level} level, horizon {report.horizon_days} days, mean of {len(report.cuts)} "
        f"cuts ({', '.join(map(str, report.cuts))}); users {', '.join(map(str, report.users))}; "
        f"{len(report.satiating_needs)} of {report.n_needs} needs satiate"
    )


def _models(report: EvaluationReport) -> Iterator[str]:
    width = max([len(measured.name) for measured in report.measured], default=0)
    yield _line("", [_heading(name) for name in PRINTED], width)
    for measured in report.measured:
        means = measured.means()
        cells = [f"{means[name]:.4f}" if name in means else "–" for name in PRINTED]
        yield _line(measured.name, cells, width)


def _losses(report: EvaluationReport) -> Iterator[str]:
    losses = report.losses()
    if losses:
        yield f"what {losses[0].subject} owes to a group of features, with 95% intervals"
        width = max(len(name) for name in report.ablations)
        yield _line("", [_heading(metric) for metric in COMPARED], width, 2 * _COLUMN)
    for name in report.ablations:
        found = {loss.metric: loss for loss in losses if loss.other == name}
        cells = [_gap(found[metric]) if metric in found else "–" for metric in COMPARED]
        yield _line(name, cells, width, 2 * _COLUMN)


def _calibration(report: EvaluationReport) -> Iterator[str]:
    measured = report.measured[0] if report.measured else None
    if measured is None or not measured.calibrations:
        return
    yield (
        f"expected calibration error of {measured.name}'s chances over everything bought before: "
        "15 bins of equal mass (10 of equal mass, 10 of equal width)"
    )
    for cut, found in zip(report.cuts, measured.calibrations, strict=True):
        yield (
            f"{cut}  {found.error:.4f} ({found.error_equal_mass:.4f}, "
            f"{found.error_equal_width:.4f}), {found.pairs} pairs"
        )


def _curve(steps: Sequence[Step]) -> Iterator[str]:
    if steps:
        yield "bought within a week by gaps elapsed since the last purchase, and as expected"
        yield _line("", ["gaps", "pairs", "bought", "expected"], 16, 10)
    for step in steps:
        if step.pairs:
            kind = "satiating needs" if step.is_satiating else "other needs"
            cells = [
                _span(step),
                f"{step.pairs}",
                f"{step.rate:.4f}",
                f"{step.expected:.4f}",
            ]
            yield _line(kind, cells, 16, 10)


def _span(step: Step) -> str:
    return f"{step.start:g}–" if step.end is None else f"{step.start:g}–{step.end:g}"


def _slots(report: EvaluationReport, found: BeforeAfter) -> Iterator[str]:
    subject = report.measured[0].name
    yield (
        f"{SLOTS} slots at {report.cuts[-1]} of the user whom {BASELINE} annoys most there "
        f"({found.user_id}; ties to the smallest id): + bought, ! satisfied and not bought"
    )
    yield f"    {BASELINE.ljust(_SLOT_COLUMN)}{subject}"
    for rank, (before, after) in enumerate(zip_longest(found.before, found.after), start=1):
        yield f"{rank:>2}  {_slot(before).ljust(_SLOT_COLUMN)}{_slot(after)}".rstrip()


def _slot(slot: Slot | None) -> str:
    if slot is None:
        return "–"
    mark = "+" if slot.is_hit else "!" if slot.is_annoying else " "
    return f"{mark} {slot.thing}"[: _SLOT_COLUMN - 1]


def _line(name: str, cells: Sequence[str], width: int, column: int = _COLUMN) -> str:
    return (name.ljust(width) + "".join(cell.rjust(column) for cell in cells)).rstrip()


def _heading(metric: str) -> str:
    return metric.replace("_ndcg", " ndcg").upper()


def _lead(comparison: Comparison) -> str:
    gap = comparison.difference
    return (
        f"{_heading(comparison.metric)}: {comparison.subject} minus {comparison.other} "
        f"{gap.value:+.4f}, 95% interval [{gap.low:+.4f}, {gap.high:+.4f}]"
    )


def _gap(comparison: Comparison) -> str:
    gap = comparison.difference
    return f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]"
