"""Which products a person's own report speaks against: never to be recommended to them."""

import pyarrow as pa

from quality.database import query

NOT_THE_PRODUCT = ("logistics", "service", "packaging", "description", "availability", "price")
"""Aspects that a merchant may mend without changing the product; blaming them is no dislike of it."""

_DISLIKES = """
with told as (
    select report_id, aspect, min(polarity) as worst, max(polarity) as best,
           arg_min(sentence_id, (polarity, sentence_id)) as sentence_id
    from opinions where aspect <> 'overall' group by all
),
weighed as (
    select report_id, count(*) filter (worst < 0) as blamed, count(*) filter (best > 0) as praised,
           min_by(aspect, aspect) filter (worst < 0 and not list_contains($elsewhere, aspect))
               as aspect,
           min_by(sentence_id, aspect) filter (
               worst < 0 and not list_contains($elsewhere, aspect)) as sentence_id
    from told group by report_id
)
select s.user_id, s.item_id, w.report_id, w.aspect, w.sentence_id
from weighed w join scores s using (report_id)
where w.aspect is not null and s.rating <= $most_stars and w.blamed > w.praised
order by s.user_id, s.item_id, w.report_id
"""


def disliked_products(
    report_scores: pa.Table, opinions: pa.Table, *, most_stars: float = 3.0
) -> pa.Table:
    """Return the products whose reporter blames the product itself more than praising it.

    A bad rating alone is known without reading; this finds the lukewarm ones, whose words say
    what put the person off.

    Args:
        report_scores: Rows of ``report_scores``, with real ids.
        opinions: Rows of ``opinions`` of the same reports.
        most_stars: Reports with more stars are no dislike, whatever they blame.

    Returns:
        Columns user_id, item_id, report_id, aspect (the first blamed, by name), sentence_id;
        ordered by user_id, item_id, report_id.
    """
    tables = {"scores": report_scores, "opinions": opinions}
    return query(_DISLIKES, tables, elsewhere=list(NOT_THE_PRODUCT), most_stars=most_stars)
