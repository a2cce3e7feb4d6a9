import csv
import io
import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import files
from infra.files import csv_bytes, json_bytes, parquet_bytes, table_files
from quality import schema
from quality.tables import OUTPUTS

NOON = datetime(2017, 12, 4, 12, tzinfo=UTC)


def cells(body):
    """Read CSV as any program would."""
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6))


@given(TEXTS)
def test_text_in_csv_is_read_back_as_it_was_unless_a_spreadsheet_would_run_it(texts):
    table = pa.table({"a": pa.array(texts, pa.string()), "b": [1] * len(texts)})

    for text, (cell, _) in zip(texts, cells(csv_bytes(table))[1:], strict=True):
        assert cell == ("'" + text if text[:1] in tuple("=+-@\t\r\n＝＋－＠") else text)


def test_no_cell_of_text_begins_as_a_formula_does():
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1"]
    table = pa.table({"text": texts, "list": [[text, "b"] for text in texts]})

    for row in cells(csv_bytes(table))[1:]:
        assert all(cell.startswith("'") for cell in row)


def test_numbers_stay_numbers_and_ids_stay_text():
    table = pa.table({"user_id": ["007", "1e5"], "score": [-0.5, 1e-7], "rank": [-1, None]})

    assert csv_bytes(table) == (
        b"\xef\xbb\xbfuser_id,score,rank\r\n"
        b'"007",-0.5,-1\r\n'
        b'"1e5",1e-7,\r\n'
    )  # fmt: skip


def test_days_times_truth_values_lists_and_nulls_have_one_spelling():
    table = pa.table(
        {
            "day": [date(2017, 12, 4), None],
            "at": pa.array([NOON, NOON.replace(microsecond=50)], pa.timestamp("us", "UTC")),
            "is_new": [True, None],
            "flags": [["copied", "off_topic"], None],
            "text": ["", None],
        }
    )

    assert csv_bytes(table).decode("utf-8-sig").splitlines() == [
        "day,at,is_new,flags,text",
        '2017-12-04,2017-12-04T12:00:00Z,true,"copied|off_topic",""',
        ",2017-12-04T12:00:00.000050Z,,,",
    ]


def test_csv_of_no_rows_is_its_header():
    assert csv_bytes(pa.table({"a": pa.array([], pa.string())})) == b"\xef\xbb\xbfa\r\n"


@pytest.mark.parametrize("write", [parquet_bytes, csv_bytes])
def test_bytes_do_not_depend_on_how_a_table_is_chunked(write):
    numbers = range(10_000)
    # Long enough for several pages, which would otherwise end where chunks do.
    whole = pa.table({"a": [f"{n:0500}" for n in numbers], "b": [n / 7 for n in numbers]})
    parts = pa.concat_tables([whole.slice(start, 333) for start in range(0, 10_000, 333)])

    assert write(parts) == write(whole)
    assert write(whole) == write(whole)


def test_parquet_is_read_back_as_it_was_without_foreign_metadata():
    table = pa.table({"a": ["x", None], "at": pa.array([NOON, None], pa.timestamp("us", "UTC"))})

    body = parquet_bytes(table.replace_schema_metadata({"written_at": "today"}))

    assert pq.read_table(io.BytesIO(body)) == table
    assert b"written_at" not in body


DECLARED = schema.Table(
    name="example",
    key=("item_id",),
    en="",
    zh="",
    formats=("parquet", "csv", "json"),
    columns=(
        schema.text("item_id", "", ""),
        schema.json("aspects?", "", ""),
        schema.date("day?", "", ""),
        schema.timestamp("at?", "", ""),
        schema.number("rating?", "", ""),
        schema.texts("flags?", "", ""),
    ),
)


def example(**values):
    """One row of the declared example."""
    row = {name: [value] for name, value in ({"item_id": "壶"} | values).items()}
    return DECLARED.conform(pa.table(row))


def test_json_embeds_documents_and_spells_days_and_times():
    table = example(
        aspects='{"b": 1, "a": [null]}', day=date(2017, 12, 4), at=NOON, rating=4.5, flags=["x"]
    )

    body = json_bytes(table, DECLARED)

    assert json.loads(body) == [
        {
            "item_id": "壶",
            "aspects": {"a": [None], "b": 1},
            "day": "2017-12-04",
            "at": "2017-12-04T12:00:00Z",
            "rating": 4.5,
            "flags": ["x"],
        }
    ]
    assert "壶".encode() in body
    assert body.index(b'"aspects"') < body.index(b'"item_id"')


def test_null_is_null_in_json():
    nothing = dict.fromkeys(("aspects", "day", "at", "rating", "flags"))

    assert json.loads(json_bytes(example(), DECLARED)) == [{"item_id": "壶", **nothing}]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"rating": float("nan")}, "example.rating must be finite"),
        ({"aspects": "{"}, "example.aspects must be JSON"),
        ({"aspects": "[NaN]"}, "example.aspects must be JSON"),
    ],
)
def test_what_json_cannot_say_is_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        json_bytes(example(**values), DECLARED)


def test_a_table_becomes_the_files_it_declares():
    files = table_files(example(), DECLARED)

    assert list(files) == ["example.parquet", "example.csv", "example.json"]
    assert {file.rows for file in files.values()} == {1}
    assert files["example.csv"].content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_output_table_can_be_written_without_rows(name):
    assert len(table_files(OUTPUTS[name].empty(), OUTPUTS[name])) == len(OUTPUTS[name].formats)


def test_a_csv_is_the_same_however_many_rows_are_written_at_once(monkeypatch):
    rows = pa.table({"a": ["x", None, "=1", "y", 'z"'], "b": [1, 2, None, 4, 5]})
    whole = csv_bytes(rows)

    monkeypatch.setattr(files, "_ROWS_AT_ONCE", 2)

    assert csv_bytes(rows) == whole
