"""Parquet files that are damaged, oddly named or typed end in findings; the others are read."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROW = {
    "event_id": "e1",
    "user_id": "u1",
    "item_id": "i1",
    "event_type": "view",
    "occurred_at": "2026-02-01T00:00:00Z",
}


def parquet(columns=(), rows=(ROW,), **options):
    """Return a file of events in which some columns are replaced."""
    table = pa.Table.from_pylist(list(rows))
    for name, values in dict(columns).items():
        table = table.drop_columns(name).append_column(name, values)
    written = io.BytesIO()
    pq.write_table(table, written, **options)
    return written.getvalue()


def test_names_with_characters_of_patterns_are_taken_to_the_letter(read):
    names = [
        "events/a[1].parquet",
        "events/a1.parquet",
        "events/d*?/b's.parquet",
        "events-{x,y}.parquet",
    ]
    files = {name: parquet({"user_id": pa.array([name])}) for name in names}

    found = read(files)

    assert sorted(found.rows("source_file, user_id")) == sorted(zip(names, names, strict=True))


@pytest.mark.parametrize(
    "values",
    [pa.array([["u"]]), pa.array([{"a": 1}]), pa.array([b"\xff"]), pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8()))],
    ids=["list", "struct", "binary", "map"],
)  # fmt: skip
def test_a_nested_or_binary_column_is_named(read, values):
    found = read({"events.parquet": parquet({"user_id": values})})

    (said,) = found.found("file.columns").values()
    assert said.startswith("column 'user_id' must hold a text, found nested or binary values.")


@pytest.mark.parametrize(
    "values",
    [
        pa.array([0], pa.timestamp("s", "UTC")),
        pa.array([0], pa.timestamp("ms", "Asia/Shanghai")),
        pa.array([0], pa.timestamp("us", "UTC")),
        pa.array([0], pa.timestamp("ns", "UTC")),
    ],
)
def test_an_instant_is_read_in_every_unit(read, values):
    found = read({"events.parquet": parquet({"occurred_at": values})})

    assert found.rows("epoch(occurred_at)") == [(0.0,)]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["u1"], pa.large_string()),
        pa.array(["u1"], pa.string_view()),
        pa.array(["u1"]).dictionary_encode(),
    ],
)
def test_text_is_read_however_it_is_stored(read, values):
    assert read({"events.parquet": parquet({"user_id": values})}).rows("user_id") == [("u1",)]


def test_a_file_without_columns_lacks_the_mandatory_ones(read):
    written = io.BytesIO()
    pq.write_table(pa.table({}), written)

    found = read({"events.parquet": written.getvalue()})

    assert "is missing, found none" in found.found("file.columns")["events.parquet"]


def test_an_encrypted_file_is_said_to_be_encrypted(read):
    content = b"PARE" + bytes(100) + b"PARE"

    found = read({"events.parquet": content})

    assert "it is encrypted" in found.found("file.readable")["events.parquet"]


@pytest.mark.parametrize("column", list(ROW))
def test_a_damaged_page_of_any_column_is_found_before_rows_are_read(read, column):
    rows = [{**ROW, "event_id": f"e{n}"} for n in range(1000)]
    content = bytearray(parquet(rows=rows, compression="gzip", use_dictionary=False))
    group = pq.read_metadata(io.BytesIO(content)).row_group(0)
    chunk = group.column(list(ROW).index(column))
    start = chunk.data_page_offset + chunk.total_compressed_size // 2
    content[start : start + 20] = bytes(20)

    found = read({"events-1.parquet": bytes(content), "events-2.parquet": parquet()})

    assert "damaged" in found.found("file.readable")["events-1.parquet"]
    assert found.rows("source_file") == [("events-2.parquet",)]


def test_every_way_to_cut_a_file_short_is_a_finding(read):
    name, whole = "events.parquet", parquet()

    for end in (0, 4, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        assert "cut short or damaged" in read({name: whole[:end]}).found("file.readable")[name]
