"""Purchases net of what came back: a returned kettle was not bought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.interactions import Ints
from recommender.trades import Trades


def returned_trades(trades: Trades) -> Trades:
    """Return all trades of the (user, item) of which anything ever came back."""
    return trades.at(_returned(trades))


def net_purchases(trades: Trades) -> Trades:
    """Take returned units out of the purchases they belong to.

    A return belongs to the person's latest purchase of that item at or before it; of several at
    one time, to the last. Purchases of which nothing is left disappear; units returned beyond
    that purchase are ignored.

    Args:
        trades: Purchases and returns.

    Returns:
        The purchases only, in their order, ``quantities`` lowered by what came back.
    """
    is_kept = ~trades.is_return
    if is_kept.all():
        return trades
    # Few purchases come back: only their pairs are put in order.
    places = _returned(trades)
    few = trades.at(places)
    order = np.lexsort((few.is_return, few.times, few.pairs))
    sent, to = _matched(few.at(order))
    back = np.bincount(to, few.quantities[order][sent], len(few))
    left = few.quantities[order] - back
    changed = places[order[back > 0]]
    quantities = trades.quantities.copy()
    quantities[changed] = left[back > 0]
    is_kept[changed] &= quantities[changed] > 0
    return replace(trades, quantities=quantities).at(is_kept)


def _matched(ordered: Trades) -> tuple[Ints, Ints]:
    """Return the places of returns that follow a purchase, and of that purchase.

    Args:
        ordered: By pair and time, at one time purchases first.
    """
    place = np.arange(len(ordered))
    latest = np.maximum.accumulate(np.where(ordered.is_return, -1, place))
    pairs = ordered.pairs
    has_one = ordered.is_return & (latest >= 0) & (pairs[latest] == pairs)
    return np.flatnonzero(has_one), latest[has_one]


def _returned(trades: Trades) -> Ints:
    """Return the places of the trades of pairs with a return, ascending."""
    is_concerned = np.zeros(len(trades.user_ids), dtype=bool)
    is_concerned[trades.users[trades.is_return]] = True
    places = np.flatnonzero(is_concerned[trades.users])
    concerned = trades.at(places)
    return places[np.isin(concerned.pairs, concerned.pairs[concerned.is_return])]
