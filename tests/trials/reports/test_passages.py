import numpy as np
import pytest

from trials.reports.copies import Likeness, copied_from
from trials.reports.passages import passages, shared_passages

LIKENESS = Likeness(least_characters=16, jaccard=0.5, containment=0.75, boilerplate_share=0.1)
ONE = "这台笔记本屏幕清晰键盘手感舒服散热也不错总体来说非常满意值得推荐给大家一起来用用看"
OTHER = "快递三天才送到包装盒压坏了一角客服态度倒是很好补了一张优惠券算是安慰自己下次再说吧"
ENGLISH = "The tea is mild and fragrant and my whole family drinks it every single morning now."


def test_a_report_half_taken_from_another_is_a_copy_of_it():
    half = ONE[:22] + "我自己写的后半段说的是电池和充电器的事情"

    assert copied_from([OTHER, ONE, half], LIKENESS).tolist() == [-1, -1, 1]


def test_half_an_english_report_is_found_however_it_is_spaced():
    half = "Thanks!! the TEA is mild, and fragrant and my whole family drinks it. Box came bent though."

    assert copied_from([ENGLISH, half], LIKENESS).tolist() == [-1, 0]


def test_reports_that_share_a_sentence_of_many_are_no_copies():
    shared = "总体来说非常满意值得推荐"
    letters = np.random.default_rng(3)
    texts = ["".join(map(chr, letters.integers(0x4E00, 0x9000, 80))) + shared for _ in range(2)]

    assert copied_from(texts, LIKENESS).tolist() == [-1, -1]


def test_what_many_reports_say_is_nobodys_property():
    form = "我的试用报告如下产品外观和使用感受以及改进建议分别写在下面"
    letters = np.random.default_rng(5)
    texts = [form + "".join(map(chr, letters.integers(0x4E00, 0x9000, 20))) for _ in range(30)]

    assert list(shared_passages(texts, 0.3)) == []


def test_a_text_shorter_than_a_passage_has_none():
    assert passages("很好").tolist() == []
    assert list(shared_passages(["很好", "很好", ""], 0.3)) == []


@pytest.mark.real_data
@pytest.mark.xdist_group("trained")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_half_copied_real_reviews_are_found(corpora, language):
    texts = [text for text, _ in corpora[language].held_out_texts().values() if len(text) > 40]
    chosen = np.random.default_rng(21).choice(len(texts), 60, replace=False)
    halves = [
        texts[one][: len(texts[one]) // 2] + texts[other][len(texts[other]) // 2 :]
        for one, other in zip(chosen, np.roll(chosen, 1), strict=True)
    ]

    origin = copied_from([*texts, *halves], LIKENESS)

    assert (origin[len(texts) :] >= 0).mean() >= 0.9
    assert (origin[: len(texts)] >= 0).mean() <= 0.005
