"""Earlier draws say in whom a unit does something, and say nothing they could not know."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from quality.tables.outputs import SELECTION
from trials.uplift import UpliftOptions, need_orders_band, segment_uplift


@pytest.fixture(scope="module")
def shop(table, trial, noon):
    """Six trials of 120 people each; a unit makes half of those buy who did before, of others none."""
    rng = np.random.default_rng(1)
    events, chosen = [], []
    trials = [trial(f"T{number}") for number in range(6)]
    drawn_on = trials[0]["closes_on"] + timedelta(days=1)

    def bought(user, day):
        events.append(
            {
                "event_id": f"e{len(events)}",
                "user_id": user,
                "item_id": "I1",
                "event_type": "purchase",
                "occurred_at": noon(drawn_on + timedelta(days=day)),
            }
        )

    for row in trials:
        for number in range(120):
            user = f"{row['trial_id']}-{number}"
            is_buyer = number % 2 == 1
            is_drawn = number % 3 == 0
            arm = "band" if is_drawn else "holdout"
            chosen.append({"trial_id": row["trial_id"], "user_id": user, "arm": arm})
            if is_buyer:
                bought(user, -100)
            if is_drawn and is_buyer and rng.random() < 0.5:
                bought(user, 10)
    said = {"stratum": "band|*", "inclusion_probability": 0.3, "reason_code": "-"} | {
        f"reason_{language}": "-" for language in ("zh", "en")
    }
    selection = pa.Table.from_pylist([one | said for one in chosen], SELECTION.schema)
    items = [{"item_id": "I1", "merchant_id": "M1", "name": "n", "category": "a/b"}]
    tables = {"trials": trials, "events": events, "items": items}
    return (
        {name: table(name, rows) for name, rows in tables.items()},
        SELECTION.conform(selection),
        drawn_on + timedelta(days=30),
    )


def segments(found):
    return {(row["attribute"], row["value"]): row for row in found.to_pylist()}


def test_a_segment_in_which_units_do_something_stands_out(shop):
    tables, selection, as_of = shop

    found = segments(segment_uplift(tables, selection, as_of=as_of))

    buyers, others = found["need_orders", "1-2"], found["need_orders", "0"]
    assert buyers["uplift"] == pytest.approx(0.5, abs=0.1)
    assert buyers["low"] > 0.3
    assert others["low"] <= 0 <= others["high"]
    assert (buyers["n"], others["n"]) == (360, 360)


def test_the_only_value_of_an_attribute_stands_for_itself(shop):
    tables, selection, as_of = shop

    everybody = segments(segment_uplift(tables, selection, as_of=as_of))["is_newcomer", "true"]

    assert everybody["uplift"] == pytest.approx(0.25, abs=0.05)
    assert everybody["low"] < everybody["uplift"] < everybody["high"]


def test_nothing_at_or_after_the_moment_is_used(shop):
    tables, selection, as_of = shop
    events = tables["events"]
    later = events.slice(0, 40).set_column(
        events.column_names.index("occurred_at"),
        "occurred_at",
        pa.array([as_of + timedelta(days=day) for day in range(40)], pa.date32()).cast(
            events.schema.field("occurred_at").type
        ),
    )
    with_later = tables | {"events": pa.concat_tables([events, later.cast(events.schema)])}

    assert segment_uplift(with_later, selection, as_of=as_of) == segment_uplift(
        tables, selection, as_of=as_of
    )


def test_before_a_window_has_passed_nothing_is_known(shop):
    tables, selection, as_of = shop

    assert len(segment_uplift(tables, selection, as_of=as_of - timedelta(days=1))) == 0
    assert len(segment_uplift(tables, SELECTION.empty(), as_of=as_of)) == 0


def test_a_segment_of_few_people_stays_unknown(shop):
    tables, selection, as_of = shop

    found = segment_uplift(tables, selection, as_of=as_of, options=UpliftOptions(uplift_fewest=361))

    assert set(segments(found)) == {("is_newcomer", "true")}


def test_days_with_a_purchase_of_the_need_are_banded():
    assert need_orders_band(np.array([0, 1, 2, 3, 40])).tolist() == ["0", "1-2", "1-2", "3+", "3+"]
