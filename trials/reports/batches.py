"""Which reports are the latest batch, and which came before it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trials.reports.changes import Batch, changes_between
from trials.reports.customers import Customers, customers_in, customers_of
from trials.reports.options import ReviewOptions
from trials.reports.quotes import Json
from trials.reports.reading import Opinion
from trials.reports.scoring import ScoredReport
from trials.reports.shrinkage import effective_number

Reports = Mapping[int, ScoredReport]


@dataclass(frozen=True)
class Previous:
    """The last summary of the item, as far as the next one needs it."""

    aspects: str
    """The JSON of its ``aspects``."""
    reports_until: datetime | None
    """When the newest report it read was handed in; None in summaries of older versions."""


def changes_of(
    reports: Reports,
    opinions: Sequence[Opinion],
    inverse_chances: Mapping[int, float],
    previous: Previous | None,
    options: ReviewOptions,
) -> Json | None:
    """Compare the latest batch of an item's reports with what came before; None if nothing did.

    The latest batch are the reports of the last ``batch_days`` up to the newest one. When too few
    customers wrote before them, it is everything that came after the last summary; when the data
    no longer reach back that far, the counts of that summary stand for the batch before.

    Returns:
        As :func:`~trials.reports.changes.changes_between`, with ``customers_before`` and
        ``customers_now`` in each row.
    """
    found = _split(reports, previous, options)
    if found is None:
        return None
    earlier, latest = found
    now = _batch(latest, opinions, inverse_chances)
    if earlier:
        before, customers_before = _batch(earlier, opinions, inverse_chances), customers_of(earlier)
    else:
        before, customers_before = _told_before(previous)
    rows = changes_between(
        before, now, least_customers=options.least_customers, least_blames=options.least_mentions
    )
    counts = {"customers_before": customers_before, "customers_now": customers_of(latest)}
    return {aspect: row | counts for aspect, row in rows.items()}


def _split(
    reports: Reports, previous: Previous | None, options: ReviewOptions
) -> tuple[Reports, Reports] | None:
    """Return the reports before and those of the latest batch."""
    newest = max(one.row["submitted_at"] for one in reports.values())
    edge = newest - timedelta(days=options.batch_days)
    earlier, latest = _cut(reports, edge)
    if customers_of(earlier) >= options.least_customers:
        return earlier, latest
    if previous is not None and previous.reports_until is not None:
        since_then = _cut(reports, previous.reports_until)
        # Without anything before in the data, the last summary itself is the batch before.
        if since_then[1]:
            return since_then
    return (earlier, latest) if earlier else None


def _cut(reports: Reports, edge: datetime) -> tuple[Reports, Reports]:
    """Return the reports up to a moment and those after it."""
    earlier = {at: one for at, one in reports.items() if one.row["submitted_at"] <= edge}
    return earlier, {at: one for at, one in reports.items() if at not in earlier}


def _batch(
    reports: Reports, opinions: Iterable[Opinion], inverse_chances: Mapping[int, float]
) -> Batch:
    customers = customers_in(reports, inverse_chances)
    blames = [one for one in opinions if one.polarity < 0 and one.report in reports]
    aspects = sorted({opinion.aspect for opinion in blames})
    return Batch(*_effective(customers, blames, aspects))


def _effective(
    customers: Customers, blames: Sequence[Opinion], aspects: Sequence[str]
) -> tuple[float, dict[str, float]]:
    number = effective_number(customers.weights)
    shares = (customers.said(blames, aspects) * customers.weights[:, None]).sum(axis=0)
    shares = shares / customers.weights.sum()
    return number, dict(zip(aspects, (shares * number).tolist(), strict=True))


def _told_before(previous: Previous | None) -> tuple[Batch, int]:
    """Return the batch that the last summary tells of, and its customers."""
    rows = json.loads(previous.aspects) if previous else []
    customers = max((row.get("customers", 0) for row in rows), default=0)
    blames = {row["aspect"]: row["blame_share"] * customers for row in rows if row["blame_share"]}
    return Batch(max(float(customers), 1.0), blames), customers
