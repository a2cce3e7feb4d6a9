"""One row an item: what its merchant should mend, and how the item is rated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from quality.tables.outputs import IMPROVEMENT_SUMMARY
from trials.reports.batches import Previous, changes_of
from trials.reports.customers import customers_in, customers_of
from trials.reports.options import ReviewOptions
from trials.reports.ratings import Kindness, kindness_of, rating_of, votes_of
from trials.reports.reading import Opinion
from trials.reports.scoring import Row, ScoredReport
from trials.reports.segments import Traits, segments_of
from trials.reports.summary import summarise_aspects, summarise_suggestions
from trials.reports.telling import sentences_of


@dataclass(frozen=True)
class Beside:
    """What is known beside the reports."""

    inverse_chances: Mapping[int, float]
    """Report to 1 / inclusion probability; reports outside draws are not in it."""
    previous: Mapping[str, Previous]
    """Item to its last summary."""
    traits: Traits
    smallest_cell: int
    """Segments of fewer customers are merged."""


@dataclass(frozen=True)
class _Item:
    """What was written about one item."""

    reports: Mapping[int, ScoredReport]
    opinions: Sequence[Opinion]


def summary_table(
    scored: Sequence[ScoredReport],
    opinions: Sequence[Opinion],
    beside: Beside,
    options: ReviewOptions,
) -> pa.Table:
    """Return the rows of ``improvement_summary``; see :func:`trials.reports.stage.review`."""
    items = _by_item(scored, opinions)
    votes = [votes_of(item.reports, beside.inverse_chances) for item in items.values()]
    kindness = kindness_of(votes, least=options.least_matched)
    rows = [_summary(item, kindness, beside, options) for item in items.values()]
    return pa.Table.from_pylist(rows, schema=IMPROVEMENT_SUMMARY.schema)


def inverse_chances_of(
    scored: Sequence[ScoredReport], selection: pa.Table | None, options: ReviewOptions
) -> dict[int, float]:
    """Return 1 / inclusion probability of the reports that came of a draw, capped."""
    if selection is None:
        return {}
    columns = ["trial_id", "user_id", "inclusion_probability"]
    inverse = {
        (row["trial_id"], row["user_id"]): min(
            1 / row["inclusion_probability"], options.largest_inverse_probability
        )
        for row in selection.select(columns).to_pylist()
        if row["inclusion_probability"] > 0
    }
    places = {at: (one.row.get("trial_id"), one.user_id) for at, one in enumerate(scored)}
    return {at: inverse[place] for at, place in places.items() if place in inverse}


def previous_summaries(previous: pa.Table | None) -> dict[str, Previous]:
    """Return the last summary of each item."""
    if previous is None:
        return {}
    return {
        row["item_id"]: Previous(row["aspects"], row.get("reports_until"))
        for row in previous.to_pylist()
    }


def _by_item(scored: Sequence[ScoredReport], opinions: Sequence[Opinion]) -> dict[str, _Item]:
    reports: dict[str, dict[int, ScoredReport]] = {}
    for index, one in enumerate(scored):
        reports.setdefault(one.row["item_id"], {})[index] = one
    said: dict[str, list[Opinion]] = {item_id: [] for item_id in reports}
    for opinion in opinions:
        said[scored[opinion.report].row["item_id"]].append(opinion)
    return {item_id: _Item(reports[item_id], said[item_id]) for item_id in sorted(reports)}


def _summary(item: _Item, kindness: Kindness | None, beside: Beside, options: ReviewOptions) -> Row:
    about = next(iter(item.reports.values())).row["item"]
    votes = votes_of(item.reports, beside.inverse_chances)
    rating: dict[str, Any] = rating_of(votes, kindness, least=options.least_matched)
    return {
        "item_id": about["item_id"],
        "merchant_id": about["merchant_id"],
        "item_name": about["name"],
        "reports": len(item.reports),
        "customers": customers_of(item.reports),
        "reports_until": max(one.row["submitted_at"] for one in item.reports.values()),
        "rating_raw": rating["raw"]["stars"],
        "rating_weighted": rating["weighted"]["stars"],
        "rating": _json(rating),
        **_told(item, beside, options),
    }


def _told(item: _Item, beside: Beside, options: ReviewOptions) -> Row:
    """What the reports say; with too few customers, only dangers."""
    customers = customers_in(item.reports, beside.inverse_chances)
    is_enough = len(customers.weights) >= options.least_customers
    is_dangerous = any(opinion.is_safety for opinion in item.opinions)
    # Most items have few reports and no danger: nothing is told of them, so nothing is estimated.
    opinions = item.opinions if is_enough or is_dangerous else []
    aspects = summarise_aspects(opinions, item.reports, customers, options)
    if not is_enough:
        dangers = [aspect for aspect in aspects if aspect["is_safety"]]
        return {
            "verdict": "not enough evidence",
            "aspects": _json(dangers),
            "suggestions": "[]",
            "changes": "null",
            "segments": "[]",
            "sentences": _json(sentences_of(dangers, None)),
        }
    about = next(iter(item.reports.values())).row["item_id"]
    previous = beside.previous.get(about)
    changes = changes_of(item.reports, item.opinions, beside.inverse_chances, previous, options)
    own = item.reports.values()
    return {
        "verdict": "enough evidence",
        "aspects": _json(aspects),
        "suggestions": _json(summarise_suggestions(item.opinions, item.reports, options)),
        "changes": _json(changes),
        "segments": _json(segments_of(own, beside.traits, beside.smallest_cell)),
        "sentences": _json(sentences_of(aspects, changes)),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
