from hypothesis import given
from hypothesis import strategies as st

from quality.text_keys import bare, text_key


def test_a_key_is_known_by_its_first_digits():
    assert text_key("Nice, tea_!") == text_key("nicetea") == "4edffcc6378d196aa91b3f96"


@given(st.text())
def test_a_text_and_its_bare_form_have_one_key(text):
    assert len(text_key(text)) == 24
    assert text_key(text) == text_key(bare(text))


def test_letters_and_digits_of_every_script_stay():
    assert bare("屏幕 OK_1，ñ!") == "屏幕ok1ñ"
