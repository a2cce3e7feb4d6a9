"""The effect is what the lottery shows: winners against held out, nobody else."""

from datetime import timedelta

import pyarrow as pa
import pytest

from quality.tables.outputs import SELECTION
from trials.effect import EffectOptions, measure_effect
from trials.intervals import stratified_newcombe


def selection_of(arms):
    rows = [
        {
            "trial_id": "T1",
            "user_id": user,
            "arm": arm,
            "stratum": stratum,
            "inclusion_probability": 0.3,
            "reason_code": "x",
            "reason_zh": "x",
            "reason_en": "x",
        }
        for user, arm, stratum in arms
    ]
    return SELECTION.conform(pa.Table.from_pylist(rows, SELECTION.schema))


@pytest.fixture
def measure(table, trial, noon):
    row = trial()
    drawn_on = row["closes_on"] + timedelta(days=1)

    def measure_it(arms, purchases, *, days_later=200, outcome="item"):
        """Purchases are (user, item, days after the draw)."""
        tables = {
            "trials": table("trials", [row]),
            "items": table(
                "items",
                [
                    {"item_id": item, "merchant_id": "M1", "name": "n", "category": category}
                    for item, category in (("I1", "a/b"), ("I2", "x/b"), ("I3", "a/c"))
                ],
            ),
            "events": table(
                "events",
                [
                    {
                        "event_id": f"e{n}",
                        "user_id": user,
                        "item_id": item,
                        "event_type": "purchase",
                        "occurred_at": noon(drawn_on + timedelta(days=day)),
                    }
                    for n, (user, item, day) in enumerate(purchases)
                ],
            ),
        }
        found = measure_effect(
            tables,
            selection_of(arms),
            as_of=drawn_on + timedelta(days=days_later),
            options=EffectOptions(outcome=outcome),
        )
        return {row["window_days"]: row for row in found.to_pylist()}

    return measure_it


def band(treated, held_out, stratum="band|*"):
    return [(f"t{stratum}{n}", "band", stratum) for n in range(treated)] + [
        (f"h{stratum}{n}", "holdout", stratum) for n in range(held_out)
    ]


def test_only_the_band_and_its_holdout_count(measure):
    arms = band(4, 5)
    others = [("c", "core", None), ("o", "open", "open|*"), ("w", "waitlist", "band|*")]
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
