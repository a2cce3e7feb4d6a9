"""Nothing that happens from the day on reaches what is published for it: not one byte of it."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.tables import INPUTS
from recommender.stage import RecommendOptions, recommend

AS_OF = date(2017, 10, 2)
MIDNIGHT = pa.scalar(AS_OF).cast(pa.timestamp("us", tz="UTC"))
TIMES = {
    "events": "occurred_at",
    "reports": "submitted_at",
    "awards": "delivered_on",
    "exposures": "shown_at",
}
"""When a row of each table becomes known."""


def _published(tables):
    """Return the output tables as the bytes of Arrow streams."""
    made = recommend(tables, as_of=AS_OF, options=RecommendOptions())
    return {name: _stream(table) for name, table in made.items()}


def _stream(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def _split(tables, name):
    """Return the rows of a table that are known before the day, and those that are not."""
    table = tables[name]
    column = table[TIMES[name]].cast(MIDNIGHT.type)
    is_known = pc.fill_null(pc.less(column, MIDNIGHT), fill_value=False)
    return table.filter(is_known), table.filter(pc.invert(is_known))


def _shuffled(tables, rng):
    """Give every later row the user, item, time, price and quantity of another."""
    changed = {}
    for name in TIMES:
        known, later = _split(tables, name)
        columns = [
            later[column].take(rng.permutation(len(later)))
            if column not in INPUTS[name].key
            else later[column]
            for column in later.column_names
        ]
        changed[name] = pa.concat_tables([known, pa.table(columns, schema=later.schema)])
    return changed


def _removed(tables, _rng):
    return {name: _split(tables, name)[0] for name in TIMES}


def _mixed_in(tables, rng):
    """Deliver later rows among the earlier ones, in any order."""
    changed = {}
    for name in TIMES:
        known, later = _split(tables, name)
        place = rng.permutation(len(known) + len(later))
        is_known = np.sort(place[: len(known)])
        order = np.empty(len(place), dtype=np.int64)
        order[is_known] = np.arange(len(known))
        order[np.setdiff1d(place, is_known)] = len(known) + rng.permutation(len(later))
        changed[name] = pa.concat_tables([known, later]).take(order)
    return changed


def _added(tables, rng):
    """Repeat what happened before, from the day on: purchases, returns, reports, all of it."""
    changed = {}
    for name in TIMES:
        known, _ = _split(tables, name)
        again = known.take(rng.permutation(len(known))[: len(known) // 2])
        changed[name] = pa.concat_tables([tables[name], _later(name, again, rng)])
    events, n_events = changed["events"], len(changed["events"])
    returns = pa.array(rng.random(n_events) < 0.5)
    later = pc.greater_equal(events["occurred_at"], MIDNIGHT)
    kinds = pc.if_else(pc.and_(later, returns), "return", events["event_type"])
    place = events.column_names.index("event_type")
    changed["events"] = events.set_column(place, events.schema.field(place), kinds)
    return changed


def _later(name, rows, rng):
    """Move rows to the day or after it: midnight itself is the first moment that is not known."""
    days = rng.integers(0, 60, len(rows)) * (np.arange(len(rows)) > 0)
    moments = pa.array(np.datetime64(AS_OF, "us") + days * np.timedelta64(86_400_000_000, "us"))
    ids = [f"again-{number}" for number in range(len(rows))]
    for column, values in ((INPUTS[name].key[0], pa.array(ids)), (TIMES[name], moments)):
        place = rows.column_names.index(column)
        if name == "awards" and column == INPUTS[name].key[0]:
            continue  # of the same trial, to the same person, a second unit
        field = rows.schema.field(place)
        rows = rows.set_column(place, field, values.cast(field.type))
    return rows


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A made-up shop with returns, reports, trial units and exposures, before and after the day."""
    shop = write_synthetic_shop(
        tmp_path_factory.mktemp("shop"), SyntheticOptions(users=150, items=240, seed=3)
    )
    read = {path.stem: pq.read_table(path) for path in shop.glob("*.parquet")}
    tables = {name: read[name] for name in INPUTS if name in read}
    exposed = tables["events"].slice(0, 4000)
    exposures = pa.table(
        {
            "exposure_id": [f"x{number}" for number in range(len(exposed))],
            "user_id": exposed["user_id"],
            "item_id": exposed["item_id"],
            "shown_at": pc.add(exposed["occurred_at"], pa.scalar(timedelta(days=1))),
            "was_opened": [False] * len(exposed),
        }
    )
    return tables | {"exposures": INPUTS["exposures"].conform(exposures)}


@pytest.fixture(scope="module")
def published(tables):
    return _published(tables)


@pytest.mark.parametrize("alter", [_shuffled, _removed, _mixed_in, _added])
def test_whatever_happens_from_the_day_on_changes_no_byte(tables, published, alter):
    changed = alter(tables, np.random.default_rng(1))

    for name in TIMES:
        assert len(_split(tables, name)[1]) > 0
        assert not changed[name].equals(tables[name])
    assert _published(tables | changed) == published


def test_people_who_first_come_on_the_day_or_later_change_no_byte(tables, published):
    """They are in no table of people, as the day before it was delivered."""
    first = tables["events"].slice(0, 5)
    place = first.column_names.index("user_id")
    names = pa.array([f"{letter} newcomer" for letter in "0az~z"])
    newcomers = first.set_column(place, first.schema.field(place), names)
    later = _later("events", newcomers, np.random.default_rng(2))

    changed = pa.concat_tables([tables["events"], later])

    assert _published(tables | {"events": changed}) == published


def test_what_happened_the_moment_before_the_day_is_known(tables, published):
    """Else nothing above would show anything."""
    known, _ = _split(tables, "events")
    last = known.take(np.arange(20) * (len(known) // 20))
    moment = pc.subtract(MIDNIGHT, pa.scalar(timedelta(microseconds=1)))
    changed = last
    for column, values in (
        ("event_id", [f"last-{number}" for number in range(20)]),
        ("event_type", ["purchase"] * 20),
        ("occurred_at", [moment.as_py()] * 20),
    ):
        place = last.column_names.index(column)
        field = last.schema.field(place)
        changed = changed.set_column(place, field, pa.array(values, field.type))

    later = _published(tables | {"events": pa.concat_tables([tables["events"], changed])})

    assert later["need_states"] != published["need_states"]
    assert later["recommendations"] != published["recommendations"]


@pytest.mark.real_data
@pytest.mark.xdist_group("complete_journey")
def test_households_purchases_from_the_day_on_change_no_byte(journey_households):
    rng = np.random.default_rng(4)
    known, later = _split(journey_households, "events")
    columns = [
        later[name] if name == "event_id" else later[name].take(rng.permutation(len(later)))
        for name in later.column_names
    ]
    shuffled = pa.concat_tables([known, pa.table(columns, schema=later.schema)])

    assert len(later) > 5000
    assert _published(journey_households | {"events": shuffled}) == _published(
        journey_households | {"events": known}
    )
