"""The tables a shop delivers. Only ``events`` and ``items`` are needed."""

from quality.schema import (
    Sensitivity,
    Table,
    boolean,
    date,
    integer,
    json,
    number,
    text,
    timestamp,
)

_PERSONAL = Sensitivity.PERSONAL
_PUBLIC = Sensitivity.PUBLIC
_FREE_TEXT = Sensitivity.FREE_TEXT

EVENT_TYPES = ("view", "follow", "favourite", "share", "cart", "purchase", "return")
GOALS = ("improve", "convert", "spread", "balanced")

EVENTS = Table(
    name="events",
    key=("event_id",),
    required=True,
    en="What people did: one row an action on an item.",
    zh="行为事件：每行是一个人对一件商品的一次动作。",
    columns=(
        text("event_id", "Identifier of the event.", "事件编号。"),
        text("user_id", "Who acted.", "谁。", sensitivity=_PERSONAL, references="users"),
        text("item_id", "On which item.", "哪件商品。", references="items", sensitivity=_PUBLIC),
        text("event_type", "What was done.", "做了什么。", values=EVENT_TYPES),
        timestamp("occurred_at", "When, in UTC.", "何时（UTC）。"),
        number(
            "quantity?", "Units bought or returned.", "购买或退货的件数。", unit="units", above=0
        ),
        number("unit_price?", "Price of one unit.", "单价。", unit="currency", low=0),
        text("currency?", "ISO 4217 code of the price.", "价格的币种（ISO 4217）。"),
        text("basket_id?", "The basket or order it belongs to.", "所属购物篮或订单。"),
        text("channel?", "Where it happened: shop, web, app.", "渠道：门店、网页、应用。"),
        text("source?", "The system that recorded it.", "记录它的系统。"),
    ),
)

ITEMS = Table(
    name="items",
    key=("item_id",),
    required=True,
    en="What is sold: one row an item.",
    zh="商品：每行一件。",
    columns=(
        text("item_id", "Identifier of the item.", "商品编号。", sensitivity=_PUBLIC),
        text("merchant_id", "Who sells it.", "商家。", references="merchants", sensitivity=_PUBLIC),
        text("name", "Name shown to people.", "名称。", sensitivity=_PUBLIC),
        text(
            "category",
            "Category levels joined by '/'.",
            "类目，各级以“/”相连。",
            sensitivity=_PUBLIC,
        ),
        text(
            "need_group?",
            "What makes two items substitutes; by default the last category level.",
            "需求组：同组商品可互相替代；默认取类目的最后一级。",
            sensitivity=_PUBLIC,
        ),
        text("brand?", "Brand.", "品牌。", sensitivity=_PUBLIC),
        number("list_price?", "Usual price of one unit.", "标价。", unit="currency", low=0),
        text("currency?", "ISO 4217 code of the price.", "价格的币种（ISO 4217）。"),
        number("pack_size?", "Content of one unit.", "每件的含量。", unit="pack", above=0),
        boolean(
            "is_available?",
            "Whether it can be bought now; null means yes.",
            "现在能否购买；空即能。",
        ),
        date("launched_on?", "First day of sale.", "上市日。"),
        number(
            "repurchase_days?",
            "Usual days until it is bought again, told by the merchant; inf for a durable.",
            "商家告知的通常复购天数；耐用品为 inf。",
            unit="days",
            above=0,
            infinite=True,
        ),
    ),
)

USERS = Table(
    name="users",
    key=("user_id",),
    en="The people: one row a person.",
    zh="用户：每行一人。",
    columns=(
        text("user_id", "Identifier of the person.", "用户编号。", sensitivity=_PERSONAL),
        integer(
            "birth_year?", "Year of birth.", "出生年。", low=1900, high=2100, sensitivity=_PERSONAL
        ),
        text("age_band?", "Age band, such as 25-34.", "年龄段，如 25-34。"),
        text("region?", "Delivery region.", "收货地区。"),
        text(
            "household_id?",
            "The household shared with others.",
            "家庭编号。",
            sensitivity=_PERSONAL,
        ),
        date("joined_on?", "First day as a customer.", "注册日。"),
        boolean(
            "has_marketing_consent?",
            "Whether marketing is agreed to; null means no.",
            "是否同意营销；空即否。",
        ),
        boolean(
            "has_profiling_consent?",
            "Whether profiling is agreed to; null means yes unless settings say otherwise.",
            "是否同意画像；空按设置处理，默认是。",
        ),
    ),
)

MERCHANTS = Table(
    name="merchants",
    key=("merchant_id",),
    en="The sellers: one row a merchant.",
    zh="商家：每行一家。",
    columns=(
        text("merchant_id", "Identifier of the merchant.", "商家编号。", sensitivity=_PUBLIC),
        text("name", "Name shown to people.", "名称。", sensitivity=_PUBLIC),
        text(
            "locale?",
            "Language of the merchant's pages first: zh-CN or en.",
            "商家页面的首选语言：zh-CN 或 en。",
        ),
    ),
)

TRIALS = Table(
    name="trials",
    key=("trial_id",),
    en="The trials: one row a free product on offer.",
    zh="试用活动：每行一个。",
    columns=(
        text("trial_id", "Identifier of the trial.", "试用编号。", sensitivity=_PUBLIC),
        text(
            "merchant_id", "Who offers it.", "商家。", references="merchants", sensitivity=_PUBLIC
        ),
        text(
            "item_id",
            "The product given away.",
            "试用商品。",
            references="items",
            sensitivity=_PUBLIC,
        ),
        integer("units", "Units to give away.", "份数。", unit="units", above=0),
        date("opens_on", "First day of applications.", "申请首日。"),
        date("closes_on", "Last day of applications, inclusive.", "申请截止日（含当日）。"),
        date("reports_due_on", "Last day for reports.", "报告截止日。"),
        text("goal", "What the trial is for.", "目的。", values=GOALS),
        json(
            "quotas?",
            'JSON list of {"attribute", "value", "min", "max"}.',
            '配额：JSON 列表，每项含 "attribute"、"value"、"min"、"max"。',
        ),
        integer("min_age?", "Youngest age allowed.", "最小年龄。", unit="years", low=0, high=120),
        text(
            "regions?",
            "Regions delivered to, joined by '|'; null means all.",
            "可送地区，以“|”相连；空即全部。",
        ),
        text(
            "seed_commitment?",
            "SHA-256 of the draw's seed, published before.",
            "事先公布的抽签种子的 SHA-256。",
        ),
    ),
)

APPLICATIONS = Table(
    name="applications",
    key=("application_id",),
    en="Who asked for a trial product: one row an application.",
    zh="试用申请：每行一份。",
    columns=(
        text("application_id", "Identifier of the application.", "申请编号。"),
        text(
            "trial_id", "For which trial.", "试用编号。", references="trials", sensitivity=_PUBLIC
        ),
        text("user_id", "Who applied.", "申请人。", references="users", sensitivity=_PERSONAL),
        timestamp("applied_at", "When, in UTC.", "何时（UTC）。"),
        text("source?", "Where the applicant came from.", "来源。"),
        text("statement?", "What the applicant wrote.", "申请理由。", sensitivity=_FREE_TEXT),
    ),
)

AWARDS = Table(
    name="awards",
    key=("trial_id", "user_id"),
    en="Earlier recipients, for cool-down and completion.",
    zh="以往获得者，用于冷却期与完成率。",
    columns=(
        text("trial_id", "Which trial.", "试用编号。", references="trials", sensitivity=_PUBLIC),
        text(
            "user_id", "Who received a unit.", "获得者。", references="users", sensitivity=_PERSONAL
        ),
        timestamp("awarded_at", "When it was awarded, in UTC.", "何时获得（UTC）。"),
        date("delivered_on?", "When it arrived; null means not yet.", "送达日；空即未送达。"),
    ),
)

REPORTS = Table(
    name="reports",
    key=("report_id",),
    en="Trial reports: one row a report.",
    zh="试用报告：每行一份。",
    columns=(
        text("report_id", "Identifier of the report.", "报告编号。"),
        text(
            "trial_id?",
            "The trial it belongs to; null for an ordinary review.",
            "试用编号；普通评价为空。",
            references="trials",
            sensitivity=_PUBLIC,
        ),
        text(
            "item_id", "The product reported on.", "商品。", references="items", sensitivity=_PUBLIC
        ),
        text("user_id", "Who wrote it.", "作者。", references="users", sensitivity=_PERSONAL),
        timestamp("submitted_at", "When, in UTC.", "何时提交（UTC）。"),
        number("rating", "Stars, 1 to 5.", "评分，1 至 5 星。", unit="stars", low=1, high=5),
        text("text", "The report.", "正文。", sensitivity=_FREE_TEXT),
        integer("photo_count?", "Photographs attached.", "照片数。", unit="photos", low=0),
        boolean(
            "has_disclosure?", "Whether it says that the product was free.", "是否声明免费获得。"
        ),
        text("language?", "zh or en; null means detected.", "zh 或 en；空则自动识别。"),
    ),
)

EXPOSURES = Table(
    name="exposures",
    key=("exposure_id",),
    en="What was shown to whom: one row an impression.",
    zh="曝光：每行一次展示。",
    columns=(
        text("exposure_id", "Identifier of the impression.", "曝光编号。"),
        text("user_id", "Who saw it.", "谁看到。", references="users", sensitivity=_PERSONAL),
        text("item_id", "What was shown.", "展示的商品。", references="items", sensitivity=_PUBLIC),
        timestamp("shown_at", "When, in UTC.", "何时（UTC）。"),
        text("channel?", "Where it was shown.", "渠道。"),
        boolean(
            "was_opened?", "Whether it was opened; null means unknown.", "是否点开；空即未知。"
        ),
    ),
)

IDENTITIES = Table(
    name="identities",
    key=("raw_id",),
    en="Which identifiers belong to one person.",
    zh="身份对应：多个标识归于一人。",
    columns=(
        text(
            "raw_id",
            "Device, phone hash or member card.",
            "设备、手机号散列或会员卡。",
            sensitivity=_PERSONAL,
        ),
        text("user_id", "The person.", "用户。", references="users", sensitivity=_PERSONAL),
    ),
)

INPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        EVENTS,
        ITEMS,
        USERS,
        MERCHANTS,
        TRIALS,
        APPLICATIONS,
        AWARDS,
        REPORTS,
        EXPOSURES,
        IDENTITIES,
    )
}
