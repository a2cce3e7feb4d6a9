"""What to show each person and why, and where each need stands, as tables."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from quality.tables.outputs import NEED_STATES, NEED_STATES_TABLE, RECOMMENDATIONS
from recommender.columns import dates, named
from recommender.day import Day
from recommender.explaining import Explanations
from recommender.lookup import bools_at, ints_at
from recommender.reasons import SHOWN, sentences
from recommender.slots import Slots


def recommendations(day: Day, slots: Slots) -> pa.Table:
    """Write the filled slots as the ``recommendations`` table."""
    reasons = Explanations(day, slots)
    reason_zh, reason_en = sentences(SHOWN, reasons.codes, reasons.facts())
    states, pairs = day.personal.states, slots.pairs
    no_window = ~bools_at(states.has_window, pairs)
    last_day = day.as_of + timedelta(days=day.valid_days - 1)
    rows = {
        "user_id": named(day.people.user_ids, slots.users),
        "rank": slots.ranks,
        "item_id": named(day.catalogue.item_ids, slots.items),
        "merchant_id": named(day.catalogue.merchants, slots.items),
        "need_group": named(day.catalogue.need_ids, slots.needs),
        "score": slots.utilities,
        "slot": reasons.kinds,
        "p_need": slots.chances,
        "window_start": dates(ints_at(states.window_starts, pairs, 0), no_window),
        "window_end": dates(ints_at(states.window_ends, pairs, 0), no_window),
        "reason_code": reasons.names,
        "reason_zh": reason_zh,
        "reason_en": reason_en,
        "valid_until": pa.repeat(last_day, len(slots.items)),
    }
    return RECOMMENDATIONS.conform(pa.table(rows))


def states_table(day: Day) -> pa.Table:
    """Write where each person stands with each need as the ``need_states`` table."""
    snapshot, states = day.personal.model.snapshot, day.personal.states
    histories, none = snapshot.histories, ~states.has_window
    rows = {
        "user_id": named(day.people.user_ids, histories.users),
        "need_group": named(day.catalogue.need_ids, histories.needs),
        "state": pa.array(NEED_STATES).take(pa.array(states.states)),
        "purchase_days": histories.counts,
        "last_bought_on": dates(histories.last_days),
        "gap_days": pa.array(snapshot.timing.pair_gaps, mask=states.is_durable),
        "p_need": day.personal.chances,
        "window_start": dates(states.window_starts, none),
        "window_mid": dates(states.window_mids, none),
        "window_end": dates(states.window_ends, none),
        "is_satiating": states.is_satiating,
    }
    return NEED_STATES_TABLE.conform(pa.table(rows))
