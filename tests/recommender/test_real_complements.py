"""Rules of a real shop, on the day on which everything is tuned."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest

from recommender.catalogue import Catalogue, read_catalogue
from recommender.complements import Complements, find_complements, hints_today
from recommender.histories import Histories, gather
from recommender.interactions import Interactions, day_number, purchase_days

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("complete_journey")]

TUNED_ON = date(2017, 9, 11)
NAPPIES = "DIAPERS & DISPOSABLES | BABY DIAPERS"
DRY_CAT_FOOD = "CAT FOOD | DRY CAT FOOD (CAT CHOW/FRISKIE"


class Journey(NamedTuple):
    catalogue: Catalogue
    bought: Interactions
    histories: Histories
    rules: Complements

    def names(self):
        ids = self.catalogue.need_ids
        return set(zip(ids[self.rules.before], ids[self.rules.after], strict=True))


@pytest.fixture(scope="module")
def journey(journey_shop):
    catalogue = read_catalogue(journey_shop["items"], TUNED_ON)
    bought = purchase_days(journey_shop["events"], journey_shop["items"], level="need")
    histories = gather(bought, day_number(TUNED_ON))
    return Journey(catalogue, bought, histories, find_complements(histories, catalogue.parents))


def test_sensible_companions_are_found(journey):
    assert {
        (NAPPIES, "BABY HBC | BABY SOAPS"),
        (NAPPIES, "BABY HBC | BABY WIPES"),
        (DRY_CAT_FOOD, "CAT LITTER | SCOOP LITTER"),
        ("CIGARETTES | CIGARETTES", "TOBACCO OTHER | CIG LIGHTERS/LTR FLUID/PIPES"),
    } <= journey.names()


def test_beer_and_nappies_are_a_legend(journey):
    assert not [
        pair
        for pair in journey.names()
        if any("BEER" in need for need in pair) and any("DIAPERS" in need for need in pair)
    ]


def test_groceries_show_no_order(journey):
    """In eight months of groceries 114 pairs go together, but none of them in a proven order."""
    assert 80 < len(journey.rules.lifts) < 160
    assert journey.rules.is_ordered.mean() <= 0.05


def test_what_is_hinted_at_is_taken_up_thrice_as_often_as_usual(journey):
    histories, n_needs = journey.histories, len(journey.catalogue.need_ids)
    window = journey.bought.between(histories.day, histories.day + 28)
    shoppers = np.unique(window.users)
    taken_up = np.setdiff1d(window.users * n_needs + window.things, histories.keys)
    takers = np.bincount(taken_up % n_needs, minlength=n_needs)
    owners = np.bincount(histories.needs[np.isin(histories.users, shoppers)], minlength=n_needs)
    usual = takers / np.maximum(len(shoppers) - owners, 1)
    hints = hints_today(journey.rules, histories)
    keys = hints.keys[np.isin(hints.keys // n_needs, shoppers)]

    assert len(keys) > 5000
    assert np.isin(keys, taken_up).mean() > 2.5 * usual[keys % n_needs].mean()


def test_with_needs_shuffled_within_the_fortnight_nothing_is_found(journey):
    """Seasons, baskets and what sells are as they were; who buys what is chance."""
    before = journey.bought.before(journey.histories.day)
    rng = np.random.default_rng(0)
    fortnight = before.days // 14
    things = np.empty_like(before.things)
    things[np.argsort(fortnight, kind="stable")] = before.things[
        np.lexsort((rng.random(len(before)), fortnight))
    ]
    order = np.lexsort((things, before.days, before.users))
    shuffled = replace(before, things=things[order])

    found = find_complements(gather(shuffled, journey.histories.day), journey.catalogue.parents)

    assert len(found.lifts) == 0
