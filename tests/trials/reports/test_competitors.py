import pytest

from trials.reports.competitors import speaks_of_another


@pytest.mark.parametrize(
    "clause",
    ["hp那个烫啊", "以前用的本本很慢", "别的牌子太贵", "the other brands are too salty"],
)
def test_a_clause_about_another_product_is_recognised(clause):
    assert speaks_of_another(clause)


@pytest.mark.parametrize(
    "clause",
    ["这点没有thinkpad强", "比以前用的本本快", "better than the other brands i use", "键盘不错"],
)
def test_a_comparison_speaks_of_ours_too(clause):
    assert not speaks_of_another(clause)
