"""Which of the customers' own words to show, and where each stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trials.reports.reading import Opinion
from trials.reports.scoring import ScoredReport

Json = dict[str, Any]

_DIGITS = 6
_GOOD_LENGTH = 30
_CLEAR = 3.0


def best_quotes(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport], most: int
) -> list[Json]:
    """Return the most telling quotes, verbatim, no customer twice.

    Dangers come first, then credible, clear ones of middling length. Each is
    ``{"report_id", "sentence_id", "quote", "polarity"}``.
    """
    return [
        {
            "report_id": reports[opinion.report].report_id,
            "sentence_id": opinion.sentence_id,
            "quote": opinion.quote,
            "polarity": opinion.polarity,
        }
        for opinion in _one_a_customer(opinions, reports)[:most]
    ]


def sources_of(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport], most: int
) -> list[Json]:
    """Return where each customer says so, ``{"report_id", "sentence_id"}``, most telling first."""
    return [
        {"report_id": reports[opinion.report].report_id, "sentence_id": opinion.sentence_id}
        for opinion in _one_a_customer(opinions, reports)[:most]
    ]


def _one_a_customer(
    opinions: Sequence[Opinion], reports: Mapping[int, ScoredReport]
) -> list[Opinion]:
    first: dict[str, Opinion] = {}
    for opinion in sorted(opinions, key=lambda opinion: _worth(opinion, reports[opinion.report])):
        first.setdefault(reports[opinion.report].user_id, opinion)
    return list(first.values())


def _worth(opinion: Opinion, report: ScoredReport) -> tuple[bool, float, str, int]:
    misfit = abs(np.log(len(opinion.quote) / _GOOD_LENGTH))
    telling = report.weight * min(opinion.strength, _CLEAR) / (1 + misfit)
    return (
        not opinion.is_safety,
        -round(float(telling), _DIGITS),
        report.report_id,
        opinion.sentence_id,
    )
