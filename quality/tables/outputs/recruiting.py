"""What the recruit stage publishes."""

from quality.schema import (
    Sensitivity,
    Table,
    boolean,
    date,
    integer,
    json,
    number,
    text,
)
from quality.tables.outputs.shared import (
    MERCHANT,
    REASON_EN,
    REASON_ZH,
    TRIAL,
    USER,
    share,
)

ARMS = ("core", "band", "open", "holdout", "waitlist", "not_selected", "ineligible")

SELECTION = Table(
    name="selection",
    key=("trial_id", "user_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Every applicant of a trial: who gets a unit, by which chance, and why.",
    zh="试用名单：每位申请人是否入选、机会多大、为何。",
    columns=(
        TRIAL,
        USER,
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
            "u: effect on the segment in earlier draws, over the largest; 0 when unknown.",
            "u：同类人群以往的增量（相对于最大者）；未知为 0。",
            low=0,
            high=1,
        ),
        number("fit?", "f: fit with the need.", "f：与需求的契合。", low=0, high=1),
        number("reach?", "r: reach, capped.", "r：传播力，封顶。", low=0, high=1),
        number("freebie_index?", "d: freebie-hunter index.", "d：薅羊毛指数。", low=0, high=1),
        text("stratum?", "Stratum of the lottery; null outside it.", "抽签层；未参与抽签为空。"),
        share(
            "inclusion_probability",
            "Chance of getting a unit in this draw.",
            "在本次抽签中获得的概率。",
        ),
        integer(
            "waitlist_position?", "Place on the waitlist, from 1.", "候补名次，从 1 起。", low=1
        ),
        text("reason_code", "The kind of reason.", "理由代码。"),
        REASON_ZH,
        REASON_EN,
        number(
            "freebie_applications?",
            "Part of d: applications for other trials against days with orders.",
            "d 的组成：其他试用申请数与下单天数之比。",
            low=0,
            high=1,
        ),
        number(
            "freebie_copied?",
            "Part of d: 1 if the statement is the same as others'.",
            "d 的组成：申请理由与他人雷同为 1。",
            low=0,
            high=1,
        ),
        number(
            "freebie_haste?",
            "Part of d: applications within minutes of a trial's opening or of another application.",
            "d 的组成：开放后数分钟内或连续快速提交的申请占比。",
            low=0,
            high=1,
        ),
        number(
            "freebie_cluster?",
            "Part of d: others of the household, and further ids of the person, that apply too.",
            "d 的组成：同户其他申请人与本人其他标识的申请。",
            low=0,
            high=1,
        ),
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
        TRIAL,
        MERCHANT,
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
            "Seats by each way of sharing them (splits) and by the way drawn, candidates and waitlist"
            " of each lottery; all but the way drawn fixed before the draw.",
            "各抽签层的名额（各种分法 splits 及抽中的分法）、候选人数与候补数；除抽中的分法外均在抽签前确定。",
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

FUNNEL_PARTS = ("day", "source")

TRIAL_FUNNEL = Table(
    name="trial_funnel",
    key=("trial_id", "step"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Who viewed, followed, shared, favourited, applied.",
    zh="试用漏斗：浏览、关注、分享、收藏、申请。",
    columns=(
        TRIAL,
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

TRIAL_FUNNEL_PARTS = Table(
    name="trial_funnel_parts",
    key=("trial_id", "part", "value", "step"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="The funnel by day and by source: who took each step when, and where applicants came from.",
    zh="按日、按来源的试用漏斗：各步骤何时有多少人，申请人从何而来。",
    columns=(
        TRIAL,
        text("part", "By what the people are told apart.", "按什么划分。", values=FUNNEL_PARTS),
        text(
            "value",
            "Day of a person's first such step, as YYYY-MM-DD, or the source of their application;"
            " small ones are merged into 'other'.",
            "首次完成该步骤之日（YYYY-MM-DD），或其申请的来源；过小者并入 other。",
        ),
        text("step", "Step of the funnel.", "步骤。"),
        integer("position", "Order of the step, from 1.", "步骤次序，从 1 起。", low=1),
        integer(
            "unique_users",
            "Different people; by source, of those who applied.",
            "人数；按来源时只计申请人。",
            unit="people",
            low=1,
        ),
        number(
            "rate?",
            "By day, over the people of the day at the first step listed; by source, over its"
            " applicants; null where that number is merged.",
            "按日为占当日首个列出步骤人数之比，按来源为占该来源申请人之比；分母被合并则为空。",
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
        TRIAL,
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

AWARD_STATE_NAMES = ("awarded", "delivered", "due", "late", "submitted", "disclosed")

AWARD_STATES = Table(
    name="award_states",
    key=("trial_id", "user_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="How far each award has come: awarded, delivered, due, late, submitted, disclosed.",
    zh="发放进度：已中选、已送达、将到期、逾期、已提交、已声明。",
    columns=(
        TRIAL,
        USER,
        text(
            "state",
            "Where the award stands; disclosed is a report that names the gift.",
            "进度；disclosed 指报告已声明为获赠。",
            values=AWARD_STATE_NAMES,
        ),
        date("awarded_on", "Day of the award.", "发放日。"),
        date("delivered_on?", "Day of delivery; null if not known.", "送达日；未知为空。"),
        date("due_on", "Last day for the report.", "报告截止日。"),
        date("submitted_on?", "Day of the report; null if none.", "报告提交日；未交为空。"),
        boolean(
            "is_on_time?", "Whether the report came in time; null if none.", "是否按时；未交为空。"
        ),
        integer(
            "days_left",
            "Days until the report is due; negative once it is late.",
            "距截止的天数；逾期为负。",
            unit="days",
        ),
    ),
)

REPORT_REMINDERS = Table(
    name="report_reminders",
    key=("trial_id", "user_id"),
    merchant_facing=False,
    formats=("parquet", "csv"),
    en="Who is to be reminded of a report, with the sentence to send.",
    zh="催交名单：需提醒谁提交报告，以及提醒语。",
    columns=(
        TRIAL,
        USER,
        text("state", "due or late.", "将到期或逾期。", values=("due", "late")),
        date("due_on", "Last day for the report.", "报告截止日。"),
        integer(
            "days_left",
            "Days until the report is due; negative once it is late.",
            "距截止的天数；逾期为负。",
            unit="days",
        ),
        text("sentence_zh", "What to send, in Chinese.", "提醒语（中文）。"),
        text("sentence_en", "What to send, in English.", "提醒语（英文）。"),
    ),
)

TRIAL_OUTLOOK = Table(
    name="trial_outlook",
    key=("trial_id",),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Trials that take applications: what the draw could show with the applicants so far.",
    zh="申请中的试用：以目前的申请人，抽签能看出什么、配额能否满足。",
    columns=(
        TRIAL,
        integer("units", "Units to be given away.", "份数。", unit="units", low=0),
        integer(
            "applicants?",
            "People who applied so far; null while they are few.",
            "目前的申请人数；人数过少为空。",
            unit="people",
            low=0,
        ),
        number(
            "smallest_detectable_effect?",
            "Smallest effect on the purchase rate that a draw among them could show (power 80 %,"
            " level 5 %); null where nobody would be held out, or they are few.",
            "在这些人中抽签可检出的最小效应（功效 80%，水平 5%）；无人留出或人数过少为空。",
            unit="share",
            low=0,
        ),
        json(
            "quotas",
            "Quotas with the applicants of each group so far (null while few), and whether they are"
            " fewer than the minimum.",
            "各配额、该组目前的申请人数（过少为空）以及是否不足下限。",
        ),
    ),
)

LETTER_OUTCOMES = ("chosen", "waiting", "not_chosen", "refused")

APPLICANT_LETTERS = Table(
    name="applicant_letters",
    key=("trial_id", "user_id"),
    merchant_facing=False,
    formats=("parquet", "csv"),
    en="What each applicant is told: the outcome and why, what happens next, how to check the draw.",
    zh="致申请人的说明：结果及理由、下一步、如何核验抽签。",
    columns=(
        TRIAL,
        USER,
        text(
            "outcome",
            "What the applicant learns. Who was held out is told what others not drawn are told.",
            "告知申请人的结果；随机留出者与其他未中签者所见相同。",
            values=LETTER_OUTCOMES,
        ),
        text("letter_zh", "What to send, in Chinese.", "说明（中文）。"),
        text("letter_en", "What to send, in English.", "说明（英文）。"),
        text("seed", "The seed of the draw, for who wants to check it.", "抽签种子，供核验。"),
        text("seed_commitment", "SHA-256 of the seed.", "种子的 SHA-256。"),
        boolean(
            "is_precommitted",
            "Whether the commitment was published before the draw.",
            "承诺值是否在抽签前公布。",
        ),
    ),
)

REPLACEMENTS = Table(
    name="replacements",
    key=("trial_id", "user_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Units that came back, and who of the waitlist gets them.",
    zh="递补：退回的份数由哪位候补获得。",
    columns=(
        TRIAL,
        USER,
        text(
            "replacement_user_id?",
            "Who gets the unit; null when nobody waits any more.",
            "递补者；无人候补则为空。",
            sensitivity=Sensitivity.PERSONAL,
        ),
        integer("waitlist_position?", "Their place on the waitlist.", "其候补名次。", low=1),
    ),
)

AUDIT_MEASURES = (
    "replay_differences",
    "ratings_read",
    "overrides",
    "newcomer_share",
    "newcomer_share_eligible",
    "award_gini",
    "top_decile_share",
    "standardised_difference",
)

SELECTION_AUDIT = Table(
    name="selection_audit",
    key=("trial_id", "measure", "attribute", "value"),
    merchant_facing=False,
    formats=("parquet", "csv"),
    en="Each draw under audit: replay, balance, overrides, fairness.",
    zh="抽签审计：重演、均衡、人工干预、公平。",
    columns=(
        TRIAL,
        text(
            "measure",
            "What is measured: findings of the replay (0 is equal), rating columns that were read,"
            " overrides, share of newcomers among recipients and among the eligible, Gini of awards"
            " within 365 days over the eligible, the share of them held by a tenth of the eligible,"
            " and the standardised difference of drawn and held out, by stratum.",
            "度量：重演差异数（0 为一致）、读取的评分列数、人工干预数、获得者与合格者中的新客占比、"
            "合格者一年内获得数的基尼系数及其前十分之一所占份额、分层的抽中与留出标准化差异。",
            values=AUDIT_MEASURES,
        ),
        text("attribute", "What is compared; blank elsewhere.", "所比较的属性；其余为空。"),
        text("value", "Its value; blank for numbers.", "取值；数值属性为空。"),
        number(
            "result?", "The figure; null where nothing can be compared.", "数值；无从比较为空。"
        ),
        boolean(
            "is_passed?",
            "Whether the figure is as it must be; null where nothing is prescribed.",
            "是否合格；无规定为空。",
        ),
    ),
)
