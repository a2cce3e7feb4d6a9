import numpy as np
import pytest

from quality.text_keys import text_key
from trials.reports.training import PolarityOptions, train_on, train_polarity, trainable

ZH = PolarityOptions(language="zh", least_documents=1)
TEXTS = ["屏幕很好非常满意", "散热太差非常失望", "键盘手感好很喜欢", "电池不行后悔买了"]
LABELS = [1, 0, 1, 0]


def test_a_held_out_text_is_not_trained_on_however_it_is_punctuated():
    held_out = {text_key(TEXTS[0])}
    texts = [*TEXTS, "屏幕很好，非常满意！！"]

    assert trainable(texts, [*LABELS, 1], held_out, ZH) == [1, 2, 3]


def test_what_resembles_a_held_out_text_is_not_trained_on():
    held_out_text = "这台笔记本的屏幕很好而且键盘手感也不错总之非常满意下次还会再来购买"
    texts = [*TEXTS, held_out_text, held_out_text.replace("下次", "以后")]

    assert trainable(texts, [*LABELS, 1, 1], {text_key(held_out_text)}, ZH) == [0, 1, 2, 3]


def test_double_labelled_short_and_repeated_texts_are_dropped():
    texts = [*TEXTS, "一般般的东西", "一般般的东西！", "好", "屏幕很好，非常满意"]

    assert trainable(texts, [*LABELS, 1, 0, 1, 1], set(), ZH) == [0, 1, 2, 3]


def test_a_held_out_word_never_reaches_the_vocabulary():
    texts = [*TEXTS, "魑魅魍魉魑魅魍魉"]

    model = train_polarity(texts, [*LABELS, 0], {text_key(texts[-1])}, ZH)

    assert not any("魑" in feature for feature in model.vocabulary)


def test_the_trained_model_tells_praise_from_blame():
    model = train_polarity(TEXTS, LABELS, set(), ZH)

    liked, disliked = model.report_chances(["很好很满意", "太差很失望"])
    assert liked > 0.5 > disliked


def test_a_clause_teaches_what_it_says_itself_and_not_only_its_reports_label():
    texts = ["great tea. the zorp is broken.", "awful tea. the zorp is broken."] * 8
    options = PolarityOptions(language="en", least_documents=1)

    model = train_on(texts, np.array([1, 0] * 8), options, {})

    # By the labels of the reports alone, the zorp is praised as often as blamed.
    zorp, great, awful = model.clause_chances(["the zorp", "great tea", "awful tea"])
    assert zorp < 0.45
    assert awful < 0.5 < great


@pytest.fixture(scope="module")
def tea_and_zorp():
    """Train on reports that praise and blame tea, of a zorp in all of them, beside sentences."""
    texts = ["great tea. the zorp came too.", "awful tea. the zorp came too."] * 8
    options = PolarityOptions(language="en", least_documents=1)

    def train(*rated):
        return train_on(texts, np.array([1, 0] * 8), options, {}, rated=rated)

    return train


def test_a_rated_sentence_teaches_what_the_labels_of_reports_leave_open(tea_and_zorp):
    chances = {
        rating: tea_and_zorp(*[("What a zorp!", rating)] * 8).clause_chances(["the zorp"])[0]
        for rating in (-3.0, 0.0, 3.0)
    }

    assert chances[-3.0] < 0.4 < chances[0.0]
    assert chances[0.0] < 0.6 < chances[3.0]


def test_rated_sentences_bring_no_word_of_their_own(tea_and_zorp):
    alone, beside = tea_and_zorp(), tea_and_zorp(("a zorp and a brillig", 3.0))

    assert beside.vocabulary == alone.vocabulary
    assert beside.clause_chances(["zorp"])[0] > alone.clause_chances(["zorp"])[0]


def test_rated_sentences_that_agree_with_reports_teach_reports_words_too():
    texts = ["great tea. the zorp came.", "awful tea. the vorpal came."] * 8
    rated = [("great zorp", 3.0), ("awful vorpal", -3.0), ("fine brick", 3.0)] * 4
    texts += ["great brick", "awful tea brick"] * 2
    options = PolarityOptions(language="en", least_documents=1)

    alone, beside = (
        train_on(texts, np.array([1, 0] * 10), options, {}, rated=each) for each in ((), rated)
    )

    (left_open,), (taught,) = (model.report_chances(["the brick"]) for model in (alone, beside))
    assert left_open < taught


def test_training_on_one_kind_of_text_is_refused():
    with pytest.raises(ValueError, match="two positive and two negative"):
        train_polarity(TEXTS[:1], [1], set(), ZH)


@pytest.mark.real_data
@pytest.mark.xdist_group("trained")
def test_no_listed_text_of_the_real_corpora_is_trainable(corpora):
    for language, reviews in corpora.items():
        kept = trainable(
            reviews.texts, reviews.labels, reviews.held_out, PolarityOptions(language=language)
        )

        keys = {text_key(reviews.texts[index]) for index in kept}
        assert len(kept) > 3_000
        assert len(keys) == len(kept)
        assert not keys & reviews.held_out
