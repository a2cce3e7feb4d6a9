import pytest

from trials.reports.normalising import normalise
from trials.reports.suggestions import is_suggestion


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("希望厂家能加个光驱", "zh"),
        ("散热有待改进", "zh"),
        ("要是再轻一点就好了", "zh"),
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
        ("I highly recommend it to everyone.", "en"),
        ("If you like tea you should try this.", "en"),
        ("I should have read the label.", "en"),
        ("Do I wish to reorder?", "en"),
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
