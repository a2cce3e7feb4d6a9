"""What CloudFormation calls otherwise than S3's own API does, and its placeholders."""

from __future__ import annotations

from typing import Any

from infra.aws.policies import Document


def encryption(configuration: Document) -> Document:
    """Return a bucket's encryption as CloudFormation spells it."""
    return {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
                "BucketKeyEnabled": rule["BucketKeyEnabled"],
            }
            for rule in configuration["Rules"]
        ]
    }


def lifecycle_rule(rule: Document) -> Document:
    """Return a rule of a bucket's lifecycle as CloudFormation spells it."""
    where = rule["Filter"].get("And", rule["Filter"])
    days = rule.get("Expiration", {})
    same = ("Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    renamed = {
        "Id": rule["ID"],
        "Prefix": where["Prefix"],
        "TagFilters": where.get("Tags"),
        "ExpirationInDays": days.get("Days"),
        "ExpiredObjectDeleteMarker": days.get("ExpiredObjectDeleteMarker"),
    }
    kept = {name: rule[name] for name in same if name in rule}
    return {name: value for name, value in renamed.items() if value is not None} | kept


def substituted(value: Any) -> Any:
    """Let CloudFormation fill in every text with a placeholder."""
    match value:
        case dict():
            return {name: substituted(part) for name, part in value.items()}
        case list() | tuple():
            return [substituted(part) for part in value]
        case str() if "${" in value:
            return {"Fn::Sub": value}
        case _:
            return value
