"""What is too large, no regular file or delivered twice is named, and costs nothing else."""

import gzip
import itertools
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quality.reading.findings import UnreadableFileError
from quality.reading.textual import TextFile

ROW = {"event_id": "e1", "user_id": "u1", "item_id": "i1", "event_type": "view"}
TIME = "2026-02-01T00:00:00Z"


def json_line(**values):
    pairs = (
        f'"{name}": "{value}"' for name, value in (ROW | {"occurred_at": TIME} | values).items()
    )
    return "{" + ", ".join(pairs) + "}"


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_gzip_bomb_ends_with_the_limit_and_its_option(read, events_csv, ending):
    bomb = gzip.compress(bytes(20 * 2**20))

    found = read(
        {"events-1.csv": events_csv("e1,u1,i1").encode(), f"events-2.{ending}.gz": bomb},
        largest_file_gib=0.01,
    )

    said = found.found("file.readable")[f"events-2.{ending}.gz"]
    assert "more than largest_file_gib = 0.01 GiB and was not read on" in said
    assert found.rows("event_id") == [("e1",)]


def test_no_more_is_decompressed_than_the_limit_allows(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(bytes(64 * 2**20)))
    pieces = TextFile(path, largest_gib=1 / 128).raw()

    read = list(itertools.islice(pieces, 2))

    assert sum(map(len, read)) == 2**30 / 128
    with pytest.raises(UnreadableFileError, match="was not read on"):
        next(pieces)


def test_a_parquet_file_beyond_the_limit_is_refused_by_its_footer(read, tmp_path):
    pq.write_table(pa.table({"event_id": [str(n) * 9 for n in range(1000)]}), tmp_path / "x")

    found = read({"events.parquet": (tmp_path / "x").read_bytes()}, largest_file_gib=1e-6)

    assert "more than largest_file_gib = 1e-06" in found.found("file.readable")["events.parquet"]


def test_a_long_value_in_json_is_refused_alone(read):
    lines = [json_line(), json_line(user_id="u" * 21), json_line(event_id="e3", item_id="明" * 20)]

    found = read({"events.jsonl": "\n".join(lines).encode()}, longest_cell=20)

    assert found.rows("event_id") == [("e1",), ("e3",)]
    assert "longest_cell = 20" in found.malformed()[2][1]


def test_a_long_value_in_parquet_is_refused_alone_and_kept_whole(read, tmp_path):
    rows = [{**ROW, "occurred_at": TIME, "phone": "1"}, {**ROW, "user_id": "明" * 21}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x")

    found = read(
        {"events.parquet": (tmp_path / "x").read_bytes()},
        longest_cell=20,
        forbidden_columns=("phone",),
    )

    assert found.rows("row_number, event_id") == [(1, "e1")]
    line, why = found.malformed()[2]
    assert "明" * 21 in line
    assert "phone" not in line
    assert "longest_cell = 20" in why
    ((key,),) = found.connection.execute(
        "SELECT event_id FROM typed_events WHERE row_number = 2"
    ).fetchall()
    assert key is None


@pytest.mark.parametrize("option", ["largest_file_gib", "longest_cell"])
def test_a_limit_must_be_positive(read, option):
    with pytest.raises(ValueError, match="must be positive"):
        read({}, **{option: 0})


def test_the_same_bytes_under_two_names_are_reported(read, events_csv):
    content, other = events_csv("e1,u1,i1").encode(), events_csv("e2,u1,i1").encode()

    found = read({"events-1.csv": content, "events-2.csv": other, "events-3.csv": content})

    assert list(found.found("file.not_repeated")) == ["events-3.csv"]
    assert "byte for byte, as events-1.csv" in found.found("file.not_repeated")["events-3.csv"]
    assert len(found.rows()) == 3


def test_only_links_to_regular_files_inside_the_folder_are_followed(read, events_csv, tmp_path):
    day, outside = tmp_path / "day", tmp_path / "elsewhere"
    (day / "events").mkdir(parents=True)
    outside.mkdir()
    (outside / "x.csv").write_text(events_csv("e9,u1,i1"), encoding="utf-8")
    (day / "real.data").write_text(events_csv("e1,u1,i1"), encoding="utf-8")
    (day / "events" / "in.csv").symlink_to(day / "real.data")
    (day / "events" / "out.csv").symlink_to(outside / "x.csv")
    (day / "events" / "gone.csv").symlink_to(day / "nothing.csv")
    (day / "events" / "round.csv").symlink_to(day / "events" / "round.csv")
    (day / "events" / "part").symlink_to(outside)
    (day / "events" / "up").symlink_to(day)
    (day / "events.parquet").mkdir()
    os.mkfifo(day / "events" / "pipe.jsonl")
    (day / "events-null.csv").symlink_to("/dev/null")

    found = read({})

    assert found.rows("source_file, event_id") == [("events/in.csv", "e1")]
    assert {name: said.split(". ")[0] for name, said in found.found("file.readable").items()} == {
        "events-null.csv": "it is a link that leads out of the data folder and was not followed",
        "events.parquet": "it is a folder named like a file",
        "events/gone.csv": "it is a link that leads nowhere",
        "events/out.csv": "it is a link that leads out of the data folder and was not followed",
        "events/part": "it is a link that leads out of the data folder and was not followed",
        "events/pipe.jsonl": "it is no regular file (a pipe, a socket or a device) and was not "
        "opened",
        "events/round.csv": "it is a link that leads nowhere",
        "events/up": "it is a link to a folder and was not followed",
    }


def test_a_table_folder_that_is_a_link_is_not_followed(read, tmp_path):
    (tmp_path / "day").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "day" / "events").symlink_to(tmp_path / "elsewhere")

    assert "leads out of the data folder" in read({}).found("file.readable")["events"]


def test_a_name_that_is_not_utf8_is_named_as_far_as_it_can_be(read, tmp_path):
    (tmp_path / "day").mkdir()
    path = os.fsencode(tmp_path / "day") + b"/events-\xff.csv"
    with open(path, "wb") as stream:  # noqa: PTH123 - a path of bytes
        stream.write(b"x")

    assert "its name is not UTF-8" in read({}).found("file.readable")["events-\ufffd.csv"]
