"""Who is compared with whom, with and without units that went down the waitlist."""

from types import SimpleNamespace

import numpy as np
import pytest

from trials.effects.arms import compare
from trials.effects.means import mean_difference


def lottery(arms, *, given=(), stratum=None):
    """One letter a person: b winner, w waiting, in the order of the waitlist, h held out."""
    arm = np.array(list(arms))
    is_waiting = arm == "w"
    return SimpleNamespace(
        is_winner=arm == "b",
        is_waiting=is_waiting,
        place=np.where(is_waiting, np.cumsum(is_waiting), 0),
        is_given=np.isin(np.arange(len(arm)), given),
        stratum=np.zeros(len(arm), dtype=int) if stratum is None else stratum,
    )


def told(arms):
    return arms.estimator, "".join(
        "+" if treated else "-" if held_out else "."
        for treated, held_out in zip(arms.is_treatment, arms.is_holdout, strict=True)
    )


def test_as_long_as_the_waitlist_got_nothing_it_is_in_neither_arm():
    assert told(compare(lottery("bbbwwhh", given=[0, 1]))) == ("itt", "+++..--")


def test_units_down_the_waitlist_drop_the_last_taker():
    # The second winner and the first in line refuse; the second in line takes the last unit.
    assert told(compare(lottery("bbwwwhh", given=[0, 3]))) == ("dreo", "+++.---")


def test_with_units_left_the_waitlist_tells_nothing_yet():
    assert told(compare(lottery("bbbwwhh", given=[0, 3]))) == ("itt", "+++..--")


def compared(rng, *, drops):
    """Two lotteries with one waitlist; takers would buy anyway, others never; units do nothing."""
    size, winners, waiters = 30, 4, 16
    stratum = np.repeat([0, 1], size)
    is_taker = rng.random(2 * size) < np.where(stratum == 0, 0.4, 0.6)
    order = rng.permutation(2 * size)
    arm = np.full(2 * size, "h")
    for one in (0, 1):
        mine = order[stratum[order] == one]
        arm[mine[:winners]], arm[mine[winners : winners + waiters]] = "b", "w"
    place = np.zeros(2 * size, dtype=int)
    waiting = order[arm[order] == "w"]
    place[waiting] = np.arange(1, len(waiting) + 1)
    given = (arm == "b") & is_taker
    takers = waiting[is_taker[waiting]][: 2 * winners - given.sum()]
    given[takers] = True
    people = SimpleNamespace(
        is_winner=arm == "b",
        is_waiting=arm == "w",
        place=place,
        is_given=given,
        stratum=stratum,
    )
    arms = compare(people)
    if not drops and arms.estimator == "dreo":
        arms.is_treatment[takers[-1]] = True
    return mean_difference(arms, is_taker.astype(float)).value


def mean_and_error(*, drops):
    rng = np.random.default_rng(1)
    values = np.array([compared(rng, drops=drops) for _ in range(1500)])
    return values.mean(), values.std() / np.sqrt(len(values))


def test_without_the_last_taker_nothing_done_shows_as_nothing():
    bias, error = mean_and_error(drops=True)

    assert abs(bias) < 3 * error


def test_with_the_last_taker_nothing_done_shows_as_something():
    bias, error = mean_and_error(drops=False)

    assert bias > 5 * error


def test_strata_with_both_arms_share_the_weight_and_the_others_have_none():
    arms = compare(lottery("bbhhhbh", stratum=np.array([0, 0, 0, 0, 1, 2, 2])))

    assert arms.weights == pytest.approx([1 / 1.5, 0, 0.5 / 1.5])
    assert arms.is_comparable.tolist() == [True] * 4 + [False] + [True] * 2
