"""What is published from the synthetic shop, against the truth it was made from."""

import duckdb
import pytest
from scipy.stats import gamma

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def consumables(published, shop, as_of):
    """Every living consumable: its true cycle, how long ago it was bought, what was decided."""
    run = next((published.path / "internal" / "runs").iterdir())
    return duckdb.sql(f"""
        SELECT cycles.cycle_days * last_quantity AS cycle, gamma_shape AS shape, next_on,
            date '{as_of}' - last_bought_on AS elapsed, may_return_on,
            may_return_on - last_bought_on AS held_days, rank IS NOT NULL AS is_shown
        FROM read_parquet('{shop}/truth/cycles.parquet') AS cycles
        JOIN read_parquet('{shop}/truth/needs.parquet') AS needs USING (need_group)
        LEFT JOIN read_parquet('{run}/recommendations.parquet') AS shown USING (user_id, need_group)
        LEFT JOIN (
            FROM read_parquet('{run}/do_not_recommend.parquet') WHERE reason_code = 'satisfied'
        ) AS held USING (user_id, need_group)
        WHERE cycles.kind = 'consumable'
        ORDER BY user_id, need_group
    """).df()


def test_a_consumable_returns_before_its_known_window_ends(consumables):
    held = consumables.dropna(subset="held_days")
    window_ends = gamma.ppf(0.98, held["shape"], scale=held["cycle"] / held["shape"])

    assert len(held) > 100
    assert (held["held_days"] <= window_ends).all()


def test_a_consumable_is_back_before_it_is_truly_bought_again(consumables):
    held = consumables.dropna(subset=["held_days", "next_on"])

    assert (held["may_return_on"] <= held["next_on"]).mean() > 0.85


def test_a_consumable_just_bought_is_hardly_ever_shown(consumables):
    just_bought = consumables[consumables["elapsed"] < 0.3 * consumables["cycle"]]

    assert len(just_bought) > 100
    assert just_bought["is_shown"].mean() < 0.15
    assert just_bought["held_days"].notna().mean() > 0.75


def test_a_consumable_that_is_due_is_shown(consumables):
    cycle, elapsed = consumables["cycle"], consumables["elapsed"]
    due = consumables[(elapsed > 0.9 * cycle) & (elapsed < 1.5 * cycle)]

    assert len(due) > 50
    assert due["is_shown"].mean() > 0.9
