import numpy as np

from recommender.evaluation.satiating import satiating_needs

FIRST_CUT = 364
DETERGENT, SWEETS, BREAD = 0, 1, 2


def make_shop(rng):
    """Sixty users: detergent every 40 days, sweets in bursts, bread on every trip."""
    rows = []
    for user in range(60):
        trips = range(int(rng.integers(0, 3)), FIRST_CUT + 60, 3)
        rows += [(user, day, BREAD) for day in trips]
        rows += [(user, day, DETERGENT) for day in list(trips)[user % 13 :: 13]]
        for start in range(int(rng.integers(0, 60)), FIRST_CUT + 60, 60):
            rows += [(user, day, SWEETS) for day in trips if start <= day < start + 12]
    return rows


def test_what_is_bought_on_a_cycle_satiates_and_bursts_do_not(purchases):
    data = purchases(make_shop(np.random.default_rng(4)))

    found = satiating_needs(data, FIRST_CUT)

    assert found.tolist() == [True, False, False]


def test_satiation_is_learned_before_the_first_cut_only(purchases):
    rows = make_shop(np.random.default_rng(4))
    rng = np.random.default_rng(1)
    shuffled = [
        (user, int(rng.integers(FIRST_CUT, FIRST_CUT + 60)) if day >= FIRST_CUT else day, thing)
        for user, day, thing in rows
    ]

    same = [satiating_needs(purchases(r), FIRST_CUT).tolist() for r in (rows, shuffled)]

    assert same[0] == same[1]


def test_without_data_no_need_satiates(purchases):
    data = purchases([(0, 1, 0), (1, 2, 1), (0, FIRST_CUT, 1)])

    assert not satiating_needs(data, FIRST_CUT).any()
