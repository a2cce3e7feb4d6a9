"""The rules that no declaration of a column implies: what must hold between rows and tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quality.rules.days import start_of_day, time_column
from quality.rules.maker import Maker, Meaning
from quality.rules.of_events import event_rules
from quality.rules.of_items import item_rules
from quality.rules.of_people import merchant_locale, user_rules
from quality.rules.of_reports import report_rules
from quality.rules.of_trials import application_rules, award_rules, trial_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from quality.rules.rule import Rule


def special_rules(maker: Maker, delivered: Collection[str], as_of: date) -> Iterator[Rule]:
    """Yield the further rules of a table.

    Args:
        maker: Of the table.
        delivered: Tables that can be compared with; rules that need others are left out.
        as_of: The day before which everything is known.
    """
    yield _malformed(maker)
    yield from _first_day(maker)
    match maker.table.name:
        case "events":
            yield from event_rules(maker, delivered)
        case "items":
            yield from item_rules(maker, delivered)
        case "users":
            yield from user_rules(maker, as_of)
        case "merchants":
            yield merchant_locale(maker)
        case "trials":
            yield from trial_rules(maker, delivered)
        case "applications":
            yield from application_rules(maker, delivered)
        case "awards":
            yield from award_rules(maker, delivered)
        case "reports":
            yield from report_rules(maker, delivered, as_of)


def _malformed(maker: Maker) -> Rule:
    meaning = Meaning(
        en="Every line must be one whole row: as many cells as the header, or one JSON object.",
        zh="每行必须完整：单元格数与表头一致，或为一个 JSON 对象。",
        why_en="In a line with a cell too many or too few, values stand under the wrong columns.",
        why_zh="单元格数不符时，值会错列。",
        dimension="contract",
        passes={"line": "e-1,u-1,i-1", "header": "event_id,user_id,item_id"},
        fails={"line": "e-1,u-1", "header": "event_id,user_id,item_id"},
    )
    return replace(maker.row_rule("row.well_formed", "true", meaning), of_malformed=True)


def _first_day(maker: Maker) -> Iterator[Rule]:
    options = maker.options
    name = time_column(maker.table)
    if not options.first_day or name is None:
        return
    meaning = Meaning(
        en=f"{name} must not be before the shop's first day, {options.first_day}.",
        zh=f"{name} 不得早于店铺首日 {options.first_day}。",
        why_en="Before its first day nothing can have happened; such times come from unset clocks.",
        why_zh="店铺开业前不可能有数据；这类时间多来自未校准的时钟。",
        dimension="timeliness",
        passes={name: f"{options.first_day}T12:00:00Z"},
        fails={name: "1970-01-01T00:00:00Z"},
    )
    condition = f"t.{name} < {start_of_day(options.first_day, options.timezone)}"
    yield maker.row_rule(f"{name}.not_before_first_day", condition, meaning, name)
