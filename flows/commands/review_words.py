"""The words of ``shike review``, Chinese and English."""

from typing import Final, Literal

Lang = Literal["zh", "en"]

WORDS: Final[dict[str, dict[Lang, str]]] = {
    "where": {"zh": "位置", "en": "where"},
    "quote": {"zh": "原话", "en": "quote"},
    "aspects": {"zh": "方面", "en": "aspects"},
    "feels": {"zh": "态度", "en": "feels"},
    "why": {"zh": "依据", "en": "why"},
    "1": {"zh": "好评", "en": "praise"},
    "-1": {"zh": "差评", "en": "blame"},
    "0": {"zh": "中性", "en": "neutral"},
    "asks": {"zh": "建议", "en": "asks for a change"},
    "danger": {"zh": "安全", "en": "danger"},
    "another": {"zh": "说的是别的产品，不计", "en": "about another product, left out"},
    "silent": {"zh": "未提及产品", "en": "says nothing of the product"},
    "reasons": {
        "zh": "模型 {learned:+.1f}，用词 {words:+.1f}，星级 {stars:+.1f}",
        "en": "model {learned:+.1f}, words {words:+.1f}, stars {stars:+.1f}",
    },
    "reasons_again": {
        "zh": "模型 {learned:+.1f}，用词 {words:+.1f}，星级 {stars:+.1f}，句意 {meaning:+.1f}",
        "en": "model {learned:+.1f}, words {words:+.1f}, stars {stars:+.1f}, meaning {meaning:+.1f}",
    },
    "report": {
        "zh": "整篇像好评的概率 {chance:.0%}（只看文字），语言 {language}",
        "en": "The text reads as praise with a chance of {chance:.0%}; language {language}",
    },
    "grade": {
        "zh": "有用程度 {quality:.2f}，计入权重 {weight:.2f}",
        "en": "Usefulness {quality:.2f}, counts for {weight:.2f}",
    },
    "alone": {
        "zh": "单看一篇，看不出是否抄袭；照片和利益声明也未知。",
        "en": "One report alone cannot show whether it is copied; photos and disclosure are unknown.",
    },
    "no_stars": {
        "zh": "未给星级，按 3 星读。",
        "en": "No stars were given; it is read as one of 3 stars.",
    },
    "empty": {"zh": "报告里没有可读的内容。", "en": "There is nothing to read in the report."},
    "flags": {"zh": "问题：{flags}", "en": "Flags: {flags}"},
    "no_flags": {"zh": "没有问题", "en": "No flags"},
    "part": {"zh": "分项", "en": "part"},
    "value": {"zh": "得分", "en": "value"},
    "too_short": {"zh": "太短", "en": "too short"},
    "off_topic": {"zh": "跑题", "en": "off topic"},
    "conflict": {"zh": "星级与文字矛盾", "en": "stars and text disagree"},
    "coverage": {"zh": "谈到的方面", "en": "aspects covered"},
    "evidence": {"zh": "数字、时间与对比", "en": "numbers, durations, comparisons"},
    "balance": {"zh": "有褒有贬", "en": "praise and blame"},
    "specificity": {"zh": "言之有物", "en": "specific"},
    "suggestion": {"zh": "提出建议", "en": "a suggestion"},
    "originality": {"zh": "原创", "en": "original"},
    "photos": {"zh": "照片", "en": "photos"},
    "agreement": {"zh": "星级与文字一致", "en": "stars and text agree"},
}


def say(key: str, lang: Lang, **values: object) -> str:
    """Return a message in a language; a name without a message, such as a new flag, as it is."""
    return WORDS[key][lang].format(**values) if key in WORDS else key
