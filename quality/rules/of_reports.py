"""What must hold of reports beyond their columns: whose, of what, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literal
from quality.rules.days import day_of
from quality.rules.maker import SOUND_ROWS, Maker, Meaning
from quality.rules.of_people import language_shape
from quality.rules.persons import identified

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from quality.rules.rule import Rule


def report_rules(maker: Maker, delivered: Collection[str], as_of: date) -> Iterator[Rule]:
    """Yield the rules of a report against its trial, its award and other reports."""
    yield language_shape(maker, "language", "zh", "Chinese")
    yield _one_a_trial(maker)
    if "trials" in delivered:
        yield _of_trial_item(maker)
    if "awards" in delivered:
        yield _after_delivery(maker, delivered, as_of)


def _one_a_trial(maker: Maker) -> Rule:
    meaning = Meaning(
        en="A person may report on a trial once; the earliest report counts.",
        zh="每人对每个试用只能提交一份报告，以最早的为准。",
        why_en="Whoever reports twice would count twice in what the merchant is told to mend.",
        why_zh="重复提交者会在改进摘要中被计算两次。",
        dimension="uniqueness",
        passes={"trial_id": "t-1", "user_id": "u-1", "rows": 1},
        fails={"trial_id": "t-1", "user_id": "u-1", "rows": 2},
    )
    condition = (
        f"t.trial_id IS NOT NULL AND EXISTS (SELECT 1 FROM {SOUND_ROWS} AS p"
        " WHERE p.trial_id = t.trial_id AND p.user_id = t.user_id"
        " AND (p.submitted_at < t.submitted_at"
        " OR p.submitted_at = t.submitted_at AND p.report_id < t.report_id))"
    )
    return maker.row_rule("report.one_a_trial", condition, meaning, "user_id")


def _of_trial_item(maker: Maker) -> Rule:
    meaning = Meaning(
        en="A trial report must be about the item that was given away in that trial.",
        zh="试用报告的商品必须是该试用所赠的商品。",
        why_en="Praise or blame would be written down for another product.",
        why_zh="否则评价会记到另一件商品上。",
        dimension="consistency",
        passes={"trial_id": "t-1", "item_id": "i-1", "the trial's item": "i-1"},
        fails={"trial_id": "t-1", "item_id": "i-2", "the trial's item": "i-1"},
    )
    condition = (
        "t.trial_id IN (SELECT trial_id FROM known_trials WHERE item_id IS NOT NULL"
        " AND trial_id IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM known_trials AS p"
        " WHERE p.trial_id = t.trial_id AND p.item_id = t.item_id)"
        " AND t.item_id IS NOT NULL"
    )
    return maker.row_rule("report.of_trial_item", condition, meaning, "item_id")


def _after_delivery(maker: Maker, delivered: Collection[str], as_of: date) -> Rule:
    day = day_of("t.submitted_at", maker.options.timezone)
    meaning = Meaning(
        en="A trial report may come only from a recipient of that trial, after the award and not"
        " before the day of delivery.",
        zh="试用报告只能来自该试用的获得者，且在发放之后、不早于送达日。",
        why_en="Who never held the product cannot say how it is; such reports are invented.",
        why_zh="未拿到产品者无法评价产品；此类报告不可信。",
        dimension="consistency",
        passes={"submitted_at": "2026-02-12", "delivered_on": "2026-02-10"},
        fails={"submitted_at": "2026-02-08", "delivered_on": "2026-02-10"},
    )
    condition = (
        "t.trial_id IS NOT NULL AND t.submitted_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM known_awards AS p WHERE p.trial_id = t.trial_id"
        " AND p.user_id = t.user_id AND p.awarded_at <= t.submitted_at"
        # Where no delivery is recorded at all, the award is all there is to compare with.
        f" AND (p.delivered_on <= {day} OR NOT EXISTS"
        f" (SELECT 1 FROM known_awards AS d WHERE d.delivered_on < DATE {literal(str(as_of))})))"
    )
    if "identities" in delivered:
        submitted = day_of("r.submitted_at", maker.options.timezone)
        condition += (
            f" AND t.report_id NOT IN (SELECT r.report_id FROM {identified('reports')} AS r"
            f" JOIN {identified('awards')} AS w ON w.trial_id = r.trial_id AND w.person = r.person"
            f" WHERE r.report_id IS NOT NULL AND w.awarded_at <= r.submitted_at"
            f" AND coalesce(w.delivered_on <= {submitted}, true))"
        )
    return maker.row_rule("report.after_delivery", condition, meaning, "user_id")
