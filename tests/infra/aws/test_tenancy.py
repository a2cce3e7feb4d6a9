"""Who gets what from a real S3 server, with the very policies that go to AWS."""

import ssl
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import botocore.auth
import pytest
from botocore.exceptions import ClientError

from infra.aws.links import presigned_link
from infra.errors import StoreError
from infra.operations import ATTEMPTS, METRICS, Attempt, kept_attempts, remember
from infra.publish import PublishedObject, collect, publish_day, put_page, read_pointer, roll_back
from infra.publish.reading import read_manifest, read_object
from infra.store import open_store, parse_address

pytestmark = [pytest.mark.s3, pytest.mark.xdist_group("s3")]

FIRST = date(2017, 12, 4)
OF_A, OF_B = "merchants/=E5=A5=BD=E7=89=A9=20a", "merchants/b"
RUNS = tuple(f"{FIRST + timedelta(days=day)}-run" for day in range(3))


@pytest.fixture(scope="session")
def shop(secured):
    """Three days, published with the publisher's policy alone."""
    store = secured.store("publisher")
    for day, run in enumerate(RUNS):
        body = PublishedObject(body=run.encode(), content_type="text/plain")
        prefixes = {prefix: {"rows.csv": body} for prefix in (OF_A, OF_B, "internal")}
        publish_day(store, run, prefixes, as_of=FIRST + timedelta(days=day))
        store.create(f"state/{run}/seen.json", b"{}", "application/json")
    put_page(store, "index.html", b"<p>")
    return secured


def key_of(run, prefix):
    """Return the key of a run's one object."""
    return f"{prefix}/runs/{run}/rows.csv"


def denied(act):
    """Tell whether the server refuses with 403, and nothing else goes wrong."""
    try:
        act()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return False


def place(shop, key=""):
    """Return bucket and key as boto3 wants them."""
    address = parse_address(shop.address)
    return {"Bucket": address.bucket, "Key": f"{address.prefix}/{key}"}


def listed(shop, person, prefix):
    """List as S3 has it, the prefix as a whole: None for a request without one."""
    address = parse_address(shop.address)
    asked = {} if prefix is None else {"Prefix": f"{address.prefix}/{prefix}" if prefix else ""}
    answer = shop.client(person).list_objects_v2(Bucket=address.bucket, **asked)
    return [found["Key"] for found in answer.get("Contents", ())]


def test_a_merchant_follows_its_pointer_to_its_rows(shop):
    assert read_object(shop.store("merchant A"), OF_A, "rows.csv") == RUNS[-1].encode()


def test_a_merchant_lists_its_own_folder(shop):
    own = listed(shop, "merchant A", f"{OF_A}/")

    assert f"some/shop/{key_of(RUNS[-1], OF_A)}" in own
    assert all(key.startswith(f"some/shop/{OF_A}/") for key in own)


@pytest.mark.parametrize(
    "key",
    [
        f"{OF_B}/current.json",
        "internal/current.json",
        "index.html",
        f"state/{RUNS[0]}/seen.json",
    ],
)
def test_a_merchant_gets_nothing_of_anybody_else(shop, key):
    assert denied(lambda: shop.client("merchant A").get_object(**place(shop, key)))
    assert denied(lambda: shop.client("merchant A").head_object(**place(shop, key)))


def test_no_key_climbs_out_of_a_merchants_folder(shop):
    with pytest.raises(ClientError) as refused:
        shop.client("merchant A").get_object(**place(shop, f"{OF_A}/../b/current.json"))

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


@pytest.mark.parametrize("prefix", [None, "", f"{OF_B}/", "merchants/", "merchants", OF_A, "m"])
def test_a_merchant_lists_nothing_but_its_own_folder(shop, prefix):
    assert denied(lambda: listed(shop, "merchant A", prefix))


def test_a_merchant_writes_and_deletes_nothing(shop):
    merchant, own = shop.client("merchant A"), place(shop, f"{OF_A}/current.json")

    assert denied(lambda: merchant.put_object(**own, Body=b"mine"))
    assert denied(lambda: merchant.delete_object(**own))
    assert denied(lambda: merchant.put_object_tagging(**own, Tagging={"TagSet": []}))


def test_one_merchants_policy_is_no_good_for_another(shop):
    assert read_pointer(shop.store("merchant B"), OF_B).run_id == RUNS[-1]
    assert denied(
        lambda: shop.client("merchant B").get_object(**place(shop, f"{OF_A}/current.json"))
    )


def test_the_publisher_deletes_nothing(shop):
    publisher = shop.client("publisher")

    for key in (key_of(RUNS[0], OF_B), "internal/current.json", f"state/{RUNS[0]}/seen.json"):
        assert denied(lambda key=key: publisher.delete_object(**place(shop, key)))


def test_the_publisher_stays_in_the_store(shop):
    publisher, bucket = shop.client("publisher"), place(shop)["Bucket"]

    assert denied(lambda: publisher.put_object(Bucket=bucket, Key="elsewhere", Body=b""))
    assert denied(lambda: publisher.list_objects_v2(Bucket=bucket, Prefix="elsewhere/"))


def test_nobody_who_works_with_the_store_changes_the_bucket(shop):
    bucket = place(shop)["Bucket"]
    for person in shop.people:
        known = shop.client(person)
        assert denied(lambda known=known: known.delete_bucket_policy(Bucket=bucket)), person
        assert denied(lambda known=known: known.delete_bucket(Bucket=bucket)), person
        off = {"Status": "Suspended"}
        assert denied(
            lambda known=known, off=off: known.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration=off
            )
        ), person


def test_qa_reads_what_is_internal_and_no_merchants_folder(shop):
    assert read_pointer(shop.store("QA"), "internal").run_id == RUNS[-1]
    assert shop.store("QA").get("index.html").body == b"<p>"
    assert f"some/shop/{key_of(RUNS[-1], 'internal')}" in listed(shop, "QA", "internal/")
    assert denied(lambda: listed(shop, "QA", "merchants/"))
    assert denied(lambda: listed(shop, "QA", None))
    for key in (f"{OF_B}/current.json", f"state/{RUNS[0]}/seen.json"):
        assert denied(lambda key=key: shop.client("QA").get_object(**place(shop, key)))


def test_operations_are_kept_by_the_publisher_read_by_qa_and_by_no_merchant(shop):
    publisher = shop.store("publisher")
    attempt = Attempt(
        started=datetime(2017, 12, 7, 3, 0, tzinfo=UTC),
        seconds=1.0,
        as_of=FIRST,
        outcome="published",
        exit_code=0,
    )
    remember(publisher, attempt)
    remember(publisher, attempt)

    assert kept_attempts(shop.store("QA")) == (attempt, attempt)
    for key in (ATTEMPTS, METRICS):
        for merchant in ("merchant A", "merchant B"):
            known = shop.client(merchant)
            assert denied(lambda key=key, known=known: known.get_object(**place(shop, key)))
        written = {**place(shop, key), "Body": b"x"}
        assert denied(lambda written=written: shop.client("QA").put_object(**written))
    assert denied(lambda: listed(shop, "merchant A", "operations/"))


def test_the_collector_deletes_what_is_due_and_could_not_do_more(shop):
    collector = shop.client("collector")
    for key in ("internal/current.json", f"{OF_B}/current.json", "index.html"):
        assert denied(lambda key=key: collector.delete_object(**place(shop, key)))
        assert denied(lambda key=key: collector.put_object(**place(shop, key), Body=b""))

    store = shop.store("collector")
    collect(store, keep=1, grace_days=1, today=FIRST + timedelta(days=10))
    assert denied(lambda: collector.delete_object(**place(shop, "state/retention.json")))
    done = collect(store, keep=1, grace_days=1, today=FIRST + timedelta(days=12))

    assert done.deleted == RUNS[:2]
    assert not [key for key in store.list("") if RUNS[0] in key or RUNS[1] in key]


def test_the_publisher_rolls_back_with_its_own_rights(secured):
    address = f"{secured.address}/other"
    store = open_store(address, secured.people["publisher"])
    for day, run in enumerate(RUNS[:2]):
        body = PublishedObject(body=run.encode(), content_type="text/plain")
        publish_day(store, run, {"internal": {"rows.csv": body}}, as_of=FIRST + timedelta(days=day))

    assert roll_back(store, RUNS[0]) == (RUNS[1],)


@pytest.mark.parametrize("person", ["publisher", "merchant A", "administrator"])
def test_nothing_is_answered_in_the_clear(shop, seaweedfs, person):
    options = (shop.people | {"administrator": shop.administrator})[person]
    clear = replace(options, endpoint_url=seaweedfs.endpoint, ca_bundle="")
    key = f"{OF_A}/current.json"

    assert open_store(shop.address, options).get(key)
    with pytest.raises(StoreError, match="AccessDenied"):
        open_store(shop.address, clear).get(key)


@pytest.fixture
def followed(shop):
    """Follow a link as somebody without credentials: the body, or the status that refuses it."""
    context = ssl.create_default_context(cafile=shop.administrator.ca_bundle)

    def follow(link):
        try:
            # The link is the server's own.
            with urllib.request.urlopen(link, context=context) as answer:  # noqa: S310
                return answer.read()
        except urllib.error.HTTPError as error:
            return error.code

    return follow


def link_of_a(shop, **options):
    """A link to the newest rows of merchant A, signed with its own rights."""
    address = parse_address(shop.address)
    return presigned_link(address, key_of_newest(shop), shop.people["merchant A"], **options)


def key_of_newest(shop):
    return read_manifest(shop.store("merchant A"), OF_A).objects["rows.csv"].key


def test_a_link_reads_one_object_without_credentials(shop, followed):
    assert followed(link_of_a(shop)) == RUNS[-1].encode()


@pytest.mark.parametrize(
    ("signed", "forged"),
    [
        ("merchants/%3DE5%3DA5%3DBD%3DE7%3D89%3DA9%3D20a", "merchants/b"),
        ("X-Amz-Expires=900", "X-Amz-Expires=43200"),
        ("X-Amz-Expires=900", "X-Amz-Expires=900&response-content-type=text%2Fhtml"),
    ],
)
def test_a_link_that_was_tampered_with_reads_nothing(shop, followed, signed, forged):
    link = link_of_a(shop)
    assert signed in link

    assert followed(link.replace(signed, forged)) == 403


def test_a_link_that_has_expired_reads_nothing(shop, followed, monkeypatch):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: an_hour_ago)
    stale = presigned_without_asking(shop)
    monkeypatch.undo()

    assert followed(stale) == 403
    assert followed(presigned_without_asking(shop)) == RUNS[-1].encode()


def presigned_without_asking(shop):
    return shop.client("merchant A").generate_presigned_url(
        "get_object", Params=place(shop, key_of(RUNS[-1], OF_A)), ExpiresIn=900
    )


def test_a_merchant_cannot_link_to_what_it_cannot_read(shop):
    address = parse_address(shop.address)

    with pytest.raises(StoreError, match="may not do that"):
        presigned_link(address, f"{OF_B}/current.json", shop.people["merchant A"])


def test_a_link_to_nothing_is_refused(shop):
    with pytest.raises(StoreError, match=r"there is no 'index\.htm'"):
        presigned_link(parse_address(shop.address), "index.htm", shop.people["publisher"])


@pytest.mark.parametrize("minutes", [0, -1, 721])
def test_a_link_lives_twelve_hours_at_most(shop, minutes):
    with pytest.raises(ValueError, match=r"must live 1 to 720 minutes"):
        link_of_a(shop, minutes=minutes)
