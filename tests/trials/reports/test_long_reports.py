"""A report as long as a book is a report: it is read whole, flagged and compared like any other."""

import numpy as np
import pytest

from trials.reports.copies import Likeness, copied_from
from trials.reports.explaining import explain
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels

CHARACTERS = 60_000
LIKENESS = Likeness(least_characters=16, jaccard=0.5, containment=0.75, boilerplate_share=0.1)
MIXED = (
    "屏幕清晰，键盘手感好，但是散热太差，希望能改进。The screen is great but the battery is awful. "
)
WALK = "昨天我去公园散步遇到了一位老同学然后我们一起去了电影院看了一部电影"


@pytest.mark.parametrize(
    ("unit", "stars", "flags"),
    [
        (MIXED, 4, []),
        (WALK, 3, ["off_topic"]),
        ("👍!? ", 3, ["too_short"]),
    ],
)
def test_a_very_long_report_is_flagged_like_a_short_one(unit, stars, flags):
    text = unit * (CHARACTERS // len(unit))

    found = explain(
        text,
        stars=stars,
        category="electronics/laptop",
        models=PolarityModels(),
        options=ReviewOptions(),
    )

    assert found.flags == flags
    assert found.clauses[-1].end > CHARACTERS - len(unit) - 3
    assert all(text[one.start : one.end] == one.quote for one in found.clauses)


def test_half_of_a_very_long_report_is_a_copy_of_it_and_a_report_of_its_own_is_not():
    letters = np.random.default_rng(11)
    whole, other = ("".join(map(chr, letters.integers(0x4E00, 0x9000, CHARACTERS))) for _ in "ab")

    assert copied_from([whole, other, whole[: CHARACTERS // 2]], LIKENESS).tolist() == [-1, -1, 0]
