"""What must hold of the templates, said a second time and without the code that writes them.

cfn-lint finds what CloudFormation would refuse; it does not miss a statement that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infra.aws.requirements import (
    BUCKET,
    Safeguard,
    Template,
    below,
    encrypted,
    expiry,
    lists,
    only,
    refusal,
    setting,
    survives,
)

_STORE: Final = f"{BUCKET}/${{Prefix}}"
_READ_AND_WRITE: Final = {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}
_DECRYPT: Final = {"kms:Decrypt": {"${KmsKeyArn}"}}
_ENCRYPT: Final = _DECRYPT | {"kms:GenerateDataKey": {"${KmsKeyArn}"}}
_WHOLE: Final = (below("${Prefix}/*"), {"Null": {"s3:prefix": "true"}})
_OWN: Final = "${Prefix}/merchants/${MerchantFolder}/*"

STORE_SAFEGUARDS: Final[Mapping[str, Safeguard]] = {
    "the bucket outlives its stack": survives,
    "versions are kept": setting(
        "Properties", "VersioningConfiguration", "Status", wanted="Enabled"
    ),
    "access lists are off": setting(
        "Properties",
        "OwnershipControls",
        wanted={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    ),
    "nothing is public": setting(
        "Properties",
        "PublicAccessBlockConfiguration",
        wanted=dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
            True,
        ),
    ),
    "objects are encrypted": encrypted,
    "old versions expire": expiry(
        NoncurrentVersionExpiration={"NoncurrentDays": 30}, ExpiredObjectDeleteMarker=True
    ),
    "unfinished uploads are aborted": expiry(
        AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}
    ),
    "only what is tagged expires": expiry(
        TagFilters=[{"Key": "shike-retired", "Value": "true"}], ExpirationInDays=30
    ),
    "nothing travels in the clear": refusal(
        "s3:*", [BUCKET, f"{BUCKET}/*"], {"Bool": {"aws:SecureTransport": "false"}}
    ),
    "runs are written once": refusal(
        "s3:PutObject",
        [f"{_STORE}/*/runs/*"],
        {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    ),
    "the publisher reads and writes in the store only": only(
        "Publisher", {action: {f"{_STORE}/*"} for action in _READ_AND_WRITE} | _ENCRYPT
    ),
    "the publisher lists the store only": lists("Publisher", *_WHOLE),
    "the collector deletes runs and their state only": only(
        "Collector",
        {
            "s3:GetObject": {f"{_STORE}/*"},
            "s3:PutObject": {f"{_STORE}/state/retention.json"},
            "s3:DeleteObject": {
                f"{_STORE}/{runs}" for runs in ("internal/runs/*", "merchants/*/runs/*")
            }
            | {f"{_STORE}/state/*/*"},
        }
        | _ENCRYPT,
    ),
    "the collector lists the store only": lists("Collector", *_WHOLE),
    "QA reads what is internal, the index and operations only": only(
        "QualityReader",
        {
            "s3:GetObject": {
                f"{_STORE}/internal/*",
                f"{_STORE}/index.html",
                f"{_STORE}/operations/*",
            }
        }
        | _DECRYPT,
    ),
    "QA lists what is internal only": lists("QualityReader", below("${Prefix}/internal/*")),
}
"""What must hold of ``shike.yaml``."""

MERCHANT_SAFEGUARDS: Final[Mapping[str, Safeguard]] = {
    "a merchant reads its own folder only": only(
        "MerchantReader", {"s3:GetObject": {f"{BUCKET}/{_OWN}"}} | _DECRYPT
    ),
    "a merchant lists its own folder only": lists("MerchantReader", below(_OWN)),
}
"""What must hold of ``merchant.yaml``."""


def broken(template: Template, safeguards: Mapping[str, Safeguard]) -> list[str]:
    """Name the safeguards that a template lacks; a resource that is gone counts as all of its own."""
    found = []
    for name, holds in safeguards.items():
        try:
            is_there = holds(template)
        except (KeyError, TypeError, AttributeError, IndexError):
            # The template is not of the form that the safeguard looks at.
            is_there = False
        if not is_there:
            found.append(name)
    return found
