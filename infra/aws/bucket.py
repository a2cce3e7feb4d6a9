"""How the bucket of a store is set, in the form of S3's own API.

Versions make a mistake reversible for a month, nobody outside the account reads, nothing travels
in the clear, and a run that was published is never written again, whatever its writer's rights.
"""

from __future__ import annotations

from typing import Any, Final

from infra.aws.place import Place
from infra.aws.policies import Document

VERSIONING: Final[Document] = {"Status": "Enabled"}
OWNERSHIP: Final[Document] = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
PUBLIC_ACCESS: Final[Document] = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
RETIRED: Final[Document] = {"Key": "shike-retired", "Value": "true"}
"""Tag of objects that are let go. Nothing in shike sets it: it is for whoever administers the
bucket, and a publisher may not tag."""
_OLD_VERSION_DAYS: Final = 30
_UNFINISHED_UPLOAD_DAYS: Final = 7
_RETIRED_DAYS: Final = 30


def encryption(kms_key: str) -> Document:
    """Return how objects are encrypted: with the KMS key of that ARN, or by S3 if it is empty."""
    if not kms_key:
        by_default = {"SSEAlgorithm": "AES256"}
    else:
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key}
    return {
        "Rules": [
            {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": bool(kms_key)}
        ]
    }


def lifecycle(place: Place) -> Document:
    """Return what S3 deletes by itself below the store's prefix: never what is current."""
    prefix = place.key("")
    return {
        "Rules": [
            {
                **_rule("shike-old-versions", {"Prefix": prefix}),
                "NoncurrentVersionExpiration": {"NoncurrentDays": _OLD_VERSION_DAYS},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
            },
            {
                **_rule("shike-unfinished-uploads", {"Prefix": prefix}),
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UNFINISHED_UPLOAD_DAYS},
            },
            {
                **_rule("shike-retired", {"And": {"Prefix": prefix, "Tags": [RETIRED]}}),
                "Expiration": {"Days": _RETIRED_DAYS},
            },
        ]
    }


def tls_only(place: Place) -> Document:
    """Return the statement that refuses every request in the clear."""
    return _deny("TlsOnly", "s3:*", [place.arn, f"{place.arn}/*"]) | {
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }


def runs_once(place: Place) -> Document:
    """Return the statement that refuses to write a run's object except where there is none.

    Source:
        AWS, "Enforce conditional writes on Amazon S3 buckets": ``s3:ObjectCreationOperation``
        exempts the parts of a multipart upload, whose completion carries the condition.
    """
    return _deny("RunsOnce", "s3:PutObject", [place.objects("*/runs/*")]) | {
        "Condition": {
            "Null": {"s3:if-none-match": "true"},
            "Bool": {"s3:ObjectCreationOperation": "true"},
        }
    }


def _rule(name: str, where: Document) -> Document:
    return {"ID": name, "Status": "Enabled", "Filter": where}


def _deny(sid: str, action: str, resources: list[Any]) -> Document:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
    }
