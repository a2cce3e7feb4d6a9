"""The customers of one item: one customer, one vote, whatever the number of reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats
from trials.reports.reading import Opinion
from trials.reports.scoring import ScoredReport
from trials.reports.severity import severity_of


@dataclass(frozen=True)
class Customers:
    """Who reported on an item and what they count for, arrays in order of first report."""

    of_report: Mapping[int, int]
    """Report to customer."""
    weights: Floats
    """Credibility × 1 / inclusion probability; a customer's reports share one vote."""
    ratings: Floats
    """Mean stars."""

    def said(self, opinions: Iterable[Opinion], aspects: Sequence[str]) -> Floats:
        """1 where a customer has one of the opinions on an aspect, shape (customers, aspects)."""
        column = {aspect: index for index, aspect in enumerate(aspects)}
        said = np.zeros((len(self.weights), len(aspects)))
        for opinion in opinions:
            said[self.of_report[opinion.report], column[opinion.aspect]] = 1.0
        return said

    def severities(self, blames: Iterable[Opinion], aspects: Sequence[str]) -> Floats:
        """How severely a customer blames an aspect at worst, 0 for not at all, same shape."""
        column = {aspect: index for index, aspect in enumerate(aspects)}
        severities = np.zeros((len(self.weights), len(aspects)))
        for opinion in blames:
            cell = self.of_report[opinion.report], column[opinion.aspect]
            severities[cell] = max(severities[cell], severity_of(opinion.quote))
        return severities


def customers_in(
    reports: Mapping[int, ScoredReport], inverse_chances: Mapping[int, float]
) -> Customers:
    """Gather the customers of an item.

    Args:
        reports: The item's reports by their index.
        inverse_chances: 1 / inclusion probability by index; a report that is not there counts once.
    """
    codes: dict[str, int] = {}
    of_report = {
        index: codes.setdefault(reports[index].user_id, len(codes)) for index in sorted(reports)
    }
    weights, stars = np.zeros(len(codes)), np.zeros(len(codes))
    for index, customer in of_report.items():
        weight = reports[index].weight * inverse_chances.get(index, 1.0)
        weights[customer] += weight
        stars[customer] += weight * reports[index].rating
    return Customers(of_report, weights, stars / weights)


def customers_of(reports: Mapping[int, ScoredReport]) -> int:
    """Return how many customers wrote the reports."""
    return len({report.user_id for report in reports.values()})
