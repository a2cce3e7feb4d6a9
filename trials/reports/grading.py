"""How useful a report is, what is wrong with it, and what it therefore counts for."""

from trials.reports.options import ReviewOptions
from trials.reports.reading import ReportFacts
from trials.reports.stars import BLAMED, PRAISED

_ENOUGH_ASPECTS = 4
_ENOUGH_EVIDENCE = 3
_ENOUGH_PHOTOS = 3


def flags_of(
    facts: ReportFacts,
    *,
    rating: float,
    is_copied: bool,
    lacks_disclosure: bool,
    options: ReviewOptions,
) -> list[str]:
    """Return what is wrong with a report, in the order of the declared flags."""
    least = options.least_characters_zh if facts.language == "zh" else options.least_characters_en
    is_off_topic = facts.characters >= options.off_topic_characters and not facts.is_about_product
    found = {
        "copied": is_copied,
        "too_short": facts.characters < least,
        "off_topic": is_off_topic,
        "no_disclosure": lacks_disclosure,
        "conflict": _conflicts(facts.positive_chance, rating, options),
    }
    return [flag for flag, is_found in found.items() if is_found]


def weight_of(flags: list[str], options: ReviewOptions) -> float:
    """Return what a report counts for, in (0, 1]: never nothing, a report is not deleted.

    A missing disclosure is the merchant's to mend; it says nothing against the opinion.
    """
    weights = {
        "copied": options.weight_copied,
        "too_short": options.weight_too_short,
        "off_topic": options.weight_off_topic,
        "conflict": options.weight_conflict,
    }
    weight = 1.0
    for flag in flags:
        weight *= weights.get(flag, 1.0)
    return weight


def grade_parts(
    facts: ReportFacts, *, rating: float, photos: int, is_copied: bool, options: ReviewOptions
) -> dict[str, float]:
    """Return the parts of the usefulness grade, each in [0, 1].

    Length is no part of it: it only lets a report cover more, and every part saturates.
    Whether the report praises or blames is no part of it either.
    """
    return {
        "coverage": min(facts.aspects / _ENOUGH_ASPECTS, 1.0),
        "evidence": min(facts.evidence_clauses / _ENOUGH_EVIDENCE, 1.0),
        "balance": float(facts.has_praise and facts.has_blame),
        "specificity": facts.aspect_clause_share,
        "suggestion": float(facts.has_suggestion),
        "originality": float(not is_copied),
        "photos": min(photos / _ENOUGH_PHOTOS, 1.0),
        "agreement": float(not _conflicts(facts.positive_chance, rating, options)),
    }


def grade(parts: dict[str, float]) -> float:
    """Return the usefulness grade in [0, 1]: the weighted mean of the parts given."""
    total = sum(_PART_WEIGHTS[name] for name in parts)
    return sum(_PART_WEIGHTS[name] * part for name, part in parts.items()) / total


def _conflicts(positive_chance: float, rating: float, options: ReviewOptions) -> bool:
    praised_low = rating <= BLAMED and positive_chance >= options.conflict_chance
    blamed_high = rating >= PRAISED and positive_chance <= 1 - options.conflict_chance
    return praised_low or blamed_high


STARLESS_PARTS = ("coverage", "evidence", "specificity", "suggestion", "originality", "photos")
"""Parts of the grade that would be the same whatever stars the report gave."""
_PART_WEIGHTS = {
    "coverage": 3.0,
    "evidence": 2.0,
    "balance": 1.0,
    "specificity": 2.0,
    "suggestion": 1.0,
    "originality": 1.0,
    "photos": 1.0,
    "agreement": 1.0,
}
