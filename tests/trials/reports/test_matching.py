from trials.reports.matching import TermMatcher


def found(terms, text):
    matcher = TermMatcher({term: term for term in terms})
    return [(text[match.start : match.end], match.meaning) for match in matcher.find(text)]


def test_the_longest_of_overlapping_terms_wins():
    assert found(["效果", "显示效果"], "显示效果好") == [("显示效果", "显示效果")]


def test_latin_terms_match_whole_words_only():
    assert found(["price", "ram"], "priceless program, price ram") == [
        ("price", "price"),
        ("ram", "ram"),
    ]


def test_a_star_stands_for_any_ending_of_the_word():
    assert found(["flavo*"], "flavourful flavors") == [
        ("flavourful", "flavo*"),
        ("flavors", "flavo*"),
    ]


def test_latin_terms_match_beside_chinese_characters():
    assert found(["xp", "2g"], "装xp和2g内存") == [("xp", "xp"), ("2g", "2g")]


def test_no_terms_find_nothing():
    assert found([], "anything") == []
