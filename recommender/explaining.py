"""Which reason every slot has, and the facts it names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import SLOTS
from recommender.columns import named, whole_numbers
from recommender.day import Day
from recommender.interactions import Bools, Floats, Ints
from recommender.lookup import bools_at, floats_at, ints_at, places
from recommender.reasons import SHOWN
from recommender.slots import Slots

USUAL_BRAND = 0.2
"""Share of a person's recent purchases from which a brand counts as a usual one."""

_CODES = list(SHOWN)
_SLOT_OF = {
    "due": ("due", "habit", "due_same_brand", "due_new_product", "bought_once"),
    "complement": ("after_purchase", "goes_with"),
}


class Explanations:
    """The reasons of the day's slots.

    The first that is true is given, the more personal before the less: what the person bought,
    what they bought it with, what people like them buy, their brands, their segment, everybody.

    Args:
        day: What is known.
        slots: What is shown; every array here has their shape.
    """

    def __init__(self, day: Day, slots: Slots) -> None:
        self._day, self._slots = day, slots
        snapshot = day.personal.model.snapshot
        keys = slots.users * day.personal.n_needs + slots.needs
        is_new = slots.pairs < 0
        self._hints = np.where(is_new, places(snapshot.hints.keys, keys), -1)
        kindred = np.full(len(keys), -1)
        may_like = is_new & np.isin(keys, day.personal.novel_keys)
        kindred[may_like] = snapshot.crowd.kindred(slots.users[may_like], slots.needs[may_like])
        self._because = np.where(
            self._hints >= 0, ints_at(snapshot.hints.because, self._hints, -1), kindred
        )
        self._codes = self._reason_codes()

    @property
    def codes(self) -> Ints:
        """Index into ``SHOWN``."""
        return self._codes

    @property
    def names(self) -> pa.Array:
        """The reason codes as text."""
        return pa.array(_CODES).take(pa.array(self._codes))

    @property
    def kinds(self) -> pa.Array:
        """The kind of slot, one of ``SLOTS``."""
        kind = {code: slot for slot, codes in _SLOT_OF.items() for code in codes}
        place = np.array([SLOTS.index(kind.get(code, "discover")) for code in _CODES])
        return pa.array(SLOTS).take(pa.array(place[self._codes]))

    def facts(self) -> dict[str, pa.Array]:
        """Return what the sentences name, as text; null where a slot has no such fact."""
        day, slots = self._day, self._slots
        snapshot, hints = day.personal.model.snapshot, self._hints
        row = np.where(
            self._codes == _CODES.index("popular_in_segment"),
            day.popularity.row_of[slots.users],
            day.popularity.everybody,
        )
        lifts = pa.array(floats_at(snapshot.hints.lifts, hints, 1.0))
        return {
            "gap": whole_numbers(floats_at(snapshot.timing.pair_gaps, slots.pairs, 1.0)),
            "ago": whole_numbers(floats_at(snapshot.histories.elapsed, slots.pairs, 1.0)),
            "lasts": whole_numbers(floats_at(snapshot.timing.expected, slots.pairs, 1.0)),
            "percent": whole_numbers(100 * slots.chances),
            "because": named(day.catalogue.need_ids, self._because),
            "since": whole_numbers(floats_at(snapshot.hints.elapsed, hints, 1.0)),
            "lag": whole_numbers(floats_at(snapshot.hints.lags, hints, 1.0)),
            "lift": pc.round(lifts, 1).cast(pa.string()),
            "brand": day.brands.take(pa.array(slots.items)),
            "buyers": pa.array(day.popularity.buyers[row, slots.needs]).cast(pa.string()),
        }

    def _reason_codes(self) -> Ints:
        day, slots = self._day, self._slots
        snapshot, popularity = day.personal.model.snapshot, day.popularity
        is_own = slots.pairs >= 0
        is_new_product = is_own & ~self._was_bought()
        counts = ints_at(snapshot.histories.counts, slots.pairs, 0)
        rows = popularity.row_of[slots.users]
        in_segment = (rows != popularity.everybody) & (popularity.buyers[rows, slots.needs] > 0)
        conditions = {
            "habit": bools_at(day.personal.states.is_early, slots.pairs),
            "due_same_brand": is_new_product & self._is_usual_in_need(),
            "due_new_product": is_new_product,
            "due": counts > 1,
            "bought_once": is_own,
            "after_purchase": bools_at(snapshot.hints.is_ordered, self._hints),
            "goes_with": self._hints >= 0,
            "taste": self._because >= 0,
            "brand": self._brand_shares() >= USUAL_BRAND,
            "popular_no_profile": ~day.people.may_profile[slots.users],
            "popular_in_segment": in_segment,
            "popular": popularity.buyers[popularity.everybody, slots.needs] > 0,
        }
        return np.select(
            list(conditions.values()),
            [_CODES.index(code) for code in conditions],
            _CODES.index("untried"),
        )

    def _was_bought(self) -> Bools:
        """Say whether the person bought the very product before."""
        bought = self._day.shelf.products.today.bought
        return places(bought.keys, self._slots.users * bought.shape[1] + self._slots.items) >= 0

    def _is_usual_in_need(self) -> Bools:
        """Say whether the product is of the brand that the person buys most in its need."""
        shelf, slots = self._day.shelf, self._slots
        keys = slots.users * len(shelf.catalogue.need_ids) + slots.needs
        usual = ints_at(shelf.brand_items, places(shelf.brand_keys, keys), -1)
        brands = shelf.catalogue.brands
        usual_brand = np.where(usual >= 0, brands[usual], -1)
        return np.asarray((usual_brand >= 0) & (usual_brand == brands[slots.items]))

    def _brand_shares(self) -> Floats:
        """Return the share of the person's recent purchases that are of the product's brand."""
        today, brands = self._day.shelf.products.today, self._day.catalogue.brands
        own = brands[self._slots.items]
        keys = np.where(own >= 0, self._slots.users * self._day.catalogue.n_brands + own, -1)
        return floats_at(today.brand_shares, places(today.brand_keys, keys), 0.0)
