"""Read one report after another: clauses, aspects, requests and what they feel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quality.text_keys import bare
from trials.reports.clause_polarity import calibrated, clause_polarities, sign_of
from trials.reports.clauses import Clause, split_clauses
from trials.reports.competitors import speaks_of_another
from trials.reports.language import language_of
from trials.reports.normalising import Normal, normalise
from trials.reports.ontology import OVERALL, Mention, Ontology, ontology_for
from trials.reports.opinion_words import opinion_sign
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.suggestions import is_suggestion

Floats = NDArray[np.float64]

_EVIDENCE = re.compile(
    r"\d|[一二三四五六七八九十两半几](?:个|天|周|月|年|次|小时|分钟|块|度|倍)"
    r"|比|相比|对比|之前|以前|\b(?:than|compared|after|days?|weeks?|months?|years?|hours?|minutes?"
    r"|ounces?|times|twice|half|first|second)\b"
)
_AVERTED = re.compile(
    r"避免|防止|不会|没有|未见|\b(?:avoid\w*|prevent\w*|no|not|never|without|isn't|wasn't)\b"
)
"""A danger that was avoided or denied is none."""


class WrittenReport(NamedTuple):
    """A report as it came in."""

    report_id: str
    text: str
    rating: float
    category: str
    language: str | None


class Opinion(NamedTuple):
    """What one clause says about one aspect; ``start`` and ``end`` count in the original text."""

    report: int
    sentence_id: int
    aspect: str
    polarity: int
    strength: float
    """How far the clause is from neutral, in calibrated log odds."""
    is_suggestion: bool
    is_safety: bool
    quote: str
    start: int
    end: int


class ReportFacts(NamedTuple):
    """What the grade and the flags of one report are made from."""

    language: str
    positive_chance: float
    """Chance that the text is positive, from the text alone."""
    characters: int
    """Letters and digits."""
    aspects: int
    """Distinct aspects spoken of, general praise aside."""
    aspect_clause_share: float
    """Share of the clauses that speak of a definite aspect."""
    evidence_clauses: int
    """Clauses with numbers, durations or comparisons."""
    has_praise: bool
    has_blame: bool
    has_suggestion: bool
    is_about_product: bool
    """Whether any aspect is spoken of or any word of praise or blame is used."""


@dataclass(frozen=True)
class _Heard:
    """A clause that says something about the product."""

    report: int
    clause: Clause
    mentions: list[Mention]
    asks: bool


@dataclass
class _Parsed:
    normal: Normal
    language: str
    clauses: list[Clause]
    heard: list[_Heard] = field(default_factory=list)


class _Chances(NamedTuple):
    """What the models give reports and clauses."""

    reports: Floats
    clauses: list[Floats]
    """Per report, of each of its clauses."""


def read_reports(
    reports: Sequence[WrittenReport],
    first: int,
    models: PolarityModels,
    options: ReviewOptions,
) -> tuple[list[Opinion], list[ReportFacts]]:
    """Return the opinions of the reports and the facts about each.

    Args:
        reports: The reports.
        first: Index of the first of them among all reports; opinions count on from it.
        models: Polarity models by language.
        options: How clause polarity is weighed.

    Raises:
        AssertionError: If a quote were not verbatim, which would be our fault.
    """
    parsed = [_parse(first + at, report) for at, report in enumerate(reports)]
    heard = [each for one in parsed for each in one.heard]
    stars = np.array([reports[each.report - first].rating for each in heard], dtype=np.float64)
    chances = _chances(parsed, models)
    known = np.array(
        [chances.clauses[each.report - first][each.clause.sentence_id] for each in heard]
    )
    texts = [each.clause.text for each in heard]
    odds = clause_polarities(texts, stars, models, options, known)
    signs, strengths = sign_of(odds, options), np.abs(calibrated(odds, texts))
    opinions = [
        opinion
        for each, sign, strength in zip(heard, signs.tolist(), strengths.tolist(), strict=True)
        for opinion in _opinions(each, sign, strength, reports[each.report - first].text)
    ]
    return opinions, _facts(parsed, opinions, first, chances.reports)


def _parse(index: int, report: WrittenReport) -> _Parsed:
    normal = normalise(report.text)
    language = report.language if report.language in ("zh", "en") else language_of(normal.text)
    parsed = _Parsed(normal, language, split_clauses(normal))
    ontology = ontology_for(report.category)
    for clause in parsed.clauses:
        one = _hear(index, clause, ontology)
        if one is not None:
            parsed.heard.append(one)
    return parsed


def _hear(index: int, clause: Clause, ontology: Ontology) -> _Heard | None:
    if speaks_of_another(clause.text):
        return None
    asks = is_suggestion(clause.text, language_of(clause.text))
    mentions = ontology.mentions(clause.text)
    if asks and not mentions:
        mentions = [Mention(OVERALL, is_safety=False)]
    return _Heard(index, clause, mentions, asks) if mentions else None


def _opinions(each: _Heard, sign: int, strength: float, text: str) -> list[Opinion]:
    start, end = each.clause.start, each.clause.end
    quote = text[start:end]
    # Whoever asks for a change is not content, however friendly the words.
    polarity = min(sign, 0) if each.asks else sign
    opinions = [
        Opinion(
            report=each.report,
            sentence_id=each.clause.sentence_id,
            aspect=mention.aspect,
            polarity=polarity,
            strength=strength,
            is_suggestion=each.asks,
            is_safety=mention.is_safety and polarity < 0 and not _is_averted(each.clause.text),
            quote=quote,
            start=start,
            end=end,
        )
        for mention in each.mentions
    ]
    for opinion in opinions:
        if text[opinion.start : opinion.end] != opinion.quote or not opinion.quote:
            raise AssertionError(f"quote at {opinion.start}:{opinion.end} is not verbatim")
    return opinions


def _is_averted(clause: str) -> bool:
    return bool(_AVERTED.search(clause))


def _facts(
    parsed: list[_Parsed], opinions: list[Opinion], first: int, chances: Floats
) -> list[ReportFacts]:
    own: list[list[Opinion]] = [[] for _ in parsed]
    for opinion in opinions:
        own[opinion.report - first].append(opinion)
    return [
        _facts_of(one, mine, chance)
        for one, mine, chance in zip(parsed, own, chances.tolist(), strict=True)
    ]


def _chances(parsed: list[_Parsed], models: PolarityModels) -> _Chances:
    """Score reports and clauses in one pass; a clause in another language is left missing."""
    languages = np.array([one.language for one in parsed])
    found = _Chances(np.full(len(parsed), 0.5), [np.empty(0)] * len(parsed))
    for model in (models.zh, models.en):
        chosen = np.flatnonzero(languages == model.language).tolist()
        clauses = [[clause.text for clause in parsed[at].clauses] for at in chosen]
        found.reports[chosen], each = model.chances(clauses)
        foreign = [language_of(clause) != model.language for own in clauses for clause in own]
        each[np.array(foreign, dtype=bool)] = np.nan
        ends = np.cumsum([len(own) for own in clauses])[:-1]
        for at, own in zip(chosen, np.split(each, ends), strict=False):
            found.clauses[at] = own
    return found


def _facts_of(parsed: _Parsed, opinions: list[Opinion], chance: float) -> ReportFacts:
    definite = [opinion for opinion in opinions if opinion.aspect != OVERALL]
    clauses = parsed.clauses
    return ReportFacts(
        language=parsed.language,
        positive_chance=chance,
        characters=len(bare(parsed.normal.text)),
        aspects=len({opinion.aspect for opinion in definite}),
        aspect_clause_share=len({opinion.sentence_id for opinion in definite})
        / max(len(clauses), 1),
        evidence_clauses=sum(bool(_EVIDENCE.search(clause.text)) for clause in clauses),
        has_praise=any(opinion.polarity > 0 for opinion in opinions),
        has_blame=any(opinion.polarity < 0 for opinion in opinions),
        has_suggestion=any(opinion.is_suggestion for opinion in opinions),
        is_about_product=bool(opinions)
        or any(opinion_sign(clause.text, parsed.language) for clause in clauses),
    )
