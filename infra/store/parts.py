"""How a body travels to S3: small ones in one request, large ones in parts, all with their SHA-256.

Parts are invisible until the server puts them together, which it does under the same condition as
a write in one request, and only if each part's digest is the one that was sent. What fails is
aborted; what a kill or a lost answer leaves behind is no object, and the bucket's lifecycle removes
it (``AbortIncompleteMultipartUpload``).

S3 lets one of several completions at the same moment win. SeaweedFS 4.48 checks each one's
condition, yet may let several pass, the last of which stays. Publishing is not hurt, since one key
of a run stands for one body; pointers and manifests are small and travel whole.

Source:
    Amazon S3 User Guide, "Uploading and copying objects using multipart upload", "Prevent object
    overwrites with conditional writes" and "Checking object integrity".
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

MIB: Final = 1 << 20
SMALLEST_PART_BYTES: Final = 5 * MIB
"""What S3 asks of every part but the last."""
MOST_PARTS: Final = 10_000
"""What S3 allows."""


def write_whole(
    client: Any, place: Mapping[str, str], body: bytes, content_type: str, condition: dict[str, str]
) -> str:
    """Write a body in one request.

    Args:
        client: The connection.
        place: ``Bucket`` and ``Key``.
        body: The body.
        content_type: Its media type.
        condition: ``IfNoneMatch`` or ``IfMatch``.

    Returns:
        The object's tag.

    Raises:
        ClientError: If the server refuses, such as because the condition does not hold.
        BotoCoreError: If no attempt brought an answer.
    """
    answer = client.put_object(
        **place, **condition, Body=body, ContentType=content_type, ChecksumSHA256=_digest(body)
    )
    return str(answer["ETag"])


def write_in_parts(
    client: Any,
    place: Mapping[str, str],
    body: bytes,
    content_type: str,
    condition: dict[str, str],
    part_bytes: int,
) -> str:
    """Write a body in parts of about ``part_bytes`` bytes; see :func:`write_whole`.

    Raises:
        ClientError: As there; the upload is aborted.
        BotoCoreError: As there; the upload is aborted.
    """
    begun = client.create_multipart_upload(
        **place, ContentType=content_type, ChecksumAlgorithm="SHA256"
    )
    upload = {**place, "UploadId": begun["UploadId"]}
    with _aborted_on_failure(client, upload):
        parts = [
            _part(client, upload, number, part)
            for number, part in enumerate(_split(body, part_bytes), start=1)
        ]
        answer = client.complete_multipart_upload(
            **upload, **condition, MultipartUpload={"Parts": parts}
        )
    return str(answer["ETag"])


def part_size(body_bytes: int, wished_bytes: int) -> int:
    """Return how many bytes a part has: the wish, within S3's limits on parts and their number."""
    return max(wished_bytes, SMALLEST_PART_BYTES, -(-body_bytes // MOST_PARTS))


def _split(body: bytes, part_bytes: int) -> Iterator[bytes]:
    """Yield a body's parts, each a copy that lives as long as its request."""
    size = part_size(len(body), part_bytes)
    for start in range(0, len(body), size):
        yield body[start : start + size]


def _part(client: Any, upload: Mapping[str, str], number: int, part: bytes) -> dict[str, Any]:
    digest = _digest(part)
    answer = client.upload_part(**upload, PartNumber=number, Body=part, ChecksumSHA256=digest)
    return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": digest}


@contextmanager
def _aborted_on_failure(client: Any, upload: Mapping[str, str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(BotoCoreError, ClientError):
            client.abort_multipart_upload(**upload)
        raise


def _digest(body: bytes) -> str:
    return b64encode(sha256(body).digest()).decode("ascii")
