"""Each draw under audit: does it replay, did chance balance the arms, how were units spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import SELECTION_AUDIT
from trials.arrays import numbers, texts, truths
from trials.certificate import WINNERS
from trials.score import PARTS
from trials.verification import verify_draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trials.arrays import Bools, Floats, Ints, Texts
    from trials.overrides import Decided

_COMPARED = ("age_band", "region", "is_newcomer")
_DECILE = 0.1

Row = dict[str, Any]


def audit_draws(
    facts: pa.Table, selection: pa.Table, certificates: pa.Table, decided: Decided
) -> pa.Table:
    """Audit every trial drawn today.

    Args:
        facts: What was known of each applicant, n rows, sorted by trial and user.
        selection: ``SELECTION`` rows of the same applicants, and of applications that do not count.
        certificates: ``DRAW_CERTIFICATE`` rows of the trials.
        decided: On whom people decided instead of the draw.

    Returns:
        ``SELECTION_AUDIT`` rows.
    """
    trial = texts(facts, "trial_id")
    rows: list[Row] = []
    for certificate in certificates.to_pylist():
        mine = trial == certificate["trial_id"]
        overrides = int((decided.is_given | decided.is_denied)[mine].sum())
        drawn = selection.filter(pc.equal(selection["trial_id"], certificate["trial_id"]))
        differences = len(verify_draw(certificate, drawn))
        counted = drawn.filter(pc.not_equal(drawn["reason_code"], "duplicate_person"))
        measured = _measures(facts.filter(pa.array(mine)), counted, differences, overrides)
        rows += [{"trial_id": certificate["trial_id"], **row} for row in measured]
    return SELECTION_AUDIT.conform(pa.Table.from_pylist(rows, SELECTION_AUDIT.schema))


def gini(values: Floats | Ints) -> float | None:
    """Return the Gini coefficient of values not below 0; None if they sum to 0.

    G = Σ (2i − n − 1) x_i / (n Σ x), x ascending: 0 when all have the same, near 1 when one has all.
    """
    ascending, n = np.sort(np.asarray(values, dtype=np.float64)), len(values)
    total = float(ascending.sum())
    if total <= 0:
        return None
    return float((2 * np.arange(1, n + 1) - n - 1) @ ascending / (n * total))


def share_of_most(values: Floats | Ints, share: float) -> float | None:
    """Return what part of the sum the largest values hold, a share of them; None if the sum is 0."""
    descending = -np.sort(-np.asarray(values, dtype=np.float64))
    total = float(descending.sum())
    if total <= 0:
        return None
    return float(descending[: max(1, int(np.ceil(share * len(descending))))].sum()) / total


def standardised_difference(
    values: Floats, stratum: Ints, is_treatment: Bools, is_holdout: Bools
) -> float | None:
    """Compare a quantity between two arms drawn by lot inside strata.

    d = (m1 − m0) / √((v1 + v0) / 2), the arms being weighted to the same mix of strata.

    Args:
        values: The quantity, shape (n,).
        stratum: Lottery of each person, shape (n,).
        is_treatment: Who was drawn, shape (n,).
        is_holdout: Who was held out, shape (n,).

    Returns:
        The difference in standard deviations; None if no stratum has both arms or nobody differs.

    Source:
        Austin, Statist. Med. 28 (2009) 3083–3107, doi:10.1002/sim.3697.
    """
    arms = [
        np.bincount(stratum[arm], minlength=stratum.max(initial=0) + 1).astype(np.float64)
        for arm in (is_treatment, is_holdout)
    ]
    both = (arms[0] > 0) & (arms[1] > 0)
    moments = []
    for arm, counts in zip((is_treatment, is_holdout), arms, strict=True):
        rows = np.flatnonzero(arm & both[stratum])
        if not len(rows):
            return None
        weights = ((arms[0] + arms[1]) / np.maximum(counts, 1))[stratum[rows]]
        mean = float(np.average(values[rows], weights=weights))
        moments.append((mean, float(np.average((values[rows] - mean) ** 2, weights=weights))))
    (mean1, variance1), (mean0, variance0) = moments
    spread = np.sqrt((variance1 + variance0) / 2)
    return float((mean1 - mean0) / spread) if spread > 0 else None


def _measures(
    facts: pa.Table, selection: pa.Table, differences: int, overrides: int
) -> Iterator[Row]:
    ratings = int("rating" in facts.column_names)
    yield _figure("replay_differences", differences, is_passed=differences == 0)
    yield _figure("ratings_read", ratings, is_passed=ratings == 0)
    yield _figure("overrides", overrides)
    arm = texts(selection, "arm")
    has_won, is_eligible = np.isin(arm, WINNERS), arm != "ineligible"
    is_newcomer = truths(facts, "is_newcomer").astype(np.float64)
    yield _figure("newcomer_share", _mean(is_newcomer[has_won]))
    yield _figure("newcomer_share_eligible", _mean(is_newcomer[is_eligible]))
    held = (numbers(facts, "awards_year") + has_won)[is_eligible]
    yield _figure("award_gini", gini(held))
    yield _figure("top_decile_share", share_of_most(held, _DECILE))
    yield from _balance(facts, selection, arm)


def _balance(facts: pa.Table, selection: pa.Table, arm: Texts) -> Iterator[Row]:
    names = texts(selection, "stratum")
    stratum = np.unique(np.where(names == None, "", names).astype(str), return_inverse=True)[1]  # noqa: E711 - by element
    arms = (stratum.astype(np.int64), arm == "band", arm == "holdout")
    for attribute in _COMPARED:
        values = texts(facts.set_column(0, "text", facts[attribute].cast("string")), "text")
        for value in sorted({one for one in values if one is not None}):
            found = standardised_difference((values == value).astype(np.float64), *arms)
            yield _figure("standardised_difference", found, attribute=attribute, value=value)
    for part in (*PARTS, "score"):
        found = standardised_difference(np.nan_to_num(numbers(selection, part)), *arms)
        yield _figure("standardised_difference", found, attribute=part)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _figure(
    measure: str,
    result: float | None,
    *,
    is_passed: bool | None = None,
    attribute: str = "",
    value: str = "",
) -> Row:
    return {
        "measure": measure,
        "attribute": attribute,
        "value": value,
        "result": None if result is None else float(result),
        "is_passed": is_passed,
    }
