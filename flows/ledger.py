"""What a run says about itself in ``run.json``, and the name it bears.

Same inputs, options and code give the same run id, so that running twice publishes once.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from flows.code import VERSION, code_digest
from flows.settings import Settings
from trials.reports.polarity import MODELS

_CHANGES_NOTHING: Final = ("store", "logging", "notify", "run")
"""Sections of the settings that a run's bytes do not depend on."""
_CHUNK = 1 << 20
_ID_DIGITS = 12


@dataclass(frozen=True)
class Ledger:
    """The record of one run."""

    run_id: str
    as_of: date
    shike_version: str
    verdict: str
    stages: tuple[str, ...]
    skipped: tuple[str, ...]
    counts: tuple[dict[str, Any], ...]
    """Rows read, accepted, quarantined, dropped as duplicates and left out, per input table."""
    origins: dict[str, str]
    """Output table → the run that made it; another run's where a stage did not run."""
    state: dict[str, dict[str, str]]
    """What later days build on: name → key and sha256."""
    merchants: tuple[dict[str, Any], ...]
    """The merchants' entries on the index: this run's, or the last ones published."""

    def to_bytes(self) -> bytes:
        """Return the JSON of the ledger, the same bytes for the same run."""
        fields = dataclasses.asdict(self) | {"as_of": self.as_of.isoformat()}
        return (json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Ledger:
        """Read a ledger back."""
        fields = json.loads(body)
        fields["as_of"] = date.fromisoformat(fields["as_of"])
        for name in ("stages", "skipped", "counts", "merchants"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


def name_run(
    inputs: Mapping[str, str], day: date, stages: Sequence[str], settings: Settings, seen: str
) -> str:
    """Return the id of the run that these inputs, options and trained models make.

    Args:
        inputs: SHA-256 of every input file, by name.
        day: The as-of day.
        stages: The stages asked for.
        settings: All options; secrets take part, but only through the digest.
        seen: The run whose state this one builds on, or an empty text.
    """
    digest = hashlib.sha256()
    options = {
        name: chosen
        for name, chosen in dataclasses.asdict(settings).items()
        if name not in _CHANGES_NOTHING
    }
    heading = [VERSION, code_digest(), day.isoformat(), sorted(stages), options, seen]
    digest.update(json.dumps(heading, sort_keys=True, default=str).encode())
    for found in (inputs, file_digests(MODELS)):
        for name, sha256 in found.items():
            digest.update(f"\0{name}\0{sha256}".encode())
    return f"{day.isoformat()}-{digest.hexdigest()[:_ID_DIGITS]}"


def file_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name relative to it, in order."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _digest_of(path) for path in paths}


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
