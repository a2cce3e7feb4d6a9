"""Uplift of segments, applicant by applicant."""

import pyarrow as pa
import pytest

from trials.segments import uplift_of
from trials.uplift import UPLIFT

FACTS = pa.table(
    {
        "age_band": ["18-24", "25-34", None],
        "is_newcomer": [True, False, True],
        "need_days": [0, 2, 7],
    }
)


def segments(*rows):
    whole = [
        {"attribute": attribute, "value": value, "uplift": uplift, "low": 0.0, "high": 1.0, "n": 99}
        for attribute, value, uplift in rows
    ]
    return pa.Table.from_pylist(whole, UPLIFT)


def test_the_known_segments_of_an_applicant_are_averaged():
    known = segments(
        ("age_band", "18-24", 0.1), ("is_newcomer", "true", 0.04), ("need_orders", "1-2", -0.02)
    )

    assert uplift_of(FACTS, known).tolist() == pytest.approx([0.07, -0.02, 0.04])


def test_of_nobody_known_nothing_is_said():
    assert uplift_of(FACTS, segments()) is None
    assert uplift_of(FACTS, segments(("age_band", "65+", 0.2))).tolist() == [0, 0, 0]
