"""The draw: lots in the order of a hash that nobody could know before the seed was opened.

    order = SHA-256( trial "|" seed "|" user ), in hexadecimal, ascending, inside each stratum

The first ``seats`` win; of a band's losers the next ``waitlist`` wait and the rest are held out.
Where the seats may be shared in several ways, the way is SHA-256( trial "|" seed ), read as a whole
number, modulo the number of ways.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from quality.errors import ContractError
from trials.arrays import place_in_group
from trials.plan import NOT_DRAWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trials.arrays import Bools, Ints, Texts
    from trials.plan import Plan, Stratum

ALGORITHM = (
    "shike-draw/2 (SHA-256 of trial|seed|user, ascending, by stratum; of trial|seed, by way)"
)
KNOWN_ALGORITHMS = (
    ALGORITHM,
    "shike-draw/1 (SHA-256 of trial|seed|user, ascending, by stratum)",
)
"""What can be replayed; the first version had one way of sharing the seats."""


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A trial's seed and what was published of it before."""

    seed: str
    """64 hexadecimal digits."""
    commitment: str
    """SHA-256 of the seed's digits, in hexadecimal."""
    is_precommitted: bool
    """Whether the commitment was published before applications closed."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The outcome of a draw."""

    arm: Texts
    """core, band, open, holdout, waitlist or not_selected, shape (n,)."""
    waitlist_position: Ints
    """Place on the waitlist, from 1; 0 if not on it, shape (n,)."""


def open_seed(trial_id: str, draw_secret: str, published: str | None) -> Seed:
    """Derive a trial's seed, HMAC-SHA-256(secret, trial), and check what was published of it.

    Args:
        trial_id: The trial.
        draw_secret: Known to the shop alone.
        published: The commitment published with the trial; None or blank if there was none.

    Raises:
        ContractError: If the published commitment is not this seed's.
    """
    seed = hmac.new(draw_secret.encode(), trial_id.encode(), sha256).hexdigest()
    commitment = commit(seed)
    published = (published or "").strip().lower()
    if published and published != commitment:
        raise ContractError(
            f"trials.seed_commitment of trial {trial_id} must be the SHA-256 of its seed, "
            f"{commitment}, found {published}; draw with the secret it was published for"
        )
    return Seed(seed=seed, commitment=commitment, is_precommitted=bool(published))


def commit(seed: str) -> str:
    """Return the SHA-256 of a seed's digits, in hexadecimal."""
    return sha256(seed.encode()).hexdigest()


def lot_order(trial_id: str, seed: str, users: Sequence[str] | Texts) -> Ints:
    """Order users by lot.

    Args:
        trial_id: The trial.
        seed: Its seed; blank for an order that does not depend on the draw, to part equal scores.
        users: User ids, n of them, different.

    Returns:
        Indices into ``users``, first lot first, shape (n,).
    """
    prefix = sha256(f"{trial_id}|{seed}|".encode())
    lots = []
    for user in users:  # one hash a person, as an auditor would compute it
        lot = prefix.copy()
        lot.update(user.encode())
        lots.append(lot.digest())
    return np.array(sorted(range(len(users)), key=lots.__getitem__), dtype=np.int64)


def by_way_drawn(trial_id: str, seed: str, strata: Sequence[Stratum]) -> tuple[Stratum, ...]:
    """Draw the way in which the seats are shared.

    Args:
        trial_id: The trial.
        seed: Its seed.
        strata: The lotteries, each with its seats by every way.

    Returns:
        The lotteries with the seats of the way that was drawn.
    """
    number = int(sha256(f"{trial_id}|{seed}".encode()).hexdigest(), 16)
    return tuple(replace(one, seats=one.ways[number % len(one.ways)]) for one in strata)


def hold_draw(plan: Plan, trial_id: str, seed: str, users: Sequence[str] | Texts) -> Drawn:
    """Draw the way of sharing, then the lots.

    Args:
        plan: What was fixed before the seed was opened.
        trial_id: The trial.
        seed: Its seed.
        users: The plan's applicants, best first, shape (n,).

    Returns:
        Arms and waitlist positions, in the order of the applicants.
    """
    strata = by_way_drawn(trial_id, seed, plan.strata)
    return draw(plan.is_core, plan.stratum, strata, lot_order(trial_id, seed, users))


def draw(is_core: Bools, stratum: Ints, strata: Sequence[Stratum], order: Ints) -> Drawn:
    """Hold the lotteries.

    Args:
        is_core: Who gets a unit for certain, shape (n,).
        stratum: Lottery of each applicant, an index into ``strata`` or ``NOT_DRAWN``, shape (n,).
        strata: Seats and waitlist of each lottery.
        order: Applicants in the order of their lots, shape (n,).

    Returns:
        Arms and waitlist positions, in the order of the applicants.
    """
    place = np.empty(len(order), dtype=np.int64)
    place[order] = place_in_group(stratum[order])
    winner = np.array([one.arm for one in strata] + ["not_selected"], dtype=object)
    loser = np.array(
        ["holdout" if one.arm == "band" else "not_selected" for one in strata] + ["not_selected"],
        dtype=object,
    )
    seats = np.array([one.seats for one in strata] + [0])[stratum]
    waiting = np.array([one.waitlist for one in strata] + [0])[stratum]
    is_drawn_for = stratum != NOT_DRAWN
    is_waiting = is_drawn_for & (place >= seats) & (place < seats + waiting)
    arm = np.where(place < seats, winner[stratum], loser[stratum])
    arm = np.where(is_waiting, "waitlist", arm)
    position = np.zeros(len(order), dtype=np.int64)
    position[order] = np.cumsum(is_waiting[order])
    return Drawn(
        arm=np.where(is_core, "core", arm).astype(object),
        waitlist_position=np.where(is_waiting, position, 0),
    )
