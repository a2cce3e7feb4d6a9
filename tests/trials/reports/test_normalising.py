from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from trials.reports.normalising import normalise

ANY_TEXT = st.text(max_size=200) | st.text(
    st.sampled_from(
        "螢幕屏幕ABCａｂｃ，。！?.<>br/&amp;&#39;ﬁ①½İß👍🏽\u200d\ufe0f\u200b\u202e\n \t"
    ),
    max_size=80,
)


@given(ANY_TEXT)
@example("İ<br/>ﬃ&nbsp;&lt;script&gt;")
def test_every_normal_character_is_traced_to_a_stretch_of_the_original(original):
    normal = normalise(original)

    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    spans = list(zip(normal.starts, normal.ends, strict=True))
    assert all(0 <= start < end <= len(original) for start, end in spans)
    assert all(one <= next_one for one, next_one in pairwise(spans))


@given(ANY_TEXT)
def test_a_normal_text_keeps_its_form_when_normalised_piece_by_piece(original):
    for character in original.replace("<", "").replace("&", ""):
        assert normalise(character).text == normalise(normalise(character).text).text


def test_traditional_and_full_width_text_reads_like_simplified_and_plain_text():
    assert normalise("螢幕發熱，ＡＢＣ！").text == normalise("萤幕发热，abc!").text.lower()


def test_markup_goes_and_line_breaks_stay():
    original = "Nice<br />screen &amp; <b>keys</b>"

    normal = normalise(original)

    assert normal.text == "nice\nscreen &  keys "
    start, end = normal.span(normal.text.index("screen"), normal.text.index("&") + 1)
    assert original[start:end] == "screen &amp;"


def test_invisible_and_reversing_characters_go_and_emoji_stay():
    assert normalise("好\u200b\u202e用👍🏽").text == "好用👍🏽"
