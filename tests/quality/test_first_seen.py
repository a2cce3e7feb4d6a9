"""How long a refused row has been refused, wherever it stands today."""

from datetime import UTC, datetime

import pyarrow as pa

from quality.first_seen import with_first_seen
from quality.tables.outputs import QUARANTINE

MONDAY, FRIDAY = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)


def _refused(day, *raws):
    rows = [
        {
            "table": "events",
            "source_file": "events.csv",
            "row_number": number,
            "rule_ids": ["quantity.bounds"],
            "raw": raw,
            "first_seen": day,
        }
        for number, raw in enumerate(raws, start=1)
    ]
    return QUARANTINE.conform(pa.Table.from_pylist(rows, schema=QUARANTINE.schema))


def test_a_row_that_moved_keeps_its_day_and_a_new_one_has_todays():
    first, seen = with_first_seen(_refused(MONDAY, '{"id": "1"}'), None)

    later, _ = with_first_seen(_refused(FRIDAY, '{"id": "2"}', '{"id": "1"}'), seen)

    assert first["first_seen"].to_pylist() == [MONDAY]
    assert later["first_seen"].to_pylist() == [FRIDAY, MONDAY]
    assert later.schema == QUARANTINE.schema


def test_a_row_that_was_mended_and_spoiled_otherwise_is_new():
    _, seen = with_first_seen(_refused(MONDAY, '{"id": "1"}'), None)

    later, _ = with_first_seen(_refused(FRIDAY, '{"id": "1", "quantity": "0"}'), seen)

    assert later["first_seen"].to_pylist() == [FRIDAY]
