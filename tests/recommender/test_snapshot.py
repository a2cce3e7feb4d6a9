from dataclasses import replace

import numpy as np
import pytest

from recommender.catalogue import unknown_catalogue
from recommender.features import RepeatFeatures
from recommender.hazard import fit_hazard
from recommender.snapshot import own_pairs, take_snapshot, user_blocks

NONE = np.zeros(0)
HAZARD = fit_hazard(NONE, NONE, NONE, 28)


@pytest.fixture(scope="module")
def snapshot(make_interactions):
    rng = np.random.default_rng(5)
    rows = {tuple(row) for row in rng.integers(0, (30, 80, 9), (900, 3)).tolist()}
    train = make_interactions(rows)
    prices = np.log(rng.uniform(1, 3, len(train)))
    return take_snapshot(replace(train, prices=prices), 70, unknown_catalogue(train.thing_ids, 9))


def _described(snapshot, users):
    features = RepeatFeatures(snapshot, HAZARD)
    return np.vstack(
        [features.of(block, *own_pairs(snapshot, block)) for block in user_blocks(snapshot, users)]
    )


def test_people_are_described_alike_when_the_pairs_of_others_are_gone(snapshot):
    users = snapshot.sample(10)

    assert len(users) == 10
    alone = _described(snapshot.of_users(users), users)
    assert alone.tobytes() == _described(snapshot, users).tobytes()


def test_a_sample_of_more_than_there_are_is_everybody(snapshot):
    assert snapshot.sample(99).tolist() == list(range(30))


def test_candidates_are_needs_that_somebody_bought_and_the_person_did_not(snapshot):
    (block,) = user_blocks(snapshot, np.arange(30))

    keys = block.users[block.novel_rows] * 9 + block.novel_needs

    assert not np.isin(keys, snapshot.histories.keys).any()
    assert len(keys) + len(snapshot.histories.keys) == 30 * 9
