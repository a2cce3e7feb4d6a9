"""What is known of each applicant when a trial's applications close, and nothing later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from quality.tables.outputs import SELECTION
from trials.identities import NO_DUPLICATES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

NO_GRADES = pa.schema([("report_id", pa.string()), ("usefulness", pa.float64())]).empty_table()
AGE_BAND = """coalesce({users}.age_band, case
    when {users}.birth_year is null then null
    when {year} - {users}.birth_year < 18 then '0-17'
    when {year} - {users}.birth_year < 25 then '18-24'
    when {year} - {users}.birth_year < 35 then '25-34'
    when {year} - {users}.birth_year < 45 then '35-44'
    when {year} - {users}.birth_year < 55 then '45-54'
    when {year} - {users}.birth_year < 65 then '55-64'
    else '65+' end)"""
"""A person's age band: as delivered, else from the year of birth."""

HASTE_SECONDS = 600
"""An application so soon after its trial opened is quick."""
DETAIL_SHARE = 0.7
"""Part of detail in the usefulness of a report that nobody has graded; the rest is photographs."""
BURST_SECONDS = 60
"""An application so soon after another of the same person is quick."""

_DRAWN = """
select * from trials t
where t.closes_on < $as_of and t.reports_due_on >= $as_of
  and not exists (select 1 from awards w where w.trial_id = t.trial_id)
  and not exists (select 1 from earlier s where s.trial_id = t.trial_id)
  and exists (select 1 from applications a where a.trial_id = t.trial_id)
order by t.trial_id
"""

# A Chinese character says about as much as three letters.
_FACTS = f"""
with catalogue as (select *, {NEED_GROUP_SQL} as item_need_group from items),
drawn as (
    select t.*, (t.closes_on + 1)::timestamptz as cutoff, i.item_need_group as need_group,
           coalesce(i.is_available, true) as is_available
    from trials_to_draw t left join catalogue i using (item_id)
),
asked as (
    select d.trial_id, a.user_id, d.cutoff, d.item_id, d.need_group,
           bool_or(a.applied_at >= d.opens_on::timestamptz and a.applied_at < d.cutoff)
               as is_in_window
    from applications a join drawn d using (trial_id)
    group by all
),
past_awards as (
    select w.user_id, w.awarded_at, (t.reports_due_on + 1)::timestamptz as late_from,
           r.submitted_at, w.delivered_on is not null or not $has_deliveries as is_delivered
    from awards w left join trials t using (trial_id)
    left join (
        select trial_id, user_id, min(submitted_at) as submitted_at from reports group by all
    ) r using (trial_id, user_id)
),
award_facts as (
    select a.trial_id, a.user_id,
           count(*) filter (w.awarded_at >= a.cutoff - interval 365 day) as awards_year,
           (max(w.awarded_at))::date as last_awarded_on,
           count(*) filter (w.is_delivered and w.late_from <= a.cutoff) as reports_due,
           count(*) filter (
               w.is_delivered and w.late_from <= a.cutoff and w.submitted_at < w.late_from
           ) as reports_on_time,
           count(*) filter (
               w.is_delivered and w.late_from <= a.cutoff
               and coalesce(w.submitted_at >= a.cutoff, true)
           ) as reports_overdue
    from asked a join past_awards w on w.user_id = a.user_id and w.awarded_at < $as_of
    group by all
),
written as (
    select user_id, submitted_at, coalesce(u.usefulness,
               {DETAIL_SHARE} * (1 - exp(-(
                   length(text)
                   + 2 * length(regexp_replace(text, '[^\\x{{4e00}}-\\x{{9fff}}]', '', 'g'))
               ) / $letters_saturation))
               + {1 - DETAIL_SHARE} * least(coalesce(photo_count, 0), 3) / 3
           ) as usefulness
    from reports left join report_usefulness u using (report_id) where trial_id is not null
),
report_facts as (
    select a.trial_id, a.user_id, count(*) as reports_written,
           sum((1e6 * r.usefulness)::bigint)::bigint as useful_micro
    from asked a join written r on r.user_id = a.user_id and r.submitted_at < a.cutoff
    group by all
),
event_facts as (
    select a.trial_id, a.user_id,
           count(distinct epoch_us(e.occurred_at) // 86400000000)
               filter (e.event_type = 'purchase') as order_days,
           count(distinct epoch_us(e.occurred_at) // 86400000000)
               filter (e.event_type = 'purchase' and i.item_need_group = a.need_group) as need_days,
           count(*) filter (e.event_type = 'share') as shares,
           bool_or(e.event_type = 'purchase' and e.item_id = a.item_id
               and e.occurred_at >= a.cutoff - interval 30 day) as is_recent_buyer
    from asked a
    join events e on e.user_id = a.user_id and e.occurred_at < a.cutoff
        and e.occurred_at >= a.cutoff - interval 365 day
    left join catalogue i on i.item_id = e.item_id
    where e.event_type in ('purchase', 'share')
    group by all
),
paced as (
    select o.user_id, o.trial_id, o.applied_at,
           epoch(o.applied_at - t.opens_on::timestamptz) as after_opening,
           epoch(o.applied_at - lag(o.applied_at) over (
               partition by o.user_id order by o.applied_at, o.trial_id
           )) as after_another
    from (
        select user_id, trial_id, min(applied_at) as applied_at from applications group by all
    ) o left join trials t using (trial_id)
),
application_facts as (
    select a.trial_id, a.user_id,
           count(*) filter (o.trial_id <> a.trial_id) as other_applications,
           count(*) filter (
               (o.after_opening > 0 and o.after_opening <= {HASTE_SECONDS})
               or (o.after_another > 0 and o.after_another <= {BURST_SECONDS})
           ) as quick_applications
    from asked a join paced o on o.user_id = a.user_id
        and o.applied_at < a.cutoff and o.applied_at >= a.cutoff - interval 365 day
    group by all
),
other_ids as (
    select trial_id, person_id as user_id, count(*) as other_ids from duplicates group by all
),
statements as (
    select a.trial_id, a.user_id, lower(trim(a.statement)) as words
    from applications a join drawn d using (trial_id)
    where length(trim(a.statement)) >= 12 and a.applied_at < d.cutoff
),
copied as (
    select distinct trial_id, user_id from statements
    semi join (
        select trial_id, words from statements group by all having count(distinct user_id) >= 3
    ) using (trial_id, words)
),
clusters as (
    select a.trial_id, u.household_id, count(*) as household_applicants
    from asked a join users u using (user_id) where u.household_id is not null
    group by all
)
select a.trial_id, a.user_id, a.is_in_window,
       d.merchant_id, d.goal, d.min_age, d.closes_on, d.is_available,
       a.user_id = d.merchant_id as is_seller,
       nullif(trim(d.regions), '') is not null as has_regions,
       coalesce(list_contains(string_split(d.regions, '|'), u.region), false) as is_in_region,
       u.* exclude (user_id, age_band), year(a.cutoff) as cutoff_year,
       u.age_band as declared_age_band,
       {AGE_BAND.format(users="u", year="year(a.cutoff)")} as age_band,
       not exists (
           select 1 from awards w where w.user_id = a.user_id and w.awarded_at < a.cutoff
       ) as is_newcomer,
       coalesce(w.awards_year, 0) as awards_year, w.last_awarded_on,
       coalesce(w.reports_due, 0) as reports_due,
       coalesce(w.reports_on_time, 0) as reports_on_time,
       coalesce(w.reports_overdue, 0) as reports_overdue,
       coalesce(r.reports_written, 0) as reports_written,
       coalesce(r.useful_micro, 0) as useful_micro,
       coalesce(e.order_days, 0) as order_days, coalesce(e.need_days, 0) as need_days,
       coalesce(e.shares, 0) as shares, coalesce(e.is_recent_buyer, false) as is_recent_buyer,
       coalesce(o.other_applications, 0) as other_applications,
       coalesce(o.quick_applications, 0) as quick_applications,
       coalesce(i.other_ids, 0) as other_ids,
       c.user_id is not null as is_statement_copied,
       coalesce(h.household_applicants, 1) as household_applicants,
       coalesce(n.p_need, 0) as p_need
from asked a
join drawn d using (trial_id)
left join users u on u.user_id = a.user_id
left join award_facts w on w.trial_id = a.trial_id and w.user_id = a.user_id
left join report_facts r on r.trial_id = a.trial_id and r.user_id = a.user_id
left join event_facts e on e.trial_id = a.trial_id and e.user_id = a.user_id
left join application_facts o on o.trial_id = a.trial_id and o.user_id = a.user_id
left join other_ids i on i.trial_id = a.trial_id and i.user_id = a.user_id
left join copied c on c.trial_id = a.trial_id and c.user_id = a.user_id
left join clusters h on h.trial_id = a.trial_id and h.household_id = u.household_id
left join need_states n on n.user_id = a.user_id and n.need_group = a.need_group
order by a.trial_id, a.user_id
"""


def trials_to_draw(
    tables: Mapping[str, pa.Table], as_of: date, earlier_selection: pa.Table | None = None
) -> pa.Table:
    """Choose the trials drawn on a day: closed, asked for, not drawn yet, reports not yet due.

    A trial is drawn when its last day of applications has passed, somebody applied, nobody has an
    award of it, and its recipients could still report in time. One that missed its reports' due
    day is left alone: drawing it then would make every recipient late.

    Args:
        tables: All declared input tables.
        as_of: The day; everything before its start is known.
        earlier_selection: Selections published on earlier days; their trials stay as drawn, even
            where nobody was eligible.

    Returns:
        Rows of ``trials``, sorted by trial.
    """
    earlier = SELECTION.empty() if earlier_selection is None else earlier_selection
    sources = _of(tables, "trials", "awards", "applications") | {"earlier": earlier}
    return query(_DRAWN, sources, as_of=as_of)


def gather_facts(
    tables: Mapping[str, pa.Table],
    drawn: pa.Table,
    need_states: pa.Table,
    *,
    as_of: date,
    letters_saturation: float,
    has_deliveries: bool,
    duplicates: pa.Table = NO_DUPLICATES,
) -> pa.Table:
    """Gather one row an applicant and trial, from what was known when applications closed.

    Whoever applied twice to a trial counts once. A time of exactly midnight or exactly that of
    another application is taken for a day without its time: neither is quick. ``is_newcomer`` is true for who had never had a
    trial unit. Counts of awards, orders, shares and other applications look back 365 days. Only the
    awards behind cool-down and yearly cap are those known today: a promise made since applications
    closed binds as well.

    Args:
        tables: All declared input tables; ``awards`` may hold recipients of earlier draws too. And
            ``report_usefulness``, if reports were graded: of others, letters and photographs count.
        drawn: The trials to draw.
        need_states: Where people stand with each need; may have no rows.
        as_of: The day; awards before its start are known.
        letters_saturation: Letters at which a report has 63 % of the credit for detail.
        has_deliveries: Whether the awards tell when a unit arrived; if not, all count as arrived.
        duplicates: Applications under further ids, as ``identities.by_person`` finds them.

    Returns:
        One row a trial and applicant, sorted by both.
    """
    names = ("trials", "items", "users", "applications", "awards", "reports", "events")
    sources = _of(tables, *names) | {
        "trials_to_draw": drawn,
        "need_states": need_states,
        "duplicates": duplicates,
        "report_usefulness": tables.get("report_usefulness", NO_GRADES),
    }
    return query(
        _FACTS,
        sources,
        as_of=as_of,
        letters_saturation=letters_saturation,
        has_deliveries=has_deliveries,
    )


def _of(tables: Mapping[str, pa.Table], *names: str) -> dict[str, pa.Table]:
    return {name: tables[name] for name in names}
