"""Policies by name, and making them known to IAM."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.aws import policies
from infra.aws.documents import canonical
from infra.aws.place import Place
from infra.aws.policies import Document
from infra.aws.steps import Outcome, Step, is_unknown
from infra.store.base import StoreOptions
from infra.store.failures import code, explained
from infra.store.keys import encode_id

_LONGEST_WORDS: Final = 100
_VERSIONS: Final = 5
"""How many versions of a policy IAM keeps."""


def policies_of(place: Place, merchants: Iterable[str] = ()) -> dict[str, Document]:
    """Return the policies of a store by name, and one for each merchant id."""
    made = {
        "publisher": policies.publisher(place),
        "collector": policies.collector(place),
        "quality": policies.quality_reader(place),
    }
    for merchant in merchants:
        folder = encode_id(merchant)
        made[f"merchant/{folder}"] = policies.merchant_reader(place, folder)
    return {policy_name(place, role): policy for role, policy in made.items()}


def policy_name(place: Place, role: str) -> str:
    """Return a name that no other store's or merchant's policy of the account has.

    IAM and its likes agree on letters, digits and hyphens only, at most 128 of them: so the words
    are for people, and the digits of a digest tell apart what the words cannot.
    """
    place_and_role = f"{place.bucket}/{place.prefix}/{role}"
    words = re.sub("[^A-Za-z0-9]+", "-", f"shike-{place_and_role}")[:_LONGEST_WORDS].strip("-")
    return f"{words}-{hashlib.sha256(place_and_role.encode()).hexdigest()[:12]}"


def put_policies(documents: Mapping[str, Document], options: StoreOptions) -> Iterator[Step]:
    """Make IAM's managed policies what is wanted; yield each as it is done.

    Args:
        documents: By name.
        options: How to reach S3; an S3 other than AWS has IAM at the same address, if at all.

    Raises:
        StoreError: If IAM did not answer or refused.
    """
    with explained("make policies", options):
        client = _connect(options)
        try:
            known = _known(client)
        except ClientError as error:
            if not is_unknown(error) and code(error) != "InvalidAction":
                raise
            yield Step("policies", Outcome.UNSUPPORTED, "this server has no IAM")
            return
        for name, document in documents.items():
            yield Step(f"policy {name}", _put(client, name, document, known.get(name)))


def _put(client: Any, name: str, document: Document, arn: str | None) -> Outcome:
    text = json.dumps(document)
    if arn is None:
        client.create_policy(PolicyName=name, PolicyDocument=text)
        return Outcome.DONE
    versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
    current = next(version["VersionId"] for version in versions if version["IsDefaultVersion"])
    answer = client.get_policy_version(PolicyArn=arn, VersionId=current)
    if canonical(_parsed(answer["PolicyVersion"]["Document"])) == canonical(document):
        return Outcome.ALREADY
    if len(versions) >= _VERSIONS:
        # IAM lists them newest first.
        oldest = [v["VersionId"] for v in versions if not v["IsDefaultVersion"]][-1]
        client.delete_policy_version(PolicyArn=arn, VersionId=oldest)
    client.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
    return Outcome.DONE


def _known(client: Any) -> dict[str, str]:
    """Return the ARNs of the account's own policies by name."""
    pages = client.get_paginator("list_policies").paginate(Scope="Local")
    return {found["PolicyName"]: found["Arn"] for page in pages for found in page["Policies"]}


def _parsed(document: Any) -> Any:
    return json.loads(unquote(document)) if isinstance(document, str) else document


def _connect(options: StoreOptions) -> Any:
    return boto3.session.Session().client(
        "iam",
        endpoint_url=options.endpoint_url or None,
        region_name=options.region or ("us-east-1" if options.endpoint_url else None),
        aws_access_key_id=options.access_key or None,
        aws_secret_access_key=options.secret_key or None,
        verify=options.ca_bundle or None,
        config=Config(
            connect_timeout=options.connect_timeout_seconds,
            read_timeout=options.read_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": options.attempts},
        ),
    )
