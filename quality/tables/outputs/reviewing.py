"""What the review stage publishes."""

from quality.schema import (
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
from quality.tables.outputs.shared import (
    FREE_TEXT,
    ITEM,
    MERCHANT,
    PUBLIC,
    REASON_EN,
    REASON_ZH,
    USER,
)

REPORT_FLAGS = ("copied", "too_short", "off_topic", "no_disclosure", "conflict")

REPORT_SCORES = Table(
    name="report_scores",
    key=("report_id",),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="How useful each trial report is, and what it weighs.",
    zh="报告评分：每份试用报告的有用程度与权重。",
    columns=(
        text("report_id", "The report.", "报告。"),
        text("trial_id?", "The trial.", "试用。", sensitivity=PUBLIC),
        ITEM,
        MERCHANT,
        USER,
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
        ITEM,
        MERCHANT,
        integer(
            "polarity",
            "-1 negative, 0 neutral, 1 positive.",
            "-1 负面，0 中性，1 正面。",
            low=-1,
            high=1,
        ),
        boolean("is_suggestion", "Whether it asks for an improvement.", "是否为改进建议。"),
        text("quote", "The words, verbatim.", "原话。", sensitivity=FREE_TEXT),
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
        ITEM,
        MERCHANT,
        text("item_name", "Name of the item.", "名称。", sensitivity=PUBLIC),
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
            "Per aspect, the latest batch of reports against those before: shares, test, verdict"
            " mended, better, worse, no_change or too_few; null when there were none before.",
            "各方面：最近一批报告与之前相比的占比、检验与结论（mended、better、worse、no_change、"
            "too_few）；之前没有报告则为空。",
        ),
        integer("customers?", "Customers who wrote the reports.", "写报告的顾客数。", low=0),
        json(
            "rating?",
            "Stars raw, weighted and corrected for free goods, each with its 95 % interval; what was"
            " taken off for kindness and what it rests on.",
            "星级：原始、加权、扣除赠品好感后，各附 95% 区间；扣除了多少及其依据。",
        ),
        json(
            "segments?",
            "Rating by age band, region and newcomers, small cells merged.",
            "按年龄段、地区、新老试用者的星级，人数过少的已合并。",
        ),
        json(
            "sentences?",
            "The summary in sentences (zh, en), each with the reports and sentences it rests on.",
            "摘要语句（中、英），各附所依据的报告与句序。",
        ),
        timestamp(
            "reports_until?", "When the newest report was handed in.", "最新一份报告的提交时间。"
        ),
    ),
)

CHANGES = ("mended", "better", "worse", "no_change", "too_few")
"""Verdicts on what became of an aspect since the batch of reports before."""
AUDIENCES = ("invite", "answer")

FOLLOW_UPS = Table(
    name="follow_ups",
    key=("item_id", "user_id"),
    merchant_facing=True,
    formats=("parquet", "csv"),
    en="Whom to write to after a report, among those who agreed to marketing.",
    zh="试用后续名单：报告之后该联系谁（仅限同意接收营销的人）。",
    columns=(
        ITEM,
        MERCHANT,
        USER,
        text(
            "audience",
            "'invite': happy, has not bought yet; 'answer': unhappy, to be answered first.",
            "invite：满意而尚未购买；answer：不满意，应先答复。",
            values=AUDIENCES,
        ),
        text("trial_id?", "The trial.", "试用。", sensitivity=PUBLIC),
        text(
            "report_id", "The person's latest report on the item.", "此人对该商品的最近一份报告。"
        ),
        number("rating", "Stars given.", "评分。", low=1, high=5),
        text("aspect?", "What an unhappy person blames first.", "不满意者首先批评的方面。"),
        REASON_ZH,
        REASON_EN,
    ),
)

PROPOSED_TERMS = Table(
    name="proposed_terms",
    key=("category", "language", "term"),
    formats=("parquet", "csv"),
    en="Terms beside praise and blame that no ontology knows; a person accepts them or does not.",
    zh="待定术语：褒贬之旁常见而本体未收的词，由人决定是否收入。",
    columns=(
        text("category", "Category of the items.", "商品类目。", sensitivity=PUBLIC),
        text("language", "zh or en.", "zh 或 en。", values=("zh", "en")),
        text("term", "The term.", "术语。", sensitivity=FREE_TEXT),
        integer("customers", "Customers who use it so.", "这样用它的顾客数。", low=0),
        number(
            "score",
            "How much more it is said there than elsewhere, log odds in standard errors.",
            "比别处多说的程度：对数几率之差，以标准误计。",
        ),
        text("report_id", "A report that says it.", "一份用到它的报告。"),
        integer("sentence_id", "The clause there, from 0.", "该处句序，从 0 起。", low=0),
    ),
)

DRIFTS = ("steady", "shifted", "worse", "too_few")
"""Verdicts on how the models of trial reports read one month."""

REPORT_MODEL = Table(
    name="report_model",
    key=("language", "month"),
    formats=("parquet", "csv"),
    en="How the models that read trial reports agree with the stars, month by month.",
    zh="报告模型：读取试用报告的模型逐月与星级的一致程度。",
    columns=(
        text("language", "zh or en.", "zh 或 en。", values=("zh", "en")),
        date("month", "First day of the month of the reports.", "报告所在月份的首日。"),
        text(
            "model",
            "'packaged', or the run of `shike run train` that made the model.",
            "packaged，或训练出该模型的运行号。",
        ),
        integer("reports", "Reports read.", "读取的报告数。", low=0),
        number(
            "agreement?",
            "Share of the reports of four and more or two and fewer stars whose text is read"
            " likewise.",
            "四星及以上或两星及以下的报告中，正文判断与星级一致的比例。",
            low=0,
            high=1,
        ),
        number(
            "low?",
            "95 % interval of the share, lower limit.",
            "该比例的 95% 区间下限。",
            low=0,
            high=1,
        ),
        number(
            "high?",
            "95 % interval of the share, upper limit.",
            "该比例的 95% 区间上限。",
            low=0,
            high=1,
        ),
        number(
            "shift?",
            "Population stability index of the texts' sentiment against all months before.",
            "正文情感分布相对此前各月的群体稳定性指数（PSI）。",
            low=0,
        ),
        text(
            "verdict",
            "'steady'; 'shifted': texts are not what they were; 'worse': agrees less with the stars"
            " than before; 'too_few': too few reports to tell.",
            "steady：稳定；shifted：正文与以往不同；worse：与星级的一致程度下降；too_few：报告太少，无法判断。",
            values=DRIFTS,
        ),
    ),
)
