"""What must hold of what was read out of reports: grades, opinions and their quotes, summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.reading.sql import literals
from quality.rules.maker import Maker, Meaning
from quality.tables.outputs import CHANGES, REPORT_FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quality.rules.expected import Expected
    from quality.rules.rule import Rule


def score_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``report_scores``."""
    meaning = Meaning(
        en="parts must be an object of numbers from 0 to 1.",
        zh="parts 须为对象，各项为 0 至 1 的数值。",
        why_en="The grade is made of them.",
        why_zh="评分由这些部分构成。",
        passes={"parts": '{"coverage": 0.5}'},
        fails={"parts": '{"coverage": 5}'},
    )
    condition = (
        "CASE WHEN json_type(t.parts) = 'OBJECT' THEN len(list_filter("
        "json_extract(t.parts, '$.*'), lambda part: NOT coalesce("
        "TRY_CAST(part AS DOUBLE) BETWEEN 0 AND 1, false))) > 0 ELSE true END"
    )
    yield maker.row_rule("parts.within_range", condition, meaning, "parts")
    meaning = Meaning(
        en=f"flags must be of {', '.join(REPORT_FLAGS)}.",
        zh=f"flags 只能取自：{'、'.join(REPORT_FLAGS)}。",
        why_en="A page has words for these, and for no others.",
        why_zh="页面只认识这些标记。",
        passes={"flags": list(REPORT_FLAGS[:1])},
        fails={"flags": ["nice"]},
    )
    condition = f"NOT list_has_all([{literals(REPORT_FLAGS)}], t.flags)"
    yield maker.row_rule("flags.known", condition, meaning, "flags")


def opinion_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``opinions``."""
    meaning = Meaning(
        en="A quote must begin before it ends and be as long as its place in the report.",
        zh="引文起点须在终点之前，长度须与其在报告中的位置一致。",
        why_en="Every sentence of a summary is traced back by it to what a person wrote.",
        why_zh="摘要的每句话都据此追溯到原文。",
        dimension="consistency",
        passes={"quote": "It works.", "start": 0, "end": 9},
        fails={"quote": "It works.", "start": 9, "end": 9},
    )
    condition = 't."start" >= t."end" OR length(t.quote) <> t."end" - t."start"'
    yield maker.row_rule("quote.in_place", condition, meaning, "quote")
    if expected.has("report_scores"):
        meaning = Meaning(
            en="An opinion must be of a report that was scored.",
            zh="观点必须来自已评分的报告。",
            why_en="An opinion without its report has no weight and no proof.",
            why_zh="没有报告的观点既无权重也无依据。",
            dimension="consistency",
            passes={"report_id": "r-1", "scored": True},
            fails={"report_id": "r-1", "scored": False},
        )
        condition = "t.report_id NOT IN (SELECT report_id FROM made_report_scores)"
        yield maker.row_rule("report_id.scored", condition, meaning, "report_id")


def follow_up_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``follow_ups``."""
    if expected.has("report_scores"):
        meaning = Meaning(
            en="A follow-up must rest on a report of that person that was scored.",
            zh="后续联系必须依据此人已评分的报告。",
            why_en="Nobody is written to for what another said.",
            why_zh="不能因别人的话去联系一个人。",
            dimension="consistency",
            passes={"report_id": "r-1", "scored": True},
            fails={"report_id": "r-1", "scored": False},
        )
        condition = (
            "(t.report_id, t.user_id) NOT IN (SELECT (report_id, user_id) FROM made_report_scores)"
        )
        yield maker.row_rule("report_id.own", condition, meaning, "report_id")


def model_rules(maker: Maker) -> Iterator[Rule]:
    """Yield the contract of ``report_model``."""
    meaning = Meaning(
        en="The models must read the latest month as they read those before.",
        zh="模型对最近一月的判断须与以往一致。",
        why_en="What merchants are told to mend rests on them; `shike run train` learns anew.",
        why_zh="改进建议以其判断为据；shike run train 可重新训练。",
        dimension="drift",
        passes={"language": "zh", "month": "2026-02-01", "verdict": "steady"},
        fails={"language": "zh", "month": "2026-02-01", "verdict": "worse"},
    )
    condition = (
        "t.verdict IN ('worse', 'shifted') AND t.month = (SELECT max(p.month)"
        " FROM made_report_model AS p WHERE p.language = t.language AND p.verdict <> 'too_few')"
    )
    yield maker.row_rule("model.steady", condition, meaning, "verdict")
    meaning = Meaning(
        en="The share of agreement must lie from low to high.",
        zh="一致比例须在 low 至 high 之间。",
        why_en="A share without its interval says nothing of few reports.",
        why_zh="报告少时，没有区间的比例毫无意义。",
        dimension="consistency",
        passes={"low": 0.7, "agreement": 0.8, "high": 0.9},
        fails={"low": 0.9, "agreement": 0.8, "high": 0.7},
    )
    condition = "NOT coalesce(t.low <= t.agreement AND t.agreement <= t.high, t.agreement IS NULL)"
    yield maker.row_rule("agreement.in_order", condition, meaning, "agreement")


def summary_rules(maker: Maker, expected: Expected) -> Iterator[Rule]:
    """Yield the contract of ``improvement_summary``."""
    meaning = Meaning(
        en="Each aspect's share must lie from low to high, all within 0 and 1.",
        zh="各方面的占比须在 low 至 high 之间，且均在 0 至 1。",
        why_en="What a merchant mends first is decided by these shares.",
        why_zh="商家先改什么取决于这些占比。",
        dimension="consistency",
        passes={"aspects": '[{"aspect": "taste", "low": 0.5, "share": 0.6, "high": 0.7}]'},
        fails={"aspects": '[{"aspect": "taste", "low": 0.7, "share": 0.6, "high": 0.7}]'},
    )
    in_order = (
        "coalesce(0 <= TRY_CAST(a->>'$.low' AS DOUBLE)"
        " AND TRY_CAST(a->>'$.low' AS DOUBLE) <= TRY_CAST(a->>'$.share' AS DOUBLE)"
        " AND TRY_CAST(a->>'$.share' AS DOUBLE) <= TRY_CAST(a->>'$.high' AS DOUBLE)"
        " AND TRY_CAST(a->>'$.high' AS DOUBLE) <= 1, false)"
    )
    condition = (
        "CASE WHEN json_type(t.aspects) = 'ARRAY' THEN len(list_filter("
        f"t.aspects::JSON::JSON[], lambda a: NOT {in_order})) > 0 ELSE true END"
    )
    yield maker.row_rule("aspects.in_order", condition, meaning, "aspects")
    yield _priorities(maker)
    yield _verdicts(maker)
    if expected.has("opinions"):
        yield _sourced(maker)


def _priorities(maker: Maker) -> Rule:
    meaning = Meaning(
        en="Each aspect's priority must lie from priority_low to priority_high, none below 0.",
        zh="各方面的优先级须在 priority_low 至 priority_high 之间，且不小于 0。",
        why_en="The order of what to mend is told with how sure it is.",
        why_zh="先改什么要连同把握一起说。",
        dimension="consistency",
        passes={"aspects": '[{"priority_low": 0.1, "priority": 0.2, "priority_high": 0.3}]'},
        fails={"aspects": '[{"priority_low": 0.3, "priority": 0.2, "priority_high": 0.3}]'},
    )
    low, middle, high = (
        f"TRY_CAST(a->>'$.{name}' AS DOUBLE)"
        for name in ("priority_low", "priority", "priority_high")
    )
    in_order = f"coalesce(0 <= {low} AND {low} <= {middle} AND {middle} <= {high}, true)"
    condition = (
        "CASE WHEN json_type(t.aspects) = 'ARRAY' THEN len(list_filter("
        f"t.aspects::JSON::JSON[], lambda a: NOT {in_order})) > 0 ELSE false END"
    )
    return maker.row_rule("aspects.priorities", condition, meaning, "aspects")


def _verdicts(maker: Maker) -> Rule:
    meaning = Meaning(
        en=f"The verdict on a change must be one of {', '.join(CHANGES)}.",
        zh=f"变化的结论只能取自：{'、'.join(CHANGES)}。",
        why_en="A page has words for these, and for no others.",
        why_zh="页面只认识这些结论。",
        passes={"changes": '{"taste": {"verdict": "mended"}}'},
        fails={"changes": '{"taste": {"verdict": "gone"}}'},
    )
    condition = (
        "NOT list_has_all(["
        + literals(CHANGES)
        + "], coalesce(json_extract_string(t.changes, '$.*.verdict'), []))"
    )
    return maker.row_rule("changes.known", condition, meaning, "changes")


def _sourced(maker: Maker) -> Rule:
    meaning = Meaning(
        en="Every sentence must rest on opinions that are published with it.",
        zh="每句话都必须依据一同发布的观点。",
        why_en="A merchant who doubts a sentence opens its source.",
        why_zh="商家若有疑问，可以打开出处核对。",
        dimension="consistency",
        passes={"sentences": '[{"sources": [{"report_id": "r-1", "sentence_id": 0}]}]'},
        fails={"sentences": '[{"sources": [{"report_id": "unknown", "sentence_id": 0}]}]'},
    )
    condition = (
        "t.item_id IN (SELECT s.item_id FROM (SELECT item_id, unnest(json_extract(sentences,"
        " '$[*].sources[*]')) AS place FROM made_improvement_summary) s"
        " ANTI JOIN made_opinions o ON o.report_id = s.place->>'$.report_id'"
        " AND o.sentence_id = TRY_CAST(s.place->>'$.sentence_id' AS BIGINT))"
    )
    return maker.row_rule("sentences.sourced", condition, meaning, "sentences")
