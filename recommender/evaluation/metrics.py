"""How good lists are, user by user. An empty slot is a miss."""

import numpy as np

from recommender.evaluation.pairs import PairSet
from recommender.interactions import Bools, Floats, Ints

Scores = dict[str, Floats]
"""Metric name → one value a user, shape (n_users,); NaN where the user has nothing to hit."""

CUTOFFS = (10, 20)


def accuracy(
    lists: Ints,
    users: Ints,
    truth: PairSet,
    *,
    prefix: str = "",
    cutoffs: tuple[int, ...] = CUTOFFS,
) -> Scores:
    """Measure precision, recall, NDCG and hit rate at each cutoff.

    Args:
        lists: Things, best first, shape (n_users, k); -1 is an empty slot.
        users: Whose lists they are, shape (n_users,).
        truth: What the users bought.
        prefix: Put before each metric's name.
        cutoffs: How many of the first slots count, each at most k.

    Returns:
        With K a cutoff: ``precision@K`` (hits / K), ``recall@K`` (hits / |truth|), ``ndcg@K``
        (binary gains, discount 1 / log2(rank + 1), ideal over min(K, |truth|)), ``hit@K``.
    """
    hits = truth.contains(users[:, None], lists)
    relevant = truth.sizes(users)
    sizes = np.where(relevant > 0, relevant, np.nan)
    scores: Scores = {}
    for cutoff in cutoffs:
        first = hits[:, :cutoff]
        count = np.where(relevant > 0, first.sum(axis=1), np.nan)
        scores[f"{prefix}precision@{cutoff}"] = count / cutoff
        scores[f"{prefix}recall@{cutoff}"] = count / sizes
        scores[f"{prefix}ndcg@{cutoff}"] = _gain(first) / ideal_gain(relevant, cutoff)
        scores[f"{prefix}hit@{cutoff}"] = np.minimum(count, 1)
    return scores


def annoyance(
    lists: Ints,
    users: Ints,
    truth: PairSet,
    annoying: PairSet,
    needs: Ints,
    *,
    name: str = "_s",
    cutoff: int = 10,
) -> Scores:
    """Measure how many slots annoy, and the gain that is left when they count against the list.

    Args:
        lists: Things, best first, shape (n_users, k); -1 is an empty slot and annoys nobody.
        users: Whose lists they are.
        truth: What the users bought.
        annoying: The (user, need) that a slot should not be spent on.
        needs: The need of each thing, shape (n_things,).
        name: Ending of the metrics' names: ``_s`` where only satiating needs annoy.
        cutoff: How many of the first slots count.

    Returns:
        ``ann<name>@K``, the share of the K slots that annoy, and ``san<name>@K`` =
        Σ disc_k (hit_k - ann_k) / IDCG, at most the NDCG and below 0 for a list of nuisances.
    """
    first = lists[:, :cutoff]
    hits = truth.contains(users[:, None], first)
    annoys = annoying.contains(users[:, None], np.where(first < 0, -1, needs[first]))
    ideal = ideal_gain(truth.sizes(users), cutoff)
    return {
        f"ann{name}@{cutoff}": annoys.sum(axis=1) / cutoff,
        f"san{name}@{cutoff}": (_gain(hits) - _gain(annoys)) / ideal,
    }


def coverage(lists: Ints, catalogue_size: int, *, cutoff: int = 10) -> float:
    """Return the share of the catalogue that stands on at least one list."""
    shown = np.unique(lists[:, :cutoff])
    return float((shown >= 0).sum() / catalogue_size)


def ideal_gain(relevant: Ints, cutoff: int) -> Floats:
    """Return the gain of a perfect list, NaN for a user with nothing to hit."""
    best = np.concatenate([[np.nan], np.cumsum(_discounts(cutoff))])
    return np.asarray(best[np.minimum(relevant, cutoff)])


def _gain(flags: Bools) -> Floats:
    return np.asarray((flags * _discounts(flags.shape[1])).sum(axis=1))


def _discounts(length: int) -> Floats:
    return np.asarray(1 / np.log2(np.arange(2, length + 2)))
