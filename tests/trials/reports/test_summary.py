import pytest

from trials.reports.customers import customers_in, customers_of
from trials.reports.options import ReviewOptions
from trials.reports.reading import Opinion, ReportFacts
from trials.reports.scoring import ScoredReport
from trials.reports.summary import summarise_aspects, summarise_suggestions

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


def aspects_of(said, written, **chances):
    customers = customers_in(written, {int(name[1:]): it for name, it in chances.items()})
    return summarise_aspects(said, written, customers, OPTIONS)


def opinion(report, **changes):
    return SAID._replace(report=report, **changes)


def test_customers_are_counted_once_and_may_praise_and_blame():
    written = reports(("anna", 2), ("anna", 4), ("bert", 5), ("carl", 5), weight=1.0)
    said = [opinion(0), opinion(1, polarity=1), opinion(2, polarity=1)]

    (row,) = aspects_of(said, written)

    assert customers_of(written) == 3
    assert (row["reports"], row["blame_reports"]) == (2, 1)
    # Anna's two reports weigh 1 each here, so she is half of the weight.
    assert (row["share"], row["blame_share"], row["negative_share"]) == (0.75, 0.5, 0.666667)
    assert row["net_sentiment"] == pytest.approx(1 / 3, abs=1e-6)
    assert row["low"] < row["share"] < row["high"]
    assert row["is_early_signal"]


def test_aspects_go_by_safety_then_enough_speakers_then_priority():
    written = reports(*((f"u{index}", 2 if index < 9 else 5) for index in range(30)))
    said = [
        *(opinion(index, aspect="costly") for index in range(9)),
        *(opinion(index, aspect="harmless") for index in range(10, 20)),
        *(opinion(index, aspect="rare") for index in range(3)),
        *(opinion(index, aspect="liked", polarity=1) for index in range(15, 30)),
        opinion(19, aspect="dangerous", is_safety=True),
    ]

    rows = aspects_of(said, written)

    assert [row["aspect"] for row in rows] == ["dangerous", "costly", "liked", "harmless", "rare"]
    for row in rows:
        expected = row["blame_share"] * row["severity"] * row["impact"]
        assert row["priority"] == pytest.approx(expected, abs=1e-5)
        assert row["priority_low"] <= row["priority"] <= row["priority_high"]


def test_whoever_was_drawn_with_a_small_chance_speaks_for_many():
    written = reports(*((f"u{index}", 3) for index in range(10)))

    (row,) = aspects_of([opinion(0)], written, r0=11.0)

    assert row["blame_reports"] == 1
    assert row["blame_share"] == pytest.approx(11 / 20)


def test_a_softened_complaint_is_slight_and_a_strong_one_severe():
    written = reports(*((f"u{index}", 3) for index in range(9)))

    def severity(quote):
        return aspects_of([opinion(0, quote=quote)], written)[0]["severity"]

    assert severity("有点甜") == severity("a bit too sweet") == 0.5
    assert severity("味道不好") == severity("the taste is off") == 1.0
    assert severity("味道太差了") == severity("it tastes awful") == 1.5


def test_quotes_come_from_distinct_customers_and_the_clearest_first():
    written = reports(("anna", 2), ("bert", 2), ("carl", 2))
    said = [
        opinion(0, sentence_id=0, strength=0.5, quote="the taste is so so to me"),
        opinion(0, sentence_id=1, strength=3.0, quote="the taste is simply awful"),
        opinion(1, strength=1.0, quote="the taste is rather poor"),
        opinion(2, polarity=1, quote="the taste is very good"),
    ]

    (row,) = aspects_of(said, written)

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


def test_nothing_said_gives_nothing():
    assert aspects_of([], reports(("anna", 3))) == []
    assert summarise_suggestions([], reports(("anna", 3)), OPTIONS) == []
