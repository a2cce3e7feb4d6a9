"""What a finished stage made is found again, whole or not at all."""

import pyarrow as pa
import pytest

from flows.checkpoints import Checkpoints
from infra.errors import ConflictError
from infra.store import open_store
from quality.tables.outputs import REPORT_SCORES

MADE = {
    "report_scores": REPORT_SCORES.empty(),
    "satiation_review": pa.table({"need_group": ["coffee"], "day": [3]}),
}


@pytest.fixture
def checkpoints(tmp_path):
    """The checkpoints of one run in an empty folder."""
    return Checkpoints(open_store(str(tmp_path)), "2017-12-04-run")


def test_what_was_kept_is_found_and_keeping_it_again_changes_nothing(checkpoints):
    checkpoints.keep("review", MADE)
    checkpoints.keep("review", MADE)

    assert checkpoints.load("review") == MADE
    assert checkpoints.load("recommend") is None


def test_a_stage_that_makes_something_else_under_the_same_run_is_found_out(checkpoints):
    checkpoints.keep("review", MADE)

    with pytest.raises(ConflictError, match="not deterministic"):
        checkpoints.keep("review", MADE | {"satiation_review": pa.table({"need_group": ["tea"]})})


@pytest.mark.parametrize("name", ["index.json", "report_scores.parquet"])
@pytest.mark.parametrize("body", [b"", b"damaged"])
def test_a_damaged_checkpoint_means_that_the_stage_runs_again(checkpoints, tmp_path, name, body):
    checkpoints.keep("review", MADE)
    next(tmp_path.rglob(name)).write_bytes(body)

    assert checkpoints.load("review") is None


def test_a_checkpoint_without_its_index_is_none(checkpoints, tmp_path):
    checkpoints.keep("review", MADE)
    next(tmp_path.rglob("index.json")).unlink()

    assert checkpoints.load("review") is None
