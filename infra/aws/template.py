"""The same rules as CloudFormation templates: ``shike.yaml`` for the store, ``merchant.yaml`` each.

``python -m infra.aws.template`` (part of ``make docs``) writes both beside this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from infra.aws import bucket, policies
from infra.aws.cloudformation import encryption, lifecycle_rule, substituted
from infra.aws.place import Place
from infra.aws.policies import Document

FOLDER: Final = Path(__file__).parent
_HERE: Final = Place("${BucketName}", "${Prefix}", "${AWS::Partition}", "${KmsKeyArn}")
_WITH_KEY: Final = "UsesKmsKey"
_SEGMENT: Final = "[A-Za-z0-9_=-][A-Za-z0-9._=-]*"
_PARAMETERS: Final[Document] = {
    "BucketName": {
        "Type": "String",
        "Description": "Name of the bucket; it should hold this store alone.",
        "AllowedPattern": "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    },
    "Prefix": {
        "Type": "String",
        "Description": "Where the store lies in the bucket, without a slash at either end.",
        "Default": "shike",
        "AllowedPattern": f"{_SEGMENT}(/{_SEGMENT})*",
    },
    "KmsKeyArn": {
        "Type": "String",
        "Description": "ARN of the KMS key that encrypts the objects; empty means S3's own.",
        "Default": "",
        "AllowedPattern": "(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+)?",
    },
}
_MERCHANT: Final[Document] = {
    "MerchantFolder": {
        "Type": "String",
        "Description": "The merchant's folder below merchants/: its id as shike encodes it.",
        "AllowedPattern": _SEGMENT,
    }
}


def store_template() -> Document:
    """Return the template of a store: its bucket, and a policy for each who works on all of it."""
    managed = {
        "Publisher": ("Publishes shike's days.", policies.publisher(_HERE)),
        "Collector": ("Deletes shike's runs that nobody needs.", policies.collector(_HERE)),
        "QualityReader": ("Reads shike's findings.", policies.quality_reader(_HERE)),
    }
    resources = {"Bucket": _bucket(), "BucketPolicy": _bucket_policy()} | {
        name: _managed(*described) for name, described in managed.items()
    }
    outputs = {"BucketName": {"Value": {"Ref": "Bucket"}}} | {
        f"{name}PolicyArn": {"Value": {"Ref": name}} for name in managed
    }
    return _template("The bucket of a shike store.", _PARAMETERS, resources, outputs)


def merchant_template() -> Document:
    """Return the template of one merchant's policy; a stack a merchant."""
    policy = policies.merchant_reader(_HERE, "${MerchantFolder}")
    resources = {"MerchantReader": _managed("Reads what shike publishes for a merchant.", policy)}
    outputs = {"MerchantReaderPolicyArn": {"Value": {"Ref": "MerchantReader"}}}
    parameters = _PARAMETERS | _MERCHANT
    return _template("One merchant of a shike store.", parameters, resources, outputs)


def written(template: Document) -> str:
    """Return a template as the YAML that is committed."""
    return yaml.safe_dump(template, sort_keys=False, width=100)


def _template(
    description: str, parameters: Document, resources: Document, outputs: Document
) -> Document:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{description} Written by `make docs` from infra/aws.",
        "Parameters": parameters,
        "Conditions": {_WITH_KEY: {"Fn::Not": [{"Fn::Equals": [{"Ref": "KmsKeyArn"}, ""]}]}},
        "Resources": substituted(resources),
        "Outputs": outputs,
    }


def _bucket() -> Document:
    by_key, by_s3 = (encryption(bucket.encryption(key)) for key in (_HERE.kms_key, ""))
    return {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": _HERE.bucket,
            "VersioningConfiguration": bucket.VERSIONING,
            "OwnershipControls": bucket.OWNERSHIP,
            "PublicAccessBlockConfiguration": bucket.PUBLIC_ACCESS,
            "BucketEncryption": {"Fn::If": [_WITH_KEY, by_key, by_s3]},
            "LifecycleConfiguration": {
                "Rules": [lifecycle_rule(rule) for rule in bucket.lifecycle(_HERE)["Rules"]]
            },
        },
    }


def _bucket_policy() -> Document:
    statements = [bucket.tls_only(_HERE), bucket.runs_once(_HERE)]
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        },
    }


def _managed(description: str, policy: Document) -> Document:
    statements = [
        {"Fn::If": [_WITH_KEY, statement, {"Ref": "AWS::NoValue"}]}
        if statement["Sid"] == policies.USE_KEY
        else statement
        for statement in policy["Statement"]
    ]
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": description,
            "PolicyDocument": policy | {"Statement": statements},
        },
    }


if __name__ == "__main__":
    for _name, _made in (("shike", store_template()), ("merchant", merchant_template())):
        (FOLDER / f"{_name}.yaml").write_text(written(_made), encoding="utf-8")
