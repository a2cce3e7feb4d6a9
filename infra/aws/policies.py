"""Who may do what in a store: one IAM policy for each kind of reader and writer.

Each allows what its holder needs and nothing else; IAM refuses the rest. None allows changing the
bucket's settings, policies or versions, and only the collector's allows deleting.

Source:
    AWS, "Actions, resources, and condition keys for Amazon S3", Service Authorization Reference.
"""

from __future__ import annotations

from typing import Any, Final

from infra.aws.place import Place

Document = dict[str, Any]
"""An IAM policy document, or a part of one, as JSON has it."""

USE_KEY: Final = "UseKey"
"""Sid of the statement that is there only where a KMS key encrypts the objects."""
_READING: Final = ("kms:Decrypt",)
_WRITING: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def publisher(place: Place) -> Document:
    """Return what publishing a day needs: read, write and list in the store, never delete.

    Aborting a multipart upload frees its parts; it cannot touch an object.
    """
    actions = ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
    return _document(
        _allow("ReadAndWrite", actions, place.objects("*")),
        *_list_store(place),
        *_use_key(place, _WRITING),
    )


def collector(place: Place) -> Document:
    """Return what ``shike gc`` needs: delete runs and their state, and write down that it does.

    On a versioned bucket a deletion leaves the old version until the bucket's lifecycle removes it.
    """
    runs = [place.objects(pattern) for pattern in ("internal/runs/*", "merchants/*/runs/*")]
    return _document(
        _allow("Read", ("s3:GetObject",), place.objects("*")),
        # One level deeper than the record of retention, which nobody may delete.
        _allow("DeleteRuns", ("s3:DeleteObject",), *runs, place.objects("state/*/*")),
        _allow("WriteRetention", ("s3:PutObject",), place.objects("state/retention.json")),
        *_list_store(place),
        *_use_key(place, _WRITING),
    )


def merchant_reader(place: Place, folder: str) -> Document:
    """Return what one merchant may do: read and list its own folder.

    Args:
        place: The store.
        folder: The merchant's id as :func:`infra.store.keys.encode_id` writes it, which leaves no
            character that IAM would read as a wildcard or a variable.
    """
    own = f"merchants/{folder}/*"
    return _document(
        _allow("ReadOwn", ("s3:GetObject",), place.objects(own)),
        _list_below("ListOwn", place, own),
        *_use_key(place, _READING),
    )


def quality_reader(place: Place) -> Document:
    """Return what a QA reviewer may do: read the index, what is internal and how the days went."""
    return _document(
        _allow(
            "ReadFindings",
            ("s3:GetObject",),
            place.objects("internal/*"),
            place.objects("index.html"),
            place.objects("operations/*"),
        ),
        _list_below("ListFindings", place, "internal/*"),
        *_use_key(place, _READING),
    )


def _list_store(place: Place) -> tuple[Document, Document]:
    """Return the right to list the store, and to hear that a key of it is missing.

    S3 answers 404 for a missing key only to whoever may list, and asks that without a prefix; to
    others it answers 403, which a publisher cannot tell from a refusal. So listing without a prefix
    is allowed as well: a bucket should hold one store.
    """
    unprefixed = _allow("HearWhatIsMissing", ("s3:ListBucket",), place.arn)
    return (
        _list_below("ListStore", place, "*"),
        unprefixed | {"Condition": {"Null": {"s3:prefix": "true"}}},
    )


def _list_below(sid: str, place: Place, pattern: str) -> Document:
    condition = {"StringLike": {"s3:prefix": [place.key(pattern)]}}
    return _allow(sid, ("s3:ListBucket",), place.arn) | {"Condition": condition}


def _use_key(place: Place, actions: tuple[str, ...]) -> tuple[Document, ...]:
    return (_allow(USE_KEY, actions, place.kms_key),) if place.kms_key else ()


def _allow(sid: str, actions: tuple[str, ...], *resources: str) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
