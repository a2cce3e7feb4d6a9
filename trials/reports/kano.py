"""What kind of quality an aspect is: one that angers when it is missing, or one that delights."""

from dataclasses import dataclass

import numpy as np

from trials.arrays import Floats
from trials.reports.effects import Effects

KINDS = ("must_be", "performance", "attractive", "indifferent")
UNDECIDED = "cannot_tell"

_ASYMMETRY = 0.2
"""Beyond it one side outweighs the other."""
_FELT = 0.25
"""Stars between complaint and praise under which an aspect moves no rating."""
_SURE = 0.7
"""Share of the draws that must agree."""


@dataclass(frozen=True)
class Kano:
    """The class of one aspect."""

    kind: str
    """One of ``KINDS``, or ``cannot_tell``."""
    chance: float
    """Share of the draws in the likeliest class."""


def kano_of(effects: Effects, aspect: int, *, blamers: int, praisers: int, least: int) -> Kano:
    """Classify one aspect by contrasting what complaints cost with what praise earns.

    Penalty p and reward r are the two coefficients of the regression. In each draw the aspect is
    indifferent if p + r is under a quarter of a star; else the impact asymmetry (r - p) / (r + p)
    makes it attractive above .2, must-be below -.2 and performance between. The class that most
    draws agree on is told if 70 % of them do.

    Args:
        effects: Penalties and rewards with their draws.
        aspect: Column of the aspect.
        blamers: Customers who blame it.
        praisers: Customers who praise it.
        least: With fewer of either there is no contrast to read: cannot tell.

    Source:
        Mikulić and Prebežac, Managing Service Quality 21 (2011) 46–66 (penalty-reward contrast);
        Mikulić and Prebežac, Managing Service Quality 18 (2008) 559–576 (impact asymmetry).
    """
    shares = _shares(effects.penalty_draws[:, aspect], effects.reward_draws[:, aspect])
    best = int(np.argmax(shares))
    chance = float(shares[best])
    is_told = min(blamers, praisers) >= least and chance >= _SURE
    return Kano(KINDS[best] if is_told else UNDECIDED, chance)


def _shares(penalties: Floats, rewards: Floats) -> Floats:
    """Return the share of the draws in each kind."""
    total = penalties + rewards
    asymmetry = (rewards - penalties) / np.maximum(total, 1e-12)
    kinds = np.select(
        [total < _FELT, asymmetry > _ASYMMETRY, asymmetry < -_ASYMMETRY], [3, 2, 0], default=1
    )
    shares: Floats = np.bincount(kinds, minlength=len(KINDS)) / len(kinds)
    return shares
