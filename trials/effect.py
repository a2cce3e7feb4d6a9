"""What a trial caused: buyers among those whom the lottery chose against those it held out.

What decides is stated before anything is looked at: the verdict is that of the raw interval.
The randomisation test, the estimate adjusted for the past and the one in the light of other trials
stand beside it and never decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import EFFECT_SPLIT, POOLED_EFFECT, TRIAL_EFFECT
from trials.effects.arms import Arms, compare
from trials.effects.cost import cost_per_buyer
from trials.effects.means import mean_difference
from trials.effects.people import OUTCOMES, Lottery, lotteries
from trials.effects.randomisation import randomisation_p_value
from trials.effects.scopes import pool_effects, verdict_of, with_neighbours
from trials.effects.split import LATE_DAYS, split_effects
from trials.intervals import Difference, stratified_newcombe
from trials.power import smallest_detectable_effect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class EffectOptions:
    """Whose purchases are counted."""

    outcome: str = "item"
    """What counts as bought: the trial's ``item``, or anything of its ``need_group``."""


WINDOWS_DAYS = (30, 90)
"""Days after the draw; an effect is stated once they have all passed."""


def measure_effect(
    tables: Mapping[str, pa.Table],
    selection: pa.Table,
    *,
    as_of: date,
    options: EffectOptions | None = None,
) -> dict[str, pa.Table]:
    """Measure by intention to treat: everybody counts in the arm the lottery put them in.

    Only the band's lottery is used, inside strata: winners against held out, or, where the waitlist
    received units, offered against not offered without the last taker. The core was chosen for its
    scores. The windows start on the day after applications closed.

    Args:
        tables: Input tables; ``trials``, ``events``, ``items`` and ``awards`` are read.
        selection: Selections of earlier draws.
        as_of: The day; purchases and awards before its start count.
        options: The outcome.

    Returns:
        ``trial_effect``, a row a trial with a band and window that has passed; ``effect_split``, of
        trials whose 90 days have passed; ``pooled_effect``, of scopes with several trials.

    Raises:
        ValueError: If the outcome is unknown.
    """
    options = options or EffectOptions()
    if options.outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}, got {options.outcome!r}")
    rows, arms_of = [], {}
    for lottery in lotteries(
        tables, selection, as_of=as_of, windows=WINDOWS_DAYS, outcome=options.outcome
    ):
        arms = compare(lottery)
        rows.append(_row(lottery, arms) | {"outcome": options.outcome})
        if lottery.window_days == LATE_DAYS:
            arms_of[lottery.trial_id] = arms
    split = split_effects(tables, selection, arms_of, as_of=as_of)
    made = {
        TRIAL_EFFECT: with_neighbours(rows),
        EFFECT_SPLIT: split,
        POOLED_EFFECT: pool_effects(rows),
    }
    return {
        table.name: table.conform(pa.Table.from_pylist(found, table.schema))
        for table, found in made.items()
    }


def read_out(trials: pa.Table, as_of: date) -> frozenset[str]:
    """Name the trials whose last window has passed: of these alone may anybody know the holdout.

    Args:
        trials: Rows of ``trials``.
        as_of: The day.
    """
    last = as_of - timedelta(days=max(WINDOWS_DAYS) + 1)
    passed = trials.filter(pc.less_equal(trials["closes_on"], pa.scalar(last)))
    return frozenset(passed["trial_id"].to_pylist())


def _row(lottery: Lottery, arms: Arms) -> dict[str, Any]:
    """State one trial's effect in one window, with what it is pooled by."""
    n1, n0 = arms.count(arms.is_treatment), arms.count(arms.is_holdout)
    buyers1 = arms.count(arms.is_treatment & lottery.has_bought)
    buyers0 = arms.count(arms.is_holdout & lottery.has_bought)
    row: dict[str, Any] = {
        "trial_id": lottery.trial_id,
        "merchant_id": lottery.merchant_id,
        "need_group": lottery.need_group,
        "window_days": lottery.window_days,
        "n_treatment": int(n1.sum()),
        "n_holdout": int(n0.sum()),
        "verdict": "cannot tell yet",
        "estimator": arms.estimator,
    }
    difference = stratified_newcombe(buyers1, n1, buyers0, n0)
    if difference is None:
        return row
    base_rate = (float(buyers0.sum()) + 0.5) / (float(n0.sum()) + 1)
    return (
        row
        | {
            "rate_treatment": difference.rate_treatment,
            "rate_holdout": difference.rate_holdout,
            "itt": difference.value,
            "low": difference.low,
            "high": difference.high,
            "smallest_detectable_effect": smallest_detectable_effect(
                base_rate, int(n1.sum()), int(n0.sum())
            ),
            "verdict": verdict_of(difference.low, difference.high),
            "p_value": randomisation_p_value(buyers1, n1, buyers0, n0),
        }
        | _adjusted(lottery, arms)
        | _cost(lottery, arms, difference)
    )


def _adjusted(lottery: Lottery, arms: Arms) -> dict[str, Any]:
    adjusted = mean_difference(
        arms, lottery.has_bought.astype("float64"), lottery.had_bought.astype("float64")
    )
    if adjusted is None:
        return {}
    names = ("value", "low", "high", "rho2")
    return {
        f"cuped_{'itt' if name == 'value' else name}": getattr(adjusted, name) for name in names
    }


def _cost(lottery: Lottery, arms: Arms, difference: Difference) -> dict[str, Any]:
    """Price the units at the item's list price; where no award is on record, all were given."""
    if lottery.list_price is None:
        return {}
    offered = lottery.is_given[arms.is_treatment]
    share = float(offered.mean()) if offered.any() else 1.0
    cost = cost_per_buyer(lottery.list_price, share, difference)
    return {
        "cost_per_buyer": cost.value,
        "cost_low": cost.low,
        "cost_high": cost.high,
        "cost_currency": lottery.currency,
    }
