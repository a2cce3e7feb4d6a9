import pytest

from infra.errors import StoreError
from infra.landing import fetch_inputs

pytestmark = [pytest.mark.s3, pytest.mark.xdist_group("s3")]


@pytest.fixture
def put(seaweedfs, shared_bucket):
    """Put an object where a shop would."""

    def put(key, body=b""):
        seaweedfs.client().put_object(Bucket=shared_bucket, Key=key, Body=body)

    return put


@pytest.mark.parametrize("tls", [False, True])
def test_a_prefix_is_copied_with_its_folders(seaweedfs, shared_bucket, put, tmp_path, tls):
    prefix = f"{tmp_path.name}-{tls}"
    big = bytes(range(256)) * 20_000
    put(f"{prefix}/events/part 1.csv", "用户\n".encode())
    put(f"{prefix}/events/part 2.parquet", big)
    put(f"{prefix}/items.csv")
    put(f"{prefix}-other/items.csv", b"not ours")

    into = fetch_inputs(
        f"s3://{shared_bucket}/{prefix}", tmp_path / "in", seaweedfs.options(tls=tls)
    )

    files = {str(p.relative_to(into)): p.read_bytes() for p in into.rglob("*") if p.is_file()}
    assert files == {
        "events/part 1.csv": "用户\n".encode(),
        "events/part 2.parquet": big,
        "items.csv": b"",
    }


@pytest.mark.parametrize("fault", ["truncate", "corrupt", "503"])
def test_a_body_that_arrives_broken_is_copied_again(
    seaweedfs, shared_bucket, put, proxy, tmp_path, fault
):
    put(f"{tmp_path.name}/items.csv", b"item" * 100)
    proxy.faults.extend(["pass", fault])
    options = seaweedfs.options(endpoint_url=proxy.endpoint)

    into = fetch_inputs(f"s3://{shared_bucket}/{tmp_path.name}", tmp_path / "in", options)

    assert (into / "items.csv").read_bytes() == b"item" * 100


def test_a_copy_that_failed_leaves_nothing_and_can_be_repeated(
    seaweedfs, shared_bucket, put, proxy, tmp_path
):
    put(f"{tmp_path.name}/a.csv", b"a" * 100)
    put(f"{tmp_path.name}/b.csv", b"b" * 100)
    proxy.faults.extend(["pass", "truncate", "truncate"])
    options = seaweedfs.options(endpoint_url=proxy.endpoint, attempts=1)
    uri = f"s3://{shared_bucket}/{tmp_path.name}"

    with pytest.raises(StoreError, match=r"cannot read s3://.*\.csv"):
        fetch_inputs(uri, tmp_path / "in", options)
    assert not (tmp_path / "in").exists()

    into = fetch_inputs(uri, tmp_path / "in", options)
    assert sorted(path.name for path in into.iterdir()) == ["a.csv", "b.csv"]


def test_an_object_that_changes_while_it_is_copied_is_an_error(
    seaweedfs, shared_bucket, put, proxy, tmp_path
):
    put(f"{tmp_path.name}/a.csv", b"as listed")
    proxy.faults.extend(["pass", lambda: put(f"{tmp_path.name}/a.csv", b"different")])
    options = seaweedfs.options(endpoint_url=proxy.endpoint)

    with pytest.raises(StoreError, match=r"a\.csv .*it was changed meanwhile; run it again"):
        fetch_inputs(f"s3://{shared_bucket}/{tmp_path.name}", tmp_path / "in", options)


def test_a_prefix_without_objects_is_an_error_that_names_it(seaweedfs, shared_bucket, tmp_path):
    with pytest.raises(StoreError, match=r"below s3://.*/absent/, found no object"):
        fetch_inputs(f"s3://{shared_bucket}/absent", tmp_path / "in", seaweedfs.options())


def test_a_missing_bucket_is_an_error_that_names_it(seaweedfs, tmp_path):
    with pytest.raises(StoreError, match=r"no-such-bucket/a/ .*the bucket does not exist"):
        fetch_inputs("s3://no-such-bucket/a", tmp_path / "in", seaweedfs.options())


def test_an_unreachable_server_is_an_error_that_names_it(seaweedfs, tmp_path):
    options = seaweedfs.options(endpoint_url="http://127.0.0.1:9", attempts=1)

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9: no whole answer after 1 attempts"):
        fetch_inputs("s3://shop/a", tmp_path / "in", options)


def test_a_copy_never_mixes_with_other_files(seaweedfs, tmp_path):
    (tmp_path / "old.csv").write_text("from another day")

    with pytest.raises(ValueError, match="must be empty"):
        fetch_inputs("s3://shop/a", tmp_path, seaweedfs.options())
