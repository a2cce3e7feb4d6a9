"""Grade, flag and weigh the reports that were read."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from quality.tables.outputs import REPORT_SCORES
from trials.reports.copies import Likeness, copied_from
from trials.reports.grading import flags_of, grade, grade_parts, weight_of
from trials.reports.options import ReviewOptions
from trials.reports.reading import ReportFacts

Row = dict[str, Any]

_DIGITS = 6


@dataclass(frozen=True)
class ScoredReport:
    """A report with everything found out about it."""

    row: Row
    """The report's row, its ``item`` among the columns."""
    facts: ReportFacts
    flags: list[str]
    parts: dict[str, float]
    """Parts of the usefulness grade."""
    weight: float
    """Credibility over the customer's number of reports on the item: one customer, one vote."""

    @property
    def quality(self) -> float:
        """The usefulness grade, in [0, 1]."""
        return grade(self.parts)

    @property
    def user_id(self) -> str:
        """The customer who wrote it."""
        return str(self.row["user_id"])

    @property
    def report_id(self) -> str:
        """The report's id."""
        return str(self.row["report_id"])

    @property
    def rating(self) -> float:
        """The stars given."""
        return float(self.row["rating"])


def score_reports(
    rows: Sequence[Row], facts: Sequence[ReportFacts], options: ReviewOptions
) -> list[ScoredReport]:
    """Return the reports scored, in the order given: the order of writing, which decides copies."""
    likeness = Likeness(
        least_characters=options.copy_least_characters,
        jaccard=options.copy_jaccard,
        containment=options.copy_containment,
        boilerplate_share=options.boilerplate_share,
    )
    copied = copied_from([row["text"] for row in rows], likeness) >= 0
    votes = Counter((row["item_id"], row["user_id"]) for row in rows)
    return [
        _score_one(row, about, is_copied, votes[row["item_id"], row["user_id"]], options)
        for row, about, is_copied in zip(rows, facts, copied.tolist(), strict=True)
    ]


def scores_table(scored: Sequence[ScoredReport]) -> pa.Table:
    """Return the rows of ``report_scores``."""
    rows = [
        {
            "report_id": one.row["report_id"],
            "trial_id": one.row.get("trial_id"),
            "item_id": one.row["item_id"],
            "merchant_id": one.row["item"]["merchant_id"],
            "user_id": one.row["user_id"],
            "rating": one.row["rating"],
            "language": one.facts.language,
            "quality": round(one.quality, _DIGITS),
            "parts": json.dumps({name: round(part, _DIGITS) for name, part in one.parts.items()}),
            "polarity": round(2 * one.facts.positive_chance - 1, _DIGITS),
            "weight": round(one.weight, _DIGITS),
            "flags": one.flags,
        }
        for one in scored
    ]
    return pa.Table.from_pylist(rows, schema=REPORT_SCORES.schema)


def _score_one(
    row: Row, facts: ReportFacts, is_copied: bool, votes: int, options: ReviewOptions
) -> ScoredReport:
    flags = flags_of(
        facts,
        rating=row["rating"],
        is_copied=is_copied,
        lacks_disclosure=row.get("trial_id") is not None and row.get("has_disclosure") is False,
        options=options,
    )
    parts = grade_parts(
        facts,
        rating=row["rating"],
        photos=row.get("photo_count") or 0,
        is_copied=is_copied,
        options=options,
    )
    return ScoredReport(row, facts, flags, parts, weight_of(flags, options) / votes)
