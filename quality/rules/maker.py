"""Makes the rules of one table, with the table's own severity, thresholds and owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quality.reading.findings import Note
from quality.rules.rule import Example, Rule, Severity

if TYPE_CHECKING:
    from quality.rules.options import ValidationOptions
    from quality.schema import Table

SOUND_ROWS = "<sound rows>"
"""In a condition, stands for the table's rows that break no other row rule."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a rule says, what it guards and why; with a row that keeps it and one that breaks it."""

    en: str
    zh: str
    why_en: str
    why_zh: str
    dimension: str = "validity"
    passes: Example | None = None
    fails: Example | None = None

    @property
    def why(self) -> Note:
        """Why the rule is there."""
        return Note(self.why_en, self.why_zh)


@dataclass(frozen=True)
class Maker:
    """Makes the rules of one table."""

    table: Table
    options: ValidationOptions

    def row_rule(
        self, rule_id: str, condition: str, meaning: Meaning, column: str | None = None
    ) -> Rule:
        """Make a rule whose breakers are quarantined.

        Without a table the day needs, nothing is published; without another, a stage is poorer.

        Args:
            rule_id: Its id within the table.
            condition: SQL over a row ``t``, true where the row is bad.
            meaning: What it says and why.
            column: The column it is about, if it is one.
        """
        severity: Severity = "block" if self.table.required else "warn"
        options = self.options
        return Rule(
            table=self.table.name,
            rule_id=rule_id,
            dimension=meaning.dimension,
            severity=severity,
            threshold=options.row_threshold,
            warn_threshold=min(options.row_warning, options.row_threshold),
            owner=options.owner_of(self.table.name),
            en=meaning.en,
            zh=meaning.zh,
            why=meaning.why,
            passes=meaning.passes,
            fails=meaning.fails,
            column=column,
            condition=condition,
        )

    def table_rule(
        self,
        rule_id: str,
        query: str,
        meaning: Meaning,
        *,
        fault: Note,
        advice: Note,
        column: str | None = None,
    ) -> Rule:
        """Make a rule that warns about the table and quarantines nothing.

        Args:
            rule_id: Its id within the table.
            query: SQL whose rows are the faults, ``{batch}`` standing for the table.
            meaning: What it says and why.
            fault: What a fault says, its columns in braces.
            advice: What to do.
            column: The column it is about, if it is one.
        """
        return Rule(
            table=self.table.name,
            rule_id=rule_id,
            scope="table",
            dimension=meaning.dimension,
            severity="warn",
            threshold=0.0,
            owner=self.options.owner_of(self.table.name),
            en=meaning.en,
            zh=meaning.zh,
            why=meaning.why,
            passes=meaning.passes,
            fails=meaning.fails,
            column=column,
            condition=query,
            fault=fault,
            advice=advice,
        )
