"""The effect is what the lottery shows: winners against held out, nobody else."""

from datetime import timedelta

import pyarrow as pa
import pytest

from quality.tables.outputs import SELECTION
from trials.effect import EffectOptions, measure_effect, read_out
from trials.intervals import stratified_newcombe


def selection_of(arms):
    rows = [
        {
            "trial_id": "T1",
            "user_id": user,
            "arm": arm,
            "stratum": stratum,
            "waitlist_position": place[0] if place else None,
            "inclusion_probability": 0.3,
            "reason_code": "x",
            "reason_zh": "x",
            "reason_en": "x",
        }
        for user, arm, stratum, *place in arms
    ]
    return SELECTION.conform(pa.Table.from_pylist(rows, SELECTION.schema))


@pytest.fixture
def measure_all(table, trial, noon):
    row = trial()
    drawn_on = row["closes_on"] + timedelta(days=1)

    def event(number, user, item, day, kind="purchase", quantity=None):
        return {
            "event_id": f"e{number}",
            "user_id": user,
            "item_id": item,
            "event_type": kind,
            "quantity": quantity,
            "occurred_at": noon(drawn_on + timedelta(days=day)),
        }

    def measure_them(
        arms, purchases, *, days_later=200, outcome="item", price=None, given=(), trials=(row,)
    ):
        """Purchases are (user, item, days after the draw[, kind[, quantity]])."""
        items = (("I1", "a/b"), ("I2", "x/b"), ("I3", "a/c"))
        tables = {
            "trials": table("trials", list(trials)),
            "items": table(
                "items",
                [
                    {"item_id": item, "merchant_id": "M1", "name": "n", "category": category}
                    | {"list_price": price, "currency": price and "CNY"}
                    for item, category in items
                ],
            ),
            "events": table("events", [event(n, *one) for n, one in enumerate(purchases)]),
            "awards": table(
                "awards",
                [
                    {"trial_id": "T1", "user_id": user, "awarded_at": noon(drawn_on)}
                    for user in given
                ],
            ),
        }
        return measure_effect(
            tables,
            selection_of(arms) if isinstance(arms, list) else arms,
            as_of=drawn_on + timedelta(days=days_later),
            options=EffectOptions(outcome=outcome),
        )

    return measure_them


@pytest.fixture
def measure(measure_all):
    def measure_it(arms, purchases, **more):
        found = measure_all(arms, purchases, **more)["trial_effect"]
        return {row["window_days"]: row for row in found.to_pylist()}

    return measure_it


def band(treated, held_out, stratum="band|*"):
    return [(f"t{stratum}{n}", "band", stratum) for n in range(treated)] + [
        (f"h{stratum}{n}", "holdout", stratum) for n in range(held_out)
    ]


def test_only_the_band_and_its_holdout_count(measure):
    arms = band(4, 5)
    others = [("c", "core", None), ("o", "open", "open|*"), ("w", "waitlist", "band|*", 1)]
    buyers = [("c", "I1", 1), ("o", "I1", 1), ("w", "I1", 1), ("tband|*0", "I1", 1)]

    found = measure(arms + others, buyers)[30]

    assert (found["n_treatment"], found["n_holdout"]) == (4, 5)
    assert (found["rate_treatment"], found["rate_holdout"], found["itt"]) == (0.25, 0, 0.25)


def test_a_purchase_counts_in_the_windows_it_falls_into_and_once(measure):
    purchases = [
        ("tband|*0", "I1", 0),
        ("tband|*0", "I1", 3),
        ("tband|*1", "I1", 29),
        ("tband|*2", "I1", 30),
        ("tband|*3", "I1", -1),
    ]

    found = measure(band(4, 4), purchases)

    assert (found[30]["rate_treatment"], found[90]["rate_treatment"]) == (0.5, 0.75)


@pytest.mark.parametrize(
    ("days", "windows"), [(0, []), (29, []), (30, [30]), (89, [30]), (90, [30, 90])]
)
def test_a_window_is_reported_once_it_has_passed(measure, days, windows):
    assert sorted(measure(band(4, 4), [], days_later=days)) == windows


def test_the_need_group_counts_substitutes_and_the_item_does_not(measure):
    purchases = [("tband|*0", "I2", 2), ("tband|*1", "I3", 2)]

    assert measure(band(4, 4), purchases)[30]["rate_treatment"] == 0
    assert measure(band(4, 4), purchases, outcome="need_group")[30]["rate_treatment"] == 0.25


def test_strata_are_compared_within(measure):
    arms = band(6, 2, "band|a") + band(2, 6, "band|b")
    buyers = [(user, "I1", 1) for user, _, stratum in arms if stratum == "band|a"]

    found = measure(arms, buyers)[30]

    assert found["itt"] == pytest.approx(0)
    assert found["verdict"] == "cannot tell yet"


def test_the_verdict_follows_the_interval(measure):
    treated = [(f"tband|*{n}", "I1", 1) for n in range(30)]
    held_out = [(f"hband|*{n}", "I1", 1) for n in range(30)]

    more, fewer, few = (
        measure(band(60, 60), treated)[30],
        measure(band(60, 60), held_out)[30],
        measure(band(3, 3), treated[:1])[30],
    )

    assert (more["verdict"], fewer["verdict"]) == ("more buyers", "fewer buyers")
    assert few["verdict"] == "cannot tell yet"
    assert few["low"] < 0 < few["high"]
    by_hand = stratified_newcombe(*(pa.array([n]).to_numpy() for n in (30, 60, 0, 60)))
    assert (more["low"], more["high"]) == pytest.approx((by_hand.low, by_hand.high))
    assert 0 < more["smallest_detectable_effect"] < 0.5


def test_winners_without_a_holdout_tell_nothing(measure):
    found = measure(band(3, 0), [])[30]

    assert (found["n_treatment"], found["n_holdout"]) == (3, 0)
    assert found["itt"] is None
    assert found["verdict"] == "cannot tell yet"


def test_without_an_earlier_draw_there_is_nothing_to_measure(measure):
    assert measure([], []) == {}


def test_an_unknown_outcome_is_refused(measure):
    with pytest.raises(ValueError, match="item, need_group"):
        measure(band(1, 1), [], outcome="basket")


def test_what_came_back_within_the_window_was_not_bought(measure):
    purchases = [
        ("tband|*0", "I1", 3, "purchase", 2),
        ("tband|*0", "I1", 9, "return", 2),
        ("tband|*1", "I1", 3, "purchase", 2),
        ("tband|*1", "I1", 9, "return", 1),
        ("tband|*2", "I1", 29),
        ("tband|*2", "I1", 31, "return"),
    ]

    found = measure(band(4, 4), purchases)

    assert (found[30]["rate_treatment"], found[90]["rate_treatment"]) == (0.5, 0.25)


def test_the_past_adjusts_the_difference_and_never_decides(measure):
    arms = band(40, 40)
    loyal = [user for user, *_ in arms if user[-1] in "012"]
    bought = [(user, "I1", 5) for user in loyal] + [("tband|*9", "I1", 5)]

    found = measure(arms, bought + [(user, "I1", -5) for user in loyal])[30]

    assert found["itt"] == pytest.approx(1 / 40)
    assert found["cuped_itt"] == pytest.approx(1 / 40, abs=0.01)
    assert found["cuped_rho2"] > 0.9
    assert found["cuped_high"] - found["cuped_low"] < (found["high"] - found["low"]) / 3
    assert found["verdict"] == "cannot tell yet"


def test_purchases_before_and_after_the_windows_do_not_adjust(measure):
    arms = band(10, 10)
    bought = [("tband|*0", "I1", 5)]

    assert measure(arms, [*bought, ("tband|*0", "I1", -31)])[30]["cuped_rho2"] == 0
    assert measure(arms, [*bought, ("tband|*0", "I1", 91)])[90]["cuped_rho2"] == 0


def test_units_that_went_down_the_waitlist_are_told(measure):
    arms = [*band(2, 4), ("w1", "waitlist", "band|*", 1), ("w2", "waitlist", "band|*", 2)]

    as_drawn = measure(arms, [])[30]
    passed_on = measure(arms, [], given=["tband|*0", "w2"])[30]

    assert (as_drawn["estimator"], passed_on["estimator"]) == ("itt", "dreo")
    assert (as_drawn["n_treatment"], as_drawn["n_holdout"]) == (2, 4)
    assert (passed_on["n_treatment"], passed_on["n_holdout"]) == (3, 4)


def test_a_buyer_has_a_price_where_the_units_surely_won_some(measure):
    arms, winners = band(60, 60), [(f"tband|*{n}", "I1", 1) for n in range(30)]

    sure, unsure = (
        measure(arms, winners, price=20.0)[30],
        measure(arms, winners[:2], price=20.0)[30],
    )

    assert sure["cost_per_buyer"] == pytest.approx(40)
    assert sure["cost_low"] == pytest.approx(20 / sure["high"])
    assert sure["cost_high"] == pytest.approx(20 / sure["low"])
    assert sure["cost_currency"] == "CNY"
    assert (unsure["cost_per_buyer"], unsure["cost_high"]) == (None, None)
    assert unsure["cost_low"] == pytest.approx(20 / unsure["high"])


def test_only_units_that_were_taken_cost_something(measure):
    arms, winners = band(60, 60), [(f"tband|*{n}", "I1", 1) for n in range(30)]
    given = [f"tband|*{n}" for n in range(45)]

    assert measure(arms, winners, price=20.0, given=given)[30]["cost_per_buyer"] == pytest.approx(
        30
    )


def test_the_early_gain_splits_into_what_was_moved_and_what_was_added(measure_all):
    arms = band(4, 4)
    purchases = [
        *((f"tband|*{n}", "I1", 5) for n in range(3)),
        ("tband|*0", "I1", 6),
        ("tband|*0", "I1", 6),
        ("hband|*0", "I1", 5),
        ("hband|*1", "I1", 60),
        ("hband|*2", "I1", 61),
        ("hband|*2", "I2", 40),
        ("hband|*3", "I3", 40),
        ("hband|*3", "I2", 95),
    ]

    split = measure_all(arms, purchases)["effect_split"].to_pylist()

    values = {row["component"]: row["value"] for row in split if row["buyers"] == "all"}
    # Orders a person: early 4/4 against 1/4, late 0 against 2/4, other items 0 against 1/4.
    assert values == pytest.approx(
        {"early_gain": 0.75, "acceleration": 0.5, "cannibalisation": 0.25, "expansion": 0}
    )


def test_new_and_existing_buyers_are_split_by_the_year_before(measure_all):
    arms = band(6, 6)
    purchases = [
        *((user, "I1", -300) for user in ("tband|*0", "tband|*1", "hband|*0", "hband|*1")),
        ("tband|*2", "I1", -370),
        ("tband|*0", "I1", 5),
        ("tband|*1", "I1", 5),
    ]

    split = measure_all(arms, purchases)["effect_split"].to_pylist()

    gains = {
        row["buyers"]: (row["n_treatment"], row["n_holdout"], row["value"])
        for row in split
        if row["component"] == "early_gain"
    }
    assert gains["existing"] == (2, 2, 1)
    assert gains["new"] == (4, 4, 0)
    assert gains["all"][2] == pytest.approx(2 / 6)


def test_a_split_waits_for_its_ninety_days(measure_all):
    assert len(measure_all(band(4, 4), [], days_later=89)["effect_split"]) == 0
    assert len(measure_all(band(4, 4), [], days_later=90)["effect_split"]) == 12


@pytest.fixture
def four_trials(measure_all, trial):
    """Two trials of M1, two of M2, each with its own people; only M1's units do anything."""
    trials = [trial(f"T{n}", merchant_id="M1" if n < 3 else "M2") for n in (1, 2, 3, 4)]
    one = band(50, 50)
    selection = pa.concat_tables(
        [
            selection_of([(f"{user}/{row['trial_id']}", *rest) for user, *rest in one]).set_column(
                0, "trial_id", pa.array([row["trial_id"]] * len(one))
            )
            for row in trials
        ]
    ).cast(SELECTION.schema)
    buyers = {"T1": 20, "T2": 24, "T3": 1, "T4": 2}
    purchases = [
        (f"tband|*{n}/{trial_id}", "I1", 5)
        for trial_id, many in buyers.items()
        for n in range(many)
    ]
    return measure_all(selection, purchases, trials=trials)


def test_trials_are_pooled_by_shop_merchant_and_need_group(four_trials):
    rows = [row for row in four_trials["pooled_effect"].to_pylist() if row["window_days"] == 30]

    found = {(row["scope"], row["scope_id"]): row for row in rows}
    assert {scope: row["n_trials"] for scope, row in found.items()} == {
        ("shop", "shop"): 4,
        ("merchant", "M1"): 2,
        ("merchant", "M2"): 2,
        ("need_group", "b"): 4,
    }
    assert found["merchant", "M1"]["itt"] == pytest.approx(0.44, abs=0.01)
    assert found["merchant", "M2"]["itt"] == pytest.approx(0.03, abs=0.01)
    assert found["merchant", "M2"]["verdict"] == "cannot tell yet"


def test_only_a_merchants_own_pooled_rows_name_a_merchant(four_trials):
    rows = four_trials["pooled_effect"].to_pylist()

    assert {(row["scope"], row["merchant_id"]) for row in rows} == {
        ("shop", None),
        ("need_group", None),
        ("merchant", "M1"),
        ("merchant", "M2"),
    }


def test_a_trial_is_seen_in_the_light_of_its_merchants_others_only(four_trials, measure):
    rows = {row["trial_id"]: row for row in four_trials["trial_effect"].to_pylist()}

    assert rows["T1"]["itt"] < rows["T1"]["shrunken_itt"] < rows["T2"]["shrunken_itt"]
    assert rows["T3"]["shrunken_itt"] < 0.1
    assert measure(band(50, 50), [])[30]["shrunken_itt"] is None


def test_the_holdout_may_be_known_once_the_last_window_has_passed(table, trial):
    trials = table("trials", [trial()])
    drawn_on = trial()["closes_on"] + timedelta(days=1)

    assert read_out(trials, drawn_on + timedelta(days=89)) == set()
    assert read_out(trials, drawn_on + timedelta(days=90)) == {"T1"}
