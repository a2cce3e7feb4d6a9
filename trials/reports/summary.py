"""What the merchant should mend in one item: aspects, intervals, impact, quotes, suggestions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trials.intervals import wilson
from trials.reports.options import ReviewOptions
from trials.reports.ranking import effective_number, star_impacts
from trials.reports.reading import Opinion
from trials.reports.scoring import ScoredReport

Floats = NDArray[np.float64]
Json = dict[str, Any]

_DIGITS = 6
_GOOD_QUOTE_LENGTH = 30
_CLEAR = 3.0


@dataclass(frozen=True)
class _Customers:
    """The customers of an item and who said what, arrays in order of customer."""

    of_report: Mapping[int, int]
    weights: Floats
    ratings: Floats

    def said(self, opinions: Sequence[Opinion], aspects: Sequence[str]) -> Floats:
        """1 where a customer has one of the opinions on an aspect, shape (customers, aspects)."""
        column = {aspect: index for index, aspect in enumerate(aspects)}
        said = np.zeros((len(self.weights), len(aspects)))
        for opinion in opinions:
            said[self.of_report[opinion.report], column[opinion.aspect]] = 1.0
        return said


def customers_of(reports: Mapping[int, ScoredReport]) -> int:
    """Return how many customers wrote the reports."""
    return len({report.user_id for report in reports.values()})


def summarise_aspects(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport], options: ReviewOptions
) -> list[Json]:
    """Return the item's aspects, safety first, then by falling priority, then by name.

    Each is a dictionary:

    - ``aspect``: id; ``trials.reports.ontology.aspect_name`` has its display names.
    - ``reports``: customers who speak of it (one customer, one vote).
    - ``share``, ``low``, ``high``: weighted share of all customers who speak of it, with its
      95 % Wilson interval on the effective number of customers.
    - ``negative_share``: of those who speak of it, the weighted share that blames it.
    - ``blame_reports``, ``blame_share``, ``blame_low``, ``blame_high``: customers who blame it,
      and their weighted share of *all* customers with its interval.
    - ``net_sentiment``: (praise - blame) / customers who speak of it, in [-1, 1].
    - ``impact``: stars that a complaint about it costs, at least 0.
    - ``priority``: blame_share × impact, the expected loss of mean rating in stars.
    - ``is_early_signal``: fewer than ``least_mentions`` customers speak of it.
    - ``is_safety``: somebody reports a danger; such aspects come first whatever their priority.
    - ``quotes``: ``{"report_id", "sentence_id", "quote", "polarity"}``, complaints first, verbatim,
      no customer twice for the same polarity.
    """
    if not opinions:
        return []
    aspects = sorted({opinion.aspect for opinion in opinions})
    customers = _customers(reports)
    blames = customers.said([one for one in opinions if one.polarity < 0], aspects)
    praises = customers.said([one for one in opinions if one.polarity > 0], aspects)
    mentions = customers.said(opinions, aspects)
    impacts = star_impacts(
        blames, praises, customers.ratings, customers.weights, ridge=options.ridge_customers
    )
    rows = [
        _aspect(
            aspect,
            weights=customers.weights,
            mentioned=mentions[:, column],
            blamed=blames[:, column],
            praised=praises[:, column],
            impact=float(impacts[column]),
            said=[one for one in opinions if one.aspect == aspect],
            reports=reports,
            options=options,
        )
        for column, aspect in enumerate(aspects)
    ]
    return sorted(
        rows, key=lambda row: (not row["is_safety"], -row["priority"], -row["share"], row["aspect"])
    )


def summarise_suggestions(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport], options: ReviewOptions
) -> list[Json]:
    """Return what customers ask for: ``{"aspect", "reports", "quotes"}``, most customers first.

    ``reports`` counts customers; ``quotes`` are as in :func:`summarise_aspects`.
    """
    asked = [opinion for opinion in opinions if opinion.is_suggestion]
    rows = []
    for aspect in sorted({opinion.aspect for opinion in asked}):
        own = [opinion for opinion in asked if opinion.aspect == aspect]
        rows.append(
            {
                "aspect": aspect,
                "reports": len({reports[opinion.report].user_id for opinion in own}),
                "quotes": _quotes(own, reports, options.quotes_suggestion),
            }
        )
    return sorted(rows, key=lambda row: (-row["reports"], row["aspect"]))


def changes_since(previous: str | None, aspects: Sequence[Json]) -> Json | None:
    """Return per aspect how the share of customers who blame it moved; None without a previous.

    ``{aspect: {"share_before", "share_now"}}``, 0 where an aspect was or is not spoken of.

    Args:
        previous: The JSON of ``aspects`` in the previous summary of the item.
        aspects: The aspects now.
    """
    if previous is None:
        return None
    before = {row["aspect"]: row.get("blame_share", 0.0) for row in json.loads(previous)}
    now = {row["aspect"]: row["blame_share"] for row in aspects}
    return {
        aspect: {"share_before": before.get(aspect, 0.0), "share_now": now.get(aspect, 0.0)}
        for aspect in sorted({*before, *now})
    }


def _customers(reports: Mapping[int, ScoredReport]) -> _Customers:
    codes: dict[str, int] = {}
    of_report = {
        index: codes.setdefault(reports[index].user_id, len(codes)) for index in sorted(reports)
    }
    weights = np.zeros(len(codes))
    stars = np.zeros(len(codes))
    for index, customer in of_report.items():
        weights[customer] += reports[index].weight
        stars[customer] += reports[index].weight * reports[index].rating
    return _Customers(of_report, weights, stars / weights)


def _aspect(  # noqa: PLR0913 - an aspect's row is made from all of these
    aspect: str,
    *,
    weights: Floats,
    mentioned: Floats,
    blamed: Floats,
    praised: Floats,
    impact: float,
    said: Sequence[Opinion],
    reports: Mapping[int, ScoredReport],
    options: ReviewOptions,
) -> Json:
    total, effective = float(weights.sum()), effective_number(weights)
    spoke, blaming = _sum(weights, mentioned), _sum(weights, blamed)
    share, blame_share = spoke / total, blaming / total
    low, high = map(float, wilson(share, effective))
    blame_low, blame_high = map(float, wilson(blame_share, effective))
    blames = [opinion for opinion in said if opinion.polarity < 0]
    praises = [opinion for opinion in said if opinion.polarity > 0]
    numbers = {
        "share": share,
        "low": low,
        "high": high,
        "negative_share": blaming / spoke,
        "blame_share": blame_share,
        "blame_low": blame_low,
        "blame_high": blame_high,
        "net_sentiment": (_sum(weights, praised) - blaming) / spoke,
        "impact": impact,
        "priority": blame_share * impact,
    }
    return {
        "aspect": aspect,
        "reports": int(mentioned.sum()),
        "blame_reports": int(blamed.sum()),
        **{name: round(number, _DIGITS) for name, number in numbers.items()},
        "is_early_signal": int(mentioned.sum()) < options.least_mentions,
        "is_safety": any(opinion.is_safety for opinion in said),
        "quotes": _quotes(blames, reports, options.quotes_blame)
        + _quotes(praises, reports, options.quotes_praise),
    }


def _sum(weights: Floats, chosen: Floats) -> float:
    """The weight of the chosen; no BLAS, so the same bytes whatever the number of threads."""
    return float((weights * chosen).sum())


def _quotes(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport], most: int
) -> list[Json]:
    """The most telling quotes: dangers first, then credible, clear ones of middling length."""

    def worth(opinion: Opinion) -> tuple[bool, float, str, int]:
        report = reports[opinion.report]
        misfit = abs(np.log(len(opinion.quote) / _GOOD_QUOTE_LENGTH))
        telling = report.weight * min(opinion.strength, _CLEAR) / (1 + misfit)
        return (
            not opinion.is_safety,
            -round(float(telling), _DIGITS),
            report.report_id,
            opinion.sentence_id,
        )

    first_of_each: dict[str, Opinion] = {}
    for opinion in sorted(opinions, key=worth):
        first_of_each.setdefault(reports[opinion.report].user_id, opinion)
    return [
        {
            "report_id": reports[opinion.report].report_id,
            "sentence_id": opinion.sentence_id,
            "quote": opinion.quote,
            "polarity": opinion.polarity,
        }
        for opinion in list(first_of_each.values())[:most]
    ]
