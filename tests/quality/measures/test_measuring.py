import json
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from quality.measures import Earlier, measure
from quality.measures import distributions as distributions_module
from quality.measures.rules import measure_rules
from quality.rules.options import ValidationOptions
from quality.tables.outputs import COLUMN_PROFILE, DAILY_ROWS, SOURCE_SCORECARD

STEADY = dict.fromkeys(range(1, 64), 40)
CHANNELS = ("web", "app", "shop")


@pytest.fixture
def steady(events):
    """Nine weeks of events, forty a day, of three channels and ten prices."""
    return events(
        STEADY,
        channel=lambda back, n: CHANNELS[(back + n) % 3],
        unit_price=lambda back, n: 1.0 + (back + 3 * n) % 10,
    )


@pytest.fixture
def users():
    return [
        {
            "user_id": f"u{n}",
            "birth_year": 1950 + n % 50,
            "age_band": "25-34",
            "region": ("north", "south")[n % 2],
            "household_id": f"h{n}",
        }
        for n in range(400)
    ]


def found(measures, table, rule_id):
    (outcome,) = [o for o in measures.outcomes if (o.table, o.rule_id) == (table, rule_id)]
    return outcome


def profile(measures, table, column):
    (row,) = [
        row
        for row in measures.column_profile.to_pylist()
        if (row["table"], row["column"]) == (table, column)
    ]
    return row


def after(*runs):
    """What earlier runs left, given as (as-of day, measures)."""
    return Earlier(
        days=[day for day, _ in runs],
        daily_rows=[run.daily_rows for _, run in runs],
        column_profile=[run.column_profile for _, run in runs],
        source_scorecard=[run.source_scorecard for _, run in runs],
    )


def test_a_first_run_of_good_data_says_nothing_is_wrong(judged, steady, users):
    measures = measure(judged({"events": steady, "users": users}), Earlier())

    assert {outcome.verdict for outcome in measures.outcomes} == {"pass"}
    assert measures.daily_rows.schema.equals(DAILY_ROWS.schema)
    assert measures.column_profile.schema.equals(COLUMN_PROFILE.schema)
    assert measures.source_scorecard.schema.equals(SOURCE_SCORECARD.schema)


def test_a_second_run_of_the_same_shop_says_nothing_is_wrong(judged, events, steady, users, day):
    first = measure(
        judged({"events": steady, "users": users}, as_of=day(0)),
        Earlier(),
    )
    tomorrow = [
        *steady,
        *events(
            {0: 40},
            channel=lambda _, n: CHANNELS[n % 3],
            unit_price=lambda _, n: 1.0 + 3 * n % 10,
        ),
    ]

    measures = measure(
        judged({"events": tomorrow, "users": users}, as_of=day(-1)), after((day(0), first))
    )

    assert [o.rule_id for o in measures.outcomes if o.verdict != "pass" or o.failed] == []


def test_a_table_with_a_time_has_every_rule_and_each_once(judged, steady, users):
    measures = measure(judged({"events": steady, "users": users}), Earlier())

    ids = [outcome.rule_id for outcome in measures.outcomes if outcome.table == "events"]
    rules = measure_rules("events", ValidationOptions())
    assert sorted(ids) == sorted(rule.rule_id for rule in rules)
    assert {outcome.severity for outcome in measures.outcomes} == {"warn"}


def test_the_last_days_have_their_band_beside_them(judged, steady, day):
    # 41 over and times exp(3 / √41), less one: three standard errors of a count.
    rows = measure(judged({"events": steady}), Earlier()).daily_rows.to_pylist()

    assert len(rows) == 63
    assert rows[-1] == {"table": "events", "day": day(1), "rows": 40, "low": 25, "high": 64}
    assert rows[-8]["low"] is None


def test_days_are_those_of_the_shop(judged, at, events, day):
    late = [{**row, "occurred_at": at(3, hour=20)} for row in events({3: 1})]

    rows = measure(judged({"events": late}, timezone="Asia/Shanghai"), Earlier()).daily_rows

    assert [row["day"] for row in rows.to_pylist() if row["rows"]] == [day(2)]


def test_a_time_that_stands_for_unknown_is_a_day_in_every_zone(judged, steady):
    unknown = {**steady[0], "event_id": "x", "occurred_at": datetime(1, 1, 1, tzinfo=UTC)}

    measures = measure(
        judged({"events": [*steady, unknown]}, timezone="America/New_York"), Earlier()
    )

    assert measures.daily_rows["day"][0].as_py() == date(1, 1, 1)
    assert {outcome.verdict for outcome in measures.outcomes} == {"pass"}


def test_a_code_that_takes_over_has_drifted(judged, events, steady):
    recent = events(
        dict.fromkeys(range(1, 8), 40),
        channel=lambda _, n: "kiosk" if n % 2 else "web",
        unit_price=lambda back, n: 1.0 + (back + 3 * n) % 10,
    )
    rows = [row for row in steady if row["event_id"] >= "e0008"] + recent

    measures = measure(judged({"events": rows}), Earlier())

    outcome = found(measures, "events", "column.no_drift")
    assert (outcome.verdict, outcome.failed, outcome.column) == ("warn", 1, "channel")
    assert outcome.found.en.startswith("channel, 'kiosk': 50.0%, usually 0.0% (PSI ")
    assert outcome.found.zh.startswith("channel，“kiosk”：50.0%，通常为 0.0%（PSI ")
    assert {"value": "kiosk", "share": 0.5, "usual": 0.0} in json.loads(
        profile(measures, "events", "channel")["shares"]
    )


def test_prices_in_another_currency_have_drifted(judged, steady):
    rows = [
        {**row, "unit_price": row["unit_price"] * 7} if row["event_id"] < "e0008" else row
        for row in steady
    ]

    measures = measure(judged({"events": rows}), Earlier())

    outcome = found(measures, "events", "column.no_drift")
    assert (outcome.verdict, outcome.column) == ("warn", "unit_price")
    assert outcome.found.en.startswith("unit_price, over 9: 90.0%, usually 10.0%")
    assert profile(measures, "events", "unit_price")["ks"] == pytest.approx(0.9)


def test_drift_is_found_in_a_sample_of_a_large_table_too(judged, steady, monkeypatch):
    monkeypatch.setattr(distributions_module, "_LARGEST_SAMPLE", 100)
    rows = [{**row, "channel": "kiosk"} if row["event_id"] < "e0008" else row for row in steady]

    delivered = judged({"events": rows})
    outcome = found(measure(delivered, Earlier()), "events", "column.no_drift")

    assert outcome.column == "channel"
    (sizes,) = delivered.connection.execute(
        "SELECT count(*) FILTER (week = 0), count(*) FILTER (week > 0) FROM sample_events"
    ).fetchall()
    assert all(30 < size < 200 for size in sizes)


def test_a_week_that_past_weeks_have_been_like_has_not_drifted(judged, steady):
    # Every other week everything is bought in the shop.
    rows = [
        {**row, "channel": "shop"} if (int(row["event_id"][1:5]) - 1) // 7 % 2 == 0 else row
        for row in steady
    ]

    measures = measure(judged({"events": rows}), Earlier())

    assert profile(measures, "events", "channel")["psi"] > 0.25
    assert found(measures, "events", "column.no_drift").failed == 0


def test_a_table_that_comes_in_campaigns_is_not_compared_with_the_weeks_before(judged, events):
    rows = events(
        dict.fromkeys([1, 2, 3, 30, 31, 32], 40),
        channel=lambda back, _: "web" if back < 9 else "shop",
    )

    measures = measure(judged({"events": rows}), Earlier())

    assert profile(measures, "events", "channel")["compared_with"] is None
    assert {outcome.verdict for outcome in measures.outcomes} == {"pass"}


def test_a_column_that_empties_is_found_on_its_first_day(judged, steady):
    rows = [{**row, "channel": None} if row["event_id"] < "e0002" else row for row in steady]

    measures = measure(judged({"events": rows}), Earlier())

    outcome = found(measures, "events", "column.usual_nulls")
    assert (outcome.verdict, outcome.column, outcome.dimension) == (
        "warn",
        "channel",
        "completeness",
    )
    assert outcome.found.en.startswith("channel: 14.3% null, usually 0.0%.")
    assert profile(measures, "events", "channel")["null_share"] == pytest.approx(1 / 7)


def test_late_and_vanished_rows_are_counted_to_the_row(judged, events, steady, day):
    then = [row for row in steady if row["event_id"] >= "e0002"]
    first = measure(judged({"events": then}, as_of=day(1)), Earlier())
    late = [
        {**row, "event_id": f"late-{row['event_id']}", "file": "late.csv"}
        for row in events({3: 25})
    ]
    now = [row for row in steady if not row["event_id"].startswith(("e0050-000", "e0009-0001"))]

    measures = measure(judged({"events": [*now, *late]}), after((day(1), first)))

    assert found(measures, "events", "table.no_late_rows").failed == 25
    assert "late.csv" in found(measures, "events", "table.no_late_rows").found.en
    assert found(measures, "events", "table.no_vanished_rows").failed == 10 + 1
    (card,) = measures.source_scorecard.to_pylist()
    assert (card["late_rows"], card["vanished_rows"]) == (25, 11)


def test_a_table_without_a_time_is_compared_with_the_last_run(judged, users, day):
    first = measure(judged({"users": users}, as_of=day(1)), Earlier())
    moved = [{**row, "region": "south"} for row in users]

    second = measure(judged({"users": moved}), after((day(1), first)))

    outcome = found(second, "users", "column.no_drift")
    assert (outcome.verdict, outcome.column) == ("warn", "region")
    assert profile(second, "users", "region")["compared_with"] == str(day(1))

    third = measure(
        judged({"users": moved}, as_of=day(-1)), after((day(1), first), (day(0), second))
    )
    assert found(third, "users", "column.no_drift").failed == 0


def test_awards_that_have_not_arrived_yet_are_no_empty_column(judged, at, day):
    awards = [
        {
            "trial_id": "t1",
            "user_id": f"u{back}-{n}",
            "awarded_at": at(back),
            "delivered_on": day(back - 5) if back > 7 else None,
        }
        for back in range(1, 40)
        for n in range(20)
    ]

    measures = measure(judged({"awards": awards}), Earlier())

    assert profile(measures, "awards", "delivered_on")["null_share"] == 1
    assert found(measures, "awards", "column.usual_nulls").failed == 0


def test_half_the_users_are_missed(judged, users, day):
    first = measure(judged({"users": users}, as_of=day(1)), Earlier())

    second = measure(judged({"users": users[:150]}), after((day(1), first)))

    assert found(second, "users", "table.row_count").verdict == "warn"


def test_a_column_that_is_no_longer_delivered_names_the_stages_it_breaks(judged, users, day):
    first = measure(judged({"users": users}, as_of=day(1)), Earlier())
    poorer = [{**row, "region": None} for row in users]

    second = measure(judged({"users": poorer}), after((day(1), first)))

    outcome = found(second, "users", "table.columns_as_before")
    assert "region is empty or gone: breaking for recommend, recruit" in outcome.found.en


def test_nothing_personal_is_shown(judged, steady, users):
    reports = [
        {
            "report_id": f"r{n}",
            "item_id": "i1",
            "user_id": "u1",
            "submitted_at": row["occurred_at"],
            "rating": 4.0,
            "text": "my secret",
        }
        for n, row in enumerate(steady)
    ]
    measures = measure(judged({"events": steady, "users": users, "reports": reports}), Earlier())

    shown = {
        f"{row['table']}.{row['column']}"
        for row in measures.column_profile.to_pylist()
        if row["shares"] != "[]"
    }
    assert shown == {
        "events.event_type",
        "events.channel",
        "events.unit_price",
        "events.occurred_at",
        "users.age_band",
        "users.region",
        "reports.rating",
        "reports.submitted_at",
    }


def test_the_same_rows_in_another_order_and_on_one_thread_give_the_same_tables(
    judged, steady, users
):
    shuffled = steady[1::2] + steady[::2][::-1]

    one = measure(judged({"events": steady, "users": users}), Earlier())
    delivered = judged({"events": shuffled, "users": users})
    delivered.connection.execute("SET threads = 1")
    other = measure(delivered, Earlier())

    assert one == other


def test_a_day_that_is_run_again_is_not_compared_with_itself(judged, steady, day):
    first = measure(judged({"events": steady}), Earlier())

    again = measure(judged({"events": steady}), after((day(0), first)))

    assert again == first


def test_a_table_without_rows_is_measured_as_empty(judged, users):
    measures = measure(judged({"users": users, "events": []}), Earlier())

    assert {outcome.verdict for outcome in measures.outcomes} == {"pass"}
    assert profile(measures, "events", "channel")["rows"] == 0
    assert [row["table"] for row in measures.source_scorecard.to_pylist()] == ["users"]


def test_histories_of_runs_come_apart_again_by_their_day(judged, users, steady, day):
    runs = {
        day(2): measure(judged({"users": users}, as_of=day(2)), Earlier()),
        day(1): measure(judged({"users": users, "events": steady}, as_of=day(1)), Earlier()),
    }
    histories = {
        name: pa.concat_tables(
            getattr(run, name).append_column("as_of", pa.array([past] * len(getattr(run, name))))
            for past, run in runs.items()
            if len(getattr(run, name))
        )
        for name in ("daily_rows", "column_profile", "source_scorecard")
    }

    earlier = Earlier.of(histories)

    # The first run has no table with a time, so no row of daily_rows.
    assert earlier == after(*runs.items())
    assert Earlier.of({}) == Earlier(days=[], daily_rows=[], column_profile=[], source_scorecard=[])


def test_earlier_runs_must_be_whole_and_in_order(day):
    with pytest.raises(ValueError, match="daily_rows must be given for each of 1 earlier runs"):
        Earlier(days=[day(1)])
    with pytest.raises(ValueError, match="must ascend"):
        Earlier(days=[day(1), day(1) - timedelta(days=1)])
