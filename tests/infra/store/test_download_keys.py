import pytest

from infra.errors import StoreError
from infra.store.download import _relative


@pytest.mark.parametrize("key", ["p/../../etc/passwd", "p//etc/passwd", "p/a/../../b", "p/a\0b"])
def test_a_key_that_would_leave_the_folder_is_refused(key):
    with pytest.raises(StoreError, match="would leave the folder"):
        _relative(key, "p/")


def test_a_key_with_odd_characters_stays_as_it_is():
    assert str(_relative("p/日 期=2017-12-04/..events", "p/")) == "日 期=2017-12-04/..events"
