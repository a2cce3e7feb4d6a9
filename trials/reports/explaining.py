"""Explain how one report is read: its clauses, what they say, the grade, and why."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import numpy as np

from trials.reports.clause_polarity import ClauseReasons, clause_reasons
from trials.reports.clauses import Clause, split_clauses
from trials.reports.competitors import speaks_of_another
from trials.reports.grading import flags_of, grade, grade_parts, weight_of
from trials.reports.normalising import normalise
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.reading import Opinion, ReportFacts, WrittenReport, read_reports


@dataclass(frozen=True)
class ExplainedClause:
    """One clause and what was heard in it."""

    quote: str
    """Verbatim from the report, ``text[start:end]``."""
    start: int
    end: int
    opinions: tuple[Opinion, ...]
    """One an aspect; none where the clause says nothing of the product."""
    is_about_another: bool
    """Whether it speaks of another product and is therefore left out."""
    reasons: ClauseReasons
    """What its polarity is made of, in log odds."""


@dataclass(frozen=True)
class Explanation:
    """Everything found out about one report by itself."""

    clauses: tuple[ExplainedClause, ...]
    facts: ReportFacts
    flags: list[str]
    parts: dict[str, float]
    """Parts of the usefulness grade, each in [0, 1]."""
    quality: float
    """The usefulness grade, in [0, 1]."""
    weight: float
    """What the report counts for, in (0, 1]."""


def explain(
    text: str,
    *,
    stars: float,
    category: str,
    models: PolarityModels,
    options: ReviewOptions,
) -> Explanation:
    """Read one report by itself; whether it copies another cannot be seen then.

    Args:
        text: The report as written.
        stars: Its stars, 1 to 5; 3 where none are known.
        category: The item's category, such as ``food/tea``; an unknown one reads the common core.
        models: Polarity models by language.
        options: How reports are read, graded and weighed.
    """
    written = WrittenReport("", text, stars, category, None)
    opinions, (facts,) = read_reports([written], 0, models, options)
    flags = flags_of(facts, rating=stars, is_copied=False, lacks_disclosure=False, options=options)
    parts = grade_parts(facts, rating=stars, photos=0, is_copied=False, options=options)
    return Explanation(
        clauses=_clauses(text, stars, opinions, models, options),
        facts=facts,
        flags=flags,
        parts=parts,
        quality=grade(parts),
        weight=weight_of(flags, options),
    )


def _clauses(
    text: str,
    stars: float,
    opinions: list[Opinion],
    models: PolarityModels,
    options: ReviewOptions,
) -> tuple[ExplainedClause, ...]:
    clauses = split_clauses(normalise(text))
    texts = [clause.text for clause in clauses]
    reasons = clause_reasons(texts, np.full(len(texts), stars), models, options)
    place = attrgetter("sentence_id")
    own = {key: tuple(found) for key, found in groupby(sorted(opinions, key=place), key=place)}
    return tuple(
        _explained(clause, text, own.get(clause.sentence_id, ()), why)
        for clause, why in zip(clauses, reasons, strict=True)
    )


def _explained(
    clause: Clause, text: str, opinions: tuple[Opinion, ...], reasons: ClauseReasons
) -> ExplainedClause:
    return ExplainedClause(
        quote=text[clause.start : clause.end],
        start=clause.start,
        end=clause.end,
        opinions=opinions,
        is_about_another=speaks_of_another(clause.text),
        reasons=reasons,
    )
