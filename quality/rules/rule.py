"""One rule: what must hold, how it is checked, and what follows when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["warn", "block"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of one table.

    A row rule is broken by rows, which are quarantined; over its threshold the whole table is
    judged by its severity. A table rule is broken by the table and quarantines nothing.
    """

    table: str
    rule_id: str
    scope: Literal["row", "table"] = "row"
    severity: Severity
    threshold: float
    """Share of broken rows above which the severity applies."""
    owner: str
    en: str
    zh: str
    column: str | None = None
    condition: str
    """Row rules: SQL over a row ``t`` of the checked view, true where the row is bad.
    Table rules: a whole query with ``{batch}`` in place of the view; each row is a fault."""
    of_malformed: bool = False
    """Whether the rule is about lines that are no rows; all others are about rows."""

    @property
    def query(self) -> str:
        """The SQL that returns what is wrong, ``{batch}`` standing for the checked view."""
        if self.scope == "table":
            return self.condition
        lines = "NOT NULL" if self.of_malformed else "NULL"
        return (
            "SELECT t.source_file, t.row_number FROM (SELECT * FROM {batch}) AS t"
            f" WHERE t.malformed_line IS {lines} AND ({self.condition})"
        )
