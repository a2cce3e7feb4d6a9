"""Small shops, written by hand."""

import pickle
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quality.spreading import InTurn
from quality.tables import INPUTS
from recommender.catalogue import Catalogue, read_catalogue
from recommender.interactions import Interactions, day_number, of_needs, purchase_days
from recommender.needs import PersonalNeeds, read_needs

DAY = date(2026, 3, 2)
"""The as-of day of every shop; purchases are given as days before it."""


class Shop:
    """Collects rows of the input tables; times are days before ``DAY``."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in INPUTS}

    def item(self, item_id: str, need: str, **columns: Any) -> "Shop":
        """Sell an item; by default each need is a category of its own."""
        row = {"item_id": item_id, "need_group": need, "name": item_id, "merchant_id": "m"}
        self.rows["items"].append(row | {"category": f"{need}/{need}"} | columns)
        return self

    def buys(self, user: str, item: str, *ages: int, event_type: str = "purchase", **columns: Any):
        for age in ages:
            self.rows["events"].append(
                {
                    "event_id": f"e{len(self.rows['events']):06d}",
                    "user_id": user,
                    "item_id": item,
                    "event_type": event_type,
                    "occurred_at": moment(age),
                }
                | columns
            )
        return self

    def add(self, table: str, **columns: Any) -> "Shop":
        self.rows[table].append(columns)
        return self

    def tables(self) -> dict[str, pa.Table]:
        return {name: conformed(name, rows) for name, rows in self.rows.items() if rows}


def moment(age: int) -> datetime:
    """Return noon of the day so many days before ``DAY``."""
    return datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC) - timedelta(days=age)


def conformed(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return rows in the declared shape of an input table, absent columns null."""
    return INPUTS[name].conform(pa.Table.from_pylist(list(rows), _nullable(INPUTS[name].schema)))


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(nullable=True) for field in schema])


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="session")
def new_shop() -> type[Shop]:
    return Shop


@pytest.fixture(scope="session")
def shop_moment():
    return moment


@pytest.fixture(scope="session")
def day() -> date:
    return DAY


def _interactions(rows: Iterable[tuple[float, ...]]):
    ordered = sorted(rows)
    users, days, things = (np.array([row[i] for row in ordered], dtype=np.int64) for i in range(3))
    names = [
        np.array([f"{prefix}{code:03d}" for code in range(int(codes.max(initial=0)) + 1)], object)
        for prefix, codes in (("u", users), ("n", things))
    ]
    return Interactions(
        users,
        days,
        things,
        np.array([row[3] if len(row) > 3 else 1.0 for row in ordered]),
        np.array([row[4] if len(row) > 4 else row[2] for row in ordered], dtype=np.int64),
        np.log([row[5] if len(row) > 5 else np.nan for row in ordered]),
        *names,
    )


@pytest.fixture(scope="session")
def make_interactions():
    """Build interactions from (user, day, need[, quantity[, item[, unit price]]])."""
    return _interactions


@pytest.fixture(scope="session")
def cyclic_tables() -> dict[str, pa.Table]:
    """A shop of 60 people and 24 consumables with cycles of 15 to 60 days, each bought by half."""
    shop = Shop()
    rng = np.random.default_rng(7)
    cycles = rng.integers(15, 60, size=24)
    for need in range(24):
        for variant in "ab":
            shop.item(f"i{need:02d}{variant}", f"need {need:02d}", brand=f"brand {variant}")
    for user in range(60):
        for need in np.flatnonzero(rng.random(24) < 0.5):
            age = int(rng.integers(1, cycles[need]))
            item = f"i{need:02d}{'ab'[user % 2]}"
            while age < 365:
                shop.buys(f"u{user:02d}", item, age)
                age += max(int(rng.normal(cycles[need], 0.1 * cycles[need])), 1)
        shop.add("users", user_id=f"u{user:02d}")
    return shop.tables()


class Cyclic(NamedTuple):
    """What the cyclic shop is read as."""

    catalogue: Catalogue
    needs: Interactions
    items: Interactions
    personal: PersonalNeeds


@pytest.fixture(scope="session")
def cyclic(cyclic_tables) -> Cyclic:
    """The cyclic shop, read on ``DAY``."""
    catalogue = read_catalogue(cyclic_tables["items"], DAY)
    items = purchase_days(cyclic_tables["events"], cyclic_tables["items"], level="item")
    needs = of_needs(items, catalogue.needs, catalogue.need_ids)
    return Cyclic(catalogue, needs, items, read_needs(needs, day_number(DAY), catalogue))


@pytest.fixture(scope="session")
def journey_shop() -> dict[str, pa.Table]:
    """The Complete Journey as tables; mark its tests ``xdist_group("complete_journey")``."""
    from infra.sources.complete_journey import (  # noqa: PLC0415 - seconds to load
        journey_tables,
        open_journey,
    )

    return journey_tables(open_journey(), as_of=date(2018, 1, 2))


@pytest.fixture(scope="session")
def journey_households(journey_shop) -> dict[str, pa.Table]:
    """A hundred of its households with all they bought in the year, and those items."""
    households = np.sort(journey_shop["users"]["user_id"].to_numpy())[::24][:100]
    chosen = pc.field("user_id").isin(households)
    events = journey_shop["events"].filter(chosen)
    bought = pc.field("item_id").isin(pc.unique(events["item_id"]))
    return {
        "events": events,
        "items": journey_shop["items"].filter(bought),
        "users": journey_shop["users"].filter(chosen),
    }


class Posted(InTurn):
    """Works in turn, on copies that went through the post."""

    def __call__(self, work, shared, shards):
        shared = _posted(shared)
        return (_posted(work(shared, _posted(shard))) for shard in shards)


def _posted(thing):
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - just written


@pytest.fixture(scope="session")
def posted() -> type[Posted]:
    """A spread that sends everything through the post."""
    return Posted
