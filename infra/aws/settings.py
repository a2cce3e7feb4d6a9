"""The bucket's settings one by one: what S3's API calls them, and what they should be."""

from __future__ import annotations

from dataclasses import dataclass

from infra.aws import bucket
from infra.aws.place import Place
from infra.aws.policies import Document


@dataclass(frozen=True)
class Setting:
    """One configuration of a bucket."""

    name: str
    verb: str
    """What follows ``get_`` and ``put_`` in the client's methods."""
    argument: str
    """Where ``put_`` takes it, and ``get_`` may give it."""
    wanted: Document
    listed: str = ""
    """The list in it that others may add to, such as ``Rules``; empty if it is all ours."""
    named: str = ""
    """The field that tells the list's parts apart."""


def settings_of(place: Place) -> tuple[Setting, ...]:
    """Return what is set on every server alike, in the order in which it is applied."""
    kept, rules = bucket.encryption(place.kms_key), bucket.lifecycle(place)
    return (
        Setting("versions", "bucket_versioning", "VersioningConfiguration", bucket.VERSIONING),
        Setting("ownership", "bucket_ownership_controls", "OwnershipControls", bucket.OWNERSHIP),
        Setting(
            "no public access",
            "public_access_block",
            "PublicAccessBlockConfiguration",
            bucket.PUBLIC_ACCESS,
        ),
        Setting("encryption", "bucket_encryption", "ServerSideEncryptionConfiguration", kept),
        Setting(
            "lifecycle",
            "bucket_lifecycle_configuration",
            "LifecycleConfiguration",
            rules,
            listed="Rules",
            named="ID",
        ),
    )


def tls_only(place: Place) -> Setting:
    """Return the part of the bucket's policy that refuses requests in the clear."""
    return _statement("TLS only", bucket.tls_only(place))


def runs_once(place: Place) -> Setting:
    """Return the part of the bucket's policy that keeps runs from being written twice."""
    return _statement("runs are written once", bucket.runs_once(place))


def _statement(name: str, statement: Document) -> Setting:
    wanted = {"Version": "2012-10-17", "Statement": [statement]}
    return Setting(name, "bucket_policy", "Policy", wanted, listed="Statement", named="Sid")
