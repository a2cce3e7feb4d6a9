"""What only S3 can do to us: faults on the wire, refusals, and errors that must say what to do."""

import traceback
from base64 import b64encode
from hashlib import sha256

import pytest

from infra.errors import StoreError
from infra.store import KeyTaken, StoreOptions, TagMismatch, open_store

pytestmark = [pytest.mark.s3, pytest.mark.xdist_group("s3")]

TEXT = "text/plain"


@pytest.fixture
def faulty(seaweedfs, shared_bucket, proxy, tmp_path):
    """A store behind the proxy."""
    options = seaweedfs.options(endpoint_url=proxy.endpoint, attempts=3)
    return open_store(f"s3://{shared_bucket}/{tmp_path.name}", options)


def test_content_type_and_sha256_reach_the_server(seaweedfs):
    bucket = seaweedfs.bucket()
    store = open_store(f"s3://{bucket}/shop", seaweedfs.options(tls=True))

    store.create("index.html", b"<p>", "text/html; charset=utf-8")

    head = seaweedfs.client().head_object(
        Bucket=bucket, Key="shop/index.html", ChecksumMode="ENABLED"
    )
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert head["ChecksumSHA256"] == b64encode(sha256(b"<p>").digest()).decode()


def test_only_a_large_body_waits_until_the_server_asks_for_it(seaweedfs, shared_bucket, tmp_path):
    store = open_store(f"s3://{shared_bucket}/{tmp_path.name}", seaweedfs.options())
    waits = []
    store._client.meta.events.register(
        "before-send.s3.PutObject",
        lambda request, **_: waits.append("Expect" in request.headers),
    )

    store.create("small", b"." * 65_536, TEXT)
    store.create("large", b"." * 65_537, TEXT)

    assert waits == [False, True]


def test_more_keys_than_a_page_are_listed(seaweedfs, shared_bucket, proxy, tmp_path):
    options = seaweedfs.options(endpoint_url=proxy.endpoint)
    store = open_store(f"s3://{shared_bucket}/{tmp_path.name}", options)
    keys = {f"many/{number}" for number in range(5)}
    for key in keys:
        store.create(key, b"", TEXT)
    proxy.seen.clear()
    # The server's pages hold a thousand keys, unless it is asked for smaller ones.
    store._client.meta.events.register(
        "before-parameter-build.s3.ListObjectsV2", lambda params, **_: params.update(MaxKeys=2)
    )

    assert set(store.list("many")) == keys
    assert len(proxy.seen) == 3


def test_a_creation_whose_acknowledgement_was_lost_is_a_success(faulty, proxy):
    proxy.faults.append("lost ack")

    tag = faulty.create("key", b"body", TEXT)

    assert faulty.get("key").tag == tag
    assert [line.split()[0] for line in proxy.seen] == ["PUT", "PUT", "GET", "GET"]


@pytest.mark.parametrize("theirs", [b"", b"our", b"ourz", b"ours, and more"])
def test_a_retried_creation_of_a_key_that_others_took_is_not(faulty, proxy, theirs):
    faulty.create("key", theirs, TEXT)
    proxy.faults.append("503")

    with pytest.raises(KeyTaken):
        faulty.create("key", b"ours", TEXT)


def test_a_swap_whose_acknowledgement_was_lost_is_a_success(faulty, proxy):
    tag = faulty.create("key", b"old", TEXT)
    proxy.faults.append("lost ack")

    new = faulty.swap("key", b"new", tag, TEXT)

    assert faulty.get("key").tag == new


def test_a_retried_swap_of_what_others_changed_is_not(faulty, proxy):
    tag = faulty.create("key", b"old", TEXT)
    faulty.swap("key", b"theirs", tag, TEXT)
    proxy.faults.append("500")

    with pytest.raises(TagMismatch):
        faulty.swap("key", b"ours", tag, TEXT)


@pytest.mark.parametrize("fault", ["truncate", "corrupt"])
def test_a_body_that_arrives_broken_is_read_again(faulty, proxy, fault):
    faulty.create("key", b"body" * 100, TEXT)
    proxy.faults.append(fault)

    assert faulty.get("key").body == b"body" * 100


@pytest.mark.parametrize("fault", ["truncate", "corrupt"])
def test_a_body_that_always_arrives_broken_is_an_error(faulty, proxy, fault):
    faulty.create("key", b"body" * 100, TEXT)
    proxy.faults.extend([fault] * 3)

    with pytest.raises(StoreError, match=r"cannot read .*/key .*no whole answer after 3 attempts"):
        faulty.get("key")


def test_a_conflict_on_the_server_is_asked_again(faulty, proxy):
    proxy.faults.extend(["409", "409"])

    faulty.create("key", b"body", TEXT)

    assert faulty.get("key").body == b"body"


def test_conflicts_without_end_are_an_error(faulty, proxy):
    proxy.faults.extend(["409"] * 3)

    with pytest.raises(StoreError, match="others kept writing"):
        faulty.create("key", b"body", TEXT)


def test_a_server_that_stays_unavailable_is_an_error(faulty, proxy):
    proxy.faults.extend(["503"] * 3)

    with pytest.raises(StoreError, match=r"try again later \(Scripted, 503\)"):
        faulty.create("key", b"body", TEXT)


def verbs(store):
    """All that may fail."""
    return (
        lambda: store.get("key"),
        lambda: store.create("key", b"", TEXT),
        lambda: store.swap("key", b"", None, TEXT),
        lambda: list(store.list("")),
        lambda: store.delete("key"),
    )


def messages(store):
    """What verbs say when they fail."""
    for verb in verbs(store):
        with pytest.raises(StoreError) as failure:
            verb()
        assert "canary" not in "".join(traceback.format_exception(failure.value))
        yield str(failure.value)


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("403 AccessDenied", "these credentials may not do that; ask for the permission"),
        ("403 Unheard", "these credentials may not do that; ask for the permission"),
        ("404 NoSuchBucket", "the bucket does not exist; create it, or mend the address"),
        ("403 InvalidAccessKeyId", "check the access key and secret"),
        ("403 SignatureDoesNotMatch", "check the access key and secret"),
        ("400 ExpiredToken", "the credentials have expired; renew them"),
        ("400 InvalidToken", "the credentials have expired; renew them"),
        ("403 RequestTimeTooSkewed", "this machine's clock is wrong; set it"),
        ("400 BadDigest", "the body arrived damaged; run it again"),
        ("400 EntityTooLarge", "make multipart_mib smaller"),
        ("403 QuotaExceeded", "the storage is full or its quota used up; make room"),
        ("507 Unheard", "the storage is full or its quota used up; make room"),
        ("501 Unheard", "use one with conditional writes"),
        ("503 SlowDown", "try again later"),
        ("500 InternalError", "try again later"),
        ("418 Unheard", "see the server's log"),
    ],
)
def test_every_refusal_names_the_place_and_what_to_do(
    seaweedfs, shared_bucket, proxy, answer, advice
):
    options = seaweedfs.options(endpoint_url=proxy.endpoint, attempts=1, secret_key="canary")
    store = open_store(f"s3://{shared_bucket}/shop", options)
    proxy.faults.extend([answer] * len(verbs(store)))

    for message in messages(store):
        assert f"s3://{shared_bucket}/shop/" in message
        assert proxy.endpoint in message
        assert advice in message
        assert answer.split()[1] in message


def test_an_unreachable_server_is_named(seaweedfs):
    options = seaweedfs.options(endpoint_url="http://127.0.0.1:9", attempts=1, secret_key="canary")

    for message in messages(open_store("s3://shop/a", options)):
        assert "http://127.0.0.1:9" in message
        assert "check the address and the network" in message


def test_a_missing_bucket_is_named(seaweedfs):
    for message in messages(open_store("s3://no-such-bucket/a", seaweedfs.options())):
        assert "s3://no-such-bucket/a" in message
        assert "the bucket does not exist; create it" in message


@pytest.mark.parametrize(
    "changes", [{"secret_key": "canary"}, {"access_key": "nobody", "secret_key": "canary"}]
)
def test_wrong_credentials_are_named_but_not_repeated(seaweedfs, shared_bucket, changes):
    options = seaweedfs.options(**changes)

    for message in messages(open_store(f"s3://{shared_bucket}/a", options)):
        assert "check the access key and secret" in message
    assert "canary" not in repr(options)


def test_no_credentials_at_all_are_named(seaweedfs, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    options = StoreOptions(endpoint_url=seaweedfs.endpoint)

    for message in messages(open_store("s3://shop/a", options)):
        assert "no credentials were found" in message


def test_a_certificate_that_nobody_vouches_for_is_refused(seaweedfs, shared_bucket):
    options = seaweedfs.options(tls=True, ca_bundle="", attempts=1)

    for message in messages(open_store(f"s3://{shared_bucket}/a", options)):
        assert "SSLError" in message


@pytest.mark.parametrize("endpoint", ["https://key:canary@host", "ftp://host", "host:9000"])
def test_an_endpoint_that_is_none_is_refused_without_its_credentials(endpoint):
    with pytest.raises(StoreError, match="endpoint must be http") as failure:
        open_store("s3://shop", StoreOptions(endpoint_url=endpoint))
    assert "canary" not in str(failure.value)


def test_half_a_pair_of_credentials_is_refused():
    with pytest.raises(StoreError, match="belong together"):
        open_store("s3://shop", StoreOptions(access_key="key"))
