"""Which shike this is: its version, and a digest of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

VERSION: Final = version("shike")
"""The version that is installed."""
_PACKAGES: Final = ("flows", "infra", "quality", "recommender", "trials")
_NO_CODE: Final = (".pyc", ".npz")


@cache
def code_digest() -> str:
    """Return a digest of shike's own files: other code may make other bytes of the same inputs."""
    roots = ((package, Path(str(files(package)))) for package in _PACKAGES)
    return digest_of_code(
        (f"{package}/{path.relative_to(root).as_posix()}", path)
        for package, root in roots
        for path in sorted(root.rglob("*"))
    )


def digest_of_code(named: Iterable[tuple[str, Path]]) -> str:
    """Return a digest of files and their names, in the order given.

    Args:
        named: Name and path of each; folders, compiled files and models are left out.
    """
    digest = hashlib.sha256()
    for name, path in named:
        if path.is_file() and path.suffix not in _NO_CODE:
            digest.update(f"\0{name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
