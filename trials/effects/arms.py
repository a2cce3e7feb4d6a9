"""Who was offered a unit by lot and who was not, also where the waitlist received units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trials.arrays import Bools, Floats, Ints
    from trials.effects.people import Lottery


@dataclass(frozen=True, kw_only=True)
class Arms:
    """The two arms that are compared, over everybody in the lottery."""

    estimator: str
    """itt, or dreo where the waitlist received units."""
    is_treatment: Bools
    """Offered a unit, shape (n,)."""
    is_holdout: Bools
    """Not offered one, shape (n,)."""
    stratum: Ints
    """Numbered from 0, shape (n,)."""

    @property
    def weights(self) -> Floats:
        """Mantel–Haenszel weights n1·n0 / (n1 + n0) of the strata, in sum 1; 0 without both arms."""
        n1, n0 = self.count(self.is_treatment), self.count(self.is_holdout)
        weights: Floats = n1 * n0 / np.maximum(n1 + n0, 1)
        return weights / max(float(weights.sum()), 1e-300)

    def count(self, which: Bools) -> Ints:
        """Count people by stratum."""
        return np.bincount(self.stratum[which], minlength=int(self.stratum.max(initial=-1)) + 1)

    @property
    def is_comparable(self) -> Bools:
        """Whoever is in an arm, in a stratum that has both, shape (n,)."""
        return (self.is_treatment | self.is_holdout) & (self.weights > 0)[self.stratum]


def compare(lottery: Lottery) -> Arms:
    """Say who is compared with whom.

    Winners against held out, as drawn, whatever became of their units; the waitlist may still get
    one and is in neither arm.

    Once what winners refused went down the waitlist until every unit was taken, everybody down to
    the last taker was offered a unit, in the order of the lots, and everybody after was not, like
    the holdout: more people tell. But the offers stopped *because* somebody took the last unit, so
    those offered hold one taker too many: that last taker is dropped, which makes the two
    comparable (DREO). As long as units are left, where the offers ended says nothing of the kind.

    Of N people of whom T take what they are offered, let the S-th unit be taken at the L-th offer.
    Then E[(S − 1) / (L − 1)] = E[(T − S) / (N − L)] = T / N: without the last taker, both sides hold
    as many takers as all do, in expectation. It holds inside every stratum, also when the strata
    share a waitlist, for given where the offers ended every order of those before and of those
    after is as likely; and a day on which units are left takes nothing from it, for where both
    estimates are known they have the same expectation given L. The weights of the strata may
    depend on L: a difference of effects between strata is then weighed by chance, a little.

    Source:
        de Chaisemartin and Behaghel, Econometrica 88 (2020) 1453–1477, doi:10.3982/ECTA16032.
        They weigh every taker by (S − 1)/S where S took a unit; dropping the last is the same in
        expectation and leaves whole people. The expectations: Haldane, Biometrika 33 (1945)
        222–225, on inverse sampling.
    """
    took = lottery.is_waiting & lottery.is_given
    held_out = ~lottery.is_winner & ~lottery.is_waiting
    n_taken = int((lottery.is_given & (lottery.is_winner | lottery.is_waiting)).sum())
    if not took.any() or n_taken < lottery.is_winner.sum():
        return Arms(
            estimator="itt",
            is_treatment=lottery.is_winner,
            is_holdout=held_out,
            stratum=lottery.stratum,
        )
    last = int(lottery.place[took].max())
    return Arms(
        estimator="dreo",
        is_treatment=lottery.is_winner | (lottery.is_waiting & (lottery.place < last)),
        is_holdout=held_out | (lottery.is_waiting & (lottery.place > last)),
        stratum=lottery.stratum,
    )
