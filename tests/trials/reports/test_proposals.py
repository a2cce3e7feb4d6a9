import datetime as dt

import pytest

from trials.reports.polarity import PolarityModels
from trials.reports.proposals import proposed_terms
from trials.reports.stage import ReviewOptions, review


def rows(*texts, category="electronics/laptop"):
    return [
        {
            "report_id": f"r{place:03}",
            "user_id": f"u{place:03}",
            "text": text,
            "item": {"category": category},
        }
        for place, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("judging", "telling", "term", "language"),
    [
        ("摇杆漂移很差劲。", "昨天收到货。", "摇杆漂移", "zh"),
        ("The gyroscope tilt is terrible. ", "It came on a Monday. ", "gyroscope tilt", "en"),
    ],
)
def test_an_unknown_thing_that_customers_judge_is_proposed(judging, telling, term, language):
    found = proposed_terms(rows(*[telling + judging] * 12, *[telling * 2] * 12)).to_pylist()

    assert term in {row["term"] for row in found}
    (row,) = [row for row in found if row["term"] == term]
    assert (row["language"], row["customers"], row["report_id"]) == (language, 12, "r000")
    assert row["score"] > 1.96
    assert "昨天收到" not in {row["term"] for row in found}


def test_what_the_ontology_knows_and_what_few_say_is_not_proposed():
    known = ["屏幕很差劲。昨天收到货。"] * 12
    few = ["摇杆漂移很差劲。昨天收到货。"] * 4

    assert proposed_terms(rows(*known, *few)).num_rows == 0


def test_a_proposal_changes_nothing_by_itself(report_tables):
    texts = [f"摇杆漂移很差劲。第{place}天收到货。" for place in range(12)]
    reports = [(f"r{place}", f"u{place}", 2, text) for place, text in enumerate(texts)]

    made = review(
        report_tables(reports),
        as_of=dt.date(2017, 12, 4),
        options=ReviewOptions(),
        models=PolarityModels(),
    )

    assert "摇杆漂移" in made["proposed_terms"]["term"].to_pylist()
    assert "摇杆漂移" not in made["opinions"]["aspect"].to_pylist()
