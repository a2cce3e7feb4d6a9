"""The tables shike publishes. Columns may be added later; none is renamed or dropped."""

from quality.schema import (
    Column,
    Sensitivity,
    Table,
    boolean,
    date,
    integer,
    json,
    number,
    text,
    texts,
    timestamp,
)

_PUBLIC = Sensitivity.PUBLIC
_FREE_TEXT = Sensitivity.FREE_TEXT

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
ARMS = ("core", "band", "open", "holdout", "waitlist", "not_selected", "ineligible")
REPORT_FLAGS = ("copied", "too_short", "off_topic", "no_disclosure", "conflict")
VERDICTS = ("pass", "warn", "block")
SEVERITIES = ("warn", "block")

_USER = text(
    "user_id",
    "The person; a pseudonym outside internal/.",
    "用户；internal/ 之外为化名。",
    sensitivity=Sensitivity.PERSONAL,
)
_ITEM = text("item_id", "The item.", "商品。", references="items", sensitivity=_PUBLIC)
_MERCHANT = text(
    "merchant_id", "The merchant.", "商家。", references="merchants", sensitivity=_PUBLIC
)
_NEED = text("need_group", "The need group.", "需求组。", sensitivity=_PUBLIC)
_TRIAL = text("trial_id", "The trial.", "试用。", references="trials", sensitivity=_PUBLIC)
_REASON_ZH = text("reason_zh", "The reason as a sentence in Chinese.", "理由（中文句子）。")
_REASON_EN = text("reason_en", "The reason as a sentence in English.", "理由（英文句子）。")


def _share(name: str, en: str, zh: str) -> Column:
    return number(name, en, zh, unit="share", low=0, high=1)


RECOMMENDATIONS = Table(
    name="recommendations",
    key=("user_id", "rank"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What to show each person, best first.",
    zh="推荐清单：给每个人看什么，最好的在前。",
    columns=(
        _USER,
        integer("rank", "Place in the list, from 1.", "名次，从 1 起。", low=1),
        _ITEM,
        _MERCHANT,
        _NEED,
        number("score", "What the list is ordered by; higher is better.", "排序分，高者在前。"),
        text(
            "slot",
            "Why the place exists: due, discover or complement.",
            "位置类型：到期、发现、搭配。",
            values=SLOTS,
        ),
        _share(
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
        _REASON_ZH,
        _REASON_EN,
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
        _USER,
        _NEED,
        text(
            "item_id?",
            "The item; null when the whole need group is withheld.",
            "商品；整个需求组被扣留时为空。",
            sensitivity=_PUBLIC,
        ),
        text(
            "merchant_id?",
            "The merchant whose purchase or item it is about.",
            "所涉商家。",
            sensitivity=_PUBLIC,
        ),
        text("reason_code", "Why it is withheld.", "扣留原因代码。", values=WITHHELD_REASONS),
        date("since", "First day it is withheld.", "起始日。"),
        date(
            "may_return_on?",
            "First day it may be shown again; null means never.",
            "可恢复日；空即不再恢复。",
        ),
        json("evidence", "The facts behind the reason.", "依据的事实。"),
        _REASON_ZH,
        _REASON_EN,
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
        _NEED,
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
        _USER,
        _NEED,
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
        _share("p_need", "Chance of buying within the horizon.", "预测期内购买概率。"),
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

SELECTION = Table(
    name="selection",
    key=("trial_id", "user_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Every applicant of a trial: who gets a unit, by which chance, and why.",
    zh="试用名单：每位申请人是否入选、机会多大、为何。",
    columns=(
        _TRIAL,
        _USER,
        text("arm", "Outcome of the draw.", "抽签结果。", values=ARMS),
        integer(
            "rank?",
            "Place by score among the eligible, from 1; null if ineligible.",
            "合格者中的得分名次，从 1 起；不合格为空。",
            low=1,
        ),
        number("score?", "Score; null if ineligible.", "得分；不合格为空。"),
        number(
            "completion?", "p: chance of an on-time report.", "p：按时交报告的概率。", low=0, high=1
        ),
        number(
            "usefulness?",
            "q: usefulness of past reports.",
            "q：以往报告的有用程度。",
            low=0,
            high=1,
        ),
        number(
            "uplift?",
            "u: effect on the segment in earlier draws; 0 when unknown.",
            "u：同类人群以往的增量；未知为 0。",
            low=0,
            high=1,
        ),
        number("fit?", "f: fit with the need.", "f：与需求的契合。", low=0, high=1),
        number("reach?", "r: reach, capped.", "r：传播力，封顶。", low=0, high=1),
        number("freebie_index?", "d: freebie-hunter index.", "d：薅羊毛指数。", low=0, high=1),
        text("stratum?", "Stratum of the lottery; null outside it.", "抽签层；未参与抽签为空。"),
        _share(
            "inclusion_probability",
            "Chance of getting a unit in this draw.",
            "在本次抽签中获得的概率。",
        ),
        integer(
            "waitlist_position?", "Place on the waitlist, from 1.", "候补名次，从 1 起。", low=1
        ),
        text("reason_code", "The kind of reason.", "理由代码。"),
        _REASON_ZH,
        _REASON_EN,
    ),
)

DRAW_CERTIFICATE = Table(
    name="draw_certificate",
    key=("trial_id",),
    merchant_facing=True,
    formats=("parquet", "json"),
    en="What anybody needs to replay a draw.",
    zh="抽签凭证：任何人据此可重演抽签。",
    columns=(
        _TRIAL,
        _MERCHANT,
        text("seed_commitment", "SHA-256 of the seed.", "种子的 SHA-256。"),
        boolean(
            "is_precommitted",
            "Whether the commitment was published before the draw.",
            "承诺值是否在抽签前公布。",
        ),
        text("seed", "The seed.", "种子。"),
        text("algorithm", "Name and version of the algorithm.", "算法名称与版本。"),
        text("config_hash", "SHA-256 of the options.", "选项的 SHA-256。"),
        text("input_hash", "SHA-256 of the applicants with scores.", "申请人及得分的 SHA-256。"),
        integer("units", "Units given away.", "份数。", low=0),
        json("counts", "Applicants per arm.", "各组人数。"),
        json("quotas", "Quotas with what each got.", "各配额及其结果。"),
        json(
            "strata",
            "Seats, candidates and waitlist of each lottery, fixed before the draw.",
            "各抽签层的名额、候选人数与候补数，抽签前确定。",
        ),
        json(
            "eligibility",
            "Applicants refused by each rule, and the rules the data could not answer.",
            "各资格规则拒绝的人数，以及数据无法判断的规则。",
        ),
        number("objective", "Total score of the selection.", "所选总分。"),
        number("bound", "Upper bound from the linear programme.", "线性规划上界。"),
        number(
            "smallest_detectable_effect?",
            "Smallest effect on the purchase rate the draw can show (power 80 %, level 5 %).",
            "本次抽签可检出的最小效应（功效 80%，水平 5%）。",
            unit="share",
        ),
        json("options", "The options of the draw.", "抽签选项。"),
    ),
)

TRIAL_FUNNEL = Table(
    name="trial_funnel",
    key=("trial_id", "step"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Who viewed, followed, shared, favourited, applied.",
    zh="试用漏斗：浏览、关注、分享、收藏、申请。",
    columns=(
        _TRIAL,
        text("step", "Step of the funnel.", "步骤。"),
        integer("position", "Order of the step, from 1.", "步骤次序，从 1 起。", low=1),
        integer("unique_users", "Different people.", "人数。", unit="people", low=0),
        number(
            "rate?",
            "Share of the people of the first step that has any; null where unknown.",
            "占首个非零步骤人数之比；未知为空。",
            unit="share",
            low=0,
        ),
    ),
)

APPLICANT_PROFILE = Table(
    name="applicant_profile",
    key=("trial_id", "attribute", "value"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What the applicants are like, against buyers of the category.",
    zh="申请人画像：与该类目购买者对比。",
    columns=(
        _TRIAL,
        text("attribute", "age_band, region, is_newcomer or source.", "年龄段、地区、新客或来源。"),
        text("value", "The band; small ones are merged into 'other'.", "取值；过小者并入 other。"),
        integer("applicants", "Applicants in it.", "申请人数。", unit="people", low=0),
        number(
            "applicant_share",
            "Share of the applicants.",
            "占申请人之比。",
            unit="share",
            low=0,
            high=1,
        ),
        number(
            "buyer_share?",
            "Share of the category's buyers; null where unknown.",
            "占类目购买者之比；未知为空。",
            unit="share",
            low=0,
            high=1,
        ),
        number(
            "index?",
            "applicant_share / buyer_share × 100.",
            "指数 = 申请人占比 / 购买者占比 × 100。",
            low=0,
        ),
        number(
            "low?",
            "Lower end of the index's 95 % interval (Wilson).",
            "指数 95% 区间下限（Wilson）。",
            low=0,
        ),
        number(
            "high?",
            "Upper end of the index's 95 % interval (Wilson).",
            "指数 95% 区间上限（Wilson）。",
            low=0,
        ),
    ),
)

REPORT_SCORES = Table(
    name="report_scores",
    key=("report_id",),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="How useful each trial report is, and what it weighs.",
    zh="报告评分：每份试用报告的有用程度与权重。",
    columns=(
        text("report_id", "The report.", "报告。"),
        text("trial_id?", "The trial.", "试用。", sensitivity=_PUBLIC),
        _ITEM,
        _MERCHANT,
        _USER,
        number("rating", "Stars given.", "评分。", low=1, high=5),
        text("language", "zh or en.", "zh 或 en。"),
        number("quality", "Usefulness grade.", "有用程度。", low=0, high=1),
        json("parts", "The parts of the grade, each in [0, 1].", "评分各部分，均在 0 至 1。"),
        number("polarity", "Sentiment of the text.", "正文情感。", low=-1, high=1),
        number("weight", "What the report counts for in summaries.", "在摘要中的权重。", low=0),
        texts(
            "flags",
            "What is wrong with it: copied, too_short, off_topic, no_disclosure, conflict.",
            "问题：抄袭、过短、离题、未声明、星文不符。",
        ),
    ),
)

OPINIONS = Table(
    name="opinions",
    key=("report_id", "sentence_id", "aspect"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What each sentence says about which aspect.",
    zh="观点：每句话对哪个方面怎么说。",
    columns=(
        text("report_id", "The report.", "报告。"),
        integer("sentence_id", "Clause within the report, from 0.", "句序，从 0 起。", low=0),
        text("aspect", "The aspect.", "方面。"),
        _ITEM,
        _MERCHANT,
        integer(
            "polarity",
            "-1 negative, 0 neutral, 1 positive.",
            "-1 负面，0 中性，1 正面。",
            low=-1,
            high=1,
        ),
        boolean("is_suggestion", "Whether it asks for an improvement.", "是否为改进建议。"),
        text("quote", "The words, verbatim.", "原话。", sensitivity=_FREE_TEXT),
        integer(
            "start", "First character in the report, from 0.", "在原文中的起点，从 0 起。", low=0
        ),
        integer("end", "One past the last character.", "终点之后一位。", low=0),
    ),
)

IMPROVEMENT_SUMMARY = Table(
    name="improvement_summary",
    key=("item_id",),
    merchant_facing=True,
    formats=("parquet", "json"),
    en="What the merchant should mend, item by item.",
    zh="产品改进摘要：每件商品该改什么。",
    columns=(
        _ITEM,
        _MERCHANT,
        text("item_name", "Name of the item.", "名称。", sensitivity=_PUBLIC),
        text(
            "verdict",
            "'enough evidence' or 'not enough evidence'.",
            "证据是否足够。",
            values=("enough evidence", "not enough evidence"),
        ),
        integer("reports", "Reports read.", "报告数。", low=0),
        number("rating_raw?", "Mean stars.", "平均星级。", low=1, high=5),
        number(
            "rating_weighted?",
            "Mean stars weighted by 1/inclusion probability and report weight.",
            "按入选概率倒数与报告权重加权的平均星级。",
            low=1,
            high=5,
        ),
        json(
            "aspects",
            "Per aspect: reports, share and interval, net sentiment, impact on the rating, priority, quotes.",
            "各方面：报告数、占比及区间、净情感、对评分的影响、优先级、原话。",
        ),
        json("suggestions", "Suggestions with quotes.", "建议与原话。"),
        json(
            "changes",
            "Change since the last run; null when there was none.",
            "与上次相比的变化；无上次则为空。",
        ),
    ),
)

TRIAL_EFFECT = Table(
    name="trial_effect",
    key=("trial_id", "window_days"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What a trial caused: buyers among those drawn against those held out by lot.",
    zh="增量效果：抽中者与随机留出者的购买对比。",
    columns=(
        _TRIAL,
        integer("window_days", "Days after the draw.", "抽签后的天数。", unit="days", above=0),
        integer("n_treatment", "People drawn in the band.", "抽中人数。", low=0),
        integer("n_holdout", "People held out by lot.", "留出人数。", low=0),
        number(
            "rate_treatment?", "Share of buyers among those drawn.", "抽中者购买率。", low=0, high=1
        ),
        number(
            "rate_holdout?",
            "Share of buyers among those held out.",
            "留出者购买率。",
            low=0,
            high=1,
        ),
        number(
            "itt?",
            "Difference of the rates, by stratum (intention to treat).",
            "分层购买率之差（意向治疗）。",
        ),
        number("low?", "Lower end of the 95 % interval.", "95% 区间下限。"),
        number("high?", "Upper end of the 95 % interval.", "95% 区间上限。"),
        number(
            "smallest_detectable_effect?",
            "Smallest effect this draw could show.",
            "本次可检出的最小效应。",
        ),
        text(
            "verdict",
            "What can be said.",
            "结论。",
            values=("more buyers", "fewer buyers", "cannot tell yet"),
        ),
    ),
)

VALIDATION_REPORT = Table(
    name="validation_report",
    key=("table", "rule_id"),
    formats=("parquet", "json"),
    en="What each rule found.",
    zh="校验报告：每条规则的结果。",
    columns=(
        text("table", "The table checked.", "被检查的表。"),
        text("rule_id", "The rule.", "规则。"),
        text("verdict", "pass, warn or block.", "通过、警告或阻断。", values=VERDICTS),
        text(
            "scope",
            "row: bad rows are quarantined; table: the whole table is judged.",
            "row：隔离坏行；table：判断整表。",
            values=("row", "table"),
        ),
        text(
            "severity",
            "What the rule does when over its threshold.",
            "超过阈值时的处理。",
            values=SEVERITIES,
        ),
        text("column?", "The column concerned.", "所涉列。"),
        integer("rows_checked", "Rows checked.", "检查行数。", low=0),
        integer("rows_failed", "Rows that failed.", "不合格行数。", low=0),
        number(
            "threshold",
            "Share of failed rows above which the severity applies.",
            "不合格占比超过此值即触发。",
            unit="share",
            low=0,
            high=1,
        ),
        text("sentence_en", "The rule as a sentence.", "规则说明（英文）。"),
        text("sentence_zh", "The rule as a sentence in Chinese.", "规则说明（中文）。"),
        text("found_en?", "What was found, and what to do.", "发现与处置（英文）。"),
        text("found_zh?", "What was found, in Chinese.", "发现与处置（中文）。"),
        text("owner", "Who answers for the source.", "负责人。"),
        json(
            "trend",
            "Failed rows of the last runs, oldest first.",
            "最近各次的不合格行数，旧者在前。",
        ),
        json("sample", "Some failed rows, masked.", "不合格行示例，已脱敏。"),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    key=("table", "source_file", "row_number"),
    formats=("parquet",),
    en="Rows that were refused, as they were read.",
    zh="隔离区：被拒绝的行，原样保存。",
    columns=(
        text("table", "The table.", "表。"),
        text("source_file", "The file it came from.", "来源文件。"),
        integer("row_number", "Data row within the file, from 1.", "数据行号，从 1 起。", low=1),
        texts("rule_ids", "The rules it broke.", "违反的规则。"),
        json("raw", "The row as read.", "原始行。", sensitivity=Sensitivity.PERSONAL),
        timestamp(
            "first_seen",
            "When it was first seen: the start of the as-of day.",
            "首次发现时间：截止日零点。",
        ),
    ),
)

OUTPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        RECOMMENDATIONS,
        DO_NOT_RECOMMEND,
        REPLENISHMENT_CALENDAR,
        NEED_STATES_TABLE,
        SELECTION,
        DRAW_CERTIFICATE,
        TRIAL_FUNNEL,
        APPLICANT_PROFILE,
        REPORT_SCORES,
        OPINIONS,
        IMPROVEMENT_SUMMARY,
        TRIAL_EFFECT,
        VALIDATION_REPORT,
        QUARANTINE,
    )
}
