"""Recruit: who asked, who may, who would bring most, and who gets a unit by which chance."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import DRAW_CERTIFICATE, NEED_STATES_TABLE, SELECTION
from trials.arrays import texts
from trials.audit import audit_draws
from trials.award_states import ReminderOptions, follow_awards
from trials.awards import with_earlier_winners
from trials.candidates import Caps, best_first, build_problem
from trials.certificate import WINNERS, certify
from trials.eligibility import EligibilityOptions, judge
from trials.engine import carried, complete
from trials.facts import NO_GRADES, gather_facts, trials_to_draw
from trials.funnel import count_funnel, count_funnel_parts
from trials.identities import by_person, with_duplicates
from trials.letter_reasons import LETTER_REASONS
from trials.letters import write_letters
from trials.lottery import Field, Outcome, hold_draws
from trials.outlook import look_ahead
from trials.overrides import OverrideOptions, decided_on, name_replacements
from trials.privacy import SMALLEST_CELL
from trials.profile import describe_applicants
from trials.score import FREEBIE_SHARES, PARTS, ScoreOptions, score_applicants
from trials.segments import uplift_of
from trials.selection import SelectionOptions, select
from trials.sentences import write_reasons
from trials.strata import DrawOptions
from trials.uplift import UPLIFT, UpliftOptions, segment_uplift

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from trials.certificate import Account
    from trials.eligibility import Eligibility
    from trials.overrides import Decided
    from trials.score import Scores

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
    persons = by_person(with_earlier_winners(complete(tables), earlier_selection))
    inputs = persons.tables
    known = carried(inputs)
    drawn = trials_to_draw(inputs, as_of, earlier_selection)
    facts = gather_facts(
        {**inputs, "report_usefulness": report_usefulness},
        drawn,
        NEED_STATES_TABLE.empty() if need_states is None else need_states,
        as_of=as_of,
        letters_saturation=options.letters_saturation,
        has_deliveries="awards.delivered_on" in known,
        duplicates=persons.duplicates,
    )
    segments = _segments(inputs, drawn, earlier_selection, options)
    decided = decided_on(facts, options, as_of)
    eligibility = judge(facts, known, options).with_decisions(decided)
    scores = score_applicants(
        facts,
        options,
        has_need_states=need_states is not None,
        uplift=uplift_of(facts, segments),
    )
    field = _field(facts, eligibility, scores, decided, drawn, inputs["items"], options)
    outcome, accounts = hold_draws(field, drawn, options, options.draw_secret)
    counted = _selection(field, outcome)
    selection = with_duplicates(counted, persons.duplicates, drawn)
    certificates = _certificates(drawn, selection, accounts, options)
    if len(drawn) and not options.draw_secret:
        logger.warning("draw_secret is empty: anybody can know the seeds before the draw")
    logger.info(
        "drew %d trials, %d units among %d applications, %.6f below the bound",
        len(drawn),
        int(np.isin(outcome.arm, WINNERS).sum()),
        len(selection),
        field.selected.bound - field.selected.objective,
    )
    so_far = selection if earlier_selection is None else _after(earlier_selection, selection)
    return {
        "selection": selection,
        "draw_certificate": certificates,
        "trial_funnel": count_funnel(inputs, as_of),
        "trial_funnel_parts": count_funnel_parts(inputs, as_of, smallest_cell),
        "applicant_profile": describe_applicants(inputs, known, as_of, smallest_cell),
        "trial_outlook": look_ahead(inputs, as_of, options, smallest_cell),
        **follow_awards(
            with_earlier_winners(inputs, so_far),
            as_of=as_of,
            has_deliveries="awards.delivered_on" in known,
            options=options,
        ),
        "applicant_letters": write_letters(
            selection, certificates, inputs["trials"], _told(field, outcome)
        ),
        "replacements": name_replacements(so_far, options, as_of),
        "selection_audit": audit_draws(field.facts, selection, certificates, field.decided),
    }


def _after(earlier: pa.Table, today: pa.Table) -> pa.Table:
    """Put today's selection after those of earlier days, of which some may lack later columns."""
    return pa.concat_tables([SELECTION.conform(earlier), today])


def _field(
    facts: pa.Table,
    eligibility: Eligibility,
    scores: Scores,
    decided: Decided,
    drawn: pa.Table,
    items: pa.Table,
    options: RecruitOptions,
) -> Field:
    """Select from those who were judged and scored."""
    rows = best_first(facts, eligibility.codes == "", scores.score)
    caps = Caps(
        per_day=options.units_per_person,
        per_year=options.awards_per_year,
        budget=options.budget,
    )
    problem = build_problem(facts, rows, scores.score, drawn, caps, items, decided.is_given)
    return Field(
        facts=facts,
        eligibility=eligibility,
        scores=scores,
        rows=rows,
        problem=problem,
        selected=select(problem, options),
        decided=decided,
    )


def _segments(
    inputs: Mapping[str, pa.Table],
    drawn: pa.Table,
    earlier_selection: pa.Table | None,
    options: UpliftOptions,
) -> pa.Table:
    """Measure earlier draws, by what was known when the first of today's trials closed."""
    if earlier_selection is None or not len(drawn):
        return UPLIFT.empty_table()
    first_closed = pc.min(drawn["closes_on"]).as_py() + timedelta(days=1)
    rateless = {name: table for name, table in inputs.items() if name != "reports"}
    return segment_uplift(rateless, earlier_selection, as_of=first_closed, options=options)


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
    parts = {
        name: pa.array(field.scores.part(name), mask=refused)
        for name in (*PARTS, *FREEBIE_SHARES, "score")
    }
    return SELECTION.conform(pa.table(columns | parts))


def _told(field: Field, outcome: Outcome) -> pa.Table:
    """Write every applicant's reason as they read it."""
    zh, en = write_reasons(outcome.reason, outcome.detail_zh, outcome.detail_en, LETTER_REASONS)
    ids = field.facts.select(["trial_id", "user_id"])
    return ids.append_column("told_zh", pa.array(zh, pa.string())).append_column(
        "told_en", pa.array(en, pa.string())
    )


def _certificates(
    drawn: pa.Table, selection: pa.Table, accounts: list[Account], options: RecruitOptions
) -> pa.Table:
    trial_ids = texts(selection, "trial_id")
    rows: list[dict[str, Any]] = []
    for trial, account in zip(drawn.to_pylist(), accounts, strict=True):
        mine = selection.filter(pa.array(trial_ids == trial["trial_id"], pa.bool_()))
        rows.append(certify(trial, mine, account, asdict(options)))
    return DRAW_CERTIFICATE.conform(pa.Table.from_pylist(rows, DRAW_CERTIFICATE.schema))
