"""What can be required of a parsed template: of the bucket, of its policy, of who may do what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Template = Mapping[str, Any]
"""A template as YAML has it, intrinsics in their long form."""
Safeguard = Callable[[Template], bool]
"""Whether a template holds what it must; it may stumble over one that lacks the very place."""
BUCKET: Final = "arn:${AWS::Partition}:s3:::${BucketName}"


def setting(*path: str, wanted: Any) -> Safeguard:
    """Require a property of the bucket."""

    def holds(template: Template) -> bool:
        found: Any = template["Resources"]["Bucket"]
        for step in path:
            found = found.get(step, {})
        return bool(found == wanted)

    return holds


def expiry(**wanted: Any) -> Safeguard:
    """Require a rule of the bucket's lifecycle; ``Id`` is only its name."""
    wanted |= {"Status": "Enabled", "Prefix": {"Fn::Sub": "${Prefix}/"}}

    def holds(template: Template) -> bool:
        properties = template["Resources"]["Bucket"]["Properties"]
        rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
        return any({**rule, "Id": ""} == {**wanted, "Id": ""} for rule in rules)

    return holds


def refusal(action: str, resources: list[str], condition: Mapping[str, Any]) -> Safeguard:
    """Require a statement of the bucket's policy."""
    wanted = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": [{"Fn::Sub": resource} for resource in resources],
        "Condition": condition,
    }

    def holds(template: Template) -> bool:
        found = template["Resources"].get("BucketPolicy", {}).get("Properties", {})
        statements = found.get("PolicyDocument", {}).get("Statement", [])
        is_there = any({**given, "Sid": ""} == {**wanted, "Sid": ""} for given in statements)
        return is_there and bool(found["Bucket"] == {"Ref": "Bucket"})

    return holds


def survives(template: Template) -> bool:
    """Require that deleting the stack or replacing the bucket leaves its objects."""
    found = template["Resources"]["Bucket"]
    fates = {found.get("DeletionPolicy"), found.get("UpdateReplacePolicy")}
    return fates == {"Retain"}


def encrypted(template: Template) -> bool:
    """Require encryption with the KMS key where one is given, with S3's own elsewhere."""
    found = template["Resources"]["Bucket"]["Properties"].get("BucketEncryption", {})
    condition, *choices = found.get("Fn::If", [None])
    by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::Sub": "${KmsKeyArn}"}}
    wanted = [
        {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": default is by_key}
            ]
        }
        for default in (by_key, {"SSEAlgorithm": "AES256"})
    ]
    return bool(condition == "UsesKmsKey" and choices == wanted)


def only(policy: str, allowed: Mapping[str, set[str]]) -> Safeguard:
    """Require that a policy allows no more than these actions on these resources, and listing."""

    def holds(template: Template) -> bool:
        return all(
            resource in allowed.get(action, set())
            for action, resource, _ in _allowed(template, policy)
            if action != "s3:ListBucket"
        )

    return holds


def lists(policy: str, *conditions: Mapping[str, Any]) -> Safeguard:
    """Require that a policy lists the bucket under one of these conditions or not at all."""

    def holds(template: Template) -> bool:
        return all(
            resource == BUCKET and condition in conditions
            for action, resource, condition in _allowed(template, policy)
            if action == "s3:ListBucket"
        )

    return holds


def below(prefix: str) -> dict[str, Any]:
    """Return the condition that a listing keeps to a prefix."""
    return {"StringLike": {"s3:prefix": [{"Fn::Sub": prefix}]}}


def _allowed(template: Template, policy: str) -> Iterator[tuple[str, str, Any]]:
    """Yield action, resource and condition of all that a policy allows."""
    for given in template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]:
        statement = given["Fn::If"][1] if "Fn::If" in given else given
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                yield action, resource["Fn::Sub"], statement.get("Condition")
