import pytest

from infra.sources.synthetic import SyntheticOptions
from infra.sources.synthetic.catalogue import build_catalogue


@pytest.mark.parametrize("name", ["users", "days", "items", "gamma_shape"])
def test_a_size_must_be_above_zero(name):
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        SyntheticOptions(**{name: 0})


@pytest.mark.parametrize("name", ["hunter_share", "fault_rate"])
@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_a_share_must_lie_between_zero_and_one(name, value):
    with pytest.raises(ValueError, match=f"{name} must lie in"):
        SyntheticOptions(**{name: value})


def test_the_first_day_must_be_a_date():
    with pytest.raises(ValueError, match="first_day must be a date such as 2017-01-01, got 'May'"):
        SyntheticOptions(first_day="May")


def test_a_seed_must_not_be_negative():
    with pytest.raises(ValueError, match="seed"):
        SyntheticOptions(seed=-1)


def test_too_few_items_for_the_trials_are_refused_with_how_many_it_takes():
    with pytest.raises(ValueError, match="items must be at least 240 for 120 needs and 6 trials"):
        build_catalogue(SyntheticOptions(items=120, days=365))
