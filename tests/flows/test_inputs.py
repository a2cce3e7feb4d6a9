"""What the stages read: events from disk, everything under one id a person."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.inputs import scanned, stage_inputs
from quality.parquet_folder import ParquetFolder
from quality.tables import INPUTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _event(number, user):
    return {
        "event_id": f"e{number}",
        "user_id": user,
        "item_id": "tea",
        "event_type": "purchase",
        "occurred_at": NOON,
    }


@pytest.fixture
def accepted(tmp_path):
    """Write tables as validation leaves them."""

    def write(**tables):
        for name, rows in tables.items():
            schema = pa.schema(
                [field.with_nullable(nullable=True) for field in INPUTS[name].schema]
            )
            table = INPUTS[name].conform(pa.Table.from_pylist(rows, schema))
            pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=2)
        return ParquetFolder(tmp_path, [INPUTS[name] for name in tables])

    return write


def _users(rows):
    return rows["user_id"].to_pylist()


def test_events_of_a_device_are_the_persons_and_keep_their_order(accepted):
    events = [_event(0, "device"), _event(1, "ann"), _event(2, "bob"), _event(3, "device")]
    identities = [{"raw_id": "device", "user_id": "ann"}]
    people = [{"user_id": "device"}, {"user_id": "ann"}]

    inputs = stage_inputs(accepted(events=events, identities=identities, users=people))

    found = inputs.by_person["events"].to_table()
    assert found.schema.equals(INPUTS["events"].schema)
    assert found["event_id"].to_pylist() == ["e0", "e1", "e2", "e3"]
    assert _users(found) == ["ann", "ann", "bob", "ann"]
    assert _users(inputs.by_person["users"]) == ["ann"]


def test_recruiting_sees_the_ids_that_were_delivered_beside_events_of_persons(accepted):
    tables = accepted(
        events=[_event(0, "device")],
        identities=[{"raw_id": "device", "user_id": "ann"}],
        users=[{"user_id": "device"}, {"user_id": "ann"}],
    )

    inputs = stage_inputs(tables).as_delivered

    assert _users(inputs["users"]) == ["ann", "device"]
    assert _users(inputs["events"].to_table()) == ["ann"]
    assert _users(scanned(tables)["events"].to_table()) == ["device"]


def test_events_of_persons_alone_are_read_where_they_are(accepted, tmp_path):
    tables = accepted(
        events=[_event(0, "ann")], identities=[{"raw_id": "device", "user_id": "ann"}]
    )

    assert stage_inputs(tables).by_person["events"].files == [str(tmp_path / "events.parquet")]


def test_without_events_there_is_nothing_on_disk(accepted):
    assert scanned(accepted(users=[{"user_id": "ann"}])) == {}
