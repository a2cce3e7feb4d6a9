"""Mended rows come back exactly once, whatever the source does in the meantime."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.reading.aside import Corrections
from quality.replay import lay_out, mended, places, to_mend, unchanged
from quality.tables.outputs import QUARANTINE


@pytest.fixture
def spoiled(needed, deliver):
    """A delivery of which two events are refused: a quantity of -1, an unknown item."""
    needed["events"][3]["quantity"] = "-1"
    needed["events"][7]["item_id"] = "nothing"
    return deliver(needed)


def _lines(quarantine):
    return [json.loads(line) for line in to_mend(quarantine)]


def _mended(quarantine, **values):
    lines = _lines(quarantine)
    for line in lines:
        line["row"] |= values
    return mended(quarantine, map(json.dumps, lines))


@pytest.fixture
def replayed(tmp_path):
    """Lay a replay out for the next validation."""

    def lay(*replays):
        named = {f"run-{number}": rows for number, rows in enumerate(replays)}
        return Corrections(lay_out(named, tmp_path / "replays"))

    return lay


def test_a_mended_row_counts_once_and_the_refused_one_not_at_all(spoiled, check, replayed):
    first = check(spoiled)
    replay = _mended(first.quarantine, quantity="1", item_id="i1")

    second = check(spoiled, corrections=replayed(replay))

    (count, _) = second.counts
    assert (count.quarantined, count.replaced, count.accepted) == (0, 2, first.counts[0].read)
    assert count.read == first.counts[0].read + 2
    ids = second.tables["events"]["event_id"].to_pylist()
    assert len(ids) == len(set(ids))


def test_a_row_the_source_has_mended_itself_takes_the_place_of_the_replayed_one(
    spoiled, needed, deliver, check, replayed
):
    replay = _mended(check(spoiled).quarantine, quantity="1", item_id="i1")
    needed["events"][3]["quantity"] = "5"
    needed["events"][7]["item_id"] = "i2"

    later = check(deliver(needed), corrections=replayed(replay))

    (count, _) = later.counts
    assert (count.replaced, count.duplicates, count.quarantined) == (0, 2, 0)
    by_id = {row["event_id"]: row for row in later.tables["events"].to_pylist()}
    assert by_id[needed["events"][3]["event_id"]]["quantity"] == 5.0
    assert by_id[needed["events"][7]["event_id"]]["item_id"] == "i2"


def test_rows_can_be_replayed_as_they_were_when_what_they_refer_to_has_come(
    spoiled, needed, deliver, check, replayed
):
    replay = unchanged(check(spoiled).quarantine)
    needed["items"].append({**needed["items"][0], "item_id": "nothing"})

    later = check(deliver(needed), corrections=replayed(replay))

    assert later.counts[0].quarantined == 1
    assert "nothing" in later.tables["events"]["item_id"].to_pylist()


def test_a_replayed_row_that_is_still_bad_is_refused_again_and_can_be_mended_again(
    spoiled, check, replayed, tmp_path
):
    first = _mended(check(spoiled).quarantine, quantity="0", item_id="i1")
    again = check(spoiled, corrections=replayed(first))
    second = _mended(again.quarantine, quantity="2")

    mended_twice = check(
        spoiled,
        corrections=Corrections(lay_out({"run-0": first, "run-1": second}, tmp_path / "both")),
    )

    assert again.counts[0].quarantined == 2
    assert {row["source_file"] for row in again.quarantine.to_pylist()} == {
        "replayed/run-0/events.jsonl"
    }
    assert mended_twice.counts[0].quarantined == 0
    assert mended_twice.counts[0].replaced == 4


def test_malformed_lines_are_replayed_as_rows(needed, deliver, check, replayed):
    folder = deliver(needed)
    with (folder / "events.csv").open("a", encoding="utf-8") as stream:
        stream.write("e-last,u1\n")
    quarantine = check(folder).quarantine
    (line,) = _lines(quarantine)
    line["row"] = {**needed["events"][0], "event_id": "e-last"}

    later = check(folder, corrections=replayed(mended(quarantine, [json.dumps(line)])))

    assert later.counts[0].quarantined == 0
    assert "e-last" in later.tables["events"]["event_id"].to_pylist()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: must be a JSON object"),
        ('{"table": "events"}', "line 1: must be a JSON object with"),
        ("[]", "line 1: must be a JSON object"),
        (
            '{"table": [], "source_file": "x", "row_number": 1, "row": {}}',
            "line 1: must be a JSON object",
        ),
        (
            '{"table": "events", "source_file": "x", "row_number": 1, "row": {}}',
            "line 1: events: x, row 1 is not in the run's quarantine",
        ),
        (
            '{"table": "events", "source_file": "events.csv", "row_number": 4, "row": []}',
            "line 1: row must be a JSON object, found list",
        ),
    ],
)
def test_a_line_that_cannot_be_replayed_is_named(spoiled, check, line, said):
    with pytest.raises(ValueError, match=said):
        mended(check(spoiled).quarantine, [line])


def test_a_row_may_be_mended_only_once_a_file(spoiled, check):
    quarantine = check(spoiled).quarantine
    line = next(to_mend(quarantine))

    with pytest.raises(ValueError, match=r"line 3: events: events\.csv, row 4 was named before"):
        mended(quarantine, [line, "", line])


def test_what_is_exported_names_every_refused_row_and_replays_them_unchanged(spoiled, check):
    quarantine = check(spoiled).quarantine

    assert mended(quarantine, to_mend(quarantine)) == unchanged(quarantine)
    assert places(unchanged(quarantine)) == {
        ("events", "events.csv", 4),
        ("events", "events.csv", 8),
    }


@given(order=st.permutations(range(2)))
def test_the_order_of_the_lines_does_not_matter(order):
    quarantine = QUARANTINE.conform(
        pa.table(
            {
                "table": ["events", "items"],
                "source_file": ["e.csv", "i.csv"],
                "row_number": [1, 1],
                "rule_ids": [["a"], ["b"]],
                "raw": ['{"x": "1"}', '{"y": "2"}'],
                "first_seen": pa.array([0, 0], pa.timestamp("us", tz="UTC")),
            }
        )
    )
    lines = list(to_mend(quarantine))

    assert mended(quarantine, [lines[place] for place in order]) == unchanged(quarantine)
