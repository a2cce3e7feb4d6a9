"""What a unit of each trial costs, for the budget of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quality.database import query
from quality.errors import ContractError

if TYPE_CHECKING:
    import pyarrow as pa

    from trials.arrays import Ints

HUNDREDTHS = 100
"""Parts of a unit of currency: prices are summed in whole numbers, so that a budget is met exactly."""

_PRICES = """
select t.trial_id, t.item_id, i.list_price, i.currency
from drawn t left join items i using (item_id) order by t.trial_id
"""


def unit_prices(drawn: pa.Table, items: pa.Table) -> Ints:
    """Return the list price of a unit of each trial.

    Args:
        drawn: The trials, sorted.
        items: The catalogue.

    Returns:
        Prices in hundredths, rounded to the nearest, shape (n_trials,).

    Raises:
        ContractError: If an item has no price, or prices are in several currencies: a budget over
            them would be a guess.
    """
    rows = query(_PRICES, {"drawn": drawn, "items": items}).to_pylist()
    unknown = sorted({row["item_id"] for row in rows if row["list_price"] is None})
    if unknown:
        raise ContractError(
            f"items.list_price must be known of every item on trial while recruit.budget is set, "
            f"found none for {', '.join(unknown)}; give the price or take the budget out"
        )
    currencies = sorted({row["currency"] or "none" for row in rows})
    if len(currencies) > 1:
        raise ContractError(
            "items.currency must be the same for all items on trial while recruit.budget is set, "
            f"found {', '.join(currencies)}; give prices in one currency or take the budget out"
        )
    return np.array([round(HUNDREDTHS * row["list_price"]) for row in rows], dtype=np.int64)
