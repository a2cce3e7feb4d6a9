"""What has become of every unit given away, and who is to be reminded of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from quality.database import query
from quality.tables.outputs import AWARD_STATES, REPORT_REMINDERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_STATES = """
with first_reports as (
    select trial_id, user_id, min(submitted_at)::date as submitted_on,
           coalesce(arg_min(has_disclosure, submitted_at), false) as has_disclosure
    from reports where trial_id is not null group by all
)
select *, {sentences} from (
select w.trial_id, w.user_id, w.awarded_at::date as awarded_on, w.delivered_on,
       t.reports_due_on as due_on, r.submitted_on, r.submitted_on <= t.reports_due_on as is_on_time,
       (t.reports_due_on - $as_of)::bigint as days_left,
       case when r.submitted_on is not null and r.has_disclosure then 'disclosed'
            when r.submitted_on is not null then 'submitted'
            when $has_deliveries and coalesce(w.delivered_on >= $as_of, true) then 'awarded'
            when t.reports_due_on < $as_of then 'late'
            when t.reports_due_on < $as_of + $remind_days then 'due'
            else 'delivered' end as state
from awards w join trials t using (trial_id)
left join first_reports r using (trial_id, user_id)
where t.reports_due_on >= $as_of - 365
) order by trial_id, user_id
"""
_SENTENCES = """
case when state = 'late'
    then '试用报告已逾期 ' || -days_left || ' 天（应于 ' || due_on || ' 前提交），请尽快提交。'
    else '试用报告请于 ' || due_on || ' 前提交，还有 ' || days_left || ' 天。' end as sentence_zh,
case when state = 'late'
    then 'Your trial report was due on ' || due_on || ' and is ' || -days_left
        || ' days late; please hand it in.'
    else 'Your trial report is due on ' || due_on || ', in ' || days_left || ' days.'
    end as sentence_en
"""


@dataclass(frozen=True, kw_only=True)
class ReminderOptions:
    """When a recipient is reminded."""

    remind_days: int = 7
    """Days before a report is due from which its writer is reminded."""


def follow_awards(
    tables: Mapping[str, pa.Table], *, as_of: date, has_deliveries: bool, options: ReminderOptions
) -> dict[str, pa.Table]:
    """State how far each award has come, for trials whose reports were due within the last year.

    A unit that has not arrived owes no report. Where no delivery is recorded at all, every unit
    counts as arrived. A shipment that has not arrived is not recorded by any input: it is
    ``awarded``.

    Args:
        tables: ``awards`` (earlier winners included), ``trials`` and ``reports``.
        as_of: The day; everything before its start is known.
        has_deliveries: Whether the awards tell when a unit arrived.
        options: When to remind.

    Returns:
        ``award_states`` and ``report_reminders``.
    """
    sources = {name: tables[name] for name in ("awards", "trials", "reports")}
    states = query(
        _STATES.format(sentences=_SENTENCES),
        sources,
        as_of=as_of,
        has_deliveries=has_deliveries,
        remind_days=options.remind_days,
    )
    owed = states.filter(pc.is_in(states["state"], pa.array(["due", "late"])))
    return {
        "award_states": AWARD_STATES.conform(states),
        "report_reminders": REPORT_REMINDERS.conform(owed),
    }
