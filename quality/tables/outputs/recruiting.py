"""What the recruit and effect stages publish."""

from quality.schema import (
    Table,
    boolean,
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
            "u: effect on the segment in earlier draws; 0 when unknown.",
            "u：同类人群以往的增量；未知为 0。",
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

TRIAL_EFFECT = Table(
    name="trial_effect",
    key=("trial_id", "window_days"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="What a trial caused: buyers among those drawn against those held out by lot.",
    zh="增量效果：抽中者与随机留出者的购买对比。",
    columns=(
        TRIAL,
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
