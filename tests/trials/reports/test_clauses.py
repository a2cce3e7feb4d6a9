import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.reports.clauses import split_clauses
from trials.reports.normalising import normalise


def clauses_of(text):
    return [text[clause.start : clause.end] for clause in split_clauses(normalise(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("屏幕不错，键盘也好用。散热差", ["屏幕不错", "键盘也好用。", "散热差"]),
        ("做工很好但价格偏高", ["做工很好", "但价格偏高"]),
        ("不但便宜而且好用", ["不但便宜而且好用"]),
        ("再好不过了", ["再好不过了"]),
        ("性价比高 外观漂亮", ["性价比高", "外观漂亮"]),
        ("3.DVD一般.读盘响", ["3.DVD一般.", "读盘响"]),
        ("Soft & tasty, but expensive.", ["Soft & tasty", "but expensive."]),
        ("Great! I paid $3.50, again. OK", ["Great!", "I paid $3.50, again.", "OK"]),
        ("Like Mrs. Smith. said", ["Like Mrs. Smith.", "said"]),
        ("Nice.<br /><br />Bad.", ["Nice.", "Bad."]),
        ("… !!! 。", []),
        ("", []),
    ],
)
def test_a_report_is_cut_where_one_thing_ends_and_another_begins(text, expected):
    assert clauses_of(text) == expected


@given(st.text(max_size=300))
def test_clauses_are_numbered_in_order_and_do_not_overlap(text):
    clauses = split_clauses(normalise(text))

    assert [clause.sentence_id for clause in clauses] == list(range(len(clauses)))
    ends = [0, *(clause.end for clause in clauses)]
    # Characters that unfold to several may be shared by neighbours, whole clauses may not.
    assert all(end <= clause.end for end, clause in zip(ends, clauses, strict=False))
    assert all(text[clause.start : clause.end].strip() for clause in clauses)


def test_a_text_without_stops_is_cut_all_the_same():
    assert max(map(len, clauses_of("好" * 10_000))) == 400
