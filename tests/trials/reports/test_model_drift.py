"""Drift of the models is told month by month, and not where there is none."""

import datetime as dt

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from quality.tables.outputs import DRIFTS, REPORT_MODEL, REPORT_SCORES
from trials.reports.model_drift import model_drift

VERSIONS = {"zh": "packaged", "en": "2017-11-01-abc"}


def tables(months, *, language="en"):
    """Scores and times of reports: per month, the polarities and the stars."""
    scores, times = [], []
    for month, (polarities, stars) in enumerate(months, start=1):
        for number, (polarity, rating) in enumerate(zip(polarities, stars, strict=True)):
            report_id = f"{language}-{month}-{number}"
            scores.append(
                {
                    "report_id": report_id,
                    "item_id": "i",
                    "merchant_id": "m",
                    "user_id": "u",
                    "rating": float(rating),
                    "language": language,
                    "quality": 0.5,
                    "parts": "{}",
                    "polarity": float(polarity),
                    "weight": 1.0,
                    "flags": [],
                }
            )
            day = dt.datetime(2017, month, 1 + number % 28, tzinfo=dt.UTC)
            times.append({"report_id": report_id, "submitted_at": day})
    schema = pa.schema([("report_id", pa.string()), ("submitted_at", pa.timestamp("us", "UTC"))])
    return (
        pa.Table.from_pylist(scores, schema=REPORT_SCORES.schema),
        pa.Table.from_pylist(times[::-1], schema=schema),
    )


def month(count, seed, *, agreement=0.9, lean=0.0):
    """So many reports whose text agrees with the stars as often as told."""
    rng = np.random.default_rng(seed)
    polarities = np.clip(rng.normal(lean, 0.6, count), -1, 1)
    agrees = rng.random(count) < agreement
    return polarities, np.where((polarities > 0) == agrees, 5, 1)


def verdicts(*months):
    return model_drift(*tables(months), versions=VERSIONS)["verdict"].to_pylist()


def test_a_steady_shop_has_no_drift():
    assert verdicts(*(month(300, seed) for seed in range(6))) == ["too_few"] + ["steady"] * 5


def test_a_month_that_agrees_less_with_the_stars_is_worse():
    found = verdicts(*(month(300, seed) for seed in range(3)), month(300, 9, agreement=0.6))

    assert found[-1] == "worse"


def test_a_month_of_other_texts_has_shifted():
    found = verdicts(*(month(300, seed) for seed in range(3)), month(300, 9, lean=-0.6))

    assert found[-1] == "shifted"


def test_of_few_reports_nothing_is_said():
    assert verdicts(month(300, 0), month(20, 1, agreement=0.0)) == ["too_few", "too_few"]


def test_a_month_at_random_is_called_drift_less_than_once_in_fifty():
    before = month(200, 1)
    found = [verdicts(before, month(60, seed))[-1] for seed in range(100, 200)]

    assert sum(verdict != "steady" for verdict in found) <= 2


def test_each_language_is_told_with_what_reads_it():
    english, chinese = tables([month(3, 0)]), tables([month(2, 0)], language="zh")
    both = [pa.concat_tables(pair) for pair in zip(english, chinese, strict=True)]

    rows = model_drift(*both, versions=VERSIONS).to_pylist()

    assert [(row["language"], row["model"], row["reports"]) for row in rows] == [
        ("en", "2017-11-01-abc", 3),
        ("zh", "packaged", 2),
    ]


def test_no_reports_are_no_rows():
    assert model_drift(*tables([]), versions=VERSIONS).equals(REPORT_MODEL.empty())


@given(
    st.lists(
        st.lists(st.tuples(st.floats(-1, 1), st.integers(1, 5)), min_size=1, max_size=70),
        min_size=1,
        max_size=3,
    )
)
def test_every_row_keeps_its_bounds(months):
    split = [tuple(zip(*each, strict=True)) for each in months]
    for row in model_drift(*tables(split), versions=VERSIONS).to_pylist():
        assert row["verdict"] in DRIFTS
        assert row["shift"] is None or row["shift"] >= 0
        if row["agreement"] is not None:
            assert row["low"] <= row["agreement"] <= row["high"]
