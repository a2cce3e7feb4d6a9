"""The ways in which drawn seats may be shared between lotteries, so that nobody is shut out in vain.

One way of sharing the seats of the open lottery may leave whole groups without any. Where the quotas
allow another way that reaches them, it is listed too, and lot decides which of the listed ways, each
as likely, is drawn by. Every way meets every quota whoever wins, and a chance is the mean of the
seats over the ways, by candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints

_STAY = 1e-3
"""What moving one band seat costs against reaching one more group: less than it, for any move."""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Seats of every lottery, the bands' before the open ones', and what may become of them."""

    seats: Ints
    """The first way, shape (n_lotteries,)."""
    candidates: Ints
    """People in each lottery, same shape."""
    is_open: Bools
    """Which lotteries are open ones, same shape."""
    most_open: int
    """Most seats of all open lotteries together."""
    surely: Any
    """What a lottery's seats add to each quota's group for certain: 0 or 1, (n_quotas, n_lotteries)."""
    perhaps: Any
    """What they may add at most, same shape."""
    low: Ints
    """Fewest drawn seats that each group needs, shape (n_quotas,)."""
    high: Ints
    """Most drawn seats that each group may have, shape (n_quotas,)."""


def ways_to_share(sharing: Sharing) -> Ints:
    """List ways of sharing until every open lottery that can have a seat has one in some way.

    Each further way reaches as many open lotteries as one way can that no earlier way reached, and
    moves as few band seats as that takes.

    Args:
        sharing: The first way, which meets the quotas, and the limits of any other.

    Returns:
        Seats by way and lottery, the first way first, shape (n_ways, n_lotteries). A lottery that
        no way gives a seat can have none, the sure seats being as they are.
    """
    ways = [sharing.seats]
    if sharing.most_open == 0:
        return np.vstack(ways)
    missed = sharing.is_open & (sharing.candidates > 0) & (sharing.seats == 0)
    while missed.any():
        way = _reach(sharing, np.flatnonzero(missed))
        reached = missed & (way > 0)
        if not reached.any():
            break
        ways.append(way)
        missed &= ~reached
    return np.vstack(ways)


def _reach(sharing: Sharing, missed: Ints) -> Ints:
    """Find the way that gives a seat to most of the lotteries missed so far."""
    n, n_missed = len(sharing.seats), len(missed)
    is_reached = sparse.csr_matrix(
        (np.ones(n_missed), (np.arange(n_missed), missed)), shape=(n_missed, n)
    )
    every, moved, nobody = sparse.eye(n), sparse.eye(n), sparse.csr_matrix((1, n + n_missed))
    seats = sharing.seats.astype(np.float64)
    rows = [
        # As many seats as ever, and no more open ones than wanted.
        (sparse.hstack([np.ones((1, n)), nobody]), seats.sum(), seats.sum()),
        (sparse.hstack([sharing.is_open[None, :].astype(float), nobody]), 0, sharing.most_open),
        # Quotas, whoever wins.
        (_wide(sharing.surely, n + n_missed), sharing.low, np.inf),
        (_wide(sharing.perhaps, n + n_missed), -np.inf, sharing.high),
        # A lottery is reached if it has a seat; a seat is moved if it is not where it was.
        (sparse.hstack([is_reached, _none(n_missed, n), -sparse.eye(n_missed)]), 0, np.inf),
        (sparse.hstack([every, moved, _none(n, n_missed)]), seats, np.inf),
        (sparse.hstack([every, -moved, _none(n, n_missed)]), -np.inf, seats),
    ]
    result = milp(
        np.concatenate(
            [np.zeros(n), np.where(sharing.is_open, 0, _cost(seats)), -np.ones(n_missed)]
        ),
        integrality=np.concatenate([np.ones(n), np.zeros(n), np.ones(n_missed)]),
        bounds=_bounds(sharing, n_missed),
        constraints=[LinearConstraint(sparse.csr_matrix(row), *limits) for row, *limits in rows],
        options={"mip_rel_gap": 0.0},
    )
    if result.x is None:
        raise RuntimeError(f"the seats of a draw could not be shared again: {result.message}")
    way: Ints = np.round(result.x[:n]).astype(np.int64)
    return way


def _bounds(sharing: Sharing, n_missed: int) -> Bounds:
    """Let seats move between lotteries that have losers; a lottery in which all win stays so."""
    n = len(sharing.seats)
    is_sure = sharing.seats >= sharing.candidates
    fewest = np.where(is_sure, sharing.seats, 0)
    most = np.where(is_sure, sharing.seats, sharing.candidates - 1 * ~sharing.is_open)
    return Bounds(
        np.concatenate([fewest, np.zeros(n + n_missed)]),
        np.concatenate([most, np.full(n, np.inf), np.ones(n_missed)]),
    )


def _cost(seats: Floats) -> float:
    return _STAY / max(1.0, float(seats.sum()))


def _wide(matrix: Any, n_more: int) -> Any:
    return sparse.hstack([matrix, _none(matrix.shape[0], n_more)])


def _none(n_rows: int, n_columns: int) -> Any:
    return sparse.csr_matrix((n_rows, n_columns))
