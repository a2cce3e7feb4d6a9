"""The whole check of a delivery: accounting, verdicts, determinism, privacy."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality.errors import ContractError
from quality.tables import INPUTS
from quality.tables.outputs import QUARANTINE, VALIDATION_REPORT
from quality.validation import TableCount, ValidationOptions, validate


def test_a_clean_day_passes_whole_and_in_the_declared_schema(clean, deliver, check):
    validation = check(deliver(clean))

    assert validation.verdict == "pass"
    assert validation.report["rows_failed"].to_pylist() == [0] * len(validation.report)
    assert len(validation.quarantine) == 0
    assert validation.notes == ()
    for name, table in validation.tables.items():
        assert table.schema == INPUTS[name].schema
        assert len(table) == len(clean[name])
    assert validation.report.schema == VALIDATION_REPORT.schema
    assert validation.quarantine.schema == QUARANTINE.schema


def test_values_arrive_in_their_types_and_times_in_utc(clean, deliver, check):
    tables = check(deliver(clean)).tables

    assert (
        tables["applications"]["applied_at"][0].as_py().isoformat() == "2026-02-01T16:00:00+00:00"
    )
    assert tables["events"].slice(0, 1).to_pylist()[0] == {
        "event_id": "e010",
        "user_id": "u0",
        "item_id": "i0",
        "event_type": "purchase",
        "occurred_at": tables["events"]["occurred_at"][0].as_py(),
        "quantity": 1.0,
        "unit_price": 9.5,
        "currency": None,
        "basket_id": None,
        "channel": None,
        "source": None,
    }
    assert tables["trials"]["opens_on"][0].as_py() == date(2026, 2, 1)
    assert tables["exposures"]["was_opened"].to_pylist() == [True]


def test_the_same_delivery_gives_the_same_bytes(needed, deliver, check):
    needed["events"][3]["quantity"] = "-1"
    needed["items"].append({"item_id": ""})
    folder = deliver(needed)

    assert check(folder) == check(folder)


def test_blank_text_is_missing_in_every_format(clean, deliver, check):
    report = {**clean["reports"][1], "trial_id": "  ", "language": ""}
    folder = deliver({"events": clean["events"], "items": clean["items"]})
    (folder / "reports.jsonl").write_text(json.dumps(report), encoding="utf-8")

    (row,) = check(folder).tables["reports"].to_pylist()

    assert (row["trial_id"], row["language"]) == (None, None)


def test_an_absent_optional_table_is_said_and_nothing_refers_to_it(needed, deliver, check):
    validation = check(deliver(needed))

    assert set(validation.tables) == {"events", "items"}
    assert "users was not delivered; what needs it is left out." in [
        note.en for note in validation.notes
    ]
    assert "user_id.references" not in validation.report["rule_id"].to_pylist()
    assert validation.verdict == "pass"


def test_an_exact_second_delivery_of_a_row_is_dropped_and_counted(needed, deliver, check):
    needed["events"] += needed["events"][:3]

    validation = check(deliver(needed))

    events = validation.counts[0]
    assert (events.read, events.accepted, events.duplicates, events.quarantined) == (115, 112, 3, 0)
    assert validation.verdict == "pass"


def test_a_copy_written_in_another_way_is_the_same_row(needed, deliver, check):
    folder = deliver(needed)
    again = dict(needed["events"][0], quantity="1.0", occurred_at="2026-02-01T18:00:00+08:00")
    (folder / "events-late.jsonl").write_text(json.dumps(again), encoding="utf-8")

    assert check(folder).counts[0].duplicates == 1


def test_rows_from_the_as_of_day_on_are_left_out_and_counted(needed, deliver, check):
    validation = check(deliver(needed), as_of=date(2026, 2, 15))

    events = validation.counts[0]
    assert (events.accepted, events.after_as_of, events.quarantined) == (14 * 4, 14 * 4, 0)
    assert max(validation.tables["events"]["occurred_at"].to_pylist()).day == 14


def test_a_person_who_joins_on_the_as_of_day_or_later_is_not_known_yet(clean, deliver, check):
    for user, day in zip(
        clean["users"], ["2026-02-28", "2026-03-01", "2031-01-01", ""], strict=True
    ):
        user["joined_on"] = day

    validation = check(deliver(clean))

    (users,) = [count for count in validation.counts if count.table == "users"]
    assert (users.accepted, users.after_as_of, users.quarantined) == (2, 2, 0)
    assert validation.tables["users"]["user_id"].to_pylist() == ["u0", "u3"]


def test_a_delivery_that_has_not_come_yet_is_not_known(clean, deliver, check):
    clean["awards"][1]["delivered_on"] = "2026-03-01"

    validation = check(deliver(clean))

    assert validation.tables["awards"]["delivered_on"].to_pylist() == [date(2026, 2, 10), None]
    assert validation.verdict == "pass"


def test_the_as_of_day_begins_in_the_shops_zone(needed, deliver, check):
    # 2026-02-14T16:00Z is the start of the 15th in Shanghai: three users have shopped by then.
    needed["events"] = [dict(row) for row in needed["events"]]
    needed["events"][-1]["occurred_at"] = "2026-02-14T16:00:00Z"
    needed["events"][-2]["occurred_at"] = "2026-02-14T15:59:59Z"

    validation = check(deliver(needed), as_of=date(2026, 2, 15), timezone="Asia/Shanghai")

    accepted = validation.tables["events"]["event_id"].to_pylist()
    assert "e283" not in accepted
    assert "e282" in accepted


def test_bad_rows_block_the_day_only_beyond_the_threshold(needed, deliver, check, finding):
    for row in needed["events"][:5]:
        row["unit_price"] = "-1"
    folder = deliver(needed)

    tolerated, strict = check(folder), check(folder, row_threshold=0.04)

    lenient = check(folder, row_warning=0.05)

    assert (tolerated.verdict, strict.verdict, lenient.verdict) == ("warn", "block", "pass")
    assert finding(tolerated, "events", "unit_price.bounds")["rows_failed"] == 5
    assert "nothing is published" in finding(strict, "events", "unit_price.bounds")["found_en"]


def test_bad_rows_of_a_table_the_day_can_do_without_only_warn(needed, clean, deliver, check):
    clean["trials"][0]["units"] = "0"

    assert check(deliver({**needed, "trials": clean["trials"]})).verdict == "warn"


def test_the_quarantine_keeps_the_row_as_it_was_read(needed, deliver, check):
    needed["events"][2]["quantity"] = "two"

    (row,) = check(deliver(needed)).quarantine.to_pylist()

    assert (row["source_file"], row["row_number"]) == ("events.csv", 3)
    assert json.loads(row["raw"]) == needed["events"][2]
    assert row["first_seen"].isoformat() == "2026-03-01T00:00:00+00:00"


def test_the_report_shows_no_value_that_identifies_a_person(clean, deliver, check):
    clean["users"].append({"user_id": "u-secret", "birth_year": "1492"})
    clean["applications"].append(
        {
            "application_id": "a9",
            "trial_id": "t9",
            "user_id": "u-secret",
            "applied_at": "2026-02-02T00:00:00Z",
            "statement": "my diary",
        }
    )

    report = check(deliver(clean)).report.to_pydict()

    for column in ("sample", "found_en", "found_zh"):
        text = " ".join(value or "" for value in report[column])
        assert "a9" in text or column != "sample"
        for private in ("u-secret", "1492", "my diary"):
            assert private not in text


def test_a_trend_runs_over_earlier_reports_to_today(needed, deliver, check, finding):
    folder = deliver(needed)
    yesterday = check(folder).report
    needed["events"][0]["quantity"] = "0"
    deliver(needed)

    today = check(folder, earlier_reports=[yesterday.slice(0, 0), yesterday])

    assert finding(today, "events", "quantity.bounds")["trend"] == [None, 0, 1]


def test_each_table_has_its_owner(needed, deliver, check, finding):
    validation = check(deliver(needed), owners=("events=web team",))

    assert finding(validation, "events", "key.unique")["owner"] == "web team"
    assert finding(validation, "items", "key.unique")["owner"] == ValidationOptions().default_owner


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path, check):
    with pytest.raises(ValueError, match=r"the data must be in a folder, found none at .*nowhere"):
        check(tmp_path / "nowhere")


def test_an_unknown_timezone_is_refused(needed, deliver, check):
    with pytest.raises(ValueError, match="found 'Mars/Olympus'"):
        check(deliver(needed), assume_timezone="Mars/Olympus")


def test_a_count_that_loses_a_row_cannot_exist():
    count = TableCount(
        table="events", read=3, accepted=1, quarantined=1, duplicates=1, after_as_of=0
    )

    with pytest.raises(ValueError, match="each of 4 rows must have a place"):
        replace(count, read=4)


IDS = st.sampled_from(["e1", "e2", "e3", "", " "])
TIMES = st.sampled_from(
    ["2026-02-01T00:00:00Z", "2026-02-27T08:00:00+08:00", "2026-03-09T00:00:00Z", "soon", ""]
)
AMOUNTS = st.sampled_from(["1", "1.0", "0", "-3", "nan", "1e309", "x", "", "=1+1", "\x00", "１"])
GOOD_EVENT = {
    "event_id": "good",
    "user_id": "u1",
    "item_id": "i1",
    "event_type": "purchase",
    "occurred_at": "2026-02-01T00:00:00Z",
    "quantity": 1,
    "unit_price": 2.5,
}
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "event_id": IDS,
            "user_id": st.sampled_from(["u1", "u2", "中文", ""]),
            "item_id": st.sampled_from(["i1", "i2"]),
            "event_type": st.sampled_from(["purchase", "return", "steal"]),
            "occurred_at": TIMES,
            "quantity": AMOUNTS,
            "unit_price": AMOUNTS,
        }
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS)
def test_every_row_read_is_accepted_or_refused_or_a_copy_or_of_the_future(events):
    with TemporaryDirectory() as folder:
        lines = [json.dumps(event, ensure_ascii=False) for event in [GOOD_EVENT, *events]]
        Path(folder, "events.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
        Path(folder, "items.jsonl").write_text(
            '{"item_id": "i1", "merchant_id": "m", "name": "n", "category": "c"}', encoding="utf-8"
        )
        validation = validate(
            Path(folder),
            Path(folder, "checked"),
            as_of=date(2026, 3, 1),
            options=ValidationOptions(),
        )
        accepted = validation.tables["events"].to_pylist()
        quarantine = validation.quarantine.to_pylist()

    count = validation.counts[0]
    refused = [json.loads(row["raw"]) for row in quarantine if row["table"] == "events"]
    assert count.read == len(events) + 2
    assert count.read == count.accepted + count.quarantined + count.duplicates + count.after_as_of
    assert count.quarantined == len(refused)
    # Nothing is lost: each delivered id is in one of the places, unless its row is of the future.
    kept = {row["event_id"] for row in accepted}
    # A line that is no row, such as one with a NUL, is kept as the text it is.
    lines = [row["malformed_line"] for row in refused if "malformed_line" in row]
    held = {row.get("event_id") for row in refused}
    held |= {name for line in lines for name in re.findall(r'"event_id": "([^"]*)"', line)}
    known = {event["event_id"] for event in events if not event["occurred_at"] > "2026-03"}
    known |= {event["event_id"] for event in events if event["occurred_at"] in {"soon", ""}}
    assert known <= kept | held
    # Nothing bad gets in.
    assert all(row["item_id"] == "i1" and row["event_id"].strip() for row in accepted)
    assert all(row["quantity"] is None or row["quantity"] > 0 for row in accepted)
    assert len(kept) == len(accepted)


def test_rows_that_differ_are_no_copies_even_if_duckdb_hashes_them_alike(needed, deliver, check):
    alike = ("u00000001-000000", "u00000091-000005")
    with duckdb.connect() as connection:
        hashes = connection.execute("SELECT hash(?), hash(?)", alike).fetchone()
    event = needed["events"][0]
    needed["events"] = [{**event, "basket_id": basket} for basket in alike]

    (count, _) = check(deliver(needed)).counts

    assert len(set(hashes)) == 1
    assert (count.duplicates, count.quarantined) == (0, 2)


def test_a_parquet_file_that_changes_while_it_is_read_is_a_broken_contract(needed, tmp_path, check):
    folder = tmp_path / "day"
    folder.mkdir()
    for name, rows in needed.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")

    def cut(step, *_):
        if step == "checking events":
            whole = (folder / "events.parquet").read_bytes()
            (folder / "events.parquet").write_bytes(whole[:-40])

    with pytest.raises(ContractError, match="could not be read again"):
        check(folder, progress=cut)
