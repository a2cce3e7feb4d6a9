"""Names for people that mean nothing to whoever lacks the key."""

import base64
import hmac

import pyarrow as pa
import pyarrow.compute as pc

_BYTES = 10
"""80 bits, 16 base32 characters: two of 10 million people share one with a chance below 1 in 10^10."""
_FIRST = "u"
"""A letter in front keeps a spreadsheet from reading a pseudonym as a number."""


def pseudonymise(
    user_ids: pa.Array | pa.ChunkedArray, key: str, *, scope: str = ""
) -> pa.Array | pa.ChunkedArray:
    """Replace ids by pseudonyms: the same id, key and scope give the same one.

    A pseudonym is the first 80 bits of HMAC-SHA256(key, scope and id) in lower-case base32. The
    scope, such as a merchant's id, keeps those who receive pseudonyms from putting theirs together.

    Args:
        user_ids: Text; null stays null.
        key: The secret; whoever has it can undo pseudonyms by trying all ids.
        scope: Within which the pseudonyms hold.

    Returns:
        Text, one for each row.

    Raises:
        ValueError: If the key is empty.

    Source:
        RFC 2104 (HMAC), RFC 4648 §6 (base32).
    """
    if not key:
        raise ValueError("the key of pseudonyms must not be empty")
    # The scope is hashed into a key of its own, so that no two (scope, id) read alike.
    scoped = hmac.digest(key.encode(), scope.encode(), "sha256")
    unique = pc.unique(user_ids).drop_null()
    names = pa.array([_name(scoped, user_id) for user_id in unique.to_pylist()], pa.string())
    return names.take(pc.index_in(user_ids, unique))


def _name(key: bytes, user_id: str) -> str:
    digest = hmac.digest(key, user_id.encode("utf-8"), "sha256")
    return _FIRST + base64.b32encode(digest[:_BYTES]).decode("ascii").lower()
