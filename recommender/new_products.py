"""Products a person never bought: which of a need's popular ones fit brand, price and habit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from recommender.boosting import Features
from recommender.catalogue import Catalogue
from recommender.chance import Design
from recommender.collaborative import Factors, fit_things, user_factors, with_new_things
from recommender.habits import Demand, measure_demand
from recommender.histories import Histories, gather
from recommender.interactions import Floats, Interactions, Ints
from recommender.lookup import floats_at, key_range, places
from recommender.prices import usual_prices
from recommender.stacking import stacked
from recommender.top_n import best_of

POPULAR = 8
"""Products of a need that are considered: those with most buyers in the last four weeks."""
MEMORY_DAYS = 90.0
"""Decay of a purchase in what counts as a person's brand and price tier."""
TASTED = 80
"""Products considered because the factors of the person and of the product agree."""
ALS_ITERATIONS = 8
SEED = 20170911
CROSSED = ("chance_of_need", "share_of_demand", "buyers", "first_share", "brand_share", "taste")

_SMALL = 1e-3
_BLOCK_ROWS = 1024


@dataclass(frozen=True)
class ProductDay:
    """What is known of products on one day, to describe new ones by."""

    catalogue: Catalogue
    bought: Histories
    """Item level, as is the demand."""
    demand: Demand
    popular: Ints
    """Items by need, those with most buyers first."""
    starts: Ints
    """Where each need begins among them, shape (n_needs + 1,)."""
    tiers: Floats
    """Place of each item's price among those of its need, in [0, 1]; ½ where not known."""
    user_tiers: Floats
    """Mean tier of what each user buys, shape (n_users,)."""
    brand_keys: Ints
    """user × number of brands + brand, ascending."""
    brand_shares: Floats
    own_needs: Ints
    """user × number of needs + need, ascending, of needs people bought."""
    own_counts: Ints
    """How many products of it each bought, same shape."""
    counts: csr_array
    """Days bought, (n_users, n_items)."""
    item_factors: Factors
    """Shape (n_items, n_factors)."""

    def between(self, first: int, last: int) -> ProductDay:
        """Keep the users ``first`` to before ``last``, coded from 0."""
        n_brands, n_needs = self.catalogue.n_brands, len(self.catalogue.need_ids)
        branded = key_range(self.brand_keys, first, last, n_brands)
        owned = key_range(self.own_needs, first, last, n_needs)
        return replace(
            self,
            bought=self.bought.between(first, last),
            user_tiers=self.user_tiers[first:last],
            brand_keys=self.brand_keys[branded] - first * n_brands,
            brand_shares=self.brand_shares[branded],
            own_needs=self.own_needs[owned] - first * n_needs,
            own_counts=self.own_counts[owned],
            counts=self.counts[first:last],
        )

    def tastes(self, users: Ints) -> Factors:
        """Return the factors of some users, (n_some_users, n_factors)."""
        return user_factors(self.counts[users], self.item_factors)


def take_product_day(
    train: Interactions, day: int, catalogue: Catalogue, fitted: Factors | None = None
) -> ProductDay:
    """Gather what is known of products at the start of ``day``.

    Args:
        train: Item-level interactions in the catalogue's vocabulary; days from ``day`` on are not
            looked at.
        day: The day.
        catalogue: The items.
        fitted: The items' factors if an earlier day has fitted them, (n_items, n_factors); NaN for
            items that were not known.
    """
    bought = gather(train, day)
    demand = measure_demand(bought)
    n_items, n_needs = len(catalogue.item_ids), len(catalogue.need_ids)
    order = np.lexsort((np.arange(n_items), -demand.buyers, catalogue.needs))
    popular = order[catalogue.is_available[order]]
    tiers = _tiers(usual_prices(train.before(day), day, n_items), catalogue.needs)
    weights = bought.decayed_counts(MEMORY_DAYS)
    n_users = bought.shape[0]
    totals = np.maximum(np.bincount(bought.users, weights, n_users), 1e-9)
    user_tiers = np.bincount(bought.users, weights * tiers[bought.needs], n_users) / totals
    n_brands = catalogue.n_brands
    branded = catalogue.brands[bought.needs] >= 0
    brand_keys, place = np.unique(
        (bought.users * n_brands + catalogue.brands[bought.needs])[branded], return_inverse=True
    )
    brand_sums = np.bincount(place, weights[branded], len(brand_keys))
    own_needs, own_counts = np.unique(
        bought.users * n_needs + catalogue.needs[bought.needs], return_counts=True
    )
    counts = bought.matrix(bought.counts.astype(np.float64))
    item_factors = (
        fit_things(counts, iterations=ALS_ITERATIONS, seed=SEED)
        if fitted is None
        else with_new_things(counts, fitted)
    )
    return ProductDay(
        catalogue,
        bought,
        demand,
        popular,
        np.searchsorted(catalogue.needs[popular], np.arange(n_needs + 1)),
        tiers,
        user_tiers,
        brand_keys,
        brand_sums / totals[brand_keys // max(n_brands, 1)],
        own_needs,
        own_counts,
        counts,
        item_factors,
    )


def new_candidates(today: ProductDay, users: Ints, needs: Ints) -> tuple[Ints, Ints]:
    """Name the popular products of each (user, need) that the user never bought.

    Returns:
        The row of ``users`` and the item of each candidate.
    """
    sizes = np.minimum(np.diff(today.starts)[needs], POPULAR)
    rows = np.repeat(np.arange(len(users)), sizes)
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    items = today.popular[today.starts[needs[rows]] + rank]
    is_new = places(today.bought.keys, users[rows] * today.bought.shape[1] + items) < 0
    return rows[is_new], items[is_new]


def tasted_candidates(today: ProductDay, users: Ints) -> tuple[Ints, Ints]:
    """Name the products to each user's taste that the user never bought.

    Args:
        today: The day.
        users: Ascending, without doubles.

    Returns:
        The user and the item of each candidate.
    """
    own = today.bought.matrix(np.ones(len(today.bought.users)))[users]
    items, _ = best_of(today.tastes(users), today.item_factors, TASTED, excluded=own)
    rows, places_ = np.nonzero(items >= 0)
    return users[rows], items[rows, places_]


def new_features(
    today: ProductDay, users: Ints, items: Ints, need_chances: Floats
) -> tuple[Features, Design]:
    """Describe products people never bought.

    Args:
        today: The day.
        users: Shape (n_rows,).
        items: Never bought by the user of their row, same shape.
        need_chances: Chance of the user to buy the item's need within the horizon, same shape.
    """
    catalogue, demand = today.catalogue, today.demand
    needs, brands = catalogue.needs[items], catalogue.brands[items]
    n_brands = catalogue.n_brands
    brand_keys = np.where(brands >= 0, users * n_brands + brands, -1)
    own = places(today.own_needs, users * len(catalogue.need_ids) + needs)
    tier, user_tier = today.tiers[items], today.user_tiers[users]
    columns = {
        "chance_of_need": np.log(need_chances / (1 - need_chances)),
        "is_own_need": (own >= 0).astype(np.float64),
        "own_products": np.log1p(np.where(own >= 0, today.own_counts[own], 0)),
        "buyers": np.log1p(demand.buyers[items]),
        "ever_buyers": np.log1p(demand.ever_buyers[items]),
        "first_share": np.log(demand.first_share[items] + _SMALL),
        "trend": demand.trend[items],
        "hurry": demand.hurry[items],
        "repeat_odds": demand.repeat_odds[items],
        "share_of_demand": np.log(catalogue.shares_of_need(demand.buyers)[items]),
        "brand_share": np.log(
            floats_at(today.brand_shares, places(today.brand_keys, brand_keys), 0.0) + _SMALL
        ),
        "tier": tier,
        "tier_misfit": np.abs(tier - user_tier),
        "taste": _tastes(today, users, items),
    }
    names = list(columns)
    design = Design(tuple(range(len(names))), tuple(names.index(name) for name in CROSSED))
    return stacked(columns, len(users)), design


def _tastes(today: ProductDay, users: Ints, items: Ints) -> Factors:
    """Return the product of the factors of each row's person and product, shape (n_rows,)."""
    people, owner = np.unique(users, return_inverse=True)
    factors, taste = today.tastes(people), np.empty(len(users), dtype=np.float32)
    # So many rows at a time that their factors stay in the cache: fetching them is all the work.
    for start in range(0, len(users), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        own, others = factors[owner[rows]], today.item_factors[items[rows]]
        taste[rows] = np.einsum("ij,ij->i", own, others)
    return taste


def _tiers(prices: Floats, needs: Ints) -> Floats:
    """Return the mid-rank of each price inside its need, scaled to [0, 1]."""
    priced = np.flatnonzero(~np.isnan(prices))
    order = priced[np.lexsort((priced, prices[priced], needs[priced]))]
    sizes = np.bincount(needs[order], minlength=int(needs.max(initial=-1)) + 1)
    starts = np.cumsum(sizes) - sizes
    tiers = np.full(len(prices), 0.5)
    rank = np.arange(len(order)) - starts[needs[order]]
    tiers[order] = (rank + 0.5) / sizes[needs[order]]
    return tiers
