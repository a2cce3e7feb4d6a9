"""Whom to write to after a trial: the happy who have not bought yet, the unhappy to be answered."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from quality.database import query
from quality.tables.outputs import FOLLOW_UPS
from trials.inputs import complete
from trials.reports.options import ReviewOptions

_FOLLOW_UPS = """
with latest as (
    select distinct on (s.item_id, s.user_id) s.*, r.submitted_at
    from scores s join reports r using (report_id)
    where not list_contains(s.flags, 'copied') and not list_contains(s.flags, 'off_topic')
    order by s.item_id, s.user_id, r.submitted_at desc, s.report_id desc
),
bought as (
    select distinct item_id, user_id from events
    where event_type = 'purchase' and occurred_at < $as_of::timestamptz
),
blamed as (
    select report_id, min_by(aspect, sentence_id) as aspect
    from opinions where polarity < 0 and aspect <> 'overall' group by report_id
)
select l.item_id, l.user_id, l.merchant_id, l.trial_id, l.report_id, l.rating,
       case when l.rating >= $happy then 'invite' else 'answer' end as audience,
       case when l.rating < $happy then b.aspect end as aspect
from latest l join users u on u.user_id = l.user_id and u.has_marketing_consent
left join bought p on p.item_id = l.item_id and p.user_id = l.user_id
left join blamed b on b.report_id = l.report_id
where (l.rating >= $happy and p.user_id is null and l.trial_id is not null)
   or l.rating <= $unhappy
order by l.item_id, l.user_id
"""
_REASONS = {
    "invite": (
        "试用后给了{stars}星，还没有买过这件商品。",
        "Gave {stars} stars after the trial and has not bought the product yet.",
    ),
    "answer": (
        "只给了{stars}星，应先答复，不宜推销。",
        "Gave only {stars} stars: to be answered, not to be sold to.",
    ),
}


def follow_up_audiences(
    tables: Mapping[str, pa.Table],
    report_scores: pa.Table,
    opinions: pa.Table,
    *,
    as_of: date,
    options: ReviewOptions,
) -> pa.Table:
    """Return the rows of ``follow_ups``: one a person and item, by the latest report.

    ``invite`` are happy recipients of a trial who have not bought the item before ``as_of``;
    ``answer`` are unhappy reporters, whose ``aspect`` is the first one they blame. Only people
    whose row in ``users`` says that they agreed to marketing are in it: without a table of users
    there is nobody. Copied and off-topic reports speak for nobody.
    """
    if "users" not in tables or not len(report_scores):
        return FOLLOW_UPS.empty()
    whole = complete(tables)
    rows = query(
        _FOLLOW_UPS,
        {name: whole[name] for name in ("users", "events", "reports")}
        | {"scores": report_scores, "opinions": opinions},
        as_of=as_of,
        happy=options.happy_stars,
        unhappy=options.unhappy_stars,
    ).to_pylist()
    for row in rows:
        zh, en = _REASONS[row["audience"]]
        stars = f"{row['rating']:g}"
        row |= {"reason_zh": zh.format(stars=stars), "reason_en": en.format(stars=stars)}
    return FOLLOW_UPS.conform(pa.Table.from_pylist(rows, schema=FOLLOW_UPS.schema))
