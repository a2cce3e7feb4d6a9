import pytest

from trials.reports.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("屏幕不错", "zh"),
        ("装XP系统，2G DDR2内存", "zh"),
        ("very good tea", "en"),
        ("I bought the 茶 for my mother and she was very happy with it", "en"),
        ("", "en"),
        ("😀", "en"),
    ],
)
def test_the_language_is_that_of_most_words(text, language):
    assert language_of(text) == language
