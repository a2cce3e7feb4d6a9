"""Recruit: who asked, who may, who would bring most, and who gets a unit by which chance."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from quality.tables.outputs import DRAW_CERTIFICATE, NEED_STATES_TABLE, SELECTION
from trials.arrays import texts
from trials.awards import with_earlier_winners
from trials.candidates import Caps, best_first, build_problem
from trials.certificate import WINNERS, certify
from trials.eligibility import EligibilityOptions, judge
from trials.engine import carried, complete
from trials.facts import gather_facts, trials_to_draw
from trials.funnel import count_funnel
from trials.lottery import Field, Outcome, hold_draws
from trials.profile import ProfileOptions, describe_applicants
from trials.score import PARTS, ScoreOptions, score_applicants
from trials.selection import SelectionOptions, select
from trials.sentences import write_reasons
from trials.strata import DrawOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from trials.certificate import Account

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RecruitOptions(
    EligibilityOptions, ScoreOptions, SelectionOptions, DrawOptions, ProfileOptions
):
    """All that steers recruiting."""

    draw_secret: str = field(default="", repr=False)
    """Known to the shop alone; a trial's seed is its HMAC, so keep it until the last draw."""


def recruit(
    tables: Mapping[str, pa.Table],
    *,
    as_of: date,
    options: RecruitOptions | None = None,
    need_states: pa.Table | None = None,
    earlier_selection: pa.Table | None = None,
) -> dict[str, pa.Table]:
    """Draw the trials whose applications have closed, and describe all that have opened.

    Applicants are judged and scored by what was known when applications closed, so that a draw
    repeated on a later day is the same draw. The ratings of past reports are never read.

    Args:
        tables: Accepted input tables; an absent one counts as empty, and rules that need it are
            stated as not applicable.
        as_of: The day; everything before its start is known.
        options: All that steers recruiting.
        need_states: Where people stand with each need; None judges fit by purchase history.
        earlier_selection: Selections published on earlier days: their trials are not drawn again
            and their winners count as recipients.

    Returns:
        ``selection``, ``draw_certificate``, ``trial_funnel`` and ``applicant_profile``.

    Raises:
        InfeasibleError: If no selection meets the quotas.
        ContractError: If quotas cannot be read or a published commitment is another seed's.
    """
    options = options or RecruitOptions()
    inputs = with_earlier_winners(complete(tables), earlier_selection)
    known = carried(inputs)
    drawn = trials_to_draw(inputs, as_of, earlier_selection)
    field = _field(inputs, known, drawn, as_of, options, need_states)
    outcome, accounts = hold_draws(field, drawn, options, options.draw_secret)
    selection = _selection(field, outcome)
    if len(drawn) and not options.draw_secret:
        logger.warning("draw_secret is empty: anybody can know the seeds before the draw")
    logger.info(
        "drew %d trials, %d units among %d applications, %.6f below the bound",
        len(drawn),
        int(np.isin(outcome.arm, WINNERS).sum()),
        len(selection),
        field.selected.bound - field.selected.objective,
    )
    return {
        "selection": selection,
        "draw_certificate": _certificates(drawn, selection, accounts, options),
        "trial_funnel": count_funnel(inputs, as_of),
        "applicant_profile": describe_applicants(inputs, known, as_of, options),
    }


def _field(
    inputs: Mapping[str, pa.Table],
    known: frozenset[str],
    drawn: pa.Table,
    as_of: date,
    options: RecruitOptions,
    need_states: pa.Table | None,
) -> Field:
    facts = gather_facts(
        inputs,
        drawn,
        NEED_STATES_TABLE.empty() if need_states is None else need_states,
        as_of=as_of,
        letters_saturation=options.letters_saturation,
        has_deliveries="awards.delivered_on" in known,
    )
    eligibility = judge(facts, known, options)
    scores = score_applicants(facts, options, has_need_states=need_states is not None)
    rows = best_first(facts, eligibility.codes == "", scores.score)
    caps = Caps(per_day=options.units_per_person, per_year=options.awards_per_year)
    problem = build_problem(facts, rows, scores.score, drawn, caps)
    return Field(
        facts=facts,
        eligibility=eligibility,
        scores=scores,
        rows=rows,
        problem=problem,
        selected=select(problem, options),
    )


def _selection(field: Field, outcome: Outcome) -> pa.Table:
    zh, en = write_reasons(outcome.reason, outcome.detail_zh, outcome.detail_en)
    refused = outcome.arm == "ineligible"
    columns = {
        "trial_id": field.facts["trial_id"],
        "user_id": field.facts["user_id"],
        "arm": outcome.arm,
        "rank": pa.array(outcome.rank, mask=refused),
        "stratum": pa.array(outcome.stratum, pa.string()),
        "inclusion_probability": outcome.chance,
        "waitlist_position": pa.array(
            outcome.waitlist_position, mask=outcome.waitlist_position == 0
        ),
        "reason_code": outcome.reason,
        "reason_zh": zh,
        "reason_en": en,
    }
    parts = {name: pa.array(field.scores.part(name), mask=refused) for name in (*PARTS, "score")}
    return SELECTION.conform(pa.table(columns | parts))


def _certificates(
    drawn: pa.Table, selection: pa.Table, accounts: list[Account], options: RecruitOptions
) -> pa.Table:
    trial_ids = texts(selection, "trial_id")
    rows: list[dict[str, Any]] = []
    for trial, account in zip(drawn.to_pylist(), accounts, strict=True):
        mine = selection.filter(pa.array(trial_ids == trial["trial_id"], pa.bool_()))
        rows.append(certify(trial, mine, account, asdict(options)))
    return DRAW_CERTIFICATE.conform(pa.Table.from_pylist(rows, DRAW_CERTIFICATE.schema))
