"""What the merchant should mend in one item: aspects, intervals, impact, quotes, suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats
from trials.intervals import wilson
from trials.reports.customers import Customers
from trials.reports.effects import Effects, Said, estimate_effects
from trials.reports.kano import kano_of
from trials.reports.options import ReviewOptions
from trials.reports.quotes import Json, best_quotes, sources_of
from trials.reports.ranking import Ranking, rank_aspects
from trials.reports.reading import Opinion
from trials.reports.scoring import ScoredReport
from trials.reports.shrinkage import effective_number

_DIGITS = 6


@dataclass(frozen=True)
class _Heard:
    """Everything an aspect's row is made from, arrays by customer and aspect."""

    customers: Customers
    mentioned: Floats
    blamed: Floats
    praised: Floats
    effects: Effects
    ranking: Ranking


def summarise_aspects(
    opinions: Sequence[Opinion],
    reports: Mapping[int, ScoredReport],
    customers: Customers,
    options: ReviewOptions,
) -> list[Json]:
    """Return the item's aspects: dangers first, then what enough customers speak of, by priority.

    Each is a dictionary:

    - ``aspect``: id; ``trials.reports.ontology.aspect_names`` has its display names.
    - ``reports``: customers who speak of it (one customer, one vote); ``customers``: all of them.
    - ``share``, ``low``, ``high``: weighted share of all customers who speak of it, with its
      95 % Wilson interval on the effective number of customers.
    - ``negative_share``: of those who speak of it, the weighted share that blames it.
    - ``blame_reports``, ``blame_share``, ``blame_low``, ``blame_high``: customers who blame it,
      and their weighted share of *all* customers with its interval; ``praise_reports`` and
      ``praise_share`` likewise.
    - ``net_sentiment``: (praise - blame) / customers who speak of it, in [-1, 1].
    - ``severity``: mean severity of the complaints, 1 for plain ones; 0 without any.
    - ``impact``, ``reward``: stars that a plain complaint costs and that praise earns, at least 0.
    - ``priority``, ``priority_low``, ``priority_high``: blame_share × severity × impact, the loss
      of mean rating in stars, and its 95 % interval.
    - ``rank_low``, ``rank_high``: 95 % interval of its place by priority, from 1;
      ``first_three_chance``: chance to be among the first three.
    - ``kano``, ``kano_chance``: see :func:`~trials.reports.kano.kano_of`.
    - ``is_early_signal``: fewer than ``least_mentions`` customers speak of it.
    - ``is_safety``: somebody reports a danger; such aspects come first whatever their priority.
      ``safety_reports``: customers who do.
    - ``quotes``: ``{"report_id", "sentence_id", "quote", "polarity"}``, complaints first, verbatim,
      no customer twice for the same polarity.
    - ``blame_sources``, ``praise_sources``, ``safety_sources``: where each of those counted says so.
    """
    if not opinions:
        return []
    aspects = sorted({opinion.aspect for opinion in opinions})
    heard = _heard(opinions, aspects, customers, options)
    rows = [
        _numbers(heard, column, aspect, options)
        | _words([one for one in opinions if one.aspect == aspect], reports, options)
        for column, aspect in enumerate(aspects)
    ]
    return sorted(rows, key=_first_to_mend)


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
                "quotes": best_quotes(own, reports, options.quotes_suggestion),
            }
        )
    return sorted(rows, key=lambda row: (-row["reports"], row["aspect"]))


def _first_to_mend(row: Json) -> tuple[bool, bool, float, float, str]:
    is_early = bool(row["is_early_signal"])
    return (not row["is_safety"], is_early, -row["priority"], -row["share"], row["aspect"])


def _heard(
    opinions: Sequence[Opinion],
    aspects: Sequence[str],
    customers: Customers,
    options: ReviewOptions,
) -> _Heard:
    blames = [one for one in opinions if one.polarity < 0]
    praised = customers.said([one for one in opinions if one.polarity > 0], aspects)
    severities = customers.severities(blames, aspects)
    said = Said(severities, praised, customers.ratings, customers.weights)
    # Nothing is ranked on too few customers; one draw keeps the figures' places filled.
    draws = options.rank_draws if len(said.weights) >= options.least_customers else 1
    effects = estimate_effects(said, draws, np.random.default_rng(options.rank_seed))
    return _Heard(
        customers=customers,
        mentioned=customers.said(opinions, aspects),
        blamed=(severities > 0).astype(np.float64),
        praised=praised,
        effects=effects,
        ranking=rank_aspects(effects),
    )


def _numbers(heard: _Heard, column: int, aspect: str, options: ReviewOptions) -> Json:
    mentioned, blamed, praised = (
        array[:, column] for array in (heard.mentioned, heard.blamed, heard.praised)
    )
    blamers, praisers = int(blamed.sum()), int(praised.sum())
    kano = kano_of(
        heard.effects, column, blamers=blamers, praisers=praisers, least=options.least_contrast
    )
    numbers = (
        _shares(heard.customers.weights, mentioned, blamed, praised)
        | _stars(heard, column)
        | {"kano_chance": kano.chance}
    )
    return {
        "aspect": aspect,
        "customers": len(mentioned),
        "reports": int(mentioned.sum()),
        "blame_reports": blamers,
        "praise_reports": praisers,
        **{name: round(number, _DIGITS) for name, number in numbers.items()},
        "rank_low": int(heard.ranking.rank_lows[column]),
        "rank_high": int(heard.ranking.rank_highs[column]),
        "kano": kano.kind,
        "is_early_signal": int(mentioned.sum()) < options.least_mentions,
    }


def _shares(
    weights: Floats, mentioned: Floats, blamed: Floats, praised: Floats
) -> dict[str, float]:
    total, effective = float(weights.sum()), effective_number(weights)
    spoke, blaming, praising = (_sum(weights, said) for said in (mentioned, blamed, praised))
    low, high = map(float, wilson(spoke / total, effective))
    blame_low, blame_high = map(float, wilson(blaming / total, effective))
    return {
        "share": spoke / total,
        "low": low,
        "high": high,
        "negative_share": blaming / spoke,
        "blame_share": blaming / total,
        "blame_low": blame_low,
        "blame_high": blame_high,
        "praise_share": praising / total,
        "net_sentiment": (praising - blaming) / spoke,
    }


def _stars(heard: _Heard, column: int) -> dict[str, float]:
    """What the aspect does to the rating, and its place."""
    effects, ranking = heard.effects, heard.ranking
    weights = heard.customers.weights
    share = _sum(weights, heard.blamed[:, column]) / float(weights.sum())
    return {
        "severity": float(effects.blame_means[column]) / share if share else 0.0,
        "impact": float(effects.penalties[column]),
        "reward": float(effects.rewards[column]),
        "priority": float(ranking.priorities[column]),
        "priority_low": float(ranking.lows[column]),
        "priority_high": float(ranking.highs[column]),
        "first_three_chance": float(ranking.first_few_chances[column]),
    }


def _words(
    said: Sequence[Opinion], reports: Mapping[int, ScoredReport], options: ReviewOptions
) -> Json:
    blames = [opinion for opinion in said if opinion.polarity < 0]
    praises = [opinion for opinion in said if opinion.polarity > 0]
    dangers = [opinion for opinion in said if opinion.is_safety]
    return {
        "is_safety": bool(dangers),
        "safety_reports": len({reports[opinion.report].user_id for opinion in dangers}),
        "quotes": best_quotes(blames, reports, options.quotes_blame)
        + best_quotes(praises, reports, options.quotes_praise),
        "blame_sources": sources_of(blames, reports, options.most_sources),
        "praise_sources": sources_of(praises, reports, options.most_sources),
        "safety_sources": sources_of(dangers, reports, options.most_sources),
    }


def _sum(weights: Floats, chosen: Floats) -> float:
    """The weight of the chosen; no BLAS, so the same bytes whatever the number of threads."""
    return float((weights * chosen).sum())
