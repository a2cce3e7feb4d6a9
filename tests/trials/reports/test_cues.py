import pytest

from trials.reports.cues import cue_names, cues


@pytest.mark.parametrize(
    ("clause", "language", "cue"),
    [
        ("要是带个读卡器就完美了", "zh", "wish"),
        ("按键有点硬", "zh", "excess"),
        ("没发现什么毛病", "zh", "relief"),
        ("风扇声音很小", "zh", "relief"),
        ("没有网上说的那么差", "zh", "relief"),
        ("没什么不习惯的", "zh", "relief"),
        ("价格可以接受", "zh", "accept"),
        ("没有说明书", "zh", "lack"),
        ("装系统很折腾", "zh", "trouble"),
        ("发热比较大", "zh", "heavy"),
        ("发热量不低", "zh", "heavy"),
        ("屏幕分辨率低", "zh", "low"),
        ("运行速度快", "zh", "high"),
        ("比上一台轻多了", "zh", "better_than"),
        ("没有以前那台好用", "zh", "worse_than"),
        ("为什么没有光驱??", "zh", "ask"),
        ("i wish it came in a bigger bag", "en", "wish"),
        ("it is a bit salty", "en", "excess"),
        ("not too sweet", "en", "relief"),
        ("there is no flavor at all", "en", "lack"),
        ("you can't beat it", "en", "unsurpassed"),
        ("i will order more", "en", "again"),
        ("i would not buy this again", "en", "never_again"),
        ("my kids love it", "en", "loved"),
        ("it came a week late", "en", "mishap"),
        ("it is so hard to find", "en", "scarce"),
        ("no store carries it, i couldn't find it anywhere", "en", "scarce"),
        ("my only complaint is the lid", "en", "flaw"),
    ],
)
def test_a_turn_of_phrase_is_heard(clause, language, cue):
    assert cue in cues(clause, language)


@pytest.mark.parametrize(
    ("clause", "language", "cue"),
    [
        ("太好了", "zh", "excess"),
        ("没想到这么快", "zh", "lack"),
        ("装系统一点也不难", "zh", "trouble"),
        ("温度不高", "zh", "heavy"),
        ("not too sweet", "en", "excess"),
        ("you can't beat it", "en", "lack"),
        ("i will never order this again", "en", "again"),
        ("my dog would not eat it", "en", "loved"),
        ("you can't find a better tea", "en", "scarce"),
        ("not too bad", "en", "flaw"),
    ],
)
def test_what_turns_a_phrase_round_silences_it(clause, language, cue):
    assert cue not in cues(clause, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_plain_fact_has_no_turn_of_phrase(language):
    fact = {"zh": "内存是二G", "en": "it comes in a box"}[language]

    assert cues(fact, language) == []
    assert len(set(cue_names(language))) == len(cue_names(language))
