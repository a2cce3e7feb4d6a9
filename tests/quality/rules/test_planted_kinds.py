"""Every kind of error planted at random: in a shop of a million rows, and in shops made up."""

import random
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.reading.casts import DUCKDB_TYPES
from quality.tables import INPUTS
from quality.validation import ValidationOptions, validate

BUILD = Path(__file__).parents[3] / "build"
FIRST_DAY = "2000-01-01"


@pytest.fixture(scope="session")
def million_row_shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("million")
    return write_synthetic_shop(folder, SyntheticOptions(users=20_000, days=365, items=2_400))


def test_each_of_many_errors_in_a_million_rows_is_found_and_no_clean_row_is_touched(
    million_row_shop, kinds, ground, write_text, broken_rules, record_property, tmp_path
):
    rng = random.Random(7)  # noqa: S311 - places, not secrets
    land = ground(date(2017, 12, 15))
    planted = [(kind, kind.plant(land)) for kind in kinds for _ in range(rng.randint(3, 5))]
    refused = deliver_with(million_row_shop, tmp_path / "day", planted, land, rng, write_text)

    validation = validate(
        tmp_path / "day",
        tmp_path / "checked",
        as_of=date(2018, 1, 1),
        options=ValidationOptions(first_day=FIRST_DAY),
    )

    table = tally(planted, validation)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "planted_errors.md").write_text(table, encoding="utf-8")
    record_property("told", table)
    assert sum(count.read for count in validation.counts) > 1_000_000
    assert len({kind.name for kind in kinds}) > 80
    assert {place: set(rules) for place, rules in broken_rules(validation).items()} == refused
    assert faults_of(validation) == faults_in(planted)
    for count in validation.counts:
        assert count.read == count.accepted + count.quarantined


@settings(
    max_examples=5,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_in_any_shop_any_errors_are_found_where_they_are_and_nowhere_else(
    kinds, ground, write_text, broken_rules, data, seed
):
    chosen = data.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=25))
    rng = random.Random(seed)  # noqa: S311 - places, not secrets
    land = ground(date(2026, 2, 14))
    planted = [(kind, kind.plant(land)) for kind in chosen]
    with TemporaryDirectory() as work:
        clean = made_up_shop(rng, land)
        refused = deliver_with(clean, Path(work, "day"), planted, land, rng, write_text)
        validation = validate(
            Path(work, "day"),
            Path(work, "checked"),
            as_of=date(2026, 3, 1),
            options=ValidationOptions(first_day=FIRST_DAY),
        )
        found = {place: set(rules) for place, rules in broken_rules(validation).items()}

    assert found == refused
    assert faults_of(validation) == faults_in(planted)


def made_up_shop(rng, land):
    """Rows of a few tables, as text: a clean shop of random size and habits."""
    users = [f"u{n}" for n in range(rng.randint(1, 6))]
    items = [f"i{n}" for n in range(rng.randint(1, 6))]
    shop = {"merchants": [{"merchant_id": "m1", "name": "Shop"}]}
    shop["users"] = [{"user_id": user, "region": rng.choice(["north", ""])} for user in users]
    shop["items"] = [
        {"item_id": item, "merchant_id": "m1", "name": item, "category": rng.choice(["a", "a/b"])}
        for item in items
    ]
    shop["events"] = [
        {
            "event_id": f"e{n}",
            "user_id": rng.choice(users),
            "item_id": rng.choice(items),
            "event_type": rng.choice(["view", "cart", "purchase"]),
            "occurred_at": land.on(-rng.randint(0, 60), rng.randint(0, 23)),
            "unit_price": str(rng.randint(100, 900) / 100),
        }
        for n in range(rng.randint(1, 60))
    ]
    return shop


def deliver_with(clean, folder, planted, land, rng, write_text):
    """Deliver clean rows with planted ones among them; return {(table, file, row): rules}.

    What fits the declared types goes into the Parquet file of the clean rows, if there is one;
    the rest, and all that planted rows refer to, into a CSV file beside it.
    """
    folder.mkdir()
    refused = {}
    typed = {name: [] for name in INPUTS}
    text = {name: [(row, None) for row in land.beside[name]] for name in INPUTS}
    for kind, rows in planted:
        fits = kind.is_typed and isinstance(clean, Path) and kind.table != "merchants"
        target = typed if fits else text
        target[kind.table] += [(row, None if kind.is_fault else kind.rule) for row in rows]
    for name in INPUTS:
        if isinstance(clean, Path):
            source = pq.read_table(clean / f"{name}.parquet")
            places = insert_typed(source, typed[name], folder / f"{name}.parquet", name, rng)
            refused |= {(name, f"{name}.parquet", row): {rule} for row, rule in places}
        else:
            text[name] += [(row, None) for row in clean.get(name, [])]
        rng.shuffle(text[name])
        if text[name]:
            write_text(folder / f"{name}-late.csv", [row for row, _ in text[name]])
        refused |= {
            (name, f"{name}-late.csv", number): {rule}
            for number, (_, rule) in enumerate(text[name], 1)
            if rule
        }
    return refused


def insert_typed(source, planted, target, name, rng):
    """Write a table with planted rows at random places; return each place and its rule."""
    if not planted:
        pq.write_table(source, target)
        return []
    added = typed_rows([row for row, _ in planted], name)
    # Mandatory columns may hold nulls in what is planted.
    schema = pa.schema([field.with_nullable(nullable=True) for field in source.schema])
    both = pa.concat_tables([source.cast(schema), added.select(schema.names).cast(schema)])
    places = sorted(rng.randrange(len(source)) for _ in planted)
    order = np.insert(np.arange(len(source)), places, len(source) + np.arange(len(planted)))
    pq.write_table(both.take(pa.array(order)), target)
    return [
        (place + number + 1, rule)
        for number, (place, (_, rule)) in enumerate(zip(places, planted, strict=True))
        if rule
    ]


def typed_rows(rows, name):
    columns = INPUTS[name].columns
    values = {column.name: [row.get(column.name) or None for row in rows] for column in columns}
    texts = pa.table(values, schema=pa.schema([(column.name, pa.string()) for column in columns]))
    casts = ", ".join(
        f"CAST({column.name} AS {DUCKDB_TYPES[column.kind]}) AS {column.name}" for column in columns
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("texts", texts)
        return connection.sql(f"SELECT {casts} FROM texts").to_arrow_table()


def faults_in(planted):
    return Counter(kind.rule_name for kind, _ in planted if kind.is_fault)


def faults_of(validation):
    # Comparisons with usual days and earlier runs are not what is planted here.
    return Counter(
        {
            f"{row['table']}.{row['rule_id']}": row["rows_failed"]
            for row in validation.report.to_pylist()
            if row["scope"] == "table" and row["rows_failed"]
            if f"{row['table']}.{row['rule_id']}" in PLANTED_FAULTS
        }
    )


PLANTED_FAULTS = {
    "events.unit_price.usual",
    "events.currency.one_a_merchant",
    "items.launched_on.not_after_first_sale",
    "awards.table.not_more_than_units",
}


def tally(planted, validation):
    """Return the table kind | rule | planted | found, found being of the rule."""
    rows = Counter()
    for kind, broken in planted:
        rows[kind.name, kind.rule_name] += 1 if kind.is_fault else len(broken)
    held = Counter(
        f"{row['table']}.{rule}"
        for row in validation.quarantine.to_pylist()
        for rule in row["rule_ids"]
    ) + faults_of(validation)
    of_rule = Counter()
    for (_, rule), count in rows.items():
        of_rule[rule] += count
    lines = ["| kind | rule | planted | of the rule | found |", "| --- | --- | --: | --: | --: |"]
    lines += [
        f"| {name} | `{rule}` | {count} | {of_rule[rule]} | {held[rule]} |"
        for (name, rule), count in rows.items()
    ]
    return "\n".join([*lines, ""])
