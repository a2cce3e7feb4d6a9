import re

from hypothesis import given
from hypothesis import strategies as st

from trials.reports.matching import TermMatcher

LETTERS = st.text("ab1好 ", min_size=1, max_size=4)
TERMS = st.tuples(LETTERS, st.sampled_from(["", "*"])).map("".join)


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


def by_definition(terms, text):
    """Every place where a term stands as whole words, the longest first, none over another."""
    places = set()
    for term in terms:
        stem, ending = re.escape(term.removesuffix("*")), "[a-z0-9]*" if term[-1] == "*" else ""
        for start in range(len(text)):
            match = re.compile(stem + ending).match(text, start)
            if match and not any(
                edge and re.fullmatch("[a-z0-9]{2}", text[edge - 1 : edge + 1])
                for edge in match.span()
            ):
                places.add(match.span())
    taken = []
    for start, end in sorted(places, key=lambda place: (place[0] - place[1], place[0])):
        if all(end <= other or start >= last for other, last in taken):
            taken.append((start, end))
    return sorted(taken)


@given(
    st.lists(TERMS, max_size=5, unique_by=lambda term: term.removesuffix("*")), st.text("ab1好 ")
)
def test_what_is_found_is_what_the_definition_finds(terms, text):
    matcher = TermMatcher(dict.fromkeys(terms, 0))

    assert [(match.start, match.end) for match in matcher.find(text)] == by_definition(terms, text)
