from trials.reports.features import chinese_features, english_features


def test_chinese_features_are_characters_and_words_marked_by_negation():
    features = chinese_features("没有声音")

    assert {"没", "没有", "没有声"} <= set(features)
    assert "w:不_声音" in features


def test_english_words_after_a_negation_are_marked_until_the_stop():
    features = english_features("not good. good")

    assert "not_good" in features
    assert "good" in features


def test_english_lexicon_signs_follow_the_negation():
    assert english_features("delicious")[-1] == "++"
    assert english_features("not delicious")[-1] == "--"


def test_an_empty_text_has_no_features():
    assert chinese_features("") == []
    assert english_features("") == []
