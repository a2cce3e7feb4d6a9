"""From judged and scored applicants to the selection's problem, and back to one pool a trial."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse

from trials.arrays import place_in_group, texts
from trials.draw import lot_order
from trials.plan import Limits
from trials.prices import HUNDREDTHS, unit_prices
from trials.programme import Problem
from trials.quotas import members, parse_quotas

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints, Texts
    from trials.quotas import Quota


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How many units one person may still get."""

    per_day: int
    """Units over all trials drawn on a day."""
    per_year: int
    """Units within 365 days, earlier ones included."""
    budget: float = inf
    """Cost of all units drawn for on a day, at list prices."""


def best_first(facts: pa.Table, eligible: Bools, scores: Floats) -> Ints:
    """Order the eligible rows by trial, then score; equal scores by a hash, not by id.

    The hash does not depend on the seed: who stands where is known before the draw.

    Returns:
        Row numbers of the eligible, shape (n_eligible,).
    """
    rows = np.flatnonzero(eligible)
    trials, starts = np.unique(texts(facts, "trial_id")[rows].astype(str), return_index=True)
    users = texts(facts, "user_id")
    ordered = []
    for trial_id, part in zip(trials, np.split(rows, starts[1:]), strict=False):
        by_lot = part[lot_order(trial_id, "", users[part])]
        ordered.append(by_lot[np.argsort(-scores[by_lot], kind="stable")])
    return np.concatenate(ordered) if ordered else rows


def build_problem(
    facts: pa.Table,
    rows: Ints,
    scores: Floats,
    drawn: pa.Table,
    caps: Caps,
    items: pa.Table,
    is_given: Bools | None = None,
) -> Problem:
    """State the selection over all trials drawn.

    Args:
        facts: What is known of each applicant.
        rows: The eligible ones, as ``best_first`` orders them.
        scores: Score of every row of ``facts``.
        drawn: The trials, sorted.
        caps: Units a person may get, and what all may cost.
        items: The catalogue, for the prices.
        is_given: Rows of ``facts`` that get a unit by decision of people; None for none.

    Raises:
        ContractError: If a trial's quotas cannot be read, or there is a budget and a price is not
            known.
    """
    applicants = facts.take(pa.array(rows))
    trial_ids = drawn["trial_id"].to_pylist()
    trial = np.searchsorted(
        np.array(trial_ids, dtype=str), texts(applicants, "trial_id").astype(str)
    )
    per_trial = [
        parse_quotas(trial_id, document, units)
        for trial_id, document, units in zip(
            trial_ids, drawn["quotas"].to_pylist(), drawn["units"].to_pylist(), strict=True
        )
    ]
    quotas = tuple(quota for of_trial in per_trial for quota in of_trial)
    quota_trial = np.repeat(
        np.arange(len(trial_ids)), np.array([len(one) for one in per_trial], dtype=np.int64)
    )
    left = caps.per_year - applicants["awards_year"].to_numpy()
    if is_given is not None:
        left = np.maximum(left, is_given[rows])
    return Problem(
        scores=scores[rows],
        trial=trial.astype(np.int64),
        person=_codes(texts(applicants, "user_id")),
        household=_codes(texts(applicants, "household_id")),
        person_cap=np.minimum(caps.per_day, left).astype(np.int64),
        units=drawn["units"].to_numpy(),
        quotas=quotas,
        quota_trial=quota_trial,
        groups=_groups(applicants, trial, quotas, quota_trial),
        is_given=None if is_given is None else is_given[rows],
        prices=unit_prices(drawn, items)
        if isfinite(caps.budget)
        else np.zeros(len(trial_ids), dtype=np.int64),
        budget=round(caps.budget * HUNDREDTHS) if isfinite(caps.budget) else inf,
    )


def keep_chances_known(problem: Problem, is_chosen: Bools) -> Texts:
    """Leave one pool place a household and trial, and no more a person than units allowed.

    Without that, a win in one lottery would change the chances in another. The selected keep their
    place; otherwise the best score does.

    Args:
        problem: Applications, best first inside each trial.
        is_chosen: The selection, shape (n,).

    Returns:
        "" for who stays, else ``other_trial`` or ``household``, shape (n,).
    """
    n = len(problem.scores)
    by_person = np.lexsort((np.arange(n), -problem.scores, ~is_chosen, problem.person))
    place = np.empty(n, dtype=np.int64)
    place[by_person] = place_in_group(problem.person[by_person])
    stays = place < problem.person_cap
    code = np.where(stays, "", "other_trial").astype(object)

    sharing = np.flatnonzero(stays & (problem.household >= 0))
    sharing = sharing[np.argsort(~is_chosen[sharing], kind="stable")]
    _, home = np.unique(
        np.column_stack([problem.trial[sharing], problem.household[sharing]]),
        axis=0,
        return_inverse=True,
    )
    code[sharing[place_in_group(home.ravel().astype(np.int64)) > 0]] = "household"
    return code


def limits_of(problem: Problem, trial: int, pool: Ints) -> Limits:
    """Return one trial's quotas over some of its applications."""
    kept = np.flatnonzero(problem.quota_trial == trial)
    return Limits(
        quotas=tuple(problem.quotas[index] for index in kept),
        is_member=problem.groups[kept][:, pool].toarray().T > 0,
    )


def _codes(values: Texts) -> Ints:
    """Number different texts; a missing one is -1."""
    known = np.array([value is not None for value in values], dtype=np.bool_)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[known] = np.unique(values[known].astype(str), return_inverse=True)[1]
    return codes


def _groups(
    applicants: pa.Table, trial: Ints, quotas: tuple[Quota, ...], quota_trial: Ints
) -> sparse.csr_matrix:
    rows = [np.zeros(0, dtype=np.int64)]
    for quota, index in zip(quotas, quota_trial, strict=True):
        start, end = np.searchsorted(trial, [index, index + 1])
        rows.append(start + np.flatnonzero(members(applicants.slice(start, end - start), quota)))
    sizes = np.array([len(part) for part in rows])
    return sparse.csr_matrix(
        (np.ones(sizes.sum()), np.concatenate(rows), np.cumsum(sizes)),
        shape=(len(quotas), len(applicants)),
    )
