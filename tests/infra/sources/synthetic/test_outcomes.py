from datetime import date

import pyarrow as pa

from infra.sources.synthetic.outcomes import outcome_purchases

OUTCOMES = pa.table(
    {
        "trial_id": ["t", "t", "t"],
        "user_id": ["anna", "ben", "chen"],
        "buys_untreated": [False, False, True],
        "buys_treated": [True, True, True],
        "outcome_on": pa.array([date(2018, 1, 2)] * 3),
    }
)
TRIALS = pa.table({"trial_id": ["t"], "item_id": ["tea"]})


def test_a_recipient_buys_as_treated_and_everybody_else_as_untreated():
    recipients = pa.table({"trial_id": ["t"], "user_id": ["ben"]})

    bought = outcome_purchases(OUTCOMES, TRIALS, recipients)

    assert bought["user_id"].to_pylist() == ["ben", "chen"]
    assert set(bought["item_id"].to_pylist()) == {"tea"}
    assert {time.date() for time in bought["occurred_at"].to_pylist()} == {date(2018, 1, 2)}
