"""What a run is to a prefix, and what the current pointer makes of it: all decisions, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from infra.errors import ConflictError
from infra.publish.records import (
    Manifest,
    Pointer,
    PublishedObject,
    manifest_key,
    pointer_key,
    sha256,
)


class Status(StrEnum):
    """How publishing a run under a prefix ended."""

    PUBLISHED = "published"
    """The run became current."""
    CURRENT = "already current"
    """The run was current before, with the same bytes; nothing was written."""
    SUPERSEDED = "superseded"
    """A run about a later day is current, and stays so."""
    WITHDRAWN = "withdrawn"
    """The run was taken back by a rollback, and stays away."""


@dataclass(frozen=True)
class Run:
    """One run's files for one prefix."""

    prefix: str
    objects: Mapping[str, PublishedObject]
    manifest: Manifest

    @property
    def pointer_key(self) -> str:
        """Where its prefix's pointer stands."""
        return pointer_key(self.prefix)

    @property
    def manifest_key(self) -> str:
        """Where its manifest stands."""
        return manifest_key(self.prefix, self.manifest.run_id)

    @cached_property
    def manifest_body(self) -> bytes:
        """Its manifest, as it is stored."""
        return self.manifest.to_bytes()

    def verdict(self, current: Pointer | None) -> Status:
        """Say how publishing ends now, PUBLISHED meaning that the pointer may be swapped.

        Raises:
            ConflictError: If the run is current with other bytes.
        """
        if current is None:
            return Status.PUBLISHED
        if current.run_id == self.manifest.run_id:
            if current.manifest_sha256 != sha256(self.manifest_body):
                raise conflict(self.manifest_key)
            return Status.CURRENT
        if self.manifest.run_id in current.withdrawn:
            return Status.WITHDRAWN
        if current.as_of > self.manifest.as_of:
            return Status.SUPERSEDED
        return Status.PUBLISHED

    def pointer_after(self, current: Pointer | None) -> Pointer:
        """Return the pointer that makes the run current."""
        return Pointer(
            run_id=self.manifest.run_id,
            as_of=self.manifest.as_of,
            generation=current.generation + 1 if current else 1,
            manifest_key=self.manifest_key,
            manifest_sha256=sha256(self.manifest_body),
            withdrawn=current.withdrawn if current else (),
        )


def conflict(place: str) -> ConflictError:
    """Return the error that says that a run did not repeat itself."""
    return ConflictError(
        f"{place} is published with other bytes than this run made, though a run's bytes are "
        "determined by its inputs, options and seed: a stage is not deterministic, or the run id "
        "leaves something out (the version of the code?). What was there stays; find the "
        "difference, or publish under another run id"
    )
