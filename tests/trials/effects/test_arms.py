"""Who is compared with whom, with and without units that went down the waitlist."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest

from trials.effects.arms import compare


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


# Of each person in the lottery: stratum, whether they take what they are offered, what they would
# buy without it, and what it adds.
ONE_STRATUM = [(0, True, 0.9, 0.3), (0, False, 0.1, 0.0), (0, True, 0.5, 0.8), (0, True, 0.7, 0.1)]
ONE_STRATUM += [(0, False, 0.2, 0.0), (0, True, 0.4, 0.6)]
TWO_STRATA = [*ONE_STRATUM[:4], (1, False, 0.0, 0.0), (1, True, 1.0, 0.4), (1, True, 0.8, 0.7)]


def held(people, order, winners, waiting):
    """Hold a draw by the order of the lots; what winners refuse goes down the one waitlist."""
    stratum, takes = (np.array(column) for column in list(zip(*people, strict=True))[:2])
    arm = np.full(len(people), "h")
    for one in range(len(winners)):
        mine = order[stratum[order] == one]
        arm[mine[: winners[one]]] = "b"
        arm[mine[winners[one] : winners[one] + waiting[one]]] = "w"
    line = order[arm[order] == "w"]
    place = np.zeros(len(people), dtype=int)
    place[line] = np.arange(1, len(line) + 1)
    is_given = (arm == "b") & takes
    is_given[line[takes[line]][: (arm == "b").sum() - is_given.sum()]] = True
    return SimpleNamespace(
        is_winner=arm == "b",
        is_waiting=arm == "w",
        place=place,
        is_given=is_given,
        stratum=stratum,
    )


def mean_over_all_lots(people, winners, waiting, *, keeps_last=False):
    """Average each stratum's comparison over every order in which the lots can fall."""
    _, _, untreated, effect = (np.array(column) for column in zip(*people, strict=True))
    found, estimators = [], set()
    for order in permutations(range(len(people))):
        draw = held(people, np.array(order), winners, waiting)
        arms = compare(draw)
        estimators.add(arms.estimator)
        is_treatment = arms.is_treatment.copy()
        if keeps_last and arms.estimator == "dreo":
            is_treatment |= draw.place == draw.place[draw.is_waiting & draw.is_given].max()
        bought = untreated + effect * draw.is_given
        found.append(
            [
                bought[is_treatment & (draw.stratum == one)].mean()
                - bought[arms.is_holdout & (draw.stratum == one)].mean()
                for one in range(len(winners))
            ]
        )
    assert estimators == {"itt", "dreo"}
    return np.mean(found, axis=0)


def effects_of_the_offer(people):
    stratum, takes, _, effect = (np.array(column) for column in zip(*people, strict=True))
    return [(takes * effect)[stratum == one].mean() for one in range(stratum.max() + 1)]


@pytest.mark.parametrize(
    ("people", "winners", "waiting"),
    [(ONE_STRATUM, (2,), (2,)), (TWO_STRATA, (1, 1), (2, 1))],
    ids=["one stratum", "two strata with one waitlist"],
)
def test_over_all_orders_of_the_lots_the_effect_of_the_offer_is_exactly_right(
    people, winners, waiting
):
    found = mean_over_all_lots(people, winners, waiting)

    assert found == pytest.approx(effects_of_the_offer(people), abs=1e-12)


def test_with_the_last_taker_it_would_not_be_right():
    found = mean_over_all_lots(ONE_STRATUM, (2,), (2,), keeps_last=True)

    assert found - effects_of_the_offer(ONE_STRATUM) > 0.03


def test_strata_with_both_arms_share_the_weight_and_the_others_have_none():
    arms = compare(lottery("bbhhhbh", stratum=np.array([0, 0, 0, 0, 1, 2, 2])))

    assert arms.weights == pytest.approx([1 / 1.5, 0, 0.5 / 1.5])
    assert arms.is_comparable.tolist() == [True] * 4 + [False] + [True] * 2
