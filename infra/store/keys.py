"""Keys that every store spells alike, and how an arbitrary id becomes a segment of one.

A key is segments of ``A-Z a-z 0-9 . _ = -`` joined by ``/``. Object stores and file systems
disagree about everything else (empty segments, dots, case of percent signs, length).

An id is encoded like quoted-printable text (RFC 2045 §6.7): a byte of its UTF-8 form that is not a
letter, digit, ``.``, ``_`` or ``-`` becomes ``=`` and two capital hexadecimal digits. A leading
dot is encoded as well, so that no segment is hidden or climbs; the empty id becomes a lone ``=``.
"""

import re

MAX_KEY_BYTES = 1024
"""What S3 allows."""
MAX_SEGMENT_BYTES = 255
"""What file systems allow."""

_SEGMENT = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]*")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_EMPTY = "="


def check_key(key: str) -> str:
    """Return the key if it is one.

    Raises:
        ValueError: If a segment is empty, begins with a dot, holds another character or is longer
            than 255 bytes, or the key is longer than 1,024.
    """
    for segment in key.split("/"):
        if not _SEGMENT.fullmatch(segment) or len(segment) > MAX_SEGMENT_BYTES:
            raise ValueError(
                f"a key's segments must be 1 to {MAX_SEGMENT_BYTES} of A-Z a-z 0-9 . _ = - and not "
                f"begin with a dot, found {segment[:80]!r} in {key[:200]!r}; encode ids with "
                "encode_id and keep them short"
            )
    if len(key) > MAX_KEY_BYTES:
        raise ValueError(f"a key must be at most {MAX_KEY_BYTES} bytes, found {len(key)}")
    return key


def encode_id(identifier: str) -> str:
    """Turn any id into one segment; different ids become different segments."""
    encoded = "".join(
        chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in identifier.encode("utf-8")
    )
    if encoded.startswith("."):
        return "=2E" + encoded[1:]
    return encoded or _EMPTY


def decode_id(segment: str) -> str:
    """Return the id that was encoded.

    Raises:
        ValueError: If the segment is not what ``encode_id`` makes of any id.
    """
    if segment == _EMPTY:
        return ""
    try:
        identifier = re.sub(
            rb"=([0-9A-F]{2})",
            lambda match: bytes.fromhex(match[1].decode("ascii")),
            segment.encode("ascii"),
        ).decode("utf-8")
    except UnicodeError as error:
        raise ValueError(f"{segment!r} is not an encoded id") from error
    if encode_id(identifier) != segment:
        raise ValueError(f"{segment!r} is not an encoded id")
    return identifier
