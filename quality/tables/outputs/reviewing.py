"""What the review stage publishes."""

from quality.schema import (
    Table,
    boolean,
    integer,
    json,
    number,
    text,
    texts,
)
from quality.tables.outputs.shared import (
    FREE_TEXT,
    ITEM,
    MERCHANT,
    PUBLIC,
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
            "Change since the last run; null when there was none.",
            "与上次相比的变化；无上次则为空。",
        ),
    ),
)
