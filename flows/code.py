"""Which shike this is: its version, and a digest of its files."""

from __future__ import annotations

import hashlib
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
    digest = hashlib.sha256()
    for package in _PACKAGES:
        root = Path(str(files(package)))
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            if path.suffix not in _NO_CODE:
                digest.update(f"\0{package}/{path.relative_to(root).as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
