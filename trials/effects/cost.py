"""What a buyer cost whom the trial won and who would not have bought otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trials.intervals import Difference


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Cost of an incremental buyer, in the price's currency; None where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None


def cost_per_buyer(unit_cost: float, share_given: float, difference: Difference) -> Cost:
    """Divide what a person offered a unit cost by the buyers that an offer made.

    cost = c·g / ITT, from c·g / high to c·g / low: a falling function of the effect, so the ends of
    its interval carry over with their confidence. Where the interval of the effect includes 0, the
    cost has no upper end and no best guess: it may be that the units won nobody. At least
    c·g / high it is then still.

    Args:
        unit_cost: Cost c of a unit, not negative.
        share_given: Share g of those offered a unit who took one.
        difference: The effect on the rate of buyers.

    Source:
        Fieller, J. R. Statist. Soc. B 16 (1954) 175–185, of which this is the case of a known
        numerator.
    """
    spent = unit_cost * share_given
    shows = difference.low > 0
    return Cost(
        value=spent / difference.value if shows else None,
        low=spent / difference.high if difference.high > 0 else None,
        high=spent / difference.low if shows else None,
    )
