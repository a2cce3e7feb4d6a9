import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.reports.grading import flags_of, grade, grade_parts, weight_of
from trials.reports.options import ReviewOptions
from trials.reports.reading import ReportFacts

OPTIONS = ReviewOptions()
FACTS = ReportFacts(
    language="zh",
    positive_chance=0.6,
    characters=120,
    aspects=3,
    aspect_clause_share=0.5,
    evidence_clauses=2,
    has_praise=True,
    has_blame=True,
    has_suggestion=True,
    is_about_product=True,
)


def flags(facts=FACTS, *, rating=4.0, is_copied=False, lacks_disclosure=False):
    return flags_of(
        facts,
        rating=rating,
        is_copied=is_copied,
        lacks_disclosure=lacks_disclosure,
        options=OPTIONS,
    )


def test_a_good_report_has_no_flags_and_full_weight():
    assert flags() == []
    assert weight_of([], OPTIONS) == 1.0


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"characters": 5}, "too_short"),
        ({"language": "en", "characters": 20}, "too_short"),
        ({"is_about_product": False}, "off_topic"),
        ({"positive_chance": 0.05}, "conflict"),
    ],
)
def test_each_fault_of_the_text_has_its_flag(change, flag):
    assert flags(FACTS._replace(**change)) == [flag]


def test_copies_and_missing_disclosure_are_flagged():
    assert flags(is_copied=True, lacks_disclosure=True) == ["copied", "no_disclosure"]


def test_a_low_star_on_a_glad_text_is_a_conflict_and_a_middling_one_is_not():
    glad = FACTS._replace(positive_chance=0.95)

    assert flags(glad, rating=1.0) == ["conflict"]
    assert flags(glad, rating=3.0) == []


def test_a_flagged_report_weighs_less_but_never_nothing():
    everything = ["copied", "too_short", "off_topic", "no_disclosure", "conflict"]

    assert 0 < weight_of(everything, OPTIONS) < weight_of(["copied"], OPTIONS) < 1
    assert weight_of(["no_disclosure"], OPTIONS) == 1.0


@given(st.integers(0, 30), st.floats(0, 1), st.integers(0, 30), st.booleans(), st.integers(0, 99))
def test_the_grade_and_its_parts_stay_between_0_and_1(aspects, share, evidence, glad, photos):
    facts = FACTS._replace(
        aspects=aspects,
        aspect_clause_share=share,
        evidence_clauses=evidence,
        has_praise=glad,
    )
    parts = grade_parts(facts, rating=4.0, photos=photos, is_copied=False, options=OPTIONS)

    assert all(0 <= part <= 1 for part in parts.values())
    assert 0 <= grade(parts) <= 1


def test_praise_and_blame_of_equal_substance_are_graded_alike():
    praise = FACTS._replace(has_blame=False, positive_chance=0.99)
    blame = FACTS._replace(has_praise=False, positive_chance=0.01)
    graded = [
        grade(grade_parts(facts, rating=stars, photos=0, is_copied=False, options=OPTIONS))
        for facts, stars in ((praise, 5.0), (blame, 1.0))
    ]

    assert graded[0] == graded[1]
