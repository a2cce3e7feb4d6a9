import pytest

from trials.reports.normalising import normalise
from trials.reports.suggestions import is_suggestion


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("希望厂家能加个光驱", "zh"),
        ("散热有待改进", "zh"),
        ("要是再轻一点就好了", "zh"),
        ("希望下次入住不要再发生这种事", "zh"),
        ("希望厂家考虑用户的习惯", "zh"),
        ("其他建议:加个光驱", "zh"),
        ("建议把接口放到右边", "zh"),
        ("希望酒店能考虑到每个客人的习惯", "zh"),
        ("I wish it came in a bigger bag.", "en"),
        ("They need to fix the lid.", "en"),
        ("It would be better if it was less sweet.", "en"),
    ],
)
def test_a_request_to_the_merchant_is_a_suggestion(sentence, language):
    assert is_suggestion(normalise(sentence).text, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("建议大家不要购买", "zh"),
        ("希望各位朋友三思", "zh"),
        ("应该是正品", "zh"),
        ("爽快地答应给换货", "zh"),
        ("希望下次还能入住", "zh"),
        ("希望从中学到点什么", "zh"),
        ("希望能帮助到更多的人", "zh"),
        ("希望用久了会改善", "zh"),
        ("客服建议换个房间", "zh"),
        ("希望能得到您更多的支持", "zh"),
        ("性能没得说", "zh"),
        ("I highly recommend it to everyone.", "en"),
        ("If you like tea you should try this.", "en"),
        ("I should have read the label.", "en"),
        ("Do I wish to reorder?", "en"),
        ("If they were unhealthy I would still eat them.", "en"),
        ("I bring them back when I visit my family.", "en"),
        ("Hopefully it will get better with time.", "en"),
    ],
)
def test_advice_to_buyers_and_narration_are_not(sentence, language):
    assert not is_suggestion(normalise(sentence).text, language)


@pytest.mark.parametrize(
    ("language", "precision", "recall"), [("zh", 0.9, 0.85), ("en", 0.85, 0.85)]
)
def test_suggestions_are_found_on_the_development_labels(labelled, language, precision, recall):
    rows = labelled(f"suggestions_{language}")
    given = {row["id"] for row in rows if is_suggestion(normalise(row["text"]).text, language)}
    wanted = {row["id"] for row in rows if row["label"] == "improve"}

    assert len(given & wanted) / len(given) >= precision
    assert len(given & wanted) / len(wanted) >= recall
