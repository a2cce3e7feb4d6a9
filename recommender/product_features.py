"""What tells which product of a need a person buys: faith, rank inside the need, demand, price."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from recommender.boosting import Features
from recommender.catalogue import Catalogue
from recommender.chance import Design
from recommender.habits import measure_demand
from recommender.histories import Histories
from recommender.interactions import Bools, Floats, Ints
from recommender.stacking import stacked
from recommender.timing import estimate_timing

MEMORIES_DAYS = (7.0, 20.0, 45.0, 90.0, 180.0, math.inf)
"""Decays at which purchases of a product are counted."""
OLD_DAYS = 120
"""Days after which a product bought once no longer is a candidate."""
CROSSED = (
    "often_20",
    "share_90",
    "often_inf",
    "elapsed",
    "gap",
    "share_of_need_90",
    "buyers",
    "chance_of_need",
    "repeat_odds",
    "share_of_demand",
)
"""Features whose products count too."""

_SMALL = 1e-3
_SMALL_SHARE = 0.02


@dataclass(frozen=True)
class Products:
    """Products people bought before, described; shape (n_rows,), sorted by key."""

    keys: Ints
    """user × number of items + item, ascending."""
    features: Features
    design: Design


def own_products(
    bought: Histories, catalogue: Catalogue, chance_of: Callable[[Ints, Ints], Floats]
) -> Products:
    """Describe the products each person bought, but for those bought once and long ago.

    Args:
        bought: Item-level purchases before a day, in the catalogue's vocabulary of items.
        catalogue: The items.
        chance_of: Gives users and needs their chances within the horizon, strictly in (0, 1).
    """
    needs = catalogue.needs[bought.needs]
    pairs = bought.users * len(catalogue.need_ids) + needs
    owners, owner = np.unique(pairs, return_inverse=True)
    chance = chance_of(bought.users, needs)
    kept = np.flatnonzero(candidates(bought))

    def short(columns: Iterable[tuple[str, Floats]]) -> dict[str, Features]:
        return {name: values[kept].astype(np.float32) for name, values in columns}

    columns = short(_frequencies(bought, owner, len(owners)))
    columns |= short(_recency(bought, owner, len(owners)).items())
    columns |= short(_demand(bought, catalogue).items())
    columns |= short(_brand(bought, catalogue, owner, len(owners)).items())
    columns |= short([("chance_of_need", np.log(chance / (1 - chance)))])
    for days in (7, 28, 56):
        recent = bought.trip_users[bought.trip_days >= bought.day - days]
        trips = np.bincount(recent, minlength=bought.shape[0])
        columns |= short([(f"trips_in_{days}", np.log1p(trips[bought.users]))])
    features = stacked(columns, len(kept))
    names = list(columns)
    design = Design(tuple(range(len(names))), tuple(names.index(name) for name in CROSSED))
    return Products(bought.keys[kept], features, design)


def candidates(bought: Histories) -> Bools:
    """Say which pairs are considered, shape (n_pairs,)."""
    return np.asarray((bought.counts > 1) | (bought.elapsed <= OLD_DAYS))


def _frequencies(bought: Histories, owner: Ints, n_owners: int) -> Iterator[tuple[str, Floats]]:
    """Yield columns one by one: all of them together would be the stage's largest memory."""
    for days in MEMORIES_DAYS:
        often = bought.decayed_counts(days)
        trips = bought.decayed_trips(days)[bought.users]
        of_need = np.bincount(owner, often, n_owners)[owner]
        yield f"often_{days:g}", np.log(often + _SMALL)
        yield f"share_{days:g}", np.log(often / np.maximum(trips, 1e-9) + _SMALL)
        yield f"share_of_need_{days:g}", np.log(often / (of_need + 1e-9) + _SMALL_SHARE)


def _recency(bought: Histories, owner: Ints, n_owners: int) -> dict[str, Floats]:
    timing = estimate_timing(bought, np.full(bought.shape[1], np.nan))
    last = np.zeros(n_owners, dtype=np.int64)
    np.maximum.at(last, owner, bought.last_days)
    return {
        "elapsed": np.log(bought.elapsed),
        "gap": np.log(timing.pair_gaps),
        "ratio": np.log(bought.elapsed / timing.pair_gaps),
        "need_elapsed": np.log(bought.day - last[owner]),
        "is_latest": (bought.last_days == last[owner]).astype(np.float64),
        "products": np.log(np.bincount(owner, minlength=n_owners)[owner]),
        "once": (bought.counts == 1).astype(np.float64),
        "trips_since_last": np.log1p(bought.trips_since(bought.last_days)),
        "known_days": np.log(bought.day - bought.first_days),
    }


def _demand(bought: Histories, catalogue: Catalogue) -> dict[str, Floats]:
    demand, items = measure_demand(bought), bought.needs
    return {
        "buyers": np.log1p(demand.buyers[items]),
        "trend": demand.trend[items],
        "hurry": demand.hurry[items],
        "repeat_odds": demand.repeat_odds[items],
        "share_of_demand": np.log(catalogue.shares_of_need(demand.buyers)[items]),
    }


def _brand(
    bought: Histories, catalogue: Catalogue, owner: Ints, n_owners: int
) -> dict[str, Floats]:
    """Return the share of the person's purchases of the need that were of the brand."""
    often = bought.decayed_counts(90.0)
    width = int(catalogue.brands.max(initial=-1)) + 2
    makers, maker = np.unique(
        owner * width + catalogue.brands[bought.needs] + 1, return_inverse=True
    )
    of_brand = np.bincount(maker, often, len(makers))[maker]
    of_need = np.bincount(owner, often, n_owners)[owner]
    return {"share_of_brand": np.log(of_brand / (of_need + 1e-9) + _SMALL_SHARE)}
