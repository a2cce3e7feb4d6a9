import numpy as np
import pytest

from trials.reports.copies import Likeness, copied_from

LIKENESS = Likeness(least_characters=16, jaccard=0.5, containment=0.75, boilerplate_share=0.1)
ONE = "这台笔记本屏幕清晰键盘手感舒服散热也不错总体来说非常满意值得推荐给大家"
OTHER = "快递三天才送到包装盒压坏了一角客服态度倒是很好补了一张优惠券算是安慰"


@pytest.mark.parametrize(
    "copy",
    [
        ONE,
        ONE[:10] + "，" + ONE[10:] + "！",
        "首先感谢商家的试用机会。" + ONE,
        ONE.replace("键盘手感舒服", "键盘手感很舒服"),
        ONE + "还有赠品也很实用，鼠标垫的质量超出预期。",
    ],
)
def test_a_copy_with_a_few_words_changed_or_added_is_found(copy):
    assert copied_from([OTHER, ONE, copy], LIKENESS).tolist() == [-1, -1, 1]


def test_the_first_written_is_the_original_of_all():
    texts = [ONE, ONE + "真的", OTHER, ONE + "确实"]

    assert copied_from(texts, LIKENESS).tolist() == [-1, 0, -1, 0]


def test_short_praise_that_is_alike_is_no_copy():
    assert copied_from(["很好，很满意", "很好，很满意"], LIKENESS).tolist() == [-1, -1]


def test_a_shared_form_is_no_copy_when_many_fill_it_in():
    form = "我的试用报告如下：产品外观、使用感受、改进建议"
    letters = np.random.default_rng(7)
    texts = [form + "".join(map(chr, letters.integers(0x4E00, 0x9000, 30))) for _ in range(60)]

    assert (copied_from(texts, LIKENESS) == -1).all()


def test_nothing_copies_nothing():
    assert copied_from([], LIKENESS).tolist() == []
    assert copied_from(["", "  ", "😀😀😀"], LIKENESS).tolist() == [-1, -1, -1]


@pytest.mark.real_data
@pytest.mark.xdist_group("trained")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_planted_copies_are_found_among_real_reviews_and_few_others_are_flagged(corpora, language):
    texts = [text for text, _ in corpora[language].held_out_texts().values() if len(text) > 40]
    originals = np.random.default_rng(20).choice(len(texts), 100, replace=False)
    added = {"zh": "感谢商家给我这次试用机会。", "en": "Thanks to the shop for this chance. "}
    planted = [added[language] + texts[index] for index in originals]

    origin = copied_from([*texts, *planted], LIKENESS)

    assert (origin[len(texts) :] >= 0).mean() >= 0.97
    assert (origin[: len(texts)] >= 0).mean() <= 0.005
