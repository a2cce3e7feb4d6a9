import dataclasses
import json

import pytest

from trials.reports.options import ReviewOptions
from trials.reports.reading import Opinion, ReportFacts
from trials.reports.scoring import ScoredReport
from trials.reports.summary import (
    changes_since,
    customers_of,
    summarise_aspects,
    summarise_suggestions,
)

OPTIONS = ReviewOptions()
FACTS = ReportFacts(
    language="en",
    positive_chance=0.5,
    characters=80,
    aspects=1,
    aspect_clause_share=1.0,
    evidence_clauses=0,
    has_praise=False,
    has_blame=False,
    has_suggestion=False,
    is_about_product=True,
)
SAID = Opinion(
    report=0,
    sentence_id=0,
    aspect="taste",
    polarity=-1,
    strength=2.0,
    is_suggestion=False,
    is_safety=False,
    quote="the taste is off",
    start=0,
    end=16,
)


def reports(*authors_and_stars, weight=1.0):
    return {
        index: ScoredReport(
            row={"report_id": f"r{index}", "user_id": author, "rating": stars},
            facts=FACTS,
            flags=[],
            parts={"coverage": 0.5},
            weight=weight,
        )
        for index, (author, stars) in enumerate(authors_and_stars)
    }


def opinion(report, **changes):
    return dataclasses.replace(SAID, report=report, **changes)


def test_customers_are_counted_once_and_may_praise_and_blame():
    written = reports(("anna", 2), ("anna", 4), ("bert", 5), ("carl", 5), weight=1.0)
    said = [opinion(0), opinion(1, polarity=1), opinion(2, polarity=1)]

    (row,) = summarise_aspects(said, written, OPTIONS)

    assert customers_of(written) == 3
    assert (row["reports"], row["blame_reports"]) == (2, 1)
    # Anna's two reports weigh 1 each here, so she is half of the weight.
    assert (row["share"], row["blame_share"], row["negative_share"]) == (0.75, 0.5, 0.666667)
    assert row["net_sentiment"] == pytest.approx(1 / 3, abs=1e-6)
    assert row["low"] < row["share"] < row["high"]
    assert row["is_early_signal"]


def test_aspects_go_by_safety_then_priority_then_reach():
    written = reports(*((f"u{index}", 2 if index < 6 else 5) for index in range(20)))
    said = [
        *(opinion(index, aspect="costly") for index in range(6)),
        *(opinion(index, aspect="harmless") for index in range(8, 12)),
        *(opinion(index, aspect="liked", polarity=1) for index in range(8, 18)),
        opinion(19, aspect="dangerous", is_safety=True),
    ]

    rows = summarise_aspects(said, written, OPTIONS)

    assert [row["aspect"] for row in rows] == ["dangerous", "costly", "liked", "harmless"]
    assert rows[1]["priority"] == pytest.approx(rows[1]["blame_share"] * rows[1]["impact"])


def test_quotes_come_from_distinct_customers_and_the_clearest_first():
    written = reports(("anna", 2), ("bert", 2), ("carl", 2))
    said = [
        opinion(0, sentence_id=0, strength=0.5, quote="the taste is so so to me"),
        opinion(0, sentence_id=1, strength=3.0, quote="the taste is simply awful"),
        opinion(1, strength=1.0, quote="the taste is rather poor"),
        opinion(2, polarity=1, quote="the taste is very good"),
    ]

    (row,) = summarise_aspects(said, written, OPTIONS)

    assert [(one["report_id"], one["sentence_id"], one["polarity"]) for one in row["quotes"]] == [
        ("r0", 1, -1),
        ("r1", 0, -1),
        ("r2", 0, 1),
    ]


def test_requests_are_counted_by_customer_and_most_wanted_first():
    written = reports(("anna", 3), ("anna", 3), ("bert", 3), ("carl", 3))
    said = [
        opinion(0, aspect="price", is_suggestion=True),
        opinion(1, aspect="price", is_suggestion=True),
        *(opinion(index, aspect="taste", is_suggestion=True) for index in (2, 3)),
        opinion(2, aspect="quality"),
    ]

    rows = summarise_suggestions(said, written, OPTIONS)

    assert [(row["aspect"], row["reports"], len(row["quotes"])) for row in rows] == [
        ("taste", 2, 2),
        ("price", 1, 1),
    ]


def test_changes_are_of_the_share_that_blames():
    previous = json.dumps(
        [{"aspect": "lid", "blame_share": 0.3}, {"aspect": "taste", "blame_share": 0.1}]
    )

    changes = changes_since(previous, [{"aspect": "taste", "blame_share": 0.2}])

    assert changes == {
        "lid": {"share_before": 0.3, "share_now": 0.0},
        "taste": {"share_before": 0.1, "share_now": 0.2},
    }
    assert changes_since(None, []) is None


def test_nothing_said_gives_nothing():
    assert summarise_aspects([], reports(("anna", 3)), OPTIONS) == []
    assert summarise_suggestions([], reports(("anna", 3)), OPTIONS) == []
