"""The identity of a text: what is left when spaces, punctuation and case are taken away."""

import hashlib
import re

_NOT_LETTERS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return the letters and digits of a text, lower case, with nothing between them."""
    return _NOT_LETTERS.sub("", text).lower()


def text_key(text: str) -> str:
    """Return the key under which a text is held out of training: 24 hex digits of SHA-256.

    Texts that differ only in spaces, punctuation or case have the same key.
    """
    return hashlib.sha256(bare(text).encode("utf-8", "surrogatepass")).hexdigest()[:24]
