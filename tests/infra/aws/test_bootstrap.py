"""Setting up a bucket on a real S3 server: applied, repeated, repaired, refused."""

import json
from uuid import uuid4

import pytest

from infra.aws.bootstrap import bootstrap, place_of
from infra.aws.identity import policies_of, put_policies
from infra.aws.place import Place
from infra.aws.policies import publisher
from infra.aws.steps import Outcome
from infra.errors import StoreError
from infra.store import BucketAddress, open_store

pytestmark = [pytest.mark.s3, pytest.mark.xdist_group("s3")]

DONE, ALREADY, UNSUPPORTED = Outcome.DONE, Outcome.ALREADY, Outcome.UNSUPPORTED


@pytest.fixture
def place():
    """A store in a bucket that does not exist yet."""
    return Place(f"boot-{uuid4().hex}", "shop")


@pytest.fixture
def administrator(seaweedfs):
    """Options that reach the server over TLS."""
    return seaweedfs.options(tls=True)


def outcomes(steps):
    """Return what became of each setting."""
    return {step.setting: step.outcome for step in steps}


def changed(steps):
    """Name the settings that were written."""
    return [step.setting for step in steps if step.outcome is DONE]


def test_a_missing_bucket_is_made_and_every_setting_applied(place, administrator):
    done = list(bootstrap(place, administrator))

    assert outcomes(done) == {
        "bucket": DONE,
        "versions": DONE,
        "ownership": ALREADY,
        "no public access": UNSUPPORTED,
        "encryption": DONE,
        "lifecycle": DONE,
        "TLS only": DONE,
        "runs are written once": UNSUPPORTED,
    }
    notes = {step.setting: step.note for step in done if step.note}
    assert notes["no public access"] == "this server does not know the setting"
    assert "a plain write was let through" in notes["runs are written once"]


def test_a_bucket_is_made_in_the_region_of_the_settings(place, seaweedfs):
    elsewhere = seaweedfs.options(tls=True, region="eu-west-1")

    assert outcomes(bootstrap(place, elsewhere))["bucket"] is DONE
    assert outcomes(bootstrap(place, elsewhere))["bucket"] is ALREADY


def test_what_was_applied_is_in_force(place, administrator, client_of):
    list(bootstrap(place, administrator))
    client, where = client_of(administrator), {"Bucket": place.bucket}

    assert client.get_bucket_versioning(**where)["Status"] == "Enabled"
    written = client.put_object(**where, Key="shop/x", Body=b"")
    assert (written["ServerSideEncryption"], "VersionId" in written) == ("AES256", True)
    rules = client.get_bucket_lifecycle_configuration(**where)["Rules"]
    assert [rule["ID"] for rule in rules] == [
        "shike-old-versions",
        "shike-unfinished-uploads",
        "shike-retired",
    ]
    statements = json.loads(client.get_bucket_policy(**where)["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["TlsOnly", "RunsOnce"]


def test_a_second_run_changes_nothing_and_leaves_nothing_behind(place, administrator, client_of):
    list(bootstrap(place, administrator))

    again = list(bootstrap(place, administrator))

    assert changed(again) == []
    versions = client_of(administrator).list_object_versions(Bucket=place.bucket)
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")


def test_only_what_was_changed_is_mended(place, administrator, client_of):
    list(bootstrap(place, administrator))
    client, where = client_of(administrator), {"Bucket": place.bucket}
    client.put_bucket_versioning(**where, VersioningConfiguration={"Status": "Suspended"})
    weakened = json.loads(client.get_bucket_policy(**where)["Policy"])
    weakened["Statement"][0]["Condition"]["StringEquals"] = {"aws:username": "nobody"}
    client.put_bucket_policy(**where, Policy=json.dumps(weakened))

    assert changed(bootstrap(place, administrator)) == ["versions", "TLS only"]
    assert changed(bootstrap(place, administrator)) == []


def test_what_others_have_set_stays(place, administrator, client_of):
    client, where = client_of(administrator), {"Bucket": place.bucket}
    client.create_bucket(**where)
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "theirs/"}}
    rules = {"Rules": [{**theirs, "Expiration": {"Days": 1}}]}
    client.put_bucket_lifecycle_configuration(**where, LifecycleConfiguration=rules)
    refused = {
        "Sid": "Theirs",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{place.bucket}/theirs/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [refused]}
    client.put_bucket_policy(**where, Policy=json.dumps(policy))

    assert outcomes(bootstrap(place, administrator))["bucket"] is ALREADY

    kept = client.get_bucket_lifecycle_configuration(**where)["Rules"]
    assert "theirs" in {rule["ID"] for rule in kept}
    statements = json.loads(client.get_bucket_policy(**where)["Policy"])["Statement"]
    assert {found["Sid"] for found in statements} == {"Theirs", "TlsOnly", "RunsOnce"}


def test_a_server_that_refuses_plain_writes_is_believed(place, administrator, client_of):
    client, where = client_of(administrator), {"Bucket": place.bucket}
    client.create_bucket(**where)
    refused = {
        "Sid": "AsAwsWould",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{place.bucket}/shop/*/runs/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [refused]}
    client.put_bucket_policy(**where, Policy=json.dumps(policy))

    assert outcomes(bootstrap(place, administrator))["runs are written once"] is DONE


def test_over_http_nobody_is_shut_out(place, seaweedfs):
    options = seaweedfs.options()

    done = outcomes(bootstrap(place, options))

    assert done["TLS only"] is UNSUPPORTED
    store = open_store(f"s3://{place.bucket}/shop", options)
    assert store.create("internal/runs/r/x", b"x", "text/plain")


def test_credentials_that_may_not_are_a_store_error(place, seaweedfs):
    wrong = seaweedfs.options(tls=True, secret_key="canary-secret")

    with pytest.raises(StoreError, match="set up the bucket") as refused:
        list(bootstrap(place, wrong))

    assert "canary" not in str(refused.value)


def test_policies_are_made_once_and_changed_when_they_differ(administrator):
    place = Place(f"boot-{uuid4().hex}", "shop")
    documents = policies_of(place, ["a", "b"])

    assert set(outcomes(put_policies(documents, administrator)).values()) == {DONE}
    assert set(outcomes(put_policies(documents, administrator)).values()) == {ALREADY}

    name = next(name for name in documents if "publisher" in name)
    other = documents | {name: publisher(Place(place.bucket, "elsewhere"))}
    assert changed(put_policies(other, administrator)) == [f"policy {name}"]
    assert changed(put_policies(other, administrator)) == []


def test_a_server_without_iam_is_said(proxy, seaweedfs):
    proxy.faults.append("501")
    options = seaweedfs.options(endpoint_url=proxy.endpoint, attempts=1)

    (said,) = put_policies(policies_of(Place("x"), []), options)

    assert (said.outcome, said.note) == (UNSUPPORTED, "this server has no IAM")


def test_the_place_knows_which_part_of_aws_it_is_in(seaweedfs):
    china = seaweedfs.options(region="cn-north-1")

    place = place_of(BucketAddress("shop", ""), china)

    assert place.objects("index.html") == "arn:aws-cn:s3:::shop/index.html"
