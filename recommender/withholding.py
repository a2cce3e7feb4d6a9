"""What is withheld as a table: from whom, why, on which facts, and until when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import DO_NOT_RECOMMEND
from recommender.columns import dates, named, whole_numbers, written_dates
from recommender.day import Day
from recommender.interactions import Interactions
from recommender.products import LastItems
from recommender.reasons import WITHHELD, sentences
from recommender.suppression import NEVER, Held


def do_not_recommend(day: Day, held: Sequence[Held], bought: Interactions) -> pa.Table:
    """Write what is withheld as the ``do_not_recommend`` table."""
    last = LastItems.of(day.catalogue, bought)
    tables = [_withheld_rows(day, rows, last) for rows in held]
    return DO_NOT_RECOMMEND.conform(pa.concat_tables(tables))


def _withheld_rows(day: Day, held: Held, last: LastItems) -> pa.Table:
    catalogue = day.catalogue
    never = held.returns == NEVER
    is_durable = (held.reason == "trial_unit") & never
    code = np.where(
        is_durable, list(WITHHELD).index("owned_durable"), list(WITHHELD).index(held.reason)
    )
    facts = {
        "since": written_dates(held.since),
        "gap": whole_numbers(held.days),
        "returns": written_dates(held.returns),
        "times": pa.array(held.times).cast(pa.string()),
    }
    reason_zh, reason_en = sentences(WITHHELD, code, facts)
    published = np.where(
        is_durable, "owned_durable", held.reason.replace("trial_unit", "satisfied")
    )
    keys = held.users * len(catalogue.need_ids) + held.needs
    items = np.where(held.items >= 0, held.items, last.look_up(keys))
    return pa.table(
        {
            "user_id": named(day.people.user_ids, held.users),
            "need_group": named(catalogue.need_ids, held.needs),
            "item_id": named(catalogue.item_ids, held.items),
            "merchant_id": named(catalogue.merchants, items),
            "reason_code": pa.array(published.astype(object), pa.string()),
            "since": dates(held.since),
            "may_return_on": dates(held.returns, never),
            "evidence": _evidence(held, facts),
            "reason_zh": reason_zh,
            "reason_en": reason_en,
        }
    )


_EVIDENCE = {
    "satisfied": '{"last_bought_on":"%since%","purchase_days":%times%,"gap_days":%gap%}',
    "trial_unit": '{"trial_unit_delivered_on":"%since%","gap_days":%gap%}',
    "owned_durable": '{"last_bought_on":"%since%","purchase_days":%times%}',
    "fatigued": '{"shown_times":%times%,"last_shown_on":"%since%"}',
    "returned": '{"returned_on":"%since%","returned_units":%times%}',
    "disliked": '{"rating":%times%,"reported_on":"%since%"}',
    "unavailable": '{"checked_on":"%since%","purchase_days":%times%}',
}
"""Reason → JSON with ``%fact%`` places."""


def _evidence(held: Held, facts: dict[str, pa.Array]) -> pa.Array:
    pieces = _EVIDENCE[held.reason].split("%")
    return pc.binary_join_element_wise(
        *(facts[piece] if number % 2 else pa.scalar(piece) for number, piece in enumerate(pieces)),
        "",
    )
