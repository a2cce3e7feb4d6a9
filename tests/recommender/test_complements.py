import numpy as np
import pytest

from recommender.complements import find_complements, hints_today
from recommender.histories import gather
from recommender.stage import RecommendOptions, recommend
from recommender.takeups import LAGS

PRINTER, INK, MILK, OTHER_INK = range(4)
N_TOYS = 10
PARENTS = np.array([0, 0, 1, 0, *range(3, 3 + N_TOYS)])
TODAY = 200


@pytest.fixture(scope="module")
def office(make_interactions):
    """Of 200 people 60 buy a printer and, 14 days later, ink; milk and toys come at any time.

    Either kind of ink comes first, the other soon after. Five more people just bought a printer,
    three of them with ink; a sixth did so half a year ago.
    """
    rng = np.random.default_rng(9)
    rows = _daily_life(rng, 206)
    for user in range(60):
        bought = 40 + 2 * user
        rows += [(user, bought, PRINTER), (user, bought + 14, INK if user % 2 else OTHER_INK)]
        rows += [(user, bought + 18, OTHER_INK if user % 2 else INK)]
    rows += [(user, TODAY - 5, PRINTER) for user in range(200, 205)]
    rows += [(user, TODAY - 3, INK) for user in range(202, 205)]
    rows += [(205, 50, PRINTER)]
    histories = gather(make_interactions(rows), TODAY)
    return find_complements(histories, PARENTS), histories


def _daily_life(rng, n_users, today=TODAY):
    rows = [(user, day, MILK) for user in range(n_users) for day in range(user % 7, today, 7)]
    rows += [
        (user, int(rng.integers(today)), 4 + toy) for user in range(n_users) for toy in range(10)
    ]
    return rows


def _rules(found):
    pairs = zip(found.before.tolist(), found.after.tolist(), strict=True)
    return dict(zip(pairs, found.is_ordered.tolist(), strict=True))


def _found(make_interactions, rows, parents, today=TODAY):
    return find_complements(gather(make_interactions(rows), today), np.asarray(parents))


def test_what_is_taken_up_after_a_purchase_is_a_complement_in_that_direction_only(office):
    rules = _rules(office[0])

    assert rules[PRINTER, INK]
    assert rules[PRINTER, OTHER_INK]
    assert (INK, PRINTER) not in rules


def test_the_usual_lag_is_known(office):
    found, _ = office
    rule = list(_rules(found)).index((PRINTER, INK))

    assert found.lag_days[rule] in (14, 18)
    assert LAGS[found.lags[rule]].first <= 18


def test_needs_of_one_category_in_either_order_are_substitutes(office):
    rules = _rules(office[0])

    assert (INK, OTHER_INK) not in rules
    assert (OTHER_INK, INK) not in rules


def test_what_everybody_buys_anyway_is_no_complement(office):
    assert not [pair for pair in _rules(office[0]) if MILK in pair or max(pair) >= 4]


def test_rules_apply_to_those_who_bought_lately_and_have_not_followed(office):
    found, histories = office
    hints = hints_today(found, histories)
    keys = np.array([200, 202, 205]) * histories.shape[1] + INK

    lifts, because = hints.lookup(keys)
    described = hints.features(keys)

    assert lifts[0] > 1.5
    assert because.tolist() == [PRINTER, -1, -1]
    assert lifts[1:].tolist() == [1.0, 1.0]
    assert described[0, 0] == np.log(lifts[0])
    assert described[0, 1] > 0.5
    assert described[0, 2] < 0
    assert described[0, 3] == 1
    assert np.nan_to_num(described[1:], nan=-9).tolist() == [[0, 0, -9, 0]] * 2


def _pairs_in_either_order(rng, n_users, n_pairs):
    """Everybody takes up the needs 2i and 2i + 1 within four weeks of each other, or neither."""
    rows = [(user, 0, 2 * n_pairs) for user in range(n_users)]
    for user in range(n_users):
        for pair in np.flatnonzero(rng.random(n_pairs) < 0.3):
            day = int(rng.integers(30, 160))
            first, second = rng.permutation([2 * pair, 2 * pair + 1]).tolist()
            rows += [(user, day, first), (user, day + int(rng.integers(29)), second)]
    return rows


def test_companions_go_together_but_neither_is_said_to_come_first(make_interactions):
    """Ten shops of ten pairs: one false rule in twenty is put up with."""
    found = {True: 0, False: 0}
    for seed in range(10):
        rows = _pairs_in_either_order(np.random.default_rng(seed), 300, 10)
        for (before, after), is_ordered in _rules(
            _found(make_interactions, rows, range(21))
        ).items():
            found[before // 2 == after // 2 and not is_ordered] += 1

    assert found[True] >= 190
    assert found[False] <= 0.05 * found[True]


def test_among_purchases_at_random_nothing_is_found(make_interactions):
    found = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        size = 12_000
        users, days = rng.integers(300, size=size), rng.integers(TODAY, size=size)
        needs = np.minimum(rng.geometric(0.1, size) - 1, 39)
        rows = set(zip(users.tolist(), days.tolist(), needs.tolist(), strict=True))
        found += len(_found(make_interactions, rows, range(40)).lifts)

    # Where nothing is true, a shop in twenty has a false rule.
    assert found <= 1


def test_a_season_is_no_complement(make_interactions):
    """Pumpkins sell in one fortnight and candles in the next, each to a half of its own."""
    rng = np.random.default_rng(3)
    rows = _daily_life(rng, 300)
    for user in range(300):
        if rng.random() < 0.5:
            rows.append((user, int(rng.integers(102, 116)), PRINTER))
        if rng.random() < 0.5:
            rows.append((user, int(rng.integers(116, 130)), INK))

    assert not _rules(_found(make_interactions, rows, range(14)))


def _teas(rng, *, one_at_a_time):
    """Eighty tea drinkers come weekly for black or green tea: one of them, or either or both."""
    rows = _daily_life(rng, 300)
    for user in range(80):
        for day in range(40 + user % 7, TODAY, 7):
            black = rng.random() < 0.5
            green = not black if one_at_a_time else rng.random() < 0.5
            rows += [(user, day, tea) for tea, is_bought in ((0, black), (1, green)) if is_bought]
    return rows


@pytest.mark.parametrize("one_at_a_time", [True, False])
def test_needs_bought_in_place_of_each_other_are_no_companions(make_interactions, one_at_a_time):
    rows = _teas(np.random.default_rng(5), one_at_a_time=one_at_a_time)

    is_rule = (0, 1) in _rules(_found(make_interactions, rows, range(14)))

    assert is_rule is not one_at_a_time


def test_a_stage_of_life_follows_months_after_another_even_in_one_category(make_interactions):
    """Vitamins are bought three times; nappies come three months after the first time."""
    rng = np.random.default_rng(6)
    rows = _daily_life(rng, 200, today=300)
    for user in range(88):
        begin = 35 + 3 * user
        rows += [(user, begin + later, PRINTER) for later in (0, 14, 28)]
        rows += [(user, begin + 85 + user % 10, INK)]
    known = [row for row in rows if row[1] < 300]

    found = _found(make_interactions, known, PARENTS, today=300)
    rule = list(_rules(found)).index((PRINTER, INK))

    assert found.is_ordered[rule]
    assert found.is_from_onset[rule]
    assert 85 <= found.lag_days[rule] <= 95


@pytest.mark.parametrize("rows", [[], [(0, 3, 0)], [(0, 3, 0), (0, 3, 1), (1, 3, 0)]])
def test_a_shop_too_small_for_rules_has_none(make_interactions, rows):
    histories = gather(make_interactions(rows), TODAY)

    found = find_complements(histories, np.arange(2))
    hints = hints_today(found, histories)

    assert len(found.lifts) == 0
    assert hints.features(np.array([0, 1])).shape == (2, 4)


def _printer_shop(shop, *, learners_agree):
    """Sixty people buy a printer and then ink; Ann and Bob just bought a printer, Bob said no."""
    for item in ("printer", "ink", "milk", *(f"toy {number}" for number in range(8))):
        shop.item(item, item)
    people = [*(f"p{number:02d}" for number in range(120)), "ann", "bob"]
    for number, user in enumerate(people):
        shop.buys(user, "milk", *range(1 + number % 7, 180, 7))
        shop.buys(user, f"toy {number % 8}", 1 + number)
        is_learner = number < 60
        if is_learner:
            shop.buys(user, "printer", 30 + number).buys(user, "ink", 20 + number)
        agrees = learners_agree if is_learner else user != "bob"
        shop.add("users", user_id=user, has_profiling_consent=agrees)
    return shop.buys("ann", "printer", 5).buys("bob", "printer", 5).tables()


def _shown(tables, day):
    rows = recommend(tables, as_of=day, options=RecommendOptions())["recommendations"].to_pylist()
    return {user: [row for row in rows if row["user_id"] == user] for user in ("ann", "bob")}


def test_who_did_not_agree_to_profiling_gets_no_complement(shop, day):
    shown = _shown(_printer_shop(shop, learners_agree=True), day)

    assert [row["need_group"] for row in shown["ann"] if row["slot"] == "complement"] == ["ink"]
    assert {row["reason_code"] for row in shown["bob"]} == {"popular_no_profile"}


def test_who_did_not_agree_to_profiling_teaches_no_complement(shop, day):
    shown = _shown(_printer_shop(shop, learners_agree=False), day)

    assert not [row for row in shown["ann"] if row["slot"] == "complement"]
