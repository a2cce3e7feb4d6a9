"""Bodies that travel in parts: as whole, as exclusive and as verified as those in one request."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.errors import StoreError
from infra.store import KeyTaken, TagMismatch, open_store
from infra.store.parts import MIB, MOST_PARTS, SMALLEST_PART_BYTES, part_size

S3 = (pytest.mark.s3, pytest.mark.xdist_group("s3"))
TEXT = "text/plain"


class Bucket:
    """A bucket of its own, because unfinished uploads are listed by bucket."""

    def __init__(self, server):
        self.server, self.name, self.client = server, server.bucket(), server.client()

    def store(self, **options):
        """A store in which every body that is not empty is sent in parts."""
        address = f"s3://{self.name}/{uuid4().hex}"
        return open_store(address, self.server.options(multipart_mib=0, **options))

    def unfinished(self):
        """Uploads that were begun and neither completed nor aborted."""
        return self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])


@pytest.fixture(scope="module")
def bucket(seaweedfs):
    return Bucket(seaweedfs)


@pytest.fixture(params=["http", "tls"])
def store(request, bucket):
    return bucket.store(tls=request.param == "tls")


@pytest.fixture
def faulty(bucket, proxy, monkeypatch):
    """A store behind the proxy that retries at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("infra.store.s3.pause", lambda _: None)
    return bucket.store(endpoint_url=proxy.endpoint, attempts=3)


def s3(test):
    """Mark a test as one that needs the server."""
    for mark in S3:
        test = mark(test)
    return test


@given(st.integers(1, 5 * 1024**4), st.integers(0, 1024**3))
def test_no_part_is_smaller_and_there_are_not_more_than_s3_allows(body_bytes, wished):
    size = part_size(body_bytes, wished)

    assert size >= SMALLEST_PART_BYTES
    assert -(-body_bytes // size) <= MOST_PARTS
    assert size == wished or wished < SMALLEST_PART_BYTES or body_bytes > wished * MOST_PARTS


@s3
def test_three_parts_are_read_back_as_one_body(bucket, store):
    body = b"".join(bytes([number]) * SMALLEST_PART_BYTES for number in (1, 2)) + b"rest"

    tag = store.create("a/b", body, "application/x-rows")

    found = store.get("a/b")
    assert found.body == body
    assert found.tag == tag
    head = bucket.client.head_object(
        Bucket=bucket.name, Key=store.address.split("/")[-1] + "/a/b", ChecksumMode="ENABLED"
    )
    assert head["ContentType"] == "application/x-rows"
    assert head["ChecksumSHA256"].endswith("-3")


@s3
def test_what_is_stored_is_left_alone_and_no_parts_stay(bucket, store):
    store.create("key", b"first", TEXT)

    with pytest.raises(KeyTaken):
        store.create("key", b"second", TEXT)
    assert store.get("key").body == b"first"
    assert bucket.unfinished() == []


@s3
def test_a_swap_in_parts_replaces_what_was_seen_and_nothing_else(bucket, store):
    old = store.create("key", b"old", TEXT)

    new = store.swap("key", b"new", old, TEXT)

    assert (store.get("key").body, store.get("key").tag) == (b"new", new)
    for key, tag in (("key", old), ("absent", old), ("key", None)):
        with pytest.raises(TagMismatch):
            store.swap(key, b"theirs", tag, TEXT)
    assert store.get("key").body == b"new"
    assert store.get("absent") is None
    assert bucket.unfinished() == []


@s3
def test_only_bodies_above_the_limit_travel_in_parts(seaweedfs, shared_bucket, proxy, tmp_path):
    options = seaweedfs.options(endpoint_url=proxy.endpoint, multipart_mib=100 / MIB)
    store = open_store(f"s3://{shared_bucket}/{tmp_path.name}", options)

    store.create("at", b"." * 100, TEXT)
    store.create("above", b"." * 101, TEXT)

    assert [line.split()[0] for line in proxy.seen] == ["PUT", "POST", "PUT", "POST"]


@s3
def test_of_many_who_create_one_key_in_parts_a_winner_is_stored_whole(bucket, record_property):
    """AWS lets one win. SeaweedFS 4.48 may let several pass that complete at one moment."""
    store, threads = bucket.store(connections=8), 8
    barrier = Barrier(threads)
    bodies = [b"%d" % number * 100 for number in range(threads)]

    def attempt(body):
        barrier.wait()
        try:
            store.create("key", body, TEXT)
        except KeyTaken:
            return None
        return body

    with ThreadPoolExecutor(threads) as pool:
        won = [body for body in pool.map(attempt, bodies) if body]

    assert store.get("key").body in won
    assert bucket.unfinished() == []
    with pytest.raises(KeyTaken):
        store.create("key", b"late", TEXT)
    record_property("told", f"SeaweedFS: {len(won)} of {threads} completions at once passed")


BEGIN, PART, COMPLETE = range(3)


@s3
@pytest.mark.parametrize("at", [BEGIN, PART, COMPLETE])
@pytest.mark.parametrize("fault", ["500", "503 SlowDown", "reset", "refuse", "409"])
def test_a_fault_at_any_step_that_passes_is_survived(bucket, faulty, proxy, fault, at):
    proxy.faults.extend(["pass"] * at + [fault])

    tag = faulty.create("key", b"body", TEXT)

    assert (faulty.get("key").body, faulty.get("key").tag) == (b"body", tag)
    assert bucket.unfinished() == []


@s3
def test_a_part_that_is_damaged_on_its_way_is_refused_by_the_server(bucket, faulty, proxy):
    proxy.faults.extend(["pass"] * PART + ["damage"])

    with pytest.raises(StoreError, match=r"cannot write s3://.*/key at http"):
        faulty.create("key", b"body", TEXT)
    assert faulty.get("key") is None
    assert bucket.unfinished() == []


@s3
@pytest.mark.parametrize("at", [BEGIN, PART, COMPLETE])
@pytest.mark.parametrize("fault", ["403 AccessDenied", "400 ExpiredToken", "507", "truncate"])
def test_a_fault_at_any_step_that_stays_is_told_and_leaves_nothing(
    bucket, proxy, monkeypatch, fault, at
):
    monkeypatch.setattr("infra.store.s3.pause", lambda _: None)
    store = bucket.store(endpoint_url=proxy.endpoint, attempts=1)
    proxy.faults.extend(["pass"] * at + [fault])

    if fault == "truncate" and at == PART:
        # The answer has no body that could be cut.
        store.create("key", b"body", TEXT)
    else:
        with pytest.raises(StoreError, match=r"cannot write s3://.*/key at http"):
            store.create("key", b"body", TEXT)
        if fault != "truncate":
            assert store.get("key") is None
    # An upload whose name never arrived cannot be aborted: the bucket's lifecycle removes it.
    unknown = 1 if (fault, at) == ("truncate", BEGIN) else 0
    assert len(bucket.unfinished()) == unknown
    for upload in bucket.unfinished():
        bucket.client.abort_multipart_upload(
            Bucket=bucket.name, Key=upload["Key"], UploadId=upload["UploadId"]
        )


@s3
def test_a_completion_whose_acknowledgement_was_lost_is_a_success(bucket, faulty, proxy):
    proxy.faults.extend(["pass", "pass", "lost ack"])

    tag = faulty.create("key", b"body", TEXT)

    assert faulty.get("key").tag == tag
    assert bucket.unfinished() == []


@s3
def test_a_completion_that_others_were_faster_than_is_not(bucket, faulty, proxy):
    proxy.faults.extend(["pass", "pass", lambda: faulty.create("key", b"theirs", TEXT)])

    with pytest.raises(KeyTaken):
        faulty.create("key", b"ours", TEXT)
    assert faulty.get("key").body == b"theirs"
    assert bucket.unfinished() == []


@s3
def test_an_upload_that_somebody_aborted_is_begun_again(bucket, faulty, proxy):
    def abort():
        for upload in bucket.unfinished():
            bucket.client.abort_multipart_upload(
                Bucket=bucket.name, Key=upload["Key"], UploadId=upload["UploadId"]
            )

    proxy.faults.extend(["pass", "pass", abort])

    faulty.create("key", b"body", TEXT)

    assert faulty.get("key").body == b"body"
    assert bucket.unfinished() == []
