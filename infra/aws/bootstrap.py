"""Making a bucket what a store needs, on AWS and on any other S3, as often as one likes.

Each setting is read, compared and written only if it differs. What somebody else has set beside
ours (lifecycle rules, policy statements) stays. A setting that the server does not know is said.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.aws.documents import canonical, holds, with_named
from infra.aws.place import Place
from infra.aws.policies import Document
from infra.aws.settings import Setting, runs_once, settings_of, tls_only
from infra.aws.steps import Outcome, Step, is_unknown
from infra.store.addresses import BucketAddress
from infra.store.base import StoreOptions
from infra.store.connection import connect
from infra.store.failures import code, explained, status

_FORBIDDEN, _MISSING = 403, 404
_NO_LOCATION: Final = "us-east-1"
"""The region that ``CreateBucket`` must not be told."""
_IN_THE_CLEAR: Final = "the endpoint is http, so this would shut everybody out; use https"
_LET_THROUGH: Final = (
    "stored, but a plain write was let through: this server does not enforce it; "
    "on AWS a policy may need a minute, so run this again"
)


def place_of(address: BucketAddress, options: StoreOptions, *, kms_key: str = "") -> Place:
    """Return where a store lies, in the partition of AWS that its region belongs to."""
    partition = connect(options).meta.partition
    return Place(address.bucket, address.prefix, partition, kms_key)


def bootstrap(place: Place, options: StoreOptions) -> Iterator[Step]:
    """Create the bucket if it is missing and apply every setting; yield each as it is done.

    Args:
        place: The store.
        options: How to reach S3, with credentials that may administer the bucket.

    Raises:
        StoreError: If S3 did not answer or refused; the same call goes on where it stopped.
    """
    client = connect(options)
    with explained(f"set up the bucket {place.bucket}", options):
        yield _create(client, place)
        for setting in settings_of(place):
            yield _apply(client, place, setting)
        if client.meta.endpoint_url.startswith("http://"):
            yield Step("TLS only", Outcome.UNSUPPORTED, _IN_THE_CLEAR)
        else:
            yield _apply(client, place, tls_only(place))
        yield _apply_runs_once(client, place)


def _create(client: Any, place: Place) -> Step:
    try:
        # Not HEAD, whose refusals have no body to say what they are.
        client.get_bucket_versioning(Bucket=place.bucket)
    except ClientError as error:
        if code(error) != "NoSuchBucket":
            raise
        region = client.meta.region_name
        location = {"LocationConstraint": region} if region != _NO_LOCATION else None
        where = {"CreateBucketConfiguration": location} if location else {}
        client.create_bucket(Bucket=place.bucket, **where)
        return Step("bucket", Outcome.DONE)
    return Step("bucket", Outcome.ALREADY)


def _apply(client: Any, place: Place, setting: Setting) -> Step:
    return _known(setting.name, lambda: _outcome(client, place, setting))


def _known(name: str, act: Callable[[], Step]) -> Step:
    """Act, unless the server does not know what is asked."""
    try:
        return act()
    except ClientError as error:
        if not is_unknown(error):
            raise
        return Step(name, Outcome.UNSUPPORTED, "this server does not know the setting")


def _outcome(client: Any, place: Place, setting: Setting) -> Step:
    found = _found(client, place, setting)
    wanted = setting.wanted
    if setting.listed:
        theirs = found.get(setting.listed, [])
        listed = with_named(theirs, wanted[setting.listed], setting.named)
        wanted = wanted | {setting.listed: listed}
        is_set = canonical(theirs) == canonical(listed)
    else:
        is_set = holds(found, wanted)
    if is_set:
        return Step(setting.name, Outcome.ALREADY)
    body = json.dumps(wanted) if setting.argument == "Policy" else wanted
    put = getattr(client, f"put_{setting.verb}")
    put(Bucket=place.bucket, **{setting.argument: body})
    return Step(setting.name, Outcome.DONE)


def _found(client: Any, place: Place, setting: Setting) -> Document:
    """Return the configuration that is in force; empty if it was never set."""
    try:
        answer = getattr(client, f"get_{setting.verb}")(Bucket=place.bucket)
    except ClientError as error:
        if status(error) == _MISSING:
            return {}
        raise
    given = answer.get(setting.argument, answer)
    found: Document = json.loads(given) if isinstance(given, str) else given
    return found


def _apply_runs_once(client: Any, place: Place) -> Step:
    """Apply the statement and try it: some servers keep a condition that they do not understand."""
    step = _apply(client, place, runs_once(place))
    if step.outcome is Outcome.UNSUPPORTED or _refuses_plain_writes(client, place):
        return step
    return dataclasses.replace(step, outcome=Outcome.UNSUPPORTED, note=_LET_THROUGH)


def _refuses_plain_writes(client: Any, place: Place) -> bool:
    """Try to write an object of a run without a condition, where no run is, and take it back."""
    where = {"Bucket": place.bucket, "Key": place.key("bootstrap/runs/probe")}
    try:
        written = client.put_object(**where, Body=b"")
    except ClientError as error:
        if status(error) == _FORBIDDEN:
            return True
        raise
    version = {"VersionId": written["VersionId"]} if "VersionId" in written else {}
    client.delete_object(**where, **version)
    return False
