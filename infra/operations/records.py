"""What is remembered of one attempt at a day, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from quality.validated import TableCount

FORMAT: Final = 1
"""Version of the record; a reader refuses one it does not know."""

_CURRENT: Final = ("published", "already current")

StageOutcome = Literal["made", "checkpoint", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """How one stage of an attempt went."""

    name: str
    outcome: StageOutcome
    """``made`` now, taken from its ``checkpoint``, ``skipped`` for want of data, or ``failed``."""
    seconds: float
    peak_growth_bytes: int
    """How far the stage raised the most memory the process ever held; 0 if it stayed below."""
    tries: int = 1
    """How often it was begun: storage that did not answer is asked again."""
    rows_in: dict[str, int] = field(default_factory=dict)
    """Rows of the tables it read; empty where it reads none."""
    rows_out: dict[str, int] = field(default_factory=dict)
    """Rows of the tables it made."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What an attempt wrote, the state of later days aside."""

    prefixes: int
    objects: int
    created: int
    """Objects among them that were not stored before."""
    bytes: int
    """Bytes of the objects."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a day, from its first step to its end, good or bad."""

    started: datetime
    seconds: float
    as_of: date
    run_id: str | None = None
    """None if it ended before its inputs were known."""
    outcome: str
    """How publishing ended, ``blocked`` by validation, or ``failed``."""
    exit_code: int
    """What the command line leaves with; 0 is a success."""
    error: str | None = None
    """What went wrong, in a sentence without data of any person."""
    verdict: str | None = None
    """Of validation; None if it did not end."""
    stages: tuple[StageRecord, ...] = ()
    """In the order they ran."""
    rows: tuple[TableCount, ...] = ()
    """Where the rows of each input table went."""
    outputs: dict[str, int] = field(default_factory=dict)
    """Rows of every output table of the run."""
    people: dict[str, int] = field(default_factory=dict)
    """Step (``seen`` in the events, ``recommended`` to, ``withheld`` from) to different people."""
    published: Published | None = None

    @property
    def is_good(self) -> bool:
        """Whether it ended as it should, which may be with nothing to do."""
        return self.exit_code == 0

    @property
    def is_current(self) -> bool:
        """Whether its day was the store's current one when it ended, with all it has to offer."""
        return self.is_good and self.outcome in _CURRENT

    @property
    def retries(self) -> int:
        """How often a stage was begun again."""
        return sum(stage.tries - 1 for stage in self.stages)

    @property
    def totals(self) -> TableCount:
        """The rows of all input tables together."""
        numbers = [count.name for count in fields(TableCount) if count.name != "table"]
        sums = {name: sum(getattr(count, name) for count in self.rows) for name in numbers}
        return TableCount(table="", **sums)


_ATTEMPTS: Final = TypeAdapter(tuple[Attempt, ...])


def to_bytes(attempts: Sequence[Attempt]) -> bytes:
    """Write attempts as JSON, one a line, so that a person can read the last one."""
    lines = [
        json.dumps(one, ensure_ascii=False, sort_keys=True)
        for one in _ATTEMPTS.dump_python(tuple(attempts), mode="json")
    ]
    inside = ",\n".join(lines)
    return f'{{"format": {FORMAT}, "attempts": [\n{inside}\n]}}\n'.encode()


def from_bytes(body: bytes) -> tuple[Attempt, ...]:
    """Read attempts back.

    Raises:
        ValueError: If it is not a record of this format.
    """
    found = json.loads(body)
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT:
        raise ValueError(f"the record's format must be {FORMAT}, found {version!r}")
    try:
        attempts = _ATTEMPTS.validate_python(found.get("attempts"))
    except ValidationError as error:
        raise ValueError(f"not a record of attempts: {error.errors()[0]['msg']}") from error
    return tuple(attempts)
