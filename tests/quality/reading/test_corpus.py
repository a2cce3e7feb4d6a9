"""Inputs that once broke the readers, and a short fuzz run that looks for more."""

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CORPUS = Path(__file__).parent / "corpus"
FUZZER = Path(__file__).parents[3] / "benchmarks" / "fuzz_readers.py"


def test_text_in_parquet_that_is_not_utf8_is_found_before_rows_are_read(read):
    written = io.BytesIO()
    names = ("event_id", "user_id", "item_id", "event_type", "occurred_at")
    table = pa.table({name: ["2026-02-20T21:49:10+00:00", "x"] for name in names})
    pq.write_table(table, written, compression="none", use_dictionary=False)
    content = written.getvalue().replace(b"T21:49:10", b"T21:49\xff\xff\xff")

    found = read({"events.parquet": content})

    assert "Invalid string encoding" in found.found("file.readable")["events.parquet"]


def test_a_parquet_column_whose_name_is_not_utf8_is_damage(read):
    written = io.BytesIO()
    pq.write_table(pa.table({"event_id": ["e1"], "user_idx": ["u1"]}), written)
    content = written.getvalue().replace(b"user_idx", b"user\xff\xff\xff\xff")

    found = read({"events.parquet": content})

    assert "can't decode byte" in found.found("file.readable")["events.parquet"]


def test_damage_that_is_fatal_to_a_database_costs_no_other_file(read, events_csv):
    damaged = (CORPUS / "negative_size.parquet").read_bytes()

    found = read({"events-1.parquet": damaged, "events-2.csv": events_csv("e1,u1,i1").encode()})

    assert list(found.found("file.readable")) == ["events-1.parquet"]
    assert found.rows("event_id") == [("e1",)]


def test_a_short_fuzz_run_finds_nothing(tmp_path):
    run = subprocess.run(
        [sys.executable, FUZZER, "--inputs", "800", "--processes", "1", "--keep", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "800 inputs" in run.stdout
    assert list(tmp_path.iterdir()) == []
