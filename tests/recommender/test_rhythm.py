import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.hazard import fit_hazard
from recommender.histories import gather
from recommender.rhythm import rhythm, rhythm_details
from recommender.timing import estimate_timing

NONE = np.zeros(0)


def _told(make_interactions, rows, day):
    histories = gather(make_interactions(rows), day)
    return histories, estimate_timing(histories, np.full(histories.shape[1], np.nan))


def _details(make_interactions, rows, day):
    return rhythm_details(*_told(make_interactions, rows, day))


def _rhythm(make_interactions, rows, day):
    return rhythm(*_told(make_interactions, rows, day), fit_hazard(NONE, NONE, NONE, 28))


def test_purchases_are_counted_by_their_age(make_interactions):
    columns = _details(make_interactions, [(0, day, 0) for day in (97, 93, 92, 70, 10)], 100)

    counts = {name: column[0] for name, column in columns.items() if name.startswith("bought_")}
    assert {name: count for name, count in counts.items() if count} == {
        "bought_1_7": 2,
        "bought_8_14": 1,
        "bought_29_56": 1,
        "bought_85_112": 1,
    }


def test_the_latest_gaps_are_told_one_by_one(make_interactions):
    columns = _details(make_interactions, [(0, day, 0) for day in (0, 30, 50, 54, 60)], 90)

    assert [columns[f"gap_{back}"][0] for back in (1, 2, 3)] == [6, 4, 20]
    assert columns["past_last"][0] == 5
    assert columns["past_longest"][0] == 1


def test_a_gap_that_a_pair_does_not_have_yet_is_its_expected_one(make_interactions):
    histories, timing = _told(make_interactions, [(0, 0, 0), (0, 8, 0), (1, 3, 0)], 20)

    columns = rhythm_details(histories, timing)

    assert columns["gap_1"].tolist() == [8, timing.pair_gaps[1]]
    assert columns["gap_2"].tolist() == timing.pair_gaps.tolist()
    assert columns["past_longest"][1] == pytest.approx(17 / timing.pair_gaps[1])


def test_an_exact_rhythm_has_no_spread_of_its_own(make_interactions):
    exact = [(0, day, 0) for day in (0, 10, 20, 30)]
    uneven = [(1, day, 0) for day in (0, 4, 20, 30)]

    spreads = _details(make_interactions, exact + uneven, 40)["own_spread"]

    assert spreads[0] == pytest.approx(0)
    assert spreads[1] == pytest.approx(np.std(np.log([4, 16, 10])))


def test_a_wait_is_counted_in_trips_too(make_interactions):
    """Need 0 every second trip; three trips since."""
    trips = [(0, day, 1) for day in (0, 10, 20, 30, 40, 50, 60)]

    columns = _details(make_interactions, [*trips, (0, 10, 0), (0, 30, 0)], 70)

    # Three trips until the last purchase from the first on, over two purchases.
    assert columns["gap_in_trips"][0] == pytest.approx(3 / 1.5)


def test_a_wait_of_the_usual_gap_is_no_surprise_and_past_due_grows_from_there(make_interactions):
    rows = [(0, day, 0) for day in range(0, 400, 20)]
    on_time, late = (_rhythm(make_interactions, rows, day) for day in (400, 420))

    assert on_time["ratio"][0] == pytest.approx(0, abs=0.02)
    assert on_time["past_half"][0] == pytest.approx(math.log(2), abs=0.02)
    assert late["past_due"][0] == pytest.approx(math.log(2), abs=0.02)
    assert late["past_late"][0] == pytest.approx(math.log(2 / 1.5), abs=0.02)
    assert _rhythm(make_interactions, rows, 385)["past_half"].tolist() == [0]


_PURCHASES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 80), st.integers(0, 2), st.integers(1, 9)),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:3],
)


@given(_PURCHASES)
def test_every_feature_is_a_number_of_every_pair(make_interactions, rows):
    columns = _rhythm(make_interactions, rows, 81) | _details(make_interactions, rows, 81)

    pairs = {row[::2][:2] for row in [(user, 0, need) for user, _, need, _ in rows]}
    assert {len(column) for column in columns.values()} == {len(pairs)}
    assert all(np.isfinite(column).all() for column in columns.values())


@given(_PURCHASES, st.integers(1, 80))
def test_what_happens_from_the_day_on_is_not_told(make_interactions, rows, day):
    known = [row for row in rows if row[1] < day]
    told = _details(make_interactions, [*rows, (3, 0, 3)], day)
    # The last row holds the vocabularies as wide as they are.
    expected = _details(make_interactions, [*known, (3, 0, 3)], day)

    assert all(told[name].tolist() == expected[name].tolist() for name in told)
