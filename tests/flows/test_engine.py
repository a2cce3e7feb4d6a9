"""One setting changes where the work is done, and nothing of what is published."""

import dask
import distributed  # noqa: F401 - its defaults must be there before one of them is changed
import pytest

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


def test_a_day_on_dask_publishes_the_bytes_of_a_day_in_one_process(
    command, shop, as_of, published, tmp_path, monkeypatch, capfd
):
    """First at a scheduler that is not there: nothing is published, and the next day goes on."""
    store = tmp_path / "store"
    monkeypatch.setenv("SHIKE_RUN_ENGINE", "dask")
    monkeypatch.setenv("SHIKE_RUN_SCHEDULER", "tcp://127.0.0.1:9")
    with dask.config.set({"distributed.comm.timeouts.connect": "500ms"}):
        assert command.run("daily", shop, store, as_of) == 5
    assert "tcp://127.0.0.1:9 cannot be used" in capfd.readouterr().err
    assert not list(store.rglob("current.json"))

    monkeypatch.delenv("SHIKE_RUN_SCHEDULER")
    monkeypatch.setenv("SHIKE_RUN_SHARDS", "7")
    assert command.run("daily", shop, store, as_of) == 0

    assert type(published)(store).digests() == published.digests()
