"""The stages as Prefect tasks: few and fat, each one call into the package that does the work.

Only a storage error is retried; a broken contract or an infeasible quota is not, since trying
again cannot mend it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.code import code_digest
from flows.history import latest
from flows.observing import count_retry
from flows.progress import progress_bar
from flows.report_models import ReportModels
from flows.settings import Settings
from infra.errors import StoreError
from infra.landing import fetch_inputs
from quality.measures import Earlier
from quality.reading.aside import Corrections
from quality.rules.outcome import report_of, worst
from quality.spreading import Spread
from quality.tables import OUTPUTS
from quality.validation import Validation, validate
from recommender.carrying import Carried
from recommender.records import NO_DISLIKES
from recommender.stage import recommend
from trials.effect import measure_effect
from trials.facts import NO_GRADES
from trials.recruiting import recruit
from trials.reports.dislikes import disliked_products
from trials.reports.model_drift import model_drift
from trials.reports.report_usefulness import report_usefulness
from trials.reports.stage import review

logger = logging.getLogger(__name__)

Tables = dict[str, pa.Table]

MAKES: Final[dict[str, tuple[str, ...]]] = {
    "validate": (
        "validation_report",
        "quarantine",
        "source_scorecard",
        "column_profile",
        "daily_rows",
        "lineage",
    ),
    "recommend": (
        "recommendations",
        "do_not_recommend",
        "replenishment_calendar",
        "need_states",
    ),
    "recruit": (
        "selection",
        "draw_certificate",
        "trial_funnel",
        "trial_funnel_parts",
        "applicant_profile",
        "trial_outlook",
        "award_states",
        "report_reminders",
        "applicant_letters",
        "replacements",
        "selection_audit",
    ),
    "review": (
        "report_scores",
        "opinions",
        "improvement_summary",
        "follow_ups",
        "proposed_terms",
        "report_model",
    ),
    "effect": ("trial_effect", "effect_split", "pooled_effect"),
}
"""Stage → the tables it makes."""

NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "recommend": ("events", "items"),
    "recruit": ("trials", "applications"),
    "review": ("reports", "items"),
    "effect": ("trials", "events"),
}
"""Stage → the input tables without which it is skipped."""


def is_storage_fault(task: Any, task_run: Any, state: Any) -> bool:  # noqa: ARG001 - Prefect's signature
    """Retry what may pass by itself, and nothing else."""
    is_one = isinstance(state.result(raise_on_failure=False), StoreError)
    if is_one:
        count_retry()
    return is_one


RETRIED: Final[dict[str, Any]] = {
    "retries": 2,
    "retry_delay_seconds": [2, 10],
    "retry_condition_fn": is_storage_fault,
    "cache_policy": NO_CACHE,
}


@task(**RETRIED)
def land(data: str, work: Path, settings: Settings) -> Path:
    """Bring the input files to a local folder."""
    return fetch_inputs(data, work, settings.store)


@task(cache_policy=NO_CACHE)
def check(
    folder: Path,
    into: Path,
    day: date,
    settings: Settings,
    corrections: Corrections,
    histories: Tables,
) -> Validation:
    """Validate the inputs: good rows on, bad rows to quarantine."""
    with progress_bar() as progress:
        return validate(
            folder,
            into,
            as_of=day,
            options=settings.validate,
            corrections=corrections,
            earlier=Earlier.of(histories),
            progress=progress,
        )


@task(cache_policy=NO_CACHE)
def make_recommendations(
    inputs: Mapping[str, pa.Table],
    day: date,
    settings: Settings,
    histories: Tables,
    spread: Spread,
) -> Tables:
    """Rank what each person needs next, and withhold what still satisfies."""
    with progress_bar() as progress:
        return recommend(
            inputs,
            as_of=day,
            options=settings.recommend,
            reviews=histories.get("satiation_review"),
            carried=Carried(histories, code_digest()),
            dislikes=histories.get("dislikes", NO_DISLIKES),
            progress=progress,
            spread=spread,
        )


@task(cache_policy=NO_CACHE)
def draw_recipients(
    inputs: Mapping[str, pa.Table],
    day: date,
    settings: Settings,
    histories: Tables,
    need_states: pa.Table | None,
) -> Tables:
    """Draw the trials that have closed; earlier draws stand as they were."""
    return recruit(
        inputs,
        as_of=day,
        options=settings.recruit,
        need_states=need_states,
        earlier_selection=_undated(histories.get("selection")),
        report_usefulness=histories.get("report_usefulness", NO_GRADES),
        smallest_cell=settings.shop.smallest_cell,
    )


@task(cache_policy=NO_CACHE)
def read_reports(
    inputs: Mapping[str, pa.Table],
    day: date,
    settings: Settings,
    histories: Tables,
    models: ReportModels,
    spread: Spread,
) -> Tables:
    """Turn trial reports into scores, opinions and improvement summaries."""
    summaries, draws = histories.get("improvement_summary"), histories.get("selection")
    with progress_bar() as progress:
        made = review(
            inputs,
            as_of=day,
            options=settings.review,
            models=models.load(),
            selection=_undated(draws),
            previous=latest(summaries) if summaries is not None else None,
            smallest_cell=settings.shop.smallest_cell,
            progress=progress,
            spread=spread,
        )
    scores = made["report_scores"]
    return made | {
        "report_model": model_drift(scores, inputs["reports"], versions=models.versions),
        "dislikes": disliked_products(scores, made["opinions"]),
        "report_usefulness": report_usefulness(scores),
    }


@task(cache_policy=NO_CACHE)
def read_effect(
    inputs: Mapping[str, pa.Table], day: date, settings: Settings, histories: Tables
) -> Tables:
    """Compare those drawn with those held out by lot, in draws of earlier days."""
    draws = histories["selection"].drop_columns("as_of")
    return measure_effect(inputs, draws, as_of=day, options=settings.effect)


@task(cache_policy=NO_CACHE)
def check_made(
    outputs: Tables,
    inputs: Mapping[str, pa.Table],
    day: date,
    settings: Settings,
    histories: Tables,
) -> pa.Table:
    """Hold our own tables to their contracts; return the findings as rows of the report."""
    from quality.rules.outputs import check_outputs  # noqa: PLC0415 - importing takes seconds

    trials = inputs.get("trials")
    outcomes = check_outputs(
        outputs,
        as_of=day,
        options=settings.validate,
        list_length=settings.recommend.list_length,
        slots_per_need=settings.recommend.slots_per_need,
        may_be_short=math.isfinite(settings.recommend.frugal_cap),
        items=inputs.get("items"),
        units_of_trial=None if trials is None else _units(trials),
    )
    logger.info("own contracts: %s, %d rules", worst(outcomes), len(outcomes))
    earlier = Earlier.of(histories).reports
    return report_of(outcomes, earlier, settings.validate.trend_runs)


def _units(trials: pa.Table) -> dict[str, int]:
    return dict(zip(trials["trial_id"].to_pylist(), trials["units"].to_pylist(), strict=True))


def with_earlier_draws(made: Mapping[str, pa.Table], histories: Tables) -> Tables:
    """Put the draws of earlier days beside today's, so that readers find every running trial."""
    tables = dict(made)
    for name in ("selection", "draw_certificate"):
        if name in histories:
            # A draw of an earlier version lacks columns that are optional since.
            earlier = OUTPUTS[name].conform(histories[name].drop_columns("as_of"))
            tables[name] = pa.concat_tables([earlier, tables.get(name, earlier.slice(0, 0))])
    return tables


def _undated(history: pa.Table | None) -> pa.Table | None:
    return None if history is None else history.drop_columns("as_of")


def missing_inputs(stage: str, rows: Mapping[str, int]) -> list[str]:
    """Name the input tables a stage needs and does not have, by the rows of each table."""
    return [name for name in NEEDS[stage] if not rows.get(name)]
