"""A person's chances and states are theirs, whoever is scored beside them and wherever that is."""

import pickle
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.spreading import InTurn
from recommender import scoring
from recommender.scoring import Judge, score_people
from recommender.states import return_shares


@pytest.fixture(scope="module")
def model(cyclic):
    """Sixty people, in blocks of four so that there are fifteen of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "BLOCK_USERS", 4)
        patch.setattr("recommender.snapshot.BLOCK_USERS", 4)
        yield cyclic.personal.model


@pytest.fixture(scope="module")
def judge(cyclic, model):
    return Judge(cyclic.personal.satiation, return_shares(model.snapshot.histories), 2.0)


@pytest.fixture(scope="module")
def together(model, judge):
    return pickle.dumps(astuple(score_people(model, judge, InTurn(1))))


@pytest.mark.parametrize("shards", [1, 2, 7, 16])
def test_any_number_of_shards_gives_the_same_bytes(posted, model, judge, together, shards):
    scores = score_people(model, judge, posted(shards))

    assert len(scores.chances) == len(model.snapshot.histories.users)
    assert pickle.dumps(astuple(scores)) == together


@given(bounds=st.lists(st.integers(0, 60), min_size=2, max_size=2).map(sorted))
@settings(max_examples=25, deadline=None)
def test_a_shard_knows_of_its_people_what_everybody_together_know(model, bounds):
    first, last = bounds
    whole = model.snapshot

    part = whole.between(first, last)

    mine = (whole.histories.users >= first) & (whole.histories.users < last)
    assert (
        part.histories.keys.tolist()
        == (whole.histories.keys[mine] - first * whole.histories.shape[1]).tolist()
    )
    for name in ("first_days", "last_days", "elapsed"):
        own = getattr(part.histories, name)
        assert own.tolist() == getattr(whole.histories, name)[mine].tolist()
    assert part.histories.trips_since(part.histories.last_days).tolist() == (
        whole.histories.trips_since(whole.histories.last_days)[mine].tolist()
    )
    assert part.timing.expected.tolist() == whole.timing.expected[mine].tolist()
    hints = whole.hints.keys // whole.histories.shape[1]
    assert len(part.hints.keys) == np.count_nonzero((hints >= first) & (hints < last))
