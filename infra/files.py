"""Tables as files: Parquet for programs, CSV for people and spreadsheets, JSON for pages.

The same rows give the same bytes, however the table was chunked and whatever the machine.
"""

import json
import math
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.publish.records import PublishedObject
from quality.schema import Kind, Table

PARQUET: Final = "application/vnd.apache.parquet"
"""Media type of Parquet."""
_BOM = b"\xef\xbb\xbf"
_LINE_END = "\r\n"
_FORMULA = r"\A([=+\-@\t\r\n＝＋－＠])"
"""What makes a spreadsheet run a cell, with the full-width forms that East Asian ones accept.

Source: OWASP, "CSV Injection", owasp.org/www-community/attacks/CSV_Injection."""
_ROWS_AT_ONCE = 256 * 1024
"""Rows whose cells are in memory beside the text."""
_WHOLE_SECOND = r"\.0+Z\z"


def table_files(table: pa.Table, declared: Table) -> dict[str, PublishedObject]:
    """Return the files a table is published as, by name, in the formats it declares.

    Raises:
        ValueError: If a value cannot be written, see :func:`json_bytes`.
    """
    files = {}
    for suffix in declared.formats:
        match suffix:
            case "parquet":
                body, content_type = parquet_bytes(table), PARQUET
            case "csv":
                body, content_type = csv_bytes(table), "text/csv; charset=utf-8"
            case "json":
                body, content_type = json_bytes(table, declared), "application/json"
            case _:
                raise ValueError(f"table {declared.name} declares the unknown format {suffix!r}")
        files[f"{declared.name}.{suffix}"] = PublishedObject(
            body=body, content_type=content_type, rows=len(table), schema=table.schema
        )
    return files


def parquet_bytes(table: pa.Table) -> bytes:
    """Write as Parquet: row groups of a fixed size, no time stamps, no metadata but the schema."""
    sink = BytesIO()
    # One chunk a column, or the pages would follow the chunks the table happens to have.
    whole = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(
        whole,
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        row_group_size=256 * 1024,
        data_page_size=1024 * 1024,
        write_statistics=True,
    )
    return sink.getvalue()


def read_parquet(body: bytes) -> pa.Table:
    """Read what :func:`parquet_bytes` wrote; Parquet has names of its own for the parts of a list."""
    return pq.read_table(BytesIO(body))


def csv_bytes(table: pa.Table) -> bytes:
    """Write as CSV (RFC 4180) that a spreadsheet opens well and cannot run.

    UTF-8 with a BOM; text is quoted, so an id stays what it was; numbers and truth values are
    bare; null is empty; days are ISO 8601, times too, in UTC; a list is joined by ``|``. Text that
    begins with ``=``, ``+``, ``-``, ``@`` (full-width ones too), tab or a line end gets an
    apostrophe in front.
    """
    sink = BytesIO()
    sink.write(_BOM + (",".join(table.column_names) + _LINE_END).encode("utf-8"))
    for start in range(0, len(table), _ROWS_AT_ONCE):
        rows = table.slice(start, _ROWS_AT_ONCE)
        cells = [_cells(column.combine_chunks()) for column in rows.columns]
        lines = pc.binary_join_element_wise(*cells, _text(","))
        ended = pc.binary_join_element_wise(lines, _text(""), _text(_LINE_END))
        # Beside one another in memory, the lines are the text.
        sink.write(ended.buffers()[2])
    return sink.getvalue()


def _cells(column: pa.Array) -> pa.Array:
    """Return a column as cells of CSV, all of one type, null as empty."""
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "|")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        # What is said often is looked at once.
        said = column.dictionary_encode()
        text = _quoted(said.dictionary.cast(pa.large_string())).take(said.indices)
    else:
        text = column.cast(pa.large_string())
    if pa.types.is_timestamp(column.type):
        iso = pc.replace_substring(text, " ", "T")
        text = pc.replace_substring_regex(iso, _WHOLE_SECOND, "Z")
    return pc.fill_null(text, "")


def _quoted(text: pa.Array) -> pa.Array:
    doubled = pc.replace_substring(pc.replace_substring_regex(text, _FORMULA, r"'\1"), '"', '""')
    return pc.binary_join_element_wise(_text('"'), doubled, _text('"'), _text(""))


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def json_bytes(table: pa.Table, declared: Table) -> bytes:
    """Write as a JSON list of rows; columns of JSON text become part of the document.

    Keys are sorted; days and times are ISO 8601, times in UTC; null is null.

    Raises:
        ValueError: If a number is not finite, or a column declared as JSON holds other text.
    """
    documents = {column.name for column in declared.columns if column.kind is Kind.JSON}
    rows = [
        {name: _value(declared, name, value, documents) for name, value in row.items()}
        for row in table.to_pylist()
    ]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _value(declared: Table, name: str, value: Any, documents: set[str]) -> Any:
    match value:
        case str() if name in documents:
            try:
                return json.loads(value, parse_constant=_refuse_constant)
            except ValueError as error:
                raise ValueError(f"{declared.name}.{name} must be JSON: {error}") from error
        case float() if not math.isfinite(value):
            raise ValueError(f"{declared.name}.{name} must be finite to be JSON, found {value}")
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
