"""Texts that nobody meant to be read: markup, formulas, marks that cannot be seen, any script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trials.reports.clauses import split_clauses
from trials.reports.explaining import explain
from trials.reports.normalising import normalise
from trials.reports.options import ReviewOptions
from trials.reports.polarity import PolarityModels
from trials.reports.suggestions import is_suggestion

LEXICON = PolarityModels()
OPTIONS = ReviewOptions()
SCRIPTS = [
    (0x20, 0x7E),  # Latin
    (0x400, 0x4FF),  # Cyrillic
    (0x590, 0x6FF),  # Hebrew and Arabic
    (0x900, 0xDFF),  # the scripts of India
    (0xE00, 0xE7F),  # Thai
    (0x2000, 0x206F),  # spaces and marks without width, direction marks
    (0x3040, 0x30FF),  # kana
    (0x4E00, 0x9FFF),  # Chinese, traditional and simplified
    (0xAC00, 0xD7A3),  # Hangul
    (0xFB00, 0xFDFF),  # ligatures
    (0xFF00, 0xFFEF),  # full width
    (0x1F000, 0x1FAFF),  # emoji
    (0xE0000, 0xE007F),  # tags
]
character = st.one_of(
    [st.characters(min_codepoint=low, max_codepoint=high) for low, high in SCRIPTS]
)
phrases = st.sampled_from(
    ["很好", "，但是", "不好用。", "希望能改进", "屏幕", "太貴了", "ｇｏｏｄ", "but ", "taste ", "awful. ",
     "<b>", "</p>", "&amp;", "&#x5c4f;", "👍🏽", "👩‍👩‍👧", "\u200b", "\u202e", "\ufeff", "\x00", "ﷺ", "İ", "ß", "…"]
)  # fmt: skip
texts = st.lists(st.one_of(phrases, st.text(character, max_size=8)), max_size=25).map("".join)


def explained(text, stars=3.0, category="electronics/laptop"):
    return explain(text, stars=stars, category=category, models=LEXICON, options=OPTIONS)


@settings(max_examples=80)
@given(texts)
def test_every_quote_is_verbatim_at_its_offsets_in_any_script(text):
    found = explained(text)

    for clause in found.clauses:
        assert text[clause.start : clause.end] == clause.quote != ""
        for opinion in clause.opinions:
            assert text[opinion.start : opinion.end] == opinion.quote == clause.quote


@settings(max_examples=60)
@given(texts)
def test_normalising_what_is_normal_changes_no_letter(text):
    once = normalise(text).text

    assert all(0 <= start < end <= len(text) for start, end in spans(normalise(text)))
    assert len(once) == len(normalise(text).starts)


def spans(normal):
    return zip(normal.starts, normal.ends, strict=True)


@settings(max_examples=60)
@given(texts, texts)
def test_offsets_do_not_depend_on_what_follows(text, more):
    ended = text + "。\n"
    alone = [(one.start, one.end) for one in split_clauses(normalise(ended))]
    together = [(one.start, one.end) for one in split_clauses(normalise(ended + more))]

    assert "<" in text or "&" in text or together[: len(alone)] == alone


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("", "too_short"),
        ("👍", "too_short"),
        ("\u200b\u200b\u200b", "too_short"),
        ("<script>alert(1)</script>", "too_short"),
        ("Сегодня я ездил к бабушке на дачу и сажал картошку весь день.", "off_topic"),
        ("昨天我去公园散步遇到了一位老同学然后我们一起去了电影院看了一部电影", "off_topic"),
    ],
)
def test_what_is_no_report_is_flagged(text, flag):
    assert flag in explained(text).flags


@pytest.mark.parametrize(
    "text",
    [
        "屏\u200b幕\u202e不\u2060错\ufeff",
        "<p>屏幕</p><script>不错</script>",
        "&#x5c4f;幕不&#38169;",
        "螢幕不錯，屏幕不錯",
        "屏幕不错 =1+1",
    ],
)
def test_what_cannot_be_seen_hides_nothing(text):
    assert "screen" in {one.aspect for clause in explained(text).clauses for one in clause.opinions}


@pytest.mark.parametrize("unit", ["。", ". ", "<", "&#", "but ", "不", "need ", "👍"])
def test_a_very_long_text_is_read_in_one_go(unit):
    # Quadratic reading of 100,000 characters would take minutes and stop the suite.
    text = unit * (100_000 // len(unit))

    clauses = split_clauses(normalise(text))

    assert all(len(clause.text) <= 400 for clause in clauses)
    assert not any(is_suggestion(clause.text, "zh") for clause in clauses[:50])
