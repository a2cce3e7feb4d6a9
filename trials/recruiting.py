"""Recruit: who asked, who may, who would bring most, and who gets a unit by which chance."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from quality.tables.outputs import NEED_STATES_TABLE
from trials.audit import audit_draws
from trials.award_states import ReminderOptions, follow_awards
from trials.awards import with_earlier_winners
from trials.candidates import Caps, best_first, build_problem
from trials.certificate import WINNERS
from trials.draw_tables import certificates_of, selection_of, selections_so_far, told_reasons
from trials.eligibility import EligibilityOptions, judge
from trials.facts import NO_GRADES, gather_facts, trials_to_draw
from trials.funnel import count_funnel, count_funnel_parts
from trials.identities import by_person, with_duplicates
from trials.inputs import carried, complete
from trials.letters import write_letters
from trials.lottery import Field, Outcome, hold_draws
from trials.outlook import look_ahead
from trials.overrides import OverrideOptions, decided_on, name_replacements
from trials.privacy import SMALLEST_CELL
from trials.profile import describe_applicants
from trials.score import ScoreOptions, score_applicants
from trials.segments import uplift_of
from trials.selection import SelectionOptions, select
from trials.strata import DrawOptions
from trials.uplift import UPLIFT, UpliftOptions, segment_uplift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RecruitOptions(
    EligibilityOptions,
    ScoreOptions,
    UpliftOptions,
    SelectionOptions,
    DrawOptions,
    OverrideOptions,
    ReminderOptions,
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
    report_usefulness: pa.Table = NO_GRADES,
    smallest_cell: int = SMALLEST_CELL,
) -> dict[str, pa.Table]:
    """Draw the trials whose applications have closed, and describe all that have opened.

    Applicants are judged and scored by what was known when applications closed, so that a draw
    repeated on a later day is the same draw. The ratings of past reports are never read. What was
    done under any id of a person (``identities``) counts for the person.

    Args:
        tables: Accepted input tables; an absent one counts as empty, and rules that need it are
            stated as not applicable.
        as_of: The day; everything before its start is known.
        options: All that steers recruiting.
        need_states: Where people stand with each need; None judges fit by purchase history.
        earlier_selection: Selections published on earlier days: their trials are not drawn again
            and their winners count as recipients.
        report_usefulness: ``report_id`` and ``usefulness`` of reports graded on earlier days.
        smallest_cell: Fewest people that a figure about a trial's public may stand for; smaller
            groups are merged into ``other`` or left out.

    Returns:
        ``selection``, ``draw_certificate``, ``selection_audit``, ``trial_funnel``,
        ``trial_funnel_parts``, ``applicant_profile``, ``trial_outlook``, ``award_states``,
        ``report_reminders``, ``applicant_letters`` and ``replacements``.

    Raises:
        InfeasibleError: If no selection meets the quotas.
        ContractError: If quotas cannot be read or a published commitment is another seed's.
    """
    options = options or RecruitOptions()
    day = _day(tables, as_of, options, earlier_selection)
    facts = _facts(day, need_states, report_usefulness)
    field = _field(day, facts, has_need_states=need_states is not None)
    outcome, accounts = hold_draws(field, day.trials, options, options.draw_secret)
    selection = with_duplicates(selection_of(field, outcome), day.duplicates, day.trials)
    certificates = certificates_of(day.trials, selection, accounts, options)
    _log(day, field, outcome, len(selection))
    so_far = selections_so_far(earlier_selection, selection)
    told = told_reasons(field, outcome)
    return {
        "selection": selection,
        "draw_certificate": certificates,
        **_descriptions(day, smallest_cell),
        **_followed(day, so_far),
        "applicant_letters": write_letters(selection, certificates, day.inputs["trials"], told),
        "replacements": name_replacements(so_far, options, as_of),
        "selection_audit": audit_draws(facts, selection, certificates, field.decided),
    }


@dataclass(frozen=True, kw_only=True)
class _Day:
    """What recruiting begins with."""

    as_of: date
    options: RecruitOptions
    inputs: dict[str, pa.Table]
    """All input tables, one id a person."""
    known: frozenset[str]
    """Columns that hold anything, as ``table.column``."""
    duplicates: pa.Table
    """Applications by somebody who applied under another id too."""
    earlier_selection: pa.Table | None
    trials: pa.Table
    """Those to draw."""

    @property
    def has_deliveries(self) -> bool:
        """Whether the shop tells when units arrive."""
        return "awards.delivered_on" in self.known


def _day(
    tables: Mapping[str, pa.Table],
    as_of: date,
    options: RecruitOptions,
    earlier_selection: pa.Table | None,
) -> _Day:
    persons = by_person(with_earlier_winners(complete(tables), earlier_selection))
    return _Day(
        as_of=as_of,
        options=options,
        inputs=persons.tables,
        known=carried(persons.tables),
        duplicates=persons.duplicates,
        earlier_selection=earlier_selection,
        trials=trials_to_draw(persons.tables, as_of, earlier_selection),
    )


def _facts(day: _Day, need_states: pa.Table | None, report_usefulness: pa.Table) -> pa.Table:
    return gather_facts(
        {**day.inputs, "report_usefulness": report_usefulness},
        day.trials,
        NEED_STATES_TABLE.empty() if need_states is None else need_states,
        as_of=day.as_of,
        letters_saturation=day.options.letters_saturation,
        has_deliveries=day.has_deliveries,
        duplicates=day.duplicates,
    )


def _descriptions(day: _Day, smallest_cell: int) -> dict[str, pa.Table]:
    """Describe the trials that have opened, and their applicants."""
    inputs, as_of = day.inputs, day.as_of
    return {
        "trial_funnel": count_funnel(inputs, as_of),
        "trial_funnel_parts": count_funnel_parts(inputs, as_of, smallest_cell),
        "applicant_profile": describe_applicants(inputs, day.known, as_of, smallest_cell),
        "trial_outlook": look_ahead(inputs, as_of, day.options, smallest_cell),
    }


def _followed(day: _Day, so_far: pa.Table) -> dict[str, pa.Table]:
    """Follow the units given, today's winners among them."""
    return follow_awards(
        with_earlier_winners(day.inputs, so_far),
        as_of=day.as_of,
        has_deliveries=day.has_deliveries,
        options=day.options,
    )


def _log(day: _Day, field: Field, outcome: Outcome, applications: int) -> None:
    if len(day.trials) and not day.options.draw_secret:
        logger.warning("draw_secret is empty: anybody can know the seeds before the draw")
    logger.info(
        "drew %d trials, %d units among %d applications, %.6f below the bound",
        len(day.trials),
        int(np.isin(outcome.arm, WINNERS).sum()),
        applications,
        field.selected.bound - field.selected.objective,
    )


def _field(day: _Day, facts: pa.Table, *, has_need_states: bool) -> Field:
    """Judge and score the applicants, and select from them."""
    options = day.options
    decided = decided_on(facts, options, day.as_of)
    eligibility = judge(facts, day.known, options).with_decisions(decided)
    uplift = uplift_of(facts, _segments(day))
    scores = score_applicants(facts, options, has_need_states=has_need_states, uplift=uplift)
    rows = best_first(facts, eligibility.codes == "", scores.score)
    caps = Caps(
        per_day=options.units_per_person,
        per_year=options.awards_per_year,
        budget=options.budget,
    )
    problem = build_problem(
        facts, rows, scores.score, day.trials, caps, day.inputs["items"], decided.is_given
    )
    return Field(
        facts=facts,
        eligibility=eligibility,
        scores=scores,
        rows=rows,
        problem=problem,
        selected=select(problem, options),
        decided=decided,
    )


def _segments(day: _Day) -> pa.Table:
    """Measure earlier draws, by what was known when the first of today's trials closed."""
    if day.earlier_selection is None or not len(day.trials):
        return UPLIFT.empty_table()
    first_closed = pc.min(day.trials["closes_on"]).as_py() + timedelta(days=1)
    rateless = {name: table for name, table in day.inputs.items() if name != "reports"}
    return segment_uplift(rateless, day.earlier_selection, as_of=first_closed, options=day.options)
