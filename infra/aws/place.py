"""Where a store is inside S3, in the words that policies use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A prefix of a bucket. Each text may also be a CloudFormation placeholder, ``${BucketName}``."""

    bucket: str
    prefix: str = ""
    """Without a slash at either end; empty means the whole bucket."""
    partition: str = "aws"
    """``aws``, or ``aws-cn`` in China: the second word of every ARN."""
    kms_key: str = ""
    """ARN of the KMS key that encrypts the objects; empty means that S3 uses its own."""

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:{self.partition}:s3:::{self.bucket}"

    def key(self, pattern: str) -> str:
        """Return where keys of the store lie in the bucket."""
        return f"{self.prefix}/{pattern}" if self.prefix else pattern

    def objects(self, pattern: str) -> str:
        """Return the ARN of the objects whose keys in the store fit a pattern."""
        return f"{self.arn}/{self.key(pattern)}"
