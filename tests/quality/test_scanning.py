import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from quality.scanning import scan

TABLE = pa.table({"number": list(range(10)), "name": list("abcdefghij")})
ODD = pc.equal(pc.bit_wise_and(pc.field("number"), pc.scalar(1)), 1)


@pytest.fixture(params=["in memory", "on disk"])
def rows(request, tmp_path):
    if request.param == "in memory":
        return TABLE
    pq.write_table(TABLE, tmp_path / "rows.parquet", row_group_size=2)
    return ds.dataset(tmp_path / "rows.parquet")


def test_chosen_rows_come_in_their_order_with_the_columns_asked_for(rows):
    found = pa.concat_tables(scan(rows, ["name"], where=ODD, least_rows=1))

    assert found.to_pydict() == {"name": list("bdfhj")}


def test_a_batch_is_as_long_as_was_asked_for(tmp_path):
    pq.write_table(TABLE, tmp_path / "rows.parquet", row_group_size=2)
    on_disk = ds.dataset(tmp_path / "rows.parquet")

    lengths = [len(batch) for batch in scan(on_disk, ["name"], where=ODD, least_rows=2)]

    assert lengths == [2, 2, 1]


def test_no_rows_are_no_batch(rows):
    assert list(scan(rows, ["name"], where=pc.field("number") > 10, least_rows=1)) == []
