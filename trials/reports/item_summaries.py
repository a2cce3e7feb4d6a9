"""One row an item: what its merchant should mend, and how the item is rated."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from quality.tables.outputs import IMPROVEMENT_SUMMARY
from trials.reports.options import ReviewOptions
from trials.reports.reading import Opinion
from trials.reports.scoring import Row, ScoredReport
from trials.reports.summary import (
    changes_since,
    customers_of,
    summarise_aspects,
    summarise_suggestions,
)

_DIGITS = 6


def summary_table(
    scored: Sequence[ScoredReport],
    opinions: Sequence[Opinion],
    selection: pa.Table | None,
    previous: pa.Table | None,
    options: ReviewOptions,
) -> pa.Table:
    """Return the rows of ``improvement_summary``; see :func:`trials.reports.stage.review`."""
    inverse_probabilities = _inverse_probabilities(selection, options)
    before = _previous_aspects(previous)
    reports_of: dict[str, dict[int, ScoredReport]] = {}
    for index, one in enumerate(scored):
        reports_of.setdefault(one.row["item_id"], {})[index] = one
    opinions_of: dict[str, list[Opinion]] = {item_id: [] for item_id in reports_of}
    for opinion in opinions:
        opinions_of[scored[opinion.report].row["item_id"]].append(opinion)
    rows = [
        {
            **_summary(own, opinions_of[item_id], before.get(item_id), options),
            **_ratings(list(own.values()), inverse_probabilities),
        }
        for item_id, own in sorted(reports_of.items())
    ]
    return pa.Table.from_pylist(rows, schema=IMPROVEMENT_SUMMARY.schema)


def _summary(
    own: Mapping[int, ScoredReport],
    opinions: Sequence[Opinion],
    before: str | None,
    options: ReviewOptions,
) -> Row:
    item = next(iter(own.values())).row["item"]
    is_enough = customers_of(own) >= options.least_customers
    aspects = summarise_aspects(opinions, own, options)
    suggestions = summarise_suggestions(opinions, own, options)
    shown = aspects if is_enough else [aspect for aspect in aspects if aspect["is_safety"]]
    return {
        "item_id": item["item_id"],
        "merchant_id": item["merchant_id"],
        "item_name": item["name"],
        "verdict": "enough evidence" if is_enough else "not enough evidence",
        "reports": len(own),
        "aspects": _json(shown),
        "suggestions": _json(suggestions if is_enough else []),
        "changes": _json(changes_since(before, shown)),
    }


def _ratings(
    own: Sequence[ScoredReport], inverse_probabilities: Mapping[tuple[str | None, str], float]
) -> Row:
    """Mean stars plain, and weighted to speak for all applicants: weight × 1/π (Hájek's ratio)."""
    stars = np.array([one.row["rating"] for one in own])
    weights = np.array(
        [
            one.weight * inverse_probabilities.get((one.row.get("trial_id"), one.row["user_id"]), 1)
            for one in own
        ]
    )
    weighted = np.einsum("i,i->", weights, stars) / weights.sum()
    return {
        "rating_raw": round(float(stars.mean()), _DIGITS),
        "rating_weighted": round(float(weighted), _DIGITS),
    }


def _inverse_probabilities(
    selection: pa.Table | None, options: ReviewOptions
) -> dict[tuple[str | None, str], float]:
    if selection is None:
        return {}
    columns = ["trial_id", "user_id", "inclusion_probability"]
    return {
        (row["trial_id"], row["user_id"]): min(
            1 / row["inclusion_probability"], options.largest_inverse_probability
        )
        for row in selection.select(columns).to_pylist()
        if row["inclusion_probability"] > 0
    }


def _previous_aspects(previous: pa.Table | None) -> dict[str, str]:
    if previous is None:
        return {}
    return dict(zip(previous["item_id"].to_pylist(), previous["aspects"].to_pylist(), strict=True))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
