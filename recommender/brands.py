"""How faithful people are to one product and one brand, as features."""

from __future__ import annotations

import numpy as np

from recommender.histories import Histories
from recommender.interactions import Floats, Interactions, Ints


def loyalty(train: Interactions, histories: Histories, brands: Ints) -> dict[str, Floats]:
    """Describe every pair by how its purchases spread over products and brands; (n_pairs,).

    Args:
        train: Need level, all days; days from the histories' on are not looked at.
        histories: The same purchases, gathered.
        brands: Code of each item's brand, -1 for none, which counts as a brand of its own.
    """
    known = train.before(histories.day)
    pairs = np.searchsorted(histories.keys, known.users * histories.shape[1] + known.things)
    items, products = _largest_share(pairs, known.items, len(histories.users))
    makers, _ = _largest_share(pairs, brands[known.items] + 1, len(histories.users))
    return {"product_loyalty": items, "brand_loyalty": makers, "products": np.log(products)}


def _largest_share(pairs: Ints, labels: Ints, n_pairs: int) -> tuple[Floats, Floats]:
    """Return the share of each pair's commonest label, and the number of its labels."""
    width = int(labels.max(initial=0)) + 1
    keys, sizes = np.unique(pairs * width + labels, return_counts=True)
    owners = keys // width
    largest = np.zeros(n_pairs)
    np.maximum.at(largest, owners, sizes)
    distinct = np.bincount(owners, minlength=n_pairs).astype(np.float64)
    return largest / np.bincount(owners, sizes, n_pairs), distinct
