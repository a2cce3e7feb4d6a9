"""Whether the models of trial reports still read as they did: month by month, against the stars."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.measures.distances import psi, psi_bound
from quality.tables.outputs import REPORT_MODEL
from trials.arrays import Bools, Floats
from trials.intervals import wilson
from trials.reports.stars import BLAMED, PRAISED

_LEAST = 50
"""With fewer reports, of the month or before it, nothing is said."""
_BINS = 10
_SHIFTED = 0.25
_CHANCE = 0.01
"""How often a month like those before may be called shifted."""
_DIGITS = 6


def model_drift(
    report_scores: pa.Table, submitted: pa.Table, *, versions: dict[str, str]
) -> pa.Table:
    """Return the rows of ``report_model``: a month and language each, judged by the models in use.

    All months are read by the same model, so that what differs between them is the reports.

    - ``agreement``: share of the reports of four and more or of two and fewer stars whose text
      the model finds positive or negative likewise, with its 95 % Wilson interval.
    - ``shift``: population stability index of the chances against those of all months before.
    - ``verdict``: ``worse`` if the interval lies below that of the months before; ``shifted`` if the
      index is at least .25 and more than chance makes it in one of a hundred such months;
      ``too_few`` with fewer than 50 reports in the month or before it; else ``steady``.

    Args:
        report_scores: Rows of ``report_scores``.
        submitted: Columns report_id and submitted_at, of these reports at least.
        versions: What reads each language: the version of the model, by zh and en.

    Source:
        Yurdakul and Naranjo, "Statistical properties of the population stability index", J. Risk
        Model Validation 14 (2020): without a shift the index times n·m / (n + m) is χ² with a
        degree of freedom fewer than there are bins.
    """
    months = _months(report_scores, submitted)
    columns = (report_scores[name].to_numpy() for name in ("language", "polarity", "rating"))
    languages, polarities, ratings = columns
    rows = [
        {"language": language, "model": version, **row}
        for language, version in sorted(versions.items())
        for row in _of_language(
            *(it[languages == language] for it in (months, polarities, ratings))
        )
    ]
    return REPORT_MODEL.conform(pa.Table.from_pylist(rows, schema=REPORT_MODEL.schema))


def _months(report_scores: pa.Table, submitted: pa.Table) -> np.ndarray:
    """The month of each report, datetime64[M]."""
    places = pc.index_in(report_scores["report_id"], submitted["report_id"].combine_chunks())
    times = submitted["submitted_at"].take(places)
    months: np.ndarray = times.cast(pa.timestamp("us")).to_numpy().astype("datetime64[M]")
    return months


def _of_language(
    months: np.ndarray, polarities: Floats, ratings: Floats
) -> list[dict[str, object]]:
    is_clear = (ratings >= PRAISED) | (ratings <= BLAMED)
    agrees = (polarities > 0) == (ratings >= PRAISED)
    return [
        _of_month(
            month.astype(dt.date),
            polarities[months == month],
            polarities[months < month],
            agrees[(months == month) & is_clear],
            agrees[(months < month) & is_clear],
        )
        for month in np.unique(months)
    ]


def _of_month(
    month: dt.date, now: Floats, before: Floats, agrees: Bools, agreed: Bools
) -> dict[str, object]:
    low, high = _interval(agrees)
    is_known = min(len(now), len(before), len(agrees), len(agreed)) >= _LEAST
    shift = _stability_index(before, now) if is_known else None
    verdict = "too_few"
    if shift is not None and high is not None:
        bound = psi_bound(len(before), len(now), _BINS, chance=_CHANCE)
        verdict = "shifted" if shift >= max(_SHIFTED, bound) else "steady"
        earlier = _interval(agreed)[0]
        verdict = "worse" if earlier is not None and high < earlier else verdict
    return {
        "month": month,
        "reports": len(now),
        "agreement": _rounded(float(agrees.mean())) if len(agrees) else None,
        "low": _rounded(low),
        "high": _rounded(high),
        "shift": _rounded(shift),
        "verdict": verdict,
    }


def _interval(agrees: Bools) -> tuple[float | None, float | None]:
    if not len(agrees):
        return None, None
    low, high = map(float, wilson(float(agrees.mean()), float(len(agrees))))
    return low, high


def _stability_index(before: Floats, now: Floats) -> float:
    """Return the index over tenths of what was before."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return psi(_counts(now, edges), _counts(before, edges))


def _counts(values: Floats, edges: Floats) -> Floats:
    """Count values between the edges, half a report added to each.

    Without that half the index of few reports exceeds its bound more often than is said.
    """
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return counts.astype(np.float64) + 0.5


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
