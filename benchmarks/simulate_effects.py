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
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from statistics import NormalDist

import numpy as np
import pyarrow as pa
from scipy.stats import binom

from infra.sources.synthetic.options import SyntheticOptions
from infra.sources.synthetic.people import ACTIVITY, draw_people
from infra.sources.synthetic.trials import (
    BUYS_UNTREATED,
    HUNTER_BUYS,
    HUNTER_UPLIFT,
    UPLIFT,
)
from quality.tables import INPUTS, OUTPUTS
from trials.draw import hold_draw
from trials.effect import measure_effect
from trials.effects.arms import compare
from trials.effects.people import Lottery
from trials.intervals import wilson
from trials.plan import Limits
from trials.power import POWER, smallest_detectable_effect
from trials.quotas import Quota
from trials.score import ScoreOptions, parse_weights, percentile_in_group
from trials.strata import DrawOptions, plan_draw

CLOSED_ON = date(2017, 6, 1)
AS_OF = date(2017, 12, 1)
AFTER, BEFORE = datetime(2017, 6, 12, 12, tzinfo=UTC), datetime(2017, 5, 12, 12, tzinfo=UTC)
"""When people buy, after the draw and before it."""
APPLICANTS = 1_200
UNITS = (120,)
MIXED_UNITS = (60, 80, 100, 120, 120, 120, 140, 160, 200, 240)
"""Units of ten trials in turn, where they are pooled."""
BASE_RATE = 0.05
"""Of the draws in which the effect is the smallest detectable one."""
SIZES, EFFECT = (40, 60, 120, 240, 600), 0.06
"""Units at which the coverage is computed exactly, and the effect it is computed for."""
POOL = 10
COVERS = (0.94, 0.96)
"""Between what shares the intervals must hold the truth."""
REPORT_VALUE, POWER_OFF, MOST_SE, LEVEL = 0.92, 0.03, 3, 0.05
"""Least report value, most error of the printed power, most standard errors, level of the test."""


@dataclass(frozen=True)
class Crowd:
    """People to draw applicants from; each array of shape (n,)."""

    untreated: np.ndarray
    uplift: np.ndarray
    report: np.ndarray
    score: np.ndarray
    is_newcomer: np.ndarray


def crowd(seed: int, blocks: int = 10) -> Crowd:
    """Draw the synthetic shop's people and score them for a trial whose goal is balanced."""
    rng = np.random.default_rng(seed)
    options = SyntheticOptions(seed=seed)
    people = [draw_people(options, block) for block in range(blocks)]
    segment, is_hunter, completion = (
        np.concatenate([getattr(one, name) for one in people])
        for name in ("segment", "is_hunter", "completion")
    )
    n = len(segment)
    report = completion * rng.beta(4, 4, n)
    needs = rng.poisson(3 * ACTIVITY[segment] * np.where(is_hunter, 0.1, 1))
    fit = percentile_in_group(np.zeros(n, dtype=np.int64), needs.astype(float))
    reach = np.minimum(rng.exponential(0.3, n), 1)
    parts = np.column_stack([report, np.zeros(n), fit, reach, -0.5 * is_hunter])
    return Crowd(
        untreated=np.where(is_hunter, HUNTER_BUYS, BUYS_UNTREATED[segment]),
        uplift=np.where(is_hunter, HUNTER_UPLIFT, UPLIFT[segment]),
        report=report,
        score=parts @ parse_weights(ScoreOptions().weights_balanced),
        is_newcomer=rng.binomial(1, 0.4, n) == 1,
    )


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
    picks, sales, given, truth, value, without_dice = [], [], [], [], [], []
    for number in range(n_draws):
        who = rng.choice(len(people.score), APPLICANTS, replace=False)
        who = who[np.argsort(-people.score[who], kind="stable")]
        n_units = units[number % len(units)]
        plan = _plan(people.is_newcomer[who], n_units)
        name = f"T{number:05d}"
        users = np.array([f"{name}-{one}" for one in range(APPLICANTS)], dtype=object)
        lot = sha256(f"{seed}|{number}".encode()).hexdigest()
        drawn = hold_draw(plan, name, lot, users)
        is_recipient = np.isin(drawn.arm, ("core", "band", "open"))
        value.append(people.report[who][is_recipient].sum() / people.report[who[:n_units]].sum())

        in_band = np.flatnonzero(np.isin(drawn.arm, ("band", "holdout", "waitlist")))
        arm, stratum = drawn.arm[in_band], plan.stratum[in_band]
        untreated, uplift = people.untreated[who][in_band], people.uplift[who][in_band]
        if is_detectable:
            effect = smallest_detectable_effect(
                BASE_RATE, int((arm == "band").sum()), int((arm == "holdout").sum())
            )
            untreated, uplift = np.full(len(arm), BASE_RATE), np.full(len(arm), effect)
        place = drawn.waitlist_position[in_band]
        takes = rng.random(len(arm)) > (
            np.where(untreated < BASE_RATE, 0.6, 0.15) if refuses else 0
        )
        gets = _passed_down(arm, place, takes) if refuses else arm == "band"
        chance = untreated + uplift * gets
        buys = rng.random(len(arm)) < chance
        without_dice.append(_compared(arm, stratum, place, gets & refuses, chance))
        truth.append(_truth(uplift * (takes if refuses else 1), arm, stratum))
        strata = [plan.strata[one].name for one in stratum]
        picks.append((name, users[in_band], arm, strata, place))
        bought = rng.random(len(arm)) < 4 * untreated
        sales.append((name, users[in_band][buys], AFTER))
        sales.append((name, users[in_band][bought], BEFORE))
        if refuses:
            given.append((name, users[in_band][gets]))
    return Draws(
        tables=_tables(n_draws, sales, given),
        selection=_selection(picks),
        truth=np.array(truth),
        value=np.array(value),
        without_dice=np.array(without_dice),
    )


def measured(draws: Draws) -> dict[str, np.ndarray]:
    """Measure every draw after 30 days; return the columns of ``trial_effect``."""
    found = measure_effect(draws.tables, draws.selection, as_of=CLOSED_ON + timedelta(days=40))
    table = found["trial_effect"]
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def chances_as_drawn(people: Crowd, n_draws: int, seed: int) -> dict[str, tuple[float, float]]:
    """Hold one plan's draw many times and compare how often each applicant wins with their π.

    Returns:
        By arm, the worst |z| over its m candidates over what the worst of m may be (Bonferroni,
        1 %), and the mean z² less 1 in its own standard errors √(2/m).
    """
    rng = np.random.default_rng(seed)
    who = rng.choice(len(people.score), APPLICANTS, replace=False)
    who = who[np.argsort(-people.score[who], kind="stable")]
    plan, users = _plan(people.is_newcomer[who], 120), [f"u{n}" for n in range(APPLICANTS)]
    wins = np.zeros(APPLICANTS)
    for number in range(n_draws):
        lot = sha256(f"{seed}|{number}".encode()).hexdigest()
        wins += np.isin(hold_draw(plan, "T", lot, users).arm, ("core", "band", "open"))
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
    found = measure_effect(tables, draws.selection, as_of=CLOSED_ON + timedelta(days=40))
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


def _plan(is_newcomer: np.ndarray, n_units: int):  # noqa: ANN202  a Plan
    """Choose the best scores, with a quota that the lottery must respect."""
    is_chosen = np.arange(len(is_newcomer)) < n_units
    share = int((is_newcomer & is_chosen).sum())
    quota = Quota(
        trial_id="T", attribute="is_newcomer", value="true", low=share - 3, high=share + 3
    )
    limits = Limits(quotas=(quota,), is_member=is_newcomer[:, None])
    return plan_draw(is_chosen, limits, DrawOptions())


def _passed_down(arm: np.ndarray, place: np.ndarray, takes: np.ndarray) -> np.ndarray:
    """Give winners their units, and what they refuse to the waitlist in order."""
    gets = (arm == "band") & takes
    left = int((arm == "band").sum() - gets.sum())
    for one in np.flatnonzero(arm == "waitlist")[np.argsort(place[arm == "waitlist"])]:
        if left and takes[one]:
            gets[one], left = True, left - 1
    return gets


def _compared(
    arm: np.ndarray,
    stratum: np.ndarray,
    place: np.ndarray,
    is_given: np.ndarray,
    chance: np.ndarray,
) -> float:
    """Compare mean chances between the arms that ``compare`` makes, weighted as it weighs."""
    known = dict.fromkeys(("need_group", "list_price", "currency"))
    arms = compare(
        Lottery(
            trial_id="T",
            window_days=30,
            merchant_id="M",
            **known,
            stratum=np.unique(stratum, return_inverse=True)[1],
            is_winner=arm == "band",
            is_waiting=arm == "waitlist",
            place=place,
            is_given=is_given,
            has_bought=is_given,
            had_bought=is_given,
        )
    )
    means = [
        np.bincount(arms.stratum[one], chance[one], len(arms.weights))
        / np.maximum(arms.count(one), 1)
        for one in (arms.is_treatment, arms.is_holdout)
    ]
    return float(arms.weights @ (means[0] - means[1]))


def _truth(effect: np.ndarray, arm: np.ndarray, stratum: np.ndarray) -> float:
    """Average the candidates' effects over strata, weighted as the estimate is."""
    total = weight = 0.0
    for one in np.unique(stratum):
        mine = stratum == one
        n1, n0 = (arm[mine] == "band").sum(), (arm[mine] == "holdout").sum()
        share = n1 * n0 / max(n1 + n0, 1)
        total, weight = total + share * effect[mine].mean(), weight + share
    return float(total / weight)


def _conformed(name: str, columns: dict[str, list]) -> pa.Table:
    declared = INPUTS.get(name) or OUTPUTS[name]
    schema = pa.schema([field for field in declared.schema if field.name in columns])
    return declared.conform(pa.table(columns, schema=schema))


def _tables(n_draws: int, sales: list, given: list) -> dict[str, pa.Table]:
    names = [f"T{number:05d}" for number in range(n_draws)]
    items = [f"I{number:05d}" for number in range(n_draws)]
    bought = [(user, f"I{name[1:]}", at) for name, users, at in sales for user in users]
    same = {"opens_on": CLOSED_ON, "closes_on": CLOSED_ON, "reports_due_on": AS_OF}
    tables = {
        "trials": {"trial_id": names, "item_id": items, "merchant_id": ["M"] * n_draws}
        | {name: [value] * n_draws for name, value in same.items()}
        | {"units": [1] * n_draws, "goal": ["balanced"] * n_draws},
        "items": {"item_id": items, "merchant_id": ["M"] * n_draws, "name": items}
        | {"category": ["a/b"] * n_draws, "list_price": [30.0] * n_draws},
        "events": {
            "event_id": [f"e{number}" for number in range(len(bought))],
            "user_id": [user for user, *_ in bought],
            "item_id": [item for _, item, _ in bought],
            "event_type": ["purchase"] * len(bought),
            "occurred_at": [at for *_, at in bought],
        },
        "awards": {
            "trial_id": [name for name, users in given for _ in users],
            "user_id": [user for _, users in given for user in users],
            "awarded_at": [BEFORE + timedelta(days=21)] * sum(len(users) for _, users in given),
        },
    }
    return {name: _conformed(name, columns) for name, columns in tables.items()}


def _selection(picks: list) -> pa.Table:
    trial = [name for name, users, *_ in picks for _ in users]
    place = np.concatenate([place for *_, place in picks])
    columns = {
        "trial_id": trial,
        "user_id": [user for _, users, *_ in picks for user in users],
        "arm": np.concatenate([arm for _, _, arm, *_ in picks]).tolist(),
        "stratum": [one for *_, strata, _ in picks for one in strata],
        "waitlist_position": [int(one) or None for one in place],
        "inclusion_probability": [0.3] * len(trial),
    }
    said = {name: ["-"] * len(trial) for name in ("reason_code", "reason_zh", "reason_en")}
    return _conformed("selection", columns | said)


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


def main(n_draws: int) -> None:
    """Print what was found beside what must be found."""
    people = crowd(1)
    print(f"{n_draws} draws a row, {APPLICANTS} applicants, {UNITS[0]} units")
    draws = simulate(people, n_draws, 11)
    found = measured(draws)
    _bias("ITT", found["itt"], draws.truth, 2)
    _bias("ITT without dice", draws.without_dice, draws.truth, 2)
    _coverage("ITT (stratified Newcombe)", found["low"], found["high"], draws.truth)
    _bias(f"CUPED (mean ρ² {np.nanmean(found['cuped_rho2']):.3f})", found["cuped_itt"], draws.truth)
    covers = ((found["cuped_low"] <= draws.truth) & (draws.truth <= found["cuped_high"])).mean()
    print(f"{'CUPED: 95 % intervals cover; they never decide':<58} {covers:>22.4f}")
    spread = np.std(found["cuped_itt"] - draws.truth) / np.std(found["itt"] - draws.truth)
    print(f"{'CUPED: standard deviation over the raw one':<58} {spread:>22.3f}")
    value = draws.value.mean()
    _line(
        "report value against the best scores",
        f"{value:.3f}",
        "at least .92",
        value >= REPORT_VALUE,
    )

    for units in SIZES:
        n1, n0 = round(0.6 * units), round(0.96 * units)
        covers = exact_coverage(n1, n0, EFFECT)
        print(f"{f'  exactly, {units} units, one stratum':<58} {covers:>22.4f}")

    for arm, (worst, square) in chances_as_drawn(people, n_draws, 12).items():
        _line(f"π of the {arm}: worst |z| of its limit, z² off by", f"{worst:.2f}, {square:+.2f} se",
              "below 1, within 3 se", worst < 1 and abs(square) < MOST_SE)  # fmt: skip

    waiting = simulate(people, n_draws, 13, refuses=True)
    down = measured(waiting)
    _bias(f"DREO ({(down['estimator'] == 'dreo').mean():.0%} of draws)", down["itt"], waiting.truth)
    _bias("DREO without dice", waiting.without_dice, waiting.truth, 2)
    _coverage("DREO", down["low"], down["high"], waiting.truth)

    shown = measured(simulate(people, n_draws, 14, is_detectable=True))
    power = (shown["verdict"] == "more buyers").mean()
    _line("power at the smallest detectable effect", f"{power:.4f}", "printed .80, ± .03",
          abs(power - POWER) <= POWER_OFF)  # fmt: skip
    agrees = ((shown["p_value"] <= LEVEL) == (shown["verdict"] != "cannot tell yet")).mean()
    print(f"{'randomisation test and interval say the same':<58} {agrees:>22.4f}")

    mixed = simulate(people, n_draws, 15, units=MIXED_UNITS)
    single, tens = measured(mixed), pooled(mixed)
    truth = mixed.truth.reshape(-1, POOL).mean(axis=1)
    error = (single["itt"] - mixed.truth).reshape(-1, POOL)
    best = np.sqrt((error**2).mean(axis=0)).min()
    rmse = np.sqrt(((tens["itt"] - truth) ** 2).mean())
    print(f"ten trials of {min(MIXED_UNITS)} to {max(MIXED_UNITS)} units pooled")
    _line("  RMSE, the best single trial's", f"{100 * rmse:.2f}, {100 * best:.2f} pp",
          "no worse", rmse <= best)  # fmt: skip
    _bias("  mean", tens["itt"], truth)
    covered = ((tens["low"] <= truth) & (truth <= tens["high"])).mean()
    _line("  95 % intervals (Hartung–Knapp) cover", f"{covered:.4f}", "at least .94",
          covered >= COVERS[0])  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) // POOL * POOL if len(sys.argv) > 1 else 2_000)
