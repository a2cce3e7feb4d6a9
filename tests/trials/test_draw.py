"""Lots that anybody can draw again, with the chances that were stated."""

from hashlib import sha256

import numpy as np
import pytest

from quality.errors import ContractError
from trials.draw import by_way_drawn, commit, draw, hold_draw, lot_order, open_seed
from trials.plan import Limits, Stratum
from trials.quotas import Quota
from trials.strata import DrawOptions, plan_draw

USERS = [f"u{n:03d}" for n in range(60)]


def test_lots_are_in_the_order_of_the_documented_hash():
    by_hand = sorted(
        range(len(USERS)), key=lambda n: sha256(f"T|seed|{USERS[n]}".encode()).hexdigest()
    )

    assert lot_order("T", "seed", USERS).tolist() == by_hand


def test_lots_do_not_depend_on_the_order_in_which_applicants_stand():
    shuffled = np.random.default_rng(1).permutation(USERS)

    order = [USERS[n] for n in lot_order("T", "s", USERS)]

    assert [shuffled[n] for n in lot_order("T", "s", shuffled)] == order


def test_a_seed_repeats_and_each_trial_and_secret_has_its_own():
    seeds = [open_seed(trial, secret, None).seed for trial in "AB" for secret in ("x", "y")]

    assert open_seed("A", "x", None).seed == seeds[0]
    assert len(set(seeds)) == 4
    assert all(len(seed) == 64 for seed in seeds)


def test_a_published_commitment_must_be_that_of_the_seed():
    seed = open_seed("T1", "secret", None)
    kept = open_seed("T1", "secret", f" {seed.commitment.upper()} ")

    assert seed.commitment == commit(seed.seed) == sha256(seed.seed.encode()).hexdigest()
    assert (seed.is_precommitted, kept.is_precommitted) == (False, True)
    with pytest.raises(ContractError, match="seed_commitment of trial T1") as caught:
        open_seed("T1", "another", seed.commitment)
    assert seed.commitment in str(caught.value)


def test_each_applicant_wins_as_often_as_stated_over_many_seeds():
    is_member = (np.arange(60) % 3 == 0)[:, None]
    quota = Quota(trial_id="T", attribute="g", value="0", low=4, high=4)
    plan = plan_draw(
        np.arange(60) < 12, Limits(quotas=(quota,), is_member=is_member), DrawOptions()
    )
    assert {one.arm for one in plan.strata} == {"band", "open"}
    assert plan.n_ways == 2
    assert (plan.chance > 0).all()
    draws = 4000
    wins, waits = np.zeros(60), np.zeros(60)
    for number in range(draws):
        result = hold_draw(plan, "T", open_seed("T", str(number), None).seed, USERS)
        wins += np.isin(result.arm, ["core", "band", "open"])
        waits += result.arm == "waitlist"

    spread = np.sqrt(plan.chance * (1 - plan.chance) / draws)
    assert (np.abs(wins / draws - plan.chance) <= 4.5 * spread).all()
    waiting = np.array([one.waitlist / one.candidates for one in plan.strata] + [0.0])[plan.stratum]
    spread = np.sqrt(waiting * (1 - waiting) / draws)
    assert (np.abs(waits / draws - waiting) <= 4.5 * spread).all()


def test_two_applicants_of_a_stratum_win_independently_of_who_stands_first():
    plan = plan_draw(
        np.arange(60) < 12, Limits(quotas=(), is_member=np.zeros((60, 0), np.bool_)), DrawOptions()
    )
    wins = np.array([hold_draw(plan, "T", str(seed), USERS).arm == "band" for seed in range(2000)])
    (members,) = np.nonzero(plan.stratum == 0)
    seats, candidates = plan.strata[0].seats, plan.strata[0].candidates
    together = (wins[:, members[0]] & wins[:, members[1]]).mean()

    # Drawing without replacement: both win with chance s(s − 1) / c(c − 1).
    assert together == pytest.approx(
        seats * (seats - 1) / (candidates * (candidates - 1)), abs=0.03
    )


def test_the_waitlist_is_numbered_from_one_in_the_order_of_the_lots():
    plan = plan_draw(
        np.arange(60) < 12, Limits(quotas=(), is_member=np.zeros((60, 0), np.bool_)), DrawOptions()
    )
    order = lot_order("T", "s", USERS)
    result = draw(plan.is_core, plan.stratum, plan.strata, order)

    places = result.waitlist_position[order]
    assert places[places > 0].tolist() == list(range(1, plan.strata[0].waitlist + 1))
    assert ((result.waitlist_position > 0) == (result.arm == "waitlist")).all()


def test_the_way_of_sharing_the_seats_is_the_documented_hash_and_each_is_as_likely():
    strata = [
        Stratum(name=arm, arm=arm, seats=9, candidates=9, waitlist=0, splits=splits)
        for arm, splits in (("band", (2, 1, 3)), ("open", (0, 1, 2)))
    ]
    drawn = [by_way_drawn("T", str(seed), strata) for seed in range(600)]

    for seed, (band, door) in enumerate(drawn):
        way = int(sha256(f"T|{seed}".encode()).hexdigest(), 16) % 3
        assert (band.seats, door.seats) == ((2, 1, 3)[way], (0, 1, 2)[way])
    # 600 draws of three: 200 each, give or take 4.5 standard deviations of 11.5.
    counts = np.bincount([band.seats for band, _ in drawn], minlength=4)[1:]
    assert (np.abs(counts - 200) < 52).all()
