"""Judge the rows of one table: count with Great Expectations, quarantine, say what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quality.reading.findings import Note
from quality.rules.outcome import Outcome
from quality.rules.quarantine import masked_sample, quarantine_rows
from quality.schema import Sensitivity

if TYPE_CHECKING:
    import duckdb

    from quality.reading.known import Known
    from quality.reading.source import Source
    from quality.rules.options import ValidationOptions
    from quality.rules.rule import Rule
    from quality.schema import Table

_HIDDEN = (Sensitivity.PERSONAL, Sensitivity.FREE_TEXT)


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
            faults = self._faults(rule)
            found, sample = _found_days(faults), json.dumps(faults)
        return Outcome(
            table=rule.table,
            rule_id=rule.rule_id,
            scope=rule.scope,
            severity=rule.severity,
            threshold=rule.threshold,
            owner=rule.owner,
            column=rule.column,
            said=Note(rule.en, rule.zh),
            checked=self.known.rows,
            failed=failed,
            found=found,
            sample=sample,
        )

    def _visible(self, rule: Rule) -> dict[str, bool]:
        """Return the columns worth showing for a rule: the key and what the rule is about."""
        if rule.of_malformed:
            return {"malformed_line": False}
        names = (*self.table.key, rule.column) if rule.column else self.table.key
        return {
            name: self.table.column(name).sensitivity not in _HIDDEN
            for name in dict.fromkeys(names)
        }

    def _found_rows(self, rule: Rule, failed: int, first: Mapping[str, Any]) -> Note:
        rows = self.known.rows
        share = f"{failed / rows:.2%}"
        name = rule.column or ""
        value = first.get(name)
        shown = json.dumps(value, ensure_ascii=False)
        blocks = rule.severity == "block" and failed > rule.threshold * rows
        place_en = f"{first['source_file']}, row {first['row_number']}"
        place_zh = f"{first['source_file']} 第 {first['row_number']} 行"
        en = f"{failed:,} of {rows:,} rows ({share}); first: {place_en}"
        zh = f"{rows:,} 行中有 {failed:,} 行（{share}）；首例：{place_zh}"
        if name:
            en, zh = f"{en}, {name} = {shown}", f"{zh}，{name} = {shown}"
        if blocks:
            return Note(
                f"{en}. More than {rule.threshold:.0%}: nothing is published until the source is"
                " mended.",
                f"{zh}。超过 {rule.threshold:.0%}：来源修正前不予发布。",
            )
        return Note(
            f"{en}. They are in quarantine: mend them at the source and deliver them again.",
            f"{zh}。已隔离：请在来源处修正后重新提交。",
        )

    def _faults(self, rule: Rule) -> list[dict[str, Any]]:
        query = rule.query.replace("{batch}", f"known_{self.table.name}")
        cursor = self.connection.execute(query)
        names = [name for name, *_ in cursor.description or ()]
        return [
            {name: str(value) for name, value in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]


def _found_days(faults: Sequence[Mapping[str, str]]) -> Note:
    en = "; ".join(
        f"{fault['day']}: {fault['events']} events, usually {fault['low']} to {fault['high']}"
        for fault in faults
    )
    zh = "；".join(
        f"{fault['day']}：{fault['events']} 个事件，通常为 {fault['low']} 至 {fault['high']}"
        for fault in faults
    )
    return Note(
        f"{en}. Ask the source whether a file is missing or was delivered twice.",
        f"{zh}。请向来源确认是否缺文件或重复提交。",
    )
