"""One rule: what must hold and why, how it is checked, and what follows when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from quality.reading.findings import Note

Severity = Literal["warn", "block"]
Side = Literal["input", "output"]
Example = Mapping[str, object]
"""Values of a row by column; a name that is no column says how many such rows there are."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of one table.

    A row rule is broken by rows; those of an input table are quarantined. A table rule is broken by
    the table and quarantines nothing. Either way the table is judged by the share of failures.
    """

    table: str
    rule_id: str
    scope: Literal["row", "table"] = "row"
    side: Side = "input"
    dimension: str = "validity"
    """One of ``quality.tables.outputs.DIMENSIONS``."""
    severity: Severity
    threshold: float
    """Share of failures above which the severity applies."""
    warn_threshold: float | None = None
    """Share of failures above which the rule warns; None: only above ``threshold``."""
    owner: str
    en: str
    zh: str
    why: Note | None = None
    passes: Example | None = None
    """A row that keeps the rule."""
    fails: Example | None = None
    """A row that breaks it."""
    column: str | None = None
    condition: str
    """Row rules: SQL over a row ``t`` of the checked view, true where the row is bad.
    Table rules: a whole query with ``{batch}`` in place of the view; each row is a fault.
    No other braces: Great Expectations would take them for its own."""
    fault: Note | None = None
    """Table rules: what a fault says, its columns in braces."""
    advice: Note | None = None
    """Table rules: what to do about the faults."""
    of_malformed: bool = False
    """Whether the rule is about lines that are no rows; all others are about rows."""

    @property
    def name(self) -> str:
        """What settings call the rule."""
        return f"{self.table}.{self.rule_id}"

    @property
    def query(self) -> str:
        """The SQL that returns what is wrong, ``{batch}`` standing for the checked view."""
        if self.scope == "table":
            return self.condition
        if self.side == "output":
            return f"SELECT t.* FROM (SELECT * FROM {{batch}}) AS t WHERE {self.condition}"
        lines = "NOT NULL" if self.of_malformed else "NULL"
        return (
            "SELECT t.source_file, t.row_number FROM (SELECT * FROM {batch}) AS t"
            f" WHERE t.malformed_line IS {lines} AND ({self.condition})"
        )
