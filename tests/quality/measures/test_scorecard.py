import json

import pytest

from quality.measures import Earlier, measure


@pytest.fixture
def applications(at):
    """Eight rows of two sources; statements are filled in the first half."""
    return [
        {
            "application_id": f"a{n}",
            "trial_id": "t1",
            "user_id": f"u{n}",
            "applied_at": at(back=1 + n, hour=18),
            "source": "app" if n < 6 else "deal-site",
            "statement": "please" if n < 4 else None,
        }
        for n in range(8)
    ]


def cards(measures):
    return {(row["table"], row["source"]): row for row in measures.source_scorecard.to_pylist()}


def test_each_source_is_scored_by_its_own_rows(judged, applications):
    delivered = judged(
        {"applications": applications},
        refused={"applications": {1: ["user_id.not_null"], 7: ["application.one_a_person"]}},
        copies={"applications": [2]},
        consistency={"applications": {"application.one_a_person"}},
    )

    found = cards(measure(delivered, Earlier()))
    app, deal = found["applications", "app"], found["applications", "deal-site"]

    assert (app["rows_read"], app["accepted_share"], app["quarantined_share"]) == (6, 4 / 6, 1 / 6)
    assert (app["duplicate_share"], app["contradiction_share"]) == (1 / 6, 0)
    # Rows 3 to 6 are left: six columns each, two of them without a statement.
    assert app["completeness"] == 22 / 24
    # Newest is row 3: three days back, at 18:00.
    assert app["freshness_hours"] == 2 * 24 + 6
    # Of 5 × 4 mandatory cells that are no copies one is empty.
    assert app["score"] == round(100 * 4 / 6 * (1 - 1 / 20) * (1 - 1 / 6), 2)
    assert deal["contradiction_share"] == 0.5
    assert deal["score"] == round(100 * 0.5 * 0.5, 2)


def test_rows_that_name_no_source_and_tables_without_one_have_one_card(judged, applications):
    nameless = [{**row, "source": None} for row in applications]
    items = [{"item_id": "i1", "merchant_id": "m1", "name": "Soap", "category": "home/soap"}]
    delivered = judged(
        {"applications": nameless, "items": items},
        refused={"applications": {1: ["user_id.not_null"]}},
    )

    found = cards(measure(delivered, Earlier()))

    assert set(found) == {("applications", ""), ("items", "")}
    assert found["applications", ""]["quarantined_share"] == 1 / 8
    assert (found["items", ""]["freshness_hours"], found["items", ""]["score"]) == (None, 100)
    assert found["items", ""]["completeness"] == 4 / 12


def test_the_shares_of_a_card_make_a_whole(judged, applications):
    delivered = judged(
        {"applications": applications},
        refused={"applications": {n: ["x"] for n in (1, 2, 8)}},
        copies={"applications": [3]},
    )

    for card in cards(measure(delivered, Earlier())).values():
        whole = card["accepted_share"] + card["quarantined_share"] + card["duplicate_share"]
        assert whole == pytest.approx(1)


def test_very_many_sources_are_put_together_after_the_largest(judged, applications):
    rows = [
        {**applications[0], "application_id": f"b{n}", "source": f"link-{n // 2 if n < 98 else n}"}
        for n in range(120)
    ]

    found = cards(measure(judged({"applications": rows}), Earlier()))

    assert len(found) == 51
    # 49 sources with two rows each and one with one are named.
    assert found["applications", "(others)"]["rows_read"] == 120 - 99


def test_the_trend_ends_with_today_and_keeps_a_gap_for_a_run_without_the_source(
    judged, applications, day
):
    runs = [
        measure(judged({"applications": applications[:n]}, as_of=day(back)), Earlier())
        for n, back in ((0, 3), (6, 2), (8, 1))
    ]
    today = judged(
        {"applications": applications},
        refused={"applications": {8: ["x"]}},
        trend_runs=3,
    )

    measures = measure(
        today,
        Earlier(
            days=[day(3), day(2), day(1)],
            daily_rows=[run.daily_rows for run in runs],
            column_profile=[run.column_profile for run in runs],
            source_scorecard=[run.source_scorecard for run in runs],
        ),
    )

    found = cards(measures)
    assert json.loads(found["applications", "app"]["trend"]) == [100, 100, 100]
    assert json.loads(found["applications", "deal-site"]["trend"]) == [None, 100, 50]


def test_a_source_whose_rows_are_all_refused_scores_nothing(judged, applications):
    refused = {"applications": {7: ["x"], 8: ["x"]}}

    found = cards(measure(judged({"applications": applications}, refused=refused), Earlier()))

    deal = found["applications", "deal-site"]
    assert (deal["score"], deal["accepted_share"], deal["freshness_hours"]) == (0, 0, None)
