"""What the recommender reads out of a made-up shop, against the truth it was made from."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.tables.outputs import NEED_STATES
from recommender.catalogue import Catalogue, read_catalogue
from recommender.complements import find_complements
from recommender.interactions import day_number, item_days, of_needs
from recommender.lookup import places
from recommender.needs import PersonalNeeds, read_needs
from recommender.returns import net_purchases
from recommender.trades import read_trades

AS_OF = date(2018, 1, 1)


class Read(NamedTuple):
    """What was read, and what is true."""

    personal: PersonalNeeds
    catalogue: Catalogue
    cycles: pd.DataFrame
    """The true pairs of person and consumable, with ``pair`` of the histories."""
    complements: pd.DataFrame

    @property
    def kinds(self):
        """Kind of each pair of the histories."""
        kinds = [need.split("-")[0] for need in self.catalogue.need_ids]
        return np.array(kinds)[self.personal.model.snapshot.histories.needs]

    @property
    def states(self):
        """State of each pair of the histories."""
        return np.array(NEED_STATES)[self.personal.states.states]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """A year of two thousand people, read on the day after it."""
    shop = write_synthetic_shop(
        tmp_path_factory.mktemp("shop"), SyntheticOptions(users=2000, items=600, seed=1)
    )
    tables = {path.stem: pq.read_table(path) for path in shop.glob("**/*.parquet")}
    catalogue = read_catalogue(tables["items"], AS_OF)
    people = np.unique(tables["events"]["user_id"].to_numpy())
    net = net_purchases(read_trades(tables["events"], people, catalogue.item_ids))
    train = of_needs(item_days(net), catalogue.needs, catalogue.need_ids)
    personal = read_needs(train, day_number(AS_OF), catalogue)
    cycles = (
        tables["cycles"].to_pandas().query("kind == 'consumable'").dropna(subset="last_quantity")
    )
    keys = np.searchsorted(train.user_ids, cycles["user_id"]) * len(catalogue.need_ids)
    keys += np.searchsorted(catalogue.need_ids, cycles["need_group"])
    pairs = places(personal.model.snapshot.histories.keys, keys)
    return Read(
        personal,
        catalogue,
        cycles.assign(pair=pairs, last_quantity=cycles["last_quantity"].astype(float)),
        tables["complements"].to_pandas(),
    )


def _off(estimated, true):
    """Return the median relative error."""
    return np.median(abs(estimated / true - 1))


def test_cycles_are_recovered(read):
    """Pairs bought four times and more: gaps within 14 % (median) of the cycle, r = .94."""
    histories, timing = read.personal.model.snapshot.histories, read.personal.model.snapshot.timing
    known = read.cycles[histories.counts[read.cycles["pair"]] >= 4]
    pair = known["pair"].to_numpy()
    # A unit lasts a cycle, so a gap is that of the units usually bought.
    unit_days = timing.pair_gaps[pair] / histories.mean_quantities[pair]

    assert len(known) > 3000
    assert _off(unit_days, known["cycle_days"]) < 0.16
    assert np.corrcoef(np.log(unit_days), np.log(known["cycle_days"]))[0, 1] > 0.92


def test_stock_ups_lengthen_the_gap_as_planted(read):
    """After two or three units the next gap is within 25 % (median), without them 55 % off."""
    histories, timing = read.personal.model.snapshot.histories, read.personal.model.snapshot.timing
    is_stock_up = read.cycles["last_quantity"] > 1
    known = read.cycles[is_stock_up & (histories.counts[read.cycles["pair"]] >= 4)]
    pair = known["pair"].to_numpy()
    true = known["cycle_days"] * known["last_quantity"]
    consumables = np.unique(histories.needs[pair])

    assert len(known) > 1000
    assert _off(timing.expected[pair], true) < 0.28
    assert _off(timing.pair_gaps[pair], true) > 0.5
    assert np.median(timing.elasticities[consumables]) > 0.85


def test_told_durables_are_held_for_good_and_no_others(read):
    histories = read.personal.model.snapshot.histories
    is_told = np.isinf(read.catalogue.told_days)[histories.needs]

    assert (read.personal.states.is_durable == is_told).all()
    assert read.personal.states.is_held[is_told].all()


def test_durables_nobody_told_of_are_never_due(read):
    durables = read.states[read.kinds == "durable"]

    assert len(durables) > 1000
    assert not np.isin(durables, ["due_soon", "due", "overdue"]).any()


def test_consumables_come_back_and_do_not_count_as_bought_once_for_all(read):
    consumables = read.states[read.kinds == "consumable"]

    assert (consumables == "one_off").mean() < 0.01


def test_complements_are_recovered_with_their_lag_and_chance(read):
    """No rule is false, 11 of 14 are found; half of the lags are within a day, shares within .04."""
    found = find_complements(read.personal.model.snapshot.histories, read.catalogue.parents)
    names = read.catalogue.need_ids
    rules = pd.DataFrame(
        {
            "need_before": names[found.before],
            "need_after": names[found.after],
            "found_lag": found.lag_days,
            "is_ordered": found.is_ordered,
            "chance": found.timing.chances(
                np.arange(len(found.lifts)), np.ones(len(found.lifts)), 28
            ),
        }
    ).merge(read.complements, how="left")
    lag = (rules["lag_low_days"] + rules["lag_high_days"]) / 2
    # A durable is bought once: within four weeks its accessory follows with the planted chance.
    once = rules[rules["need_before"].str.startswith("durable")]

    assert rules["share"].notna().all()
    assert len(rules) >= 11
    assert rules["is_ordered"].all()
    assert (rules["found_lag"] - lag).abs().median() <= 1
    assert (rules["found_lag"] - lag).abs().max() <= 4
    assert (once["chance"] - once["share"]).abs().mean() < 0.06


def test_a_complement_is_hinted_at_until_it_is_taken_up(read):
    snapshot = read.personal.model.snapshot
    names = read.catalogue.need_ids
    true = set(zip(read.complements["need_before"], read.complements["need_after"], strict=True))
    causes, needs = snapshot.hints.because, snapshot.hints.keys % read.personal.n_needs

    assert len(needs) > 10
    assert set(zip(names[causes], names[needs], strict=True)) <= true
    assert not np.isin(snapshot.hints.keys, snapshot.histories.keys).any()
