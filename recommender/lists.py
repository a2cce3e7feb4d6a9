"""What to show each person and why, and where each need stands, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import (
    NEED_STATES,
    NEED_STATES_TABLE,
    RECOMMENDATIONS,
    SLOTS,
)
from recommender.catalogue import Catalogue
from recommender.columns import dates, named, whole_numbers
from recommender.interactions import Floats, Ints
from recommender.lookup import bools_at, floats_at, ints_at, places
from recommender.needs import PersonalNeeds
from recommender.people import People
from recommender.popularity import Popularity
from recommender.products import Shelf
from recommender.ranking import Ranked
from recommender.reasons import SHOWN, sentences

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
    no_window = ~bools_at(states.has_window, pairs)
    rows = {
        "user_id": named(day.people.user_ids, slots.users),
        "rank": slots.ranks,
        "item_id": named(day.catalogue.item_ids, items),
        "merchant_id": named(day.catalogue.merchants, items),
        "need_group": named(day.catalogue.need_ids, slots.needs),
        "score": slots.utilities,
        "slot": pa.array(SLOTS).take(pa.array(_slot_of(codes))),
        "p_need": _chances(day, slots),
        "window_start": dates(ints_at(states.window_starts, pairs, 0), no_window),
        "window_end": dates(ints_at(states.window_ends, pairs, 0), no_window),
        "reason_code": pa.array(_CODES).take(pa.array(codes)),
        "reason_zh": reason_zh,
        "reason_en": reason_en,
        "valid_until": pa.repeat(day.as_of + timedelta(days=day.valid_days - 1), len(items)),
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


def _slots(day: Day, ranked: Ranked, users: Ints) -> _Slots:
    rows, slots = np.nonzero(ranked.needs >= 0)
    needs, owners = ranked.needs[rows, slots], users[rows]
    snapshot, n_needs = day.personal.model.snapshot, day.personal.n_needs
    keys = owners * n_needs + needs
    lifts, causes = snapshot.hints.lookup(keys)
    is_novel = np.isin(keys, day.personal.novel_keys)
    kindred = np.full(len(keys), -1)
    kindred[is_novel] = snapshot.crowd.kindred(owners[is_novel], needs[is_novel])
    return _Slots(
        owners,
        slots + 1,
        needs,
        ranked.utilities[rows, slots],
        places(snapshot.histories.keys, keys),
        np.where(is_novel, lifts, 1.0),
        np.where(is_novel & (causes >= 0), causes, kindred),
    )


def _reason_codes(day: Day, slots: _Slots) -> Ints:
    counts = ints_at(day.personal.model.snapshot.histories.counts, slots.pairs, 0)
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
    snapshot = day.personal.model.snapshot
    rows = day.popularity.row_of[slots.users]
    return {
        "gap": whole_numbers(floats_at(snapshot.timing.pair_gaps, slots.pairs, 1.0)),
        "ago": whole_numbers(floats_at(snapshot.histories.elapsed, slots.pairs, 1.0)),
        "because": named(day.catalogue.need_ids, slots.because),
        "lift": pc.round(pa.array(slots.lifts), 1).cast(pa.string()),
        "buyers": pa.array(day.popularity.buyers[rows, slots.needs]).cast(pa.string()),
    }


def _chances(day: Day, slots: _Slots) -> Floats:
    """Return the utility where it is a chance, else the share of recent buyers."""
    shares = day.popularity.shares[day.popularity.row_of[slots.users], slots.needs]
    return np.where(slots.utilities >= 0, slots.utilities, shares)
