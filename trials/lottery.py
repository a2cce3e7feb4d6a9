"""Hold the draws of the day, trial by trial, and note for every applicant what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trials.arrays import place_in_group, texts, truths
from trials.candidates import keep_chances_known, limits_of
from trials.certificate import WINNERS, Account
from trials.draw import Drawn, by_way_drawn, hold_draw, open_seed
from trials.outlook import foresee
from trials.plan import NOT_DRAWN, Limits, Plan
from trials.score import DECIMALS
from trials.sentences import STRENGTHS, odds
from trials.strata import DrawOptions, plan_draw

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Floats, Ints, Texts
    from trials.eligibility import Eligibility
    from trials.overrides import Decided
    from trials.programme import Problem
    from trials.score import Scores
    from trials.selection import Selected

_REASONS = {
    "band": "drawn_band",
    "open": "drawn_open",
    "holdout": "held_out",
    "waitlist": "waitlisted",
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """The day's applicants: n rows of ``facts``, judged, scored and selected from."""

    facts: pa.Table
    eligibility: Eligibility
    scores: Scores
    rows: Ints
    """Rows of the eligible in ``facts``, by trial, best first, shape (n_eligible,)."""
    problem: Problem
    """The selection's problem, over the eligible."""
    selected: Selected
    decided: Decided
    """On whom people decided instead of the draw."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of each application, each array of shape (n,)."""

    arm: Texts
    rank: Ints
    """Place among the eligible of the trial; 0 if ineligible."""
    stratum: Texts
    chance: Floats
    waitlist_position: Ints
    """Place on the waitlist; 0 if not on it."""
    reason: Texts
    detail_zh: Texts
    detail_en: Texts


def hold_draws(
    field: Field, drawn: pa.Table, options: DrawOptions, draw_secret: str
) -> tuple[Outcome, list[Account]]:
    """Draw every trial.

    Args:
        field: The applicants.
        drawn: The trials, sorted.
        options: Shares of core, band and waitlist.
        draw_secret: What the seeds are derived from.

    Returns:
        The outcome of every application, and one account a trial for its certificate.

    Raises:
        ContractError: If a published commitment is not that of the trial's seed.
    """
    outcome, left_out = _before(field)
    is_buyer = truths(field.facts, "is_recent_buyer")
    accounts = []
    for number, trial in enumerate(drawn.to_pylist()):
        start, end = np.searchsorted(field.problem.trial, [number, number + 1])
        pool = start + np.flatnonzero(left_out[start:end] == "")
        limits = limits_of(field.problem, number, pool)
        given = field.decided.is_given[field.rows[pool]]
        plan = plan_draw(field.selected.is_chosen[pool], limits, options, given)
        seed = open_seed(trial["trial_id"], draw_secret, trial["seed_commitment"])
        rows = field.rows[pool]
        users = texts(field.facts, "user_id")[rows]
        result = hold_draw(plan, trial["trial_id"], seed.seed, users)
        _note(outcome, rows, plan, result, field.scores.strongest[rows])
        chosen = field.selected.is_chosen[start:end]
        objective = round(float(field.problem.scores[start:end][chosen].sum()), DECIMALS)
        accounts.append(
            Account(
                seed=seed,
                strata=by_way_drawn(trial["trial_id"], seed.seed, plan.strata),
                quotas=_results(limits, result),
                not_applicable=field.eligibility.not_applicable,
                objective=objective,
                bound=round(objective + field.selected.bound - field.selected.objective, DECIMALS),
                smallest_detectable_effect=foresee(
                    plan, int(is_buyer[field.rows[start:end]].sum()), int(end - start)
                ),
            )
        )
    outcome.reason[field.decided.is_given] = "override_given"
    return outcome, accounts


def _before(field: Field) -> tuple[Outcome, Texts]:
    """Note the refused, and the eligible who take no part so that chances stay known."""
    n = len(field.facts)
    left_out = keep_chances_known(field.problem, field.selected.is_chosen)
    arm = np.full(n, "ineligible", dtype=object)
    arm[field.rows[left_out != "household"]] = "not_selected"
    reason = field.eligibility.codes.copy()
    reason[field.rows] = left_out
    rank = np.zeros(n, dtype=np.int64)
    ranked = left_out != "household"
    rank[field.rows[ranked]] = place_in_group(field.problem.trial[ranked]) + 1
    outcome = Outcome(
        arm=arm,
        rank=rank,
        stratum=np.full(n, None, dtype=object),
        chance=np.zeros(n),
        waitlist_position=np.zeros(n, dtype=np.int64),
        reason=reason,
        detail_zh=field.eligibility.details.copy(),
        detail_en=field.eligibility.details.copy(),
    )
    return outcome, left_out


def _note(outcome: Outcome, rows: Ints, plan: Plan, result: Drawn, strongest: Ints) -> None:
    """Write one trial's result into the outcome's arrays."""
    names = np.array([one.name for one in plan.strata] + [None], dtype=object)
    chances_zh, chances_en = (
        np.array(words, dtype=object)
        for words in zip(
            *[odds(one.ways, one.candidates) for one in plan.strata], ("", ""), strict=True
        )
    )
    strengths = np.array(STRENGTHS, dtype=object)[strongest]
    shut_out = "quota_full" if plan.has_door else "no_seat"
    losing = np.where(plan.stratum == NOT_DRAWN, shut_out, "not_drawn")
    outcome.arm[rows] = result.arm
    outcome.stratum[rows] = names[plan.stratum]
    outcome.chance[rows] = plan.chance
    outcome.waitlist_position[rows] = result.waitlist_position
    outcome.reason[rows] = [
        _REASONS.get(arm, lost) for arm, lost in zip(result.arm, losing, strict=True)
    ]
    outcome.reason[rows[plan.is_core]] = "enough_units"
    outcome.reason[rows[plan.is_best]] = "best_score"
    outcome.detail_zh[rows] = np.where(plan.is_best, strengths[:, 0], chances_zh[plan.stratum])
    outcome.detail_en[rows] = np.where(plan.is_best, strengths[:, 1], chances_en[plan.stratum])


def _results(limits: Limits, result: Drawn) -> list[dict[str, Any]]:
    """State what each quota asked for and got."""
    got = limits.is_member[np.isin(result.arm, WINNERS)].sum(axis=0).tolist()
    return [
        {
            "attribute": quota.attribute,
            "value": quota.value,
            "min": quota.low,
            "max": quota.high,
            "got": count,
        }
        for quota, count in zip(limits.quotas, got, strict=True)
    ]
