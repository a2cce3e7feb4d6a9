import numpy as np

from recommender.stacking import stacked


def test_columns_stand_side_by_side_in_their_order():
    """More rows than are set at a time."""
    rows = np.arange(5000.0)

    features = stacked({"own": rows, "half": rows / 2}, 5000)

    assert features.dtype == np.float32
    assert np.array_equal(features, np.stack([rows, rows / 2], axis=1))


def test_no_columns_are_still_so_many_rows():
    assert stacked({}, 3).shape == (3, 0)
