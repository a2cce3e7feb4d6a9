"""No file of a merchant tells who was held out, until the effect is read."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.tenancy import Tenancy
from quality.tables.outputs import DRAW_CERTIFICATE, SELECTION

ARMS = ("core", "band", "open", "holdout", "waitlist", "not_selected", "ineligible")


def filled(column, number):
    """A value that would tell this row from every other."""
    return {"integer": number + 1, "number": number / 100, "boolean": True}.get(
        str(column.kind), f"x{number}"
    )


def selection_of(arms):
    """A row a person, every column filled with something of its own."""
    rows = [
        {column.name: filled(column, number) for column in SELECTION.columns}
        | {"trial_id": f"T{number % 2}", "user_id": f"u{number:03d}", "arm": arm}
        for number, arm in enumerate(arms)
    ]
    return pa.Table.from_pylist(rows, SELECTION.schema)


def certificate(**counts):
    rest = {column.name: filled(column, 1) for column in DRAW_CERTIFICATE.columns}
    said = {
        "trial_id": "T0",
        "merchant_id": "M1",
        "counts": json.dumps(counts),
        "strata": '[{"a":1}]',
    }
    return pa.Table.from_pylist([rest | said], DRAW_CERTIFICATE.schema)


def copies(read_out=frozenset(), **tables):
    tenancy = Tenancy(
        merchant_of_trial={"T0": "M1", "T1": "M1"},
        merchants_of_need=pa.table({"need_group": ["n"], "merchant_id": ["M1"]}),
        pseudonym_key="k",
        smallest_cell=1,
        read_out=read_out,
    )
    return tenancy.copies(tables)["M1"]


@given(st.lists(st.sampled_from(ARMS), min_size=2, max_size=24), st.randoms())
@settings(max_examples=60)
def test_exchanging_who_was_held_out_with_who_was_not_selected_changes_nothing(arms, random):
    selection = selection_of(arms)
    rows = selection.to_pylist()
    for trial_id in ("T0", "T1"):
        hidden = [
            place
            for place, row in enumerate(rows)
            if row["trial_id"] == trial_id and row["arm"] in {"holdout", "not_selected"}
        ]
        users = [rows[place]["user_id"] for place in hidden]
        random.shuffle(users)
        for place, user in zip(hidden, users, strict=True):
            rows[place] = rows[place] | {"user_id": user}
    exchanged = pa.Table.from_pylist(rows, SELECTION.schema)

    assert copies(selection=exchanged)["selection"] == copies(selection=selection)["selection"]


def test_those_not_drawn_share_one_chance_and_the_chances_keep_their_sum():
    selection = selection_of(["band", "band", "holdout", "holdout", "not_selected", "open"])

    shown = copies(selection=selection)["selection"]

    kept = pa.compute.sum(selection["inclusion_probability"]).as_py()
    assert pa.compute.sum(shown["inclusion_probability"]).as_py() == pytest.approx(kept)
    chance = {
        (row["trial_id"], row["inclusion_probability"])
        for row in shown.to_pylist()
        if row["arm"] == "not_selected"
    }
    assert len(chance) == 2


def test_the_drawn_and_the_waiting_keep_all_their_columns():
    shown = copies(selection=selection_of(["band", "core", "waitlist"]))["selection"]

    assert all(None not in row.values() for row in shown.to_pylist())


def test_counts_and_lotteries_do_not_give_the_holdout_away():
    found = copies(draw_certificate=certificate(band=3, holdout=5, not_selected=0))

    shown = found["draw_certificate"].to_pylist()[0]
    assert json.loads(shown["counts"]) == {"band": 3, "not_selected": 5}
    assert shown["strata"] == "[]"


def test_after_read_out_a_merchant_sees_the_whole_draw():
    selection, told = selection_of(["band", "holdout"] * 4), certificate(holdout=5)

    shown = copies(frozenset({"T0", "T1"}), selection=selection, draw_certificate=told)

    arms = np.array(shown["selection"]["arm"].to_pylist())
    assert (arms == "holdout").sum() == 4
    assert shown["selection"]["rank"].null_count == 0
    assert json.loads(shown["draw_certificate"]["counts"][0].as_py()) == {"holdout": 5}
