"""Files that are delivered twice: the same bytes under two names."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from quality.reading.findings import Check, Finding, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quality.reading.folder import Entry


def repeated_files(table: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find the files that have the same bytes as an earlier one of the table.

    Only files of equal size are compared, by SHA-256; an empty file says nothing twice.
    """
    sizes = {entry.name: entry.path.stat().st_size for entry in entries}
    times = Counter(sizes.values())
    first: dict[str, str] = {}
    for entry in entries:
        size = sizes[entry.name]
        if not size or times[size] == 1:
            continue
        with entry.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        same = first.setdefault(digest, entry.name)
        if same != entry.name:
            yield Finding(
                table=table,
                check=Check.NOT_REPEATED,
                file=entry.name,
                said=Note(
                    f"it is the same file, byte for byte, as {same}; its rows count as "
                    "duplicates. Deliver it once.",
                    f"与 {same} 逐字节相同，其行计为重复。请只提交一次。",
                ),
            )
