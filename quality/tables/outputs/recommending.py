"""What the recommend stage publishes."""

from quality.schema import (
    Table,
    boolean,
    date,
    integer,
    json,
    number,
    text,
)
from quality.tables.outputs.shared import (
    ITEM,
    MERCHANT,
    NEED,
    PUBLIC,
    REASON_EN,
    REASON_ZH,
    USER,
    share,
)

SLOTS = ("due", "discover", "complement")
NEED_STATES = ("one_off", "satisfied", "due_soon", "due", "overdue", "lapsed")
WITHHELD_REASONS = (
    "satisfied",
    "owned_durable",
    "returned",
    "disliked",
    "fatigued",
    "unavailable",
    "no_consent",
)

RECOMMENDATIONS = Table(
    name="recommendations",
    key=("user_id", "rank"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What to show each person, best first.",
    zh="推荐清单：给每个人看什么，最好的在前。",
    columns=(
        USER,
        integer("rank", "Place in the list, from 1.", "名次，从 1 起。", low=1),
        ITEM,
        MERCHANT,
        NEED,
        number("score", "What the list is ordered by; higher is better.", "排序分，高者在前。"),
        text(
            "slot",
            "Why the place exists: due, discover or complement.",
            "位置类型：到期、发现、搭配。",
            values=SLOTS,
        ),
        share(
            "p_need",
            "Chance that the need arises within the horizon.",
            "在预测期内产生该需求的概率。",
        ),
        date(
            "window_start?",
            "First day the need is expected; null if it has no cycle.",
            "预计需求窗口首日；无周期为空。",
        ),
        date(
            "window_end?",
            "Last day the need is expected; null if it has no cycle.",
            "预计需求窗口末日；无周期为空。",
        ),
        text("reason_code", "The kind of reason.", "理由代码。"),
        REASON_ZH,
        REASON_EN,
        date("valid_until", "Last day on which the row may be shown.", "有效期末日。"),
    ),
)

DO_NOT_RECOMMEND = Table(
    name="do_not_recommend",
    key=("user_id", "need_group", "item_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What is withheld from whom, why, and until when.",
    zh="不推荐清单：不给谁推荐什么、为何、到何时。",
    columns=(
        USER,
        NEED,
        text(
            "item_id?",
            "The item; null when the whole need group is withheld.",
            "商品；整个需求组被扣留时为空。",
            sensitivity=PUBLIC,
        ),
        text(
            "merchant_id?",
            "The merchant whose purchase or item it is about.",
            "所涉商家。",
            sensitivity=PUBLIC,
        ),
        text("reason_code", "Why it is withheld.", "扣留原因代码。", values=WITHHELD_REASONS),
        date("since", "First day it is withheld.", "起始日。"),
        date(
            "may_return_on?",
            "First day it may be shown again; null means never.",
            "可恢复日；空即不再恢复。",
        ),
        json("evidence", "The facts behind the reason.", "依据的事实。"),
        REASON_ZH,
        REASON_EN,
    ),
)

REPLENISHMENT_CALENDAR = Table(
    name="replenishment_calendar",
    key=("need_group", "week"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="How many people are expected to buy a need group, week by week.",
    zh="补货日历：各需求组每周预计购买人数。",
    columns=(
        NEED,
        date(
            "week",
            "First day of the week, the as-of day being the first.",
            "该周首日，自截止日起算。",
        ),
        number(
            "expected_buyers", "Expected number of buyers.", "预计购买人数。", unit="people", low=0
        ),
        number("low", "Lower end of the 95 % interval.", "95% 区间下限。", unit="people", low=0),
        number("high", "Upper end of the 95 % interval.", "95% 区间上限。", unit="people", low=0),
    ),
)

NEED_STATES_TABLE = Table(
    name="need_states",
    key=("user_id", "need_group"),
    en="Where each person stands with each need bought before.",
    zh="需求状态：每个人对每个买过的需求处于何处。",
    columns=(
        USER,
        NEED,
        text("state", "State of the need.", "状态。", values=NEED_STATES),
        integer(
            "purchase_days",
            "Days on which it was bought, net of returns.",
            "净购买天数（扣除退货）。",
            unit="days",
            low=0,
        ),
        date("last_bought_on", "Last day it was bought.", "最近购买日。"),
        number(
            "gap_days?",
            "Expected days between purchases, shrunk; null if unknown.",
            "预计购买间隔（收缩估计）；未知为空。",
            unit="days",
            above=0,
        ),
        share("p_need", "Chance of buying within the horizon.", "预测期内购买概率。"),
        date("window_start?", "First day the need is expected.", "预计需求首日。"),
        date("window_mid?", "Middle of the expected window.", "预计需求中点。"),
        date("window_end?", "Last day the need is expected.", "预计需求末日。"),
        boolean(
            "is_satiating",
            "Whether buying satisfies this need for a while.",
            "购买后是否会满足一段时间。",
        ),
    ),
)
