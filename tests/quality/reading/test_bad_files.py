"""Files that cannot be read, or not as the table they are named after: one clear finding each."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEADER = "event_id,user_id,item_id,event_type,occurred_at,quantity"
ROW = "e1,u1,i1,view,2026-02-01T00:00:00Z,1"


@pytest.fixture
def folder(needed, deliver):
    """A day whose events are still to be written."""
    return deliver({"items": needed["items"]})


def csv_text(*lines):
    return "\n".join([HEADER, *lines, ""])


def blocked(validation, table="events"):
    """Return the one blocking finding."""
    (row,) = [row for row in validation.report.to_pylist() if row["verdict"] == "block"]
    assert row["table"] == table
    assert validation.verdict == "block"
    assert row["found_zh"]
    return row["rule_id"], row["column"], row["found_en"]


def test_a_missing_required_table_is_named(folder, check):
    assert blocked(check(folder)) == (
        "table.delivered",
        None,
        (
            "events: no file of the table was found in the folder. "
            "Deliver events.parquet, events.csv or events.jsonl."
        ),
    )


def test_a_spreadsheet_in_its_place_is_named(folder, check):
    (folder / "events.xlsx").write_bytes(b"PK")

    assert "events.xlsx is in no format that can be read" in blocked(check(folder))[2]


def test_an_empty_folder_names_both_required_tables(tmp_path, check):
    validation = check(tmp_path)

    assert validation.report["table"].to_pylist() == ["events"] * 7 + ["items"] * 7
    assert (validation.verdict, validation.tables, validation.counts) == ("block", {}, ())
    assert len(validation.quarantine) == 0


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("events.csv", b"", "events.csv: it is empty: not even a header."),
        ("events.jsonl", b"", "events.jsonl: it is empty."),
        ("events.jsonl", b"\n \n", "events.jsonl: it is empty."),
        ("events.parquet", b"", "events.parquet: it is empty, cut short or damaged"),
        ("events.json", b'[{"event_id": 1}]', "it holds one JSON array"),
        ("events.csv", csv_text("e1,café,i1,view,2026-02-01T00:00:00Z,1").encode("latin-1"),
         "events.csv: byte 63 (line 2) is not UTF-8, and the file is not plainly GB18030."),
        ("events.csv", csv_text(ROW).encode("utf-16-le"), "its header holds NUL bytes"),
        ("events.jsonl", b"\xff\xfe{\x00\xd8", "is not UTF-16-LE"),
        ("events.csv.gz", gzip.compress(csv_text(ROW).encode(), mtime=0)[:-9], "it is damaged"),
        ("events.csv.gz", csv_text(ROW).encode(), "Not a gzipped file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    folder, check, name, content, expected
):
    (folder / name).write_bytes(content)

    rule, _, found = blocked(check(folder))

    assert rule == "file.readable"
    assert expected in found
    assert "again" in found or "instead" in found


def test_a_parquet_file_cut_short_is_named(folder, needed, check):
    pq.write_table(pa.Table.from_pylist(needed["events"]), folder / "events.parquet")
    whole = (folder / "events.parquet").read_bytes()
    (folder / "events.parquet").write_bytes(whole[: len(whole) // 2])

    rule, _, found = blocked(check(folder))

    assert rule == "file.readable"
    assert found.startswith("events.parquet: it is empty, cut short or damaged")


def test_a_parquet_file_damaged_inside_is_named(folder, needed, check):
    path = folder / "events.parquet"
    pq.write_table(pa.Table.from_pylist(needed["events"]), path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[40:400] = bytes(360)
    path.write_bytes(content)

    assert blocked(check(folder))[0] == "file.readable"


def test_one_unreadable_file_does_not_hide_the_others(folder, check):
    (folder / "events-1.csv").write_text(csv_text(ROW), encoding="utf-8")
    (folder / "events-2.csv").write_bytes(b"")

    validation = check(folder)

    assert blocked(validation)[2].startswith("events-2.csv")
    assert len(validation.tables["events"]) == 1


def test_a_header_without_rows_is_no_delivery_of_a_required_table(folder, check):
    (folder / "events.csv").write_text(HEADER, encoding="utf-8")

    assert blocked(check(folder)) == (
        "table.delivered",
        None,
        "events.csv: it has a header but no rows. Deliver the table's rows.",
    )


def test_a_header_without_rows_is_an_optional_table_without_rows(needed, deliver, check):
    folder = deliver(needed)
    (folder / "users.csv").write_text("user_id,region\n", encoding="utf-8")

    validation = check(folder)

    assert validation.verdict == "pass"
    assert len(validation.tables["users"]) == 0


def test_a_missing_column_is_named_beside_the_found_ones(folder, check):
    (folder / "events.csv").write_text("event_id,User_ID,item_id\ne1,u1,i1\n", encoding="utf-8")

    rule, column, found = blocked(check(folder))

    assert (rule, column) == ("file.columns", "user_id")
    assert "column 'user_id' is missing, found event_id, User_ID, item_id." in found
    assert "column 'occurred_at' is missing" in found


def test_a_repeated_column_is_named(folder, check):
    (folder / "events.csv").write_text("event_id,Event_ID\n1,2\n", encoding="utf-8")

    rule, column, found = blocked(check(folder))

    assert (rule, column) == ("file.columns", "event_id")
    assert "column 'event_id' stands 2 times" in found


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_a_column_named_like_our_own_is_refused(folder, needed, check, name):
    rows = [{**row, "row_number": "7"} for row in needed["events"]]
    if name.endswith("csv"):
        (folder / name).write_text(f"{HEADER},row_number\n{ROW},7\n", encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), folder / name)

    assert "column name 'row_number' is taken" in blocked(check(folder))[2]


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("quantity", pa.array([True]), "must hold a number, found truth values"),
        ("occurred_at", pa.array([1770681600]), "must hold a timestamp, found whole numbers"),
        ("user_id", pa.array([["u1"]]), "must hold a text, found nested or binary values"),
        ("occurred_at", pa.array([0], pa.timestamp("us")), "set assume_timezone"),
    ],
)
def test_a_parquet_column_of_another_type_is_named(folder, needed, check, column, values, expected):
    rows = pa.Table.from_pylist(needed["events"][:1])
    place = rows.column_names.index(column)
    pq.write_table(rows.set_column(place, column, values), folder / "events.parquet")

    rule, named, found = blocked(check(folder))

    assert (rule, named) == ("file.columns", column)
    assert expected in found


def test_a_column_that_nobody_declared_is_kept_out_and_reported(folder, check, finding):
    (folder / "events.csv").write_text(
        csv_text().replace("quantity", "quantitty,colour") + f"{ROW},red\n", encoding="utf-8"
    )

    validation = check(folder)

    assert validation.verdict == "warn"
    assert "colour" not in validation.tables["events"].column_names
    assert [note.en for note in validation.notes][:2] == [
        "events.csv: column 'quantitty' is unknown and was kept out (is it 'quantity'?).",
        "events.csv: column 'colour' is unknown and was kept out.",
    ]
    assert finding(validation, "events", "file.no_unknown_columns")["rows_failed"] == 1


def test_a_column_that_identifies_people_is_kept_out_even_of_the_quarantine(folder, check, finding):
    (folder / "events.csv").write_text(
        f"{HEADER},Phone,note\n{ROW},13800000000,a\n{ROW.replace('e1', '')},13900000000,b\n",
        encoding="utf-8",
    )

    validation = check(folder)

    found = finding(validation, "events", "file.no_forbidden_columns")
    assert (found["verdict"], found["column"]) == ("warn", "Phone")
    (row,) = validation.quarantine.to_pylist()
    assert json.loads(row["raw"])["note"] == "b"
    assert "13900000000" not in row["raw"]


def test_lines_with_too_many_or_too_few_cells_are_refused_and_the_numbers_stay_right(
    folder, check, broken_rules
):
    (folder / "events.csv").write_text(
        csv_text("only,three,cells", ROW, ROW + ",more", "e2,u1,i1,view,never,1"),
        encoding="utf-8",
    )

    validation = check(folder)

    assert broken_rules(validation) == {
        ("events", "events.csv", 1): ["row.well_formed"],
        ("events", "events.csv", 3): ["row.well_formed"],
        ("events", "events.csv", 4): ["occurred_at.parses"],
    }
    assert json.loads(validation.quarantine["raw"][0].as_py()) == {
        "malformed_line": "only,three,cells",
        "why": "It has 3 cells, the header has 6. 有 3 个单元格，表头有 6 个。",
    }
    assert len(validation.tables["events"]) == 1


def test_json_lines_that_are_no_objects_are_refused(folder, check, broken_rules):
    good = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
    lines = [json.dumps(good), "{", "[1]", "7", "", '{"event_id": "\\ud800"}']
    (folder / "events.ndjson").write_text("\n".join(lines), encoding="utf-8")

    refused = broken_rules(check(folder))

    assert set(refused) == {("events", "events.ndjson", number) for number in (2, 3, 4, 5)}
    assert refused[("events", "events.ndjson", 2)] == ["row.well_formed"]
