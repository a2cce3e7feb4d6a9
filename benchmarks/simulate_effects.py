"""How honest the effects are: thousands of draws on the synthetic shop, where the truth is known.

    python benchmarks/simulate_effects.py [draws]

Each draw takes new applicants from the synthetic shop's people, scores them, plans and holds the
draw, lets everybody buy with the chances that the shop states as its truth, and measures through
``measure_effect``: shike's own code at every step, only the outcomes are dice. The truth is the mean
uplift of the band's candidates. In the rows of the waitlist a third of those offered a unit refuse
it, the more readily the less they would have bought.

"Without dice" everybody's purchase is replaced by its chance: what is left is the lots' error, some
nine times smaller, so that a small bias would show. The report value is that of one draw's
recipients over that of the best scores among the same applicants; what rules such as a cool-down
cost over many trials is in ``simulate_draws``.

The people, lots and dice are in ``effect_world``, the tables made of them in ``effect_tables``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from statistics import NormalDist

import numpy as np
import pyarrow as pa
from effect_tables import CLOSED_ON, input_tables, selection_table
from effect_world import APPLICANTS, BASE_RATE, WINNERS, Crowd, crowd, draw_trial, plan_trial, roll
from scipy.stats import binom

from trials.draw import hold_draw
from trials.effect import measure_effect
from trials.intervals import wilson
from trials.power import POWER

MEASURED_ON = CLOSED_ON + timedelta(days=40)
UNITS = (120,)
MIXED_UNITS = (60, 80, 100, 120, 120, 120, 140, 160, 200, 240)
"""Units of ten trials in turn, where they are pooled."""
SIZES, EFFECT = (40, 60, 120, 240, 600), 0.06
"""Units at which the coverage is computed exactly, and the effect it is computed for."""
POOL = 10
COVERS = (0.94, 0.96)
"""Between what shares the intervals must hold the truth."""
REPORT_VALUE, POWER_OFF, MOST_SE, LEVEL = 0.92, 0.03, 3, 0.05
"""Least report value, most error of the printed power, most standard errors, level of the test."""


@dataclass(frozen=True)
class Draws:
    """Many draws, ready to be measured, and what is true of them."""

    tables: dict[str, pa.Table]
    selection: pa.Table
    truth: np.ndarray
    """Mean uplift of the band's candidates, shape (n_draws,)."""
    value: np.ndarray
    """Report value of the recipients over that of the best scores, shape (n_draws,)."""
    without_dice: np.ndarray
    """The estimate if everybody bought a part of a pack, their chance of buying, shape (n_draws,).

    An estimate is linear in the purchases, so that this is its mean over the dice: what is left
    of its error is the lots' alone."""


def simulate(
    people: Crowd,
    n_draws: int,
    seed: int,
    *,
    is_detectable: bool = False,
    refuses: bool = False,
    units: tuple[int, ...] = UNITS,
) -> Draws:
    """Hold draws with new applicants and let everybody buy or not.

    Args:
        people: Whom to draw applicants from.
        n_draws: How many.
        seed: Of the dice.
        is_detectable: Give everybody the same base rate, and the smallest detectable effect.
        refuses: Let people refuse, and pass their units down the waitlist.
        units: Units of the trials, in turn.
    """
    rng = np.random.default_rng(seed)
    held = []
    for number in range(n_draws):
        who, n_units = people.applicants(rng), units[number % len(units)]
        one = draw_trial(people, who, n_units, f"T{number:05d}", f"{seed}|{number}")
        one = one.with_smallest_effect() if is_detectable else one
        held.append((one, roll(one, rng, refuses=refuses)))
    return Draws(
        tables=input_tables(held, tells_awards=refuses),
        selection=selection_table(held),
        truth=np.array([one.truth(it.takes) for one, it in held]),
        value=np.array([one.value for one, _ in held]),
        without_dice=np.array([one.estimate(it.gets & refuses, it.chance) for one, it in held]),
    )


def measured(draws: Draws) -> dict[str, np.ndarray]:
    """Measure every draw after 30 days; return the columns of ``trial_effect``."""
    found = measure_effect(draws.tables, draws.selection, as_of=MEASURED_ON)
    table = found["trial_effect"]
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def chances_as_drawn(people: Crowd, n_draws: int, seed: int) -> dict[str, tuple[float, float]]:
    """Hold one plan's draw many times and compare how often each applicant wins with their π.

    Returns:
        By arm, the worst |z| over its m candidates over what the worst of m may be (Bonferroni,
        1 %), and the mean z² less 1 in its own standard errors √(2/m).
    """
    rng = np.random.default_rng(seed)
    plan = plan_trial(people.is_newcomer[people.applicants(rng)], UNITS[0])
    users = [f"u{n}" for n in range(APPLICANTS)]
    wins = np.zeros(APPLICANTS)
    for number in range(n_draws):
        lot = sha256(f"{seed}|{number}".encode()).hexdigest()
        wins += np.isin(hold_draw(plan, "T", lot, users).arm, WINNERS)
    arms = np.array([*(one.arm for one in plan.strata), "core or none"])[plan.stratum]
    found = {}
    for arm in ("band", "open"):
        pi, won = plan.chance[arms == arm], wins[arms == arm]
        z = (won - n_draws * pi) / np.sqrt(n_draws * pi * (1 - pi))
        most = NormalDist().inv_cdf(1 - LEVEL / 10 / len(z))
        found[arm] = (
            float(np.abs(z).max()) / most,
            (float((z**2).mean()) - 1) / np.sqrt(2 / len(z)),
        )
    return found


def pooled(draws: Draws) -> dict[str, np.ndarray]:
    """Measure the draws ten by ten, each ten a shop of its own; return the pooled rows."""
    trials, names = draws.tables["trials"], draws.tables["trials"]["trial_id"].to_pylist()
    shops = pa.array([f"M{number // POOL:04d}" for number in range(len(names))])
    place = trials.column_names.index("merchant_id")
    tables = draws.tables | {"trials": trials.set_column(place, trials.schema.field(place), shops)}
    found = measure_effect(tables, draws.selection, as_of=MEASURED_ON)
    rows = [row for row in found["pooled_effect"].to_pylist() if row["scope"] == "merchant"]
    return {name: np.array([row[name] for row in rows]) for name in ("itt", "low", "high", "tau2")}


def exact_coverage(n1: int, n0: int, effect: float) -> float:
    """Return, without dice, how often one stratum's interval holds an effect on ``BASE_RATE``."""
    buyers1, buyers0 = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None]
    chance = binom.pmf(buyers1, n1, BASE_RATE + effect) * binom.pmf(buyers0, n0, BASE_RATE)
    rate1, rate0 = buyers1 / n1, buyers0 / n0
    (low1, high1), (low0, high0) = wilson(rate1, n1), wilson(rate0, n0)
    low = rate1 - rate0 - np.hypot(rate1 - low1, high0 - rate0)
    high = rate1 - rate0 + np.hypot(high1 - rate1, rate0 - low0)
    return float(chance[(low <= effect) & (effect <= high)].sum())


def main(n_draws: int) -> None:
    """Print what was found beside what must be found."""
    people = crowd(1)
    print(f"{n_draws} draws a row, {APPLICANTS} applicants, {UNITS[0]} units")
    _tell_estimates(simulate(people, n_draws, 11))
    _tell_exact_coverage()
    _tell_chances(chances_as_drawn(people, n_draws, 12))
    _tell_waitlist(simulate(people, n_draws, 13, refuses=True))
    _tell_power(simulate(people, n_draws, 14, is_detectable=True))
    _tell_pooled(simulate(people, n_draws, 15, units=MIXED_UNITS))


def _tell_estimates(draws: Draws) -> None:
    found = measured(draws)
    _bias("ITT", found["itt"], draws.truth, 2)
    _bias("ITT without dice", draws.without_dice, draws.truth, 2)
    _coverage("ITT (stratified Newcombe)", found["low"], found["high"], draws.truth)
    _bias(f"CUPED (mean ρ² {np.nanmean(found['cuped_rho2']):.3f})", found["cuped_itt"], draws.truth)
    covers = ((found["cuped_low"] <= draws.truth) & (draws.truth <= found["cuped_high"])).mean()
    _figure("CUPED: 95 % intervals cover; they never decide", f"{covers:.4f}")
    spread = np.std(found["cuped_itt"] - draws.truth) / np.std(found["itt"] - draws.truth)
    _figure("CUPED: standard deviation over the raw one", f"{spread:.3f}")
    value = draws.value.mean()
    _line(
        "report value against the best scores",
        f"{value:.3f}",
        "at least .92",
        value >= REPORT_VALUE,
    )


def _tell_exact_coverage() -> None:
    for units in SIZES:
        covers = exact_coverage(round(0.6 * units), round(0.96 * units), EFFECT)
        _figure(f"  exactly, {units} units, one stratum", f"{covers:.4f}")


def _tell_chances(found: dict[str, tuple[float, float]]) -> None:
    for arm, (worst, square) in found.items():
        _line(f"π of the {arm}: worst |z| of its limit, z² off by", f"{worst:.2f}, {square:+.2f} se",
              "below 1, within 3 se", worst < 1 and abs(square) < MOST_SE)  # fmt: skip


def _tell_waitlist(draws: Draws) -> None:
    found = measured(draws)
    share = (found["estimator"] == "dreo").mean()
    _bias(f"DREO ({share:.0%} of draws)", found["itt"], draws.truth)
    _bias("DREO without dice", draws.without_dice, draws.truth, 2)
    _coverage("DREO", found["low"], found["high"], draws.truth)


def _tell_power(draws: Draws) -> None:
    found = measured(draws)
    power = (found["verdict"] == "more buyers").mean()
    _line("power at the smallest detectable effect", f"{power:.4f}", "printed .80, ± .03",
          abs(power - POWER) <= POWER_OFF)  # fmt: skip
    agrees = ((found["p_value"] <= LEVEL) == (found["verdict"] != "cannot tell yet")).mean()
    _figure("randomisation test and interval say the same", f"{agrees:.4f}")


def _tell_pooled(draws: Draws) -> None:
    single, tens = measured(draws), pooled(draws)
    truth = draws.truth.reshape(-1, POOL).mean(axis=1)
    error = (single["itt"] - draws.truth).reshape(-1, POOL)
    best = np.sqrt((error**2).mean(axis=0)).min()
    rmse = np.sqrt(((tens["itt"] - truth) ** 2).mean())
    print(f"ten trials of {min(MIXED_UNITS)} to {max(MIXED_UNITS)} units pooled")
    _line("  RMSE, the best single trial's", f"{100 * rmse:.2f}, {100 * best:.2f} pp",
          "no worse", rmse <= best)  # fmt: skip
    _bias("  mean", tens["itt"], truth)
    covered = ((tens["low"] <= truth) & (truth <= tens["high"])).mean()
    _line("  95 % intervals (Hartung–Knapp) cover", f"{covered:.4f}", "at least .94",
          covered >= COVERS[0])  # fmt: skip


def _figure(what: str, found: str) -> None:
    print(f"{what:<58} {found:>22}")


def _line(what: str, found: str, bar: str, holds: bool) -> None:
    print(f"{what:<58} {found:>22}   {bar:<26} {'ok' if holds else 'MISSED'}")


def _bias(what: str, estimate: np.ndarray, truth: np.ndarray, most_se: int = MOST_SE) -> None:
    error = estimate - truth
    bias, se = error.mean(), error.std(ddof=1) / np.sqrt(len(error))
    found = f"{100 * bias:+.3f} ± {100 * se:.3f} pp"
    holds = abs(bias) <= most_se * se
    _line(f"{what}: bias", found, f"within {most_se} standard errors", holds)


def _coverage(what: str, low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> None:
    known = ~np.isnan(low)
    covered = float(((low <= truth) & (truth <= high))[known].mean())
    _line(f"{what}: 95 % intervals cover", f"{covered:.4f}", ".94 to .96",
          COVERS[0] <= covered <= COVERS[1])  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) // POOL * POOL if len(sys.argv) > 1 else 2_000)
