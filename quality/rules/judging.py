"""Judge the rows of one table: count with Great Expectations, quarantine, say what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quality.reading.findings import Note
from quality.rules.outcome import Outcome
from quality.rules.quarantine import masked_sample, quarantine_rows

if TYPE_CHECKING:
    import duckdb

    from quality.reading.known import Known
    from quality.reading.source import Source
    from quality.rules.options import ValidationOptions
    from quality.rules.rule import Rule
    from quality.schema import Table

_MOST_FAULTS = 8


@dataclass(frozen=True, kw_only=True)
class Judge:
    """What is needed to judge a table's rows, beside its rules."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    sources: Sequence[Source]
    known: Known
    options: ValidationOptions

    def judge(self, rules: Sequence[Rule], counts: Mapping[str, int]) -> tuple[list[Outcome], int]:
        """Quarantine what broke a rule and say what each rule found.

        Args:
            rules: The rules of the table.
            counts: Failures of each rule by id, as counted over the known rows.

        Returns:
            One outcome a rule, and the number of rows quarantined.
        """
        failed = [
            (rule, counts[rule.rule_id])
            for rule in rules
            if rule.scope == "row" and counts[rule.rule_id]
        ]
        refused = quarantine_rows(
            self.connection, self.table.name, failed, self.sources, self.options.forbidden_columns
        )
        return [self._outcome(rule, counts[rule.rule_id]) for rule in rules], refused

    def _outcome(self, rule: Rule, failed: int) -> Outcome:
        found, sample = None, "[]"
        if failed and rule.scope == "row":
            sample = masked_sample(
                self.connection, rule, self._visible(rule), self.options.sample_rows
            )
            found = self._found_rows(rule, failed, json.loads(sample)[0])
        elif failed:
            view = f"known_{self.table.name}"
            faults = faults_of(self.connection, rule, view, _MOST_FAULTS)
            found, sample = told_faults(rule, faults, failed), json.dumps(faults)
        return outcome_of(rule, checked=self.known.rows, failed=failed, found=found, sample=sample)

    def _visible(self, rule: Rule) -> dict[str, bool]:
        """Return the columns worth showing for a rule: the key and what the rule is about."""
        if rule.of_malformed:
            return {"malformed_line": False}
        names = (*self.table.key, rule.column) if rule.column else self.table.key
        return {name: not self.table.column(name).is_hidden for name in dict.fromkeys(names)}

    def _found_rows(self, rule: Rule, failed: int, first: Mapping[str, Any]) -> Note:
        rows = self.known.rows
        share = f"{failed / rows:.2%}"
        name = rule.column or ""
        value = first.get(name)
        shown = json.dumps(value, ensure_ascii=False)
        place_en = f"{first['source_file']}, row {first['row_number']}"
        place_zh = f"{first['source_file']} 第 {first['row_number']} 行"
        en = f"{failed:,} of {rows:,} rows ({share}); first: {place_en}"
        zh = f"{rows:,} 行中有 {failed:,} 行（{share}）；首例：{place_zh}"
        if name:
            en, zh = f"{en}, {name} = {shown}", f"{zh}，{name} = {shown}"
        return Note(f"{en}.", f"{zh}。")


def outcome_of(
    rule: Rule, *, checked: int, failed: int, found: Note | None = None, sample: str = "[]"
) -> Outcome:
    """Say what a rule found.

    Args:
        rule: The rule.
        checked: Rows it looked at.
        failed: How many of them broke it.
        found: What was found, if anything was.
        sample: Some of it, as a JSON list, masked.
    """
    return Outcome(
        table=rule.table,
        rule_id=rule.rule_id,
        scope=rule.scope,
        side=rule.side,
        dimension=rule.dimension,
        severity=rule.severity,
        threshold=rule.threshold,
        warn_threshold=rule.warn_threshold,
        owner=rule.owner,
        column=rule.column,
        said=Note(rule.en, rule.zh),
        why=rule.why,
        passes=rule.passes,
        fails=rule.fails,
        checked=checked,
        failed=failed,
        found=found,
        sample=sample,
    )


def faults_of(
    connection: duckdb.DuckDBPyConnection, rule: Rule, view: str, most: int
) -> list[dict[str, str]]:
    """Return what a query found, each row as text by column.

    Args:
        connection: Where the view is.
        rule: The rule.
        view: What it looks at.
        most: How many rows to return at most.
    """
    query = rule.query.replace("{batch}", view)
    cursor = connection.execute(query if rule.scope == "table" else f"{query} ORDER BY ALL")
    names = [name for name, *_ in cursor.description or ()]
    return [
        {name: str(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchmany(most)
    ]


def told_faults(rule: Rule, faults: Sequence[Mapping[str, str]], failed: int) -> Note:
    """Say what is wrong with a table, fault by fault; after some, only how many more there are.

    Args:
        rule: The broken table rule.
        faults: Some of its faults, as text by column.
        failed: How many there are in all.
    """
    fault, advice = rule.fault or Note("", ""), rule.advice or Note("", "")
    named = faults[:_MOST_FAULTS]
    more = failed - len(named)
    en = "; ".join(fault.en.format_map(one) for one in named)
    zh = "；".join(fault.zh.format_map(one) for one in named)
    if more > 0:
        en, zh = f"{en}; and {more:,} more", f"{zh}；另有 {more:,} 处"
    return Note(f"{en}. {advice.en}", f"{zh}。{advice.zh}")
