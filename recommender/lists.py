"""The lists as tables: what to show each person and why, what to withhold and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import (
    DO_NOT_RECOMMEND,
    NEED_STATES,
    NEED_STATES_TABLE,
    RECOMMENDATIONS,
    SLOTS,
)
from recommender.catalogue import Catalogue
from recommender.interactions import Floats, Interactions, Ints, Texts
from recommender.needs import PersonalNeeds
from recommender.people import People
from recommender.popularity import Popularity
from recommender.products import LastItems, Shelf
from recommender.ranking import Ranked
from recommender.reasons import SHOWN, WITHHELD, sentences, whole_numbers, written_dates
from recommender.states import dates
from recommender.suppression import NEVER, Held

_CODES = list(SHOWN)


@dataclass(frozen=True)
class Day:
    """What the tables of one day are written with."""

    personal: PersonalNeeds
    popularity: Popularity
    shelf: Shelf
    people: People
    as_of: date
    valid_days: int

    @property
    def catalogue(self) -> Catalogue:
        """The items and needs."""
        return self.shelf.catalogue


@dataclass(frozen=True)
class _Slots:
    """One row a filled slot; shape (n_slots,)."""

    users: Ints
    ranks: Ints
    needs: Ints
    utilities: Floats
    pairs: Ints
    """The pair of the histories; -1 if it was never bought."""
    lifts: Floats
    """Of the complement rule that applies; 1 if none does."""
    because: Ints
    """The need that explains a never-bought one; -1 if it is there by popularity."""


def recommendations(day: Day, ranked: Ranked, users: Ints) -> pa.Table:
    """Write the ranked needs of ``users`` as the ``recommendations`` table."""
    slots = _slots(day, ranked, users)
    items = day.shelf.choose(slots.users, slots.needs)
    codes = _reason_codes(day, slots)
    reason_zh, reason_en = sentences(SHOWN, codes, _shown_facts(day, slots))
    states, pairs = day.personal.states, slots.pairs
    no_window = pairs < 0
    no_window[~no_window] = ~states.has_window[pairs[~no_window]]
    own = np.maximum(pairs, 0)
    rows = {
        "user_id": _named(day.people.user_ids, slots.users),
        "rank": slots.ranks,
        "item_id": _named(day.catalogue.item_ids, items),
        "merchant_id": _named(day.catalogue.merchants, items),
        "need_group": _named(day.catalogue.need_ids, slots.needs),
        "score": slots.utilities,
        "slot": pa.array(SLOTS).take(pa.array(_slot_of(codes))),
        "p_need": _chances(day, slots),
        "window_start": dates(_at(states.window_starts, own), no_window),
        "window_end": dates(_at(states.window_ends, own), no_window),
        "reason_code": pa.array(_CODES).take(pa.array(codes)),
        "reason_zh": reason_zh,
        "reason_en": reason_en,
        "valid_until": pa.repeat(day.as_of + timedelta(days=day.valid_days - 1), len(items)),
    }
    return RECOMMENDATIONS.conform(pa.table(rows))


def do_not_recommend(day: Day, held: Sequence[Held], bought: Interactions) -> pa.Table:
    """Write what is withheld as the ``do_not_recommend`` table."""
    last = LastItems.of(day.catalogue, bought)
    tables = [_withheld_rows(day, rows, last) for rows in held]
    return DO_NOT_RECOMMEND.conform(pa.concat_tables(tables))


def states_table(day: Day) -> pa.Table:
    """Write where each person stands with each need as the ``need_states`` table."""
    snapshot, states = day.personal.model.snapshot, day.personal.states
    histories, none = snapshot.histories, ~states.has_window
    rows = {
        "user_id": _named(day.people.user_ids, histories.users),
        "need_group": _named(day.catalogue.need_ids, histories.needs),
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


def _slots(day: Day, ranked: Ranked, users: Ints) -> _Slots:
    rows, places = np.nonzero(ranked.needs >= 0)
    needs, owners = ranked.needs[rows, places], users[rows]
    snapshot, n_needs = day.personal.model.snapshot, day.personal.n_needs
    keys = owners * n_needs + needs
    lifts, causes = snapshot.hints.lookup(keys)
    is_novel = np.isin(keys, day.personal.novel_keys)
    kindred = np.full(len(keys), -1)
    kindred[is_novel] = snapshot.crowd.kindred(owners[is_novel], needs[is_novel])
    return _Slots(
        owners,
        places + 1,
        needs,
        ranked.utilities[rows, places],
        _places(snapshot.histories.keys, keys),
        np.where(is_novel, lifts, 1.0),
        np.where(is_novel & (causes >= 0), causes, kindred),
    )


def _reason_codes(day: Day, slots: _Slots) -> Ints:
    counts = _at(day.personal.model.snapshot.histories.counts, np.maximum(slots.pairs, 0))
    in_segment = day.popularity.row_of[slots.users] != day.popularity.everybody
    return np.select(
        [
            (slots.pairs >= 0) & (counts > 1),
            slots.pairs >= 0,
            slots.lifts > 1,
            slots.because >= 0,
            ~day.people.may_profile[slots.users],
            in_segment,
        ],
        [
            _CODES.index(code)
            for code in (
                "due",
                "bought_once",
                "after_purchase",
                "taste",
                "popular_no_profile",
                "popular_in_segment",
            )
        ],
        _CODES.index("popular"),
    )


def _slot_of(codes: Ints) -> Ints:
    slots = {"due": "due", "bought_once": "due", "after_purchase": "complement"}
    return np.array([SLOTS.index(slots.get(code, "discover")) for code in _CODES])[codes]


def _shown_facts(day: Day, slots: _Slots) -> dict[str, pa.Array]:
    snapshot, own = day.personal.model.snapshot, np.maximum(slots.pairs, 0)
    rows = day.popularity.row_of[slots.users]
    return {
        "gap": whole_numbers(_at(snapshot.timing.pair_gaps, own)),
        "ago": whole_numbers(_at(snapshot.histories.elapsed, own)),
        "because": _named(day.catalogue.need_ids, slots.because),
        "lift": pc.round(pa.array(slots.lifts), 1).cast(pa.string()),
        "buyers": pa.array(day.popularity.buyers[rows, slots.needs]).cast(pa.string()),
    }


def _chances(day: Day, slots: _Slots) -> Floats:
    """Return the utility where it is a chance, else the share of recent buyers."""
    shares = day.popularity.shares[day.popularity.row_of[slots.users], slots.needs]
    return np.where(slots.utilities >= 0, slots.utilities, shares)


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
        "returns": written_dates(held.returns, never).fill_null("-"),
        "times": pa.array(held.times).cast(pa.string()),
    }
    reason_zh, reason_en = sentences(WITHHELD, code, facts)
    published = np.where(is_durable, "owned_durable", held.reason.replace("trial_unit", "satisfied"))
    keys = held.users * len(catalogue.need_ids) + held.needs
    items = np.where(held.items >= 0, held.items, last.look_up(keys))
    return pa.table(
        {
            "user_id": _named(day.people.user_ids, held.users),
            "need_group": _named(catalogue.need_ids, held.needs),
            "item_id": _named(catalogue.item_ids, held.items),
            "merchant_id": _named(catalogue.merchants, items),
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


def _named(ids: Texts, codes: Ints) -> pa.Array:
    """Return the ids of codes as text, null for -1."""
    missing = codes < 0
    return pa.array(ids, pa.string()).take(pa.array(codes, mask=missing))


def _at(values: np.ndarray, places: Ints) -> np.ndarray:
    """Return values at places; zeros if there are none to be had."""
    return values[places] if len(values) else np.zeros(len(places), dtype=values.dtype)


def _places(keys: Ints, wanted: Ints) -> Ints:
    """Return the place of each wanted key among sorted keys, -1 where it is not there."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
