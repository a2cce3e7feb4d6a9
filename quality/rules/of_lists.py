"""What must hold of what is published beside the lists: what is withheld, what to stock, needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literal
from quality.rules.maker import Maker, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.expected import Expected
    from quality.rules.rule import Rule


def withheld_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``do_not_recommend``."""
    meaning = Meaning(
        en="may_return_on must be after since.",
        zh="可恢复日必须晚于起始日。",
        why_en="What returns before it was withheld is withheld for no day at all.",
        why_zh="可恢复日不晚于起始日，等于一天也未扣留。",
        dimension="consistency",
        passes={"since": "2026-02-10", "may_return_on": "2026-03-01"},
        fails={"since": "2026-02-10", "may_return_on": "2026-02-10"},
    )
    yield maker.row_rule(
        "may_return_on.after_since", "t.may_return_on <= t.since", meaning, "may_return_on"
    )
    day = expected.as_of.isoformat()
    meaning = Meaning(
        en="What is withheld must return after the as-of day, or never.",
        zh="被扣留者的可恢复日须晚于截止日，或永不恢复。",
        why_en="A row whose time is over withholds nothing, but a reader would believe it.",
        why_zh="已到期的行不再扣留任何商品，却会误导读者。",
        dimension="timeliness",
        passes={"may_return_on": None},
        fails={"may_return_on": day},
    )
    condition = f"t.may_return_on <= DATE {literal(day)}"
    yield maker.row_rule("may_return_on.after_as_of", condition, meaning, "may_return_on")


def calendar_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``replenishment_calendar``."""
    meaning = Meaning(
        en="expected_buyers must lie within its interval, from low to high.",
        zh="expected_buyers 须在区间 low 至 high 之内。",
        why_en="An interval that does not hold its own estimate says nothing.",
        why_zh="不含估计值的区间没有意义。",
        dimension="consistency",
        passes={"low": 2.0, "expected_buyers": 4.5, "high": 8.0},
        fails={"low": 5.0, "expected_buyers": 4.5, "high": 8.0},
    )
    condition = "t.low > t.expected_buyers OR t.expected_buyers > t.high"
    yield maker.row_rule("interval.holds_estimate", condition, meaning, "expected_buyers")
    day = expected.as_of.isoformat()
    meaning = Meaning(
        en="week must not be before the as-of day.",
        zh="week 不得早于截止日。",
        why_en="Nobody can stock for a week that is over.",
        why_zh="已过去的周无从备货。",
        dimension="timeliness",
        passes={"week": day},
        fails={"week": "1970-01-01"},
    )
    yield maker.row_rule("week.not_past", f"t.week < DATE {literal(day)}", meaning, "week")


def need_state_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``need_states``."""
    meaning = Meaning(
        en="The window of a need must run from window_start over window_mid to window_end.",
        zh="需求窗口须按 window_start、window_mid、window_end 先后排列。",
        why_en="Reminders are timed by it.",
        why_zh="提醒时间以此为准。",
        dimension="consistency",
        passes={"window_start": "2026-03-01", "window_mid": "2026-03-05"},
        fails={"window_start": "2026-03-05", "window_mid": "2026-03-01"},
    )
    condition = "t.window_start > t.window_mid OR t.window_mid > t.window_end"
    yield maker.row_rule("window.in_order", condition, meaning, "window_mid")
    day = expected.as_of.isoformat()
    meaning = Meaning(
        en="last_bought_on must be before the as-of day.",
        zh="最近购买日须早于截止日。",
        why_en="Whatever is later was not known: such a row has looked into the future.",
        why_zh="更晚的购买当时尚不可知，说明用到了未来数据。",
        dimension="timeliness",
        passes={"last_bought_on": "2026-02-10"},
        fails={"last_bought_on": day},
    )
    condition = f"t.last_bought_on >= DATE {literal(day)}"
    yield maker.row_rule("last_bought_on.before_as_of", condition, meaning, "last_bought_on")
