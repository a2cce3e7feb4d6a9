"""The same rows, however they are delivered."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def as_csv(rows):
    names = list(rows[0])
    lines = [",".join(names), *(",".join(row[name] for name in names) for row in rows)]
    return "\n".join(lines).encode()


def as_json(rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


FORMS = {
    "events.csv": as_csv,
    "events.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "events-2026.csv": lambda rows: b"\xef\xbb\xbf" + as_csv(rows).replace(b"\n", b"\r\n"),
    "events.jsonl": as_json,
    "events.ndjson": lambda rows: b"\xef\xbb\xbf" + as_json(rows) + b"\n\n",
    "events.json": as_json,
    "events/part-0.csv": as_csv,
    "events/dt=2026-02-01/part-0.jsonl": as_json,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_text_format_gives_the_same_rows(needed, deliver, check, tmp_path, name):
    expected = check(deliver(needed)).tables["events"]
    folder = deliver({"items": needed["items"]}, tmp_path / "other")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FORMS[name](needed["events"]))

    validation = check(folder)

    assert validation.tables["events"] == expected
    assert validation.verdict == "pass"


def test_typed_parquet_gives_the_same_rows(needed, deliver, check, tmp_path):
    expected = check(deliver(needed)).tables["events"]
    folder = deliver({"items": needed["items"]}, tmp_path / "other")
    pq.write_table(expected, folder / "events.parquet")

    assert check(folder).tables["events"] == expected


def test_parquet_of_other_types_is_cast(deliver, needed, check):
    folder = deliver(
        {"items": [{**row, "item_id": str(n)} for n, row in enumerate(needed["items"])]}
    )
    rows = pa.table(
        {
            "event_id": pa.array([1], pa.int32()),
            "user_id": pa.array(["u"]).dictionary_encode(),
            "item_id": pa.array([2]),
            "event_type": ["purchase"],
            "occurred_at": pa.array(
                [datetime(2026, 2, 1, 8, tzinfo=UTC)], pa.timestamp("ms", "UTC")
            ),
            "quantity": pa.array([Decimal("1.5")]),
            "unit_price": pa.array([3], pa.int16()),
            "currency": pa.nulls(1),
        }
    )
    pq.write_table(rows, folder / "events.parquet")

    (row,) = check(folder).tables["events"].to_pylist()

    assert (row["event_id"], row["item_id"], row["quantity"]) == ("1", "2", 1.5)
    assert row["unit_price"] == 3.0
    assert row["currency"] is None


def test_files_of_several_formats_are_one_table(needed, deliver, check):
    events = needed["events"]
    folder = deliver({"items": needed["items"], "events": events[:50]})
    (folder / "events").mkdir()
    (folder / "events" / "b.jsonl").write_bytes(as_json(events[50:80]))
    pq.write_table(pa.Table.from_pylist(events[80:100]), folder / "events" / "c.parquet")
    pq.write_table(
        pa.Table.from_pylist([{**row, "quantity": 1} for row in events[100:]]),
        folder / "events" / "d.parquet",
    )
    (folder / "events" / "_SUCCESS").write_bytes(b"")
    (folder / "events" / ".part.csv").write_bytes(b"")

    validation = check(folder)

    assert len(validation.tables["events"]) == len(events)
    assert validation.verdict == "pass"


def test_a_refused_row_of_parquet_is_named_by_file_and_row(needed, deliver, check, broken_rules):
    folder = deliver({"items": needed["items"]})
    (folder / "events").mkdir()
    for part, start in enumerate((0, 50)):
        rows = [dict(row) for row in needed["events"][start : start + 50]]
        rows[7]["quantity"] = "-1"
        pq.write_table(pa.Table.from_pylist(rows), folder / "events" / f"{part}.parquet")

    assert broken_rules(check(folder)) == {
        ("events", "events/0.parquet", 8): ["quantity.bounds"],
        ("events", "events/1.parquet", 8): ["quantity.bounds"],
    }


def test_nan_in_parquet_is_refused_and_shown_as_it_was(needed, deliver, check):
    folder = deliver({"items": needed["items"]})
    rows = [{**row, "quantity": 1.0, "unit_price": 1.0} for row in needed["events"]]
    rows[0]["quantity"] = float("nan")
    rows[1]["unit_price"] = float("inf")
    pq.write_table(pa.Table.from_pylist(rows), folder / "events.parquet")

    refused = check(folder).quarantine.to_pylist()

    assert [row["rule_ids"] for row in refused] == [["quantity.parses"], ["unit_price.parses"]]
    assert json.loads(refused[0]["raw"])["quantity"] == "nan"


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_a_calendar_day_may_be_a_midnight_but_no_other_time(
    needed, deliver, check, broken_rules, zone
):
    folder = deliver({"events": needed["events"]})
    times = [datetime(2026, 1, n + 1, tzinfo=UTC) for n in range(4)]
    items = [{**row, "launched_on": time} for row, time in zip(needed["items"], times, strict=True)]
    items.append(
        {**items[0], "item_id": "noon", "launched_on": datetime(2026, 1, 1, 12, tzinfo=UTC)}
    )
    rows = pa.Table.from_pylist(items)
    if zone is None:
        place = rows.column_names.index("launched_on")
        rows = rows.set_column(place, "launched_on", rows["launched_on"].cast(pa.timestamp("ns")))
    pq.write_table(rows, folder / "items.parquet")

    validation = check(folder)

    assert validation.tables["items"]["launched_on"][1].as_py() == date(2026, 1, 2)
    assert broken_rules(validation) == {("items", "items.parquet", 5): ["launched_on.parses"]}


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-01T00:00:00Z",
        "2026-02-01 00:00:00+00",
        "2026-02-01T08:00:00+08:00",
        "2026-01-31T19:00:00.000-0500",
        "2026-02-01T00:00z",
    ],
)
def test_offsets_are_understood_in_every_iso_form(needed, deliver, check, written):
    needed["events"][0]["occurred_at"] = written

    table = check(deliver(needed)).tables["events"]

    assert table["occurred_at"][0].as_py() == datetime(2026, 2, 1, tzinfo=UTC)


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks(needed, deliver, check):
    name = 'Soap, "best"\nfor, all'
    needed["items"][0]["name"] = name

    assert check(deliver(needed)).tables["items"]["name"][0].as_py() == name
