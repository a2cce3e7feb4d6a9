"""The world of ``simulate_effects``: people, the lots of one draw, and the dice of who buys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from infra.sources.synthetic.options import SyntheticOptions
from infra.sources.synthetic.people import ACTIVITY, draw_people
from infra.sources.synthetic.trials import (
    BUYS_UNTREATED,
    HUNTER_BUYS,
    HUNTER_UPLIFT,
    UPLIFT,
)
from trials.draw import hold_draw
from trials.effects.arms import compare
from trials.effects.people import Lottery
from trials.plan import Limits, Plan
from trials.power import smallest_detectable_effect
from trials.quotas import Quota
from trials.score import ScoreOptions, parse_weights, percentile_in_group
from trials.strata import DrawOptions, plan_draw

APPLICANTS = 1_200
BASE_RATE = 0.05
"""Of the draws in which the effect is the smallest detectable one."""
WINNERS = ("core", "band", "open")


@dataclass(frozen=True)
class Crowd:
    """People to draw applicants from; each array of shape (n,)."""

    untreated: np.ndarray
    uplift: np.ndarray
    report: np.ndarray
    score: np.ndarray
    is_newcomer: np.ndarray

    def applicants(self, rng: np.random.Generator) -> np.ndarray:
        """Choose who applies for a trial; return their places, best scores first."""
        who = rng.choice(len(self.score), APPLICANTS, replace=False)
        return who[np.argsort(-self.score[who], kind="stable")]


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
class Trial:
    """A draw, and those among whom the band's lots decided; each array of shape (n,)."""

    trial_id: str
    users: np.ndarray
    arm: np.ndarray
    """band, holdout or waitlist."""
    stratum: np.ndarray
    strata: list[str]
    """The name of each one's stratum."""
    place: np.ndarray
    """On the waitlist, from 1; 0 for those not on it."""
    untreated: np.ndarray
    """Chance of buying without a unit."""
    uplift: np.ndarray
    """What a unit adds to that chance."""
    value: float
    """Report value of the recipients over that of the best scores."""

    def with_smallest_effect(self) -> Trial:
        """Return it with one base rate, and the smallest effect that can be detected."""
        n_band, n_holdout = (int((self.arm == arm).sum()) for arm in ("band", "holdout"))
        effect = smallest_detectable_effect(BASE_RATE, n_band, n_holdout)
        n = len(self.arm)
        return replace(self, untreated=np.full(n, BASE_RATE), uplift=np.full(n, effect))

    def truth(self, takes: np.ndarray) -> float:
        """Average the effects on those who take a unit over strata, weighted as the estimate is."""
        effect = self.uplift * takes
        total = weight = 0.0
        for one in np.unique(self.stratum):
            mine = self.stratum == one
            n1, n0 = ((self.arm[mine] == arm).sum() for arm in ("band", "holdout"))
            share = n1 * n0 / max(n1 + n0, 1)
            total, weight = total + share * effect[mine].mean(), weight + share
        return float(total / weight)

    def estimate(self, is_given: np.ndarray, chance: np.ndarray) -> float:
        """Compare mean chances between the arms that ``compare`` makes, weighted as it weighs."""
        known = dict.fromkeys(("need_group", "list_price", "currency"))
        arms = compare(
            Lottery(
                trial_id=self.trial_id,
                window_days=30,
                merchant_id="M",
                **known,
                stratum=np.unique(self.stratum, return_inverse=True)[1],
                is_winner=self.arm == "band",
                is_waiting=self.arm == "waitlist",
                place=self.place,
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


@dataclass(frozen=True)
class Outcome:
    """What became of those of a trial; each array of shape (n,)."""

    takes: np.ndarray
    """Whether they would take a unit."""
    gets: np.ndarray
    """Whether they are given one."""
    chance: np.ndarray
    """Of buying, after that."""
    buys: np.ndarray
    bought: np.ndarray
    """Whether they had bought the product before the draw."""


def roll(one: Trial, rng: np.random.Generator, *, refuses: bool) -> Outcome:
    """Throw the dice: who takes a unit, who buys, and who had bought before."""
    n = len(one.arm)
    refusal = np.where(one.untreated < BASE_RATE, 0.6, 0.15) if refuses else 0
    takes = rng.random(n) >= refusal
    gets = _passed_down(one.arm, one.place, takes) if refuses else one.arm == "band"
    chance = one.untreated + one.uplift * gets
    return Outcome(
        takes=takes,
        gets=gets,
        chance=chance,
        buys=rng.random(n) < chance,
        bought=rng.random(n) < 4 * one.untreated,
    )


def plan_trial(is_newcomer: np.ndarray, n_units: int) -> Plan:
    """Choose the best scores, with a quota that the lottery must respect.

    Args:
        is_newcomer: Of the applicants, best scores first.
        n_units: Units to give.
    """
    is_chosen = np.arange(len(is_newcomer)) < n_units
    share = int((is_newcomer & is_chosen).sum())
    quota = Quota(
        trial_id="T", attribute="is_newcomer", value="true", low=share - 3, high=share + 3
    )
    limits = Limits(quotas=(quota,), is_member=is_newcomer[:, None])
    return plan_draw(is_chosen, limits, DrawOptions())


def draw_trial(people: Crowd, who: np.ndarray, n_units: int, trial_id: str, seed: str) -> Trial:
    """Hold the draw of a trial.

    Args:
        people: Everybody.
        who: The applicants' places among them, best scores first.
        n_units: Units to give.
        trial_id: Its id, with which those of its applicants begin.
        seed: Of its lots.
    """
    plan = plan_trial(people.is_newcomer[who], n_units)
    users = np.array([f"{trial_id}-{one}" for one in range(len(who))], dtype=object)
    drawn = hold_draw(plan, trial_id, sha256(seed.encode()).hexdigest(), users)
    in_band = np.flatnonzero(np.isin(drawn.arm, ("band", "holdout", "waitlist")))
    stratum, report = plan.stratum[in_band], people.report[who]
    return Trial(
        trial_id=trial_id,
        users=users[in_band],
        arm=drawn.arm[in_band],
        stratum=stratum,
        strata=[plan.strata[one].name for one in stratum],
        place=drawn.waitlist_position[in_band],
        untreated=people.untreated[who][in_band],
        uplift=people.uplift[who][in_band],
        value=float(report[np.isin(drawn.arm, WINNERS)].sum() / report[:n_units].sum()),
    )


def _passed_down(arm: np.ndarray, place: np.ndarray, takes: np.ndarray) -> np.ndarray:
    """Give winners their units, and what they refuse to the waitlist in order."""
    gets = (arm == "band") & takes
    left = int((arm == "band").sum() - gets.sum())
    for one in np.flatnonzero(arm == "waitlist")[np.argsort(place[arm == "waitlist"])]:
        if left and takes[one]:
            gets[one], left = True, left - 1
    return gets
