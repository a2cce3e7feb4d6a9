"""Kinds of errors to plant, and the clean ground they are planted in: any shop of any size.

A kind makes rows that break a rule, each with all that it refers to, so that it breaks that rule
and no other. What the rows refer to is clean, and is delivered with them.
"""

import csv
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

EXTRA = "one cell too many"
"""A row with this name has a cell more than its file's header."""
QUOTA = '{"attribute": "region", "value": "%s", "min": %s, "max": %s}'


@dataclass
class Ground:
    """Where to plant: gives fresh rows that break nothing, and keeps what they refer to."""

    day: date
    """A day of the shop's history."""
    beside: dict = field(default_factory=lambda: defaultdict(list))
    """Clean rows by table that fresh rows refer to."""
    numbers: itertools.count = field(default_factory=itertools.count)

    def __post_init__(self):
        self.merchant = self.keep("merchants")["merchant_id"]
        self.item = self.keep("items")["item_id"]
        self.trial = self.keep("trials")["trial_id"]

    def on(self, days, hour=12):
        """Return noon, some days after the day."""
        return f"{self.day + timedelta(days=days)}T{hour:02}:00:00Z"

    def id(self, prefix):
        return f"planted-{prefix}-{next(self.numbers):04}"

    def keep(self, table, **changes):
        """Return a fresh row that is delivered as it is."""
        row = self.fresh(table, **changes)
        self.beside[table].append(row)
        return row

    def user(self):
        return self.keep("users")["user_id"]

    def fresh(self, table, **changes):
        """Return a row of a table that breaks no rule, but for the changes."""
        return getattr(self, table)() | changes

    def events(self):
        return {
            "event_id": self.id("e"), "user_id": self.user(), "item_id": self.item,
            "event_type": "view", "occurred_at": self.on(-3), "quantity": "1",
            "unit_price": "9.5", "currency": "CNY",
        }  # fmt: skip

    def returns(self):
        """A return of one unit, the day after one was bought."""
        bought = self.keep("events", event_type="purchase", occurred_at=self.on(-4))
        return bought | {"event_id": self.id("e"), "event_type": "return",
                         "occurred_at": self.on(-3)}  # fmt: skip

    def items(self):
        return {"item_id": self.id("i"), "merchant_id": getattr(self, "merchant", None),
                "name": "Soap", "category": "home/soap", "list_price": "9.5", "currency": "CNY",
                "is_available": "true", "launched_on": "2001-01-01"}  # fmt: skip

    def users(self):
        return {"user_id": self.id("u"), "birth_year": str(self.day.year - 30),
                "age_band": "25-34", "region": "north", "joined_on": "2001-01-01",
                "has_marketing_consent": "true"}  # fmt: skip

    def merchants(self):
        return {"merchant_id": self.id("m"), "name": "Shop", "locale": "zh-CN"}

    def trials(self):
        first, last, due = (str(self.day + timedelta(days=days)) for days in (-40, -31, 20))
        return {
            "trial_id": self.id("t"), "merchant_id": self.merchant, "item_id": self.item,
            "units": "1000", "opens_on": first, "closes_on": last, "reports_due_on": due,
            "goal": "improve", "quotas": f"[{QUOTA % ('north', 1, 9)}]", "min_age": "18",
        }  # fmt: skip

    def applications(self):
        return {"application_id": self.id("a"), "trial_id": self.trial, "user_id": self.user(),
                "applied_at": self.on(-35), "statement": "please"}  # fmt: skip

    def awards(self):
        applied = self.keep("applications")
        return {"trial_id": self.trial, "user_id": applied["user_id"],
                "awarded_at": self.on(-30), "delivered_on": str(self.day - timedelta(days=25))}  # fmt: skip

    def reports(self):
        """A report on a trial."""
        award = self.keep("awards")
        return {
            "report_id": self.id("r"), "trial_id": self.trial, "item_id": self.item,
            "user_id": award["user_id"], "submitted_at": self.on(-10), "rating": "4",
            "text": "It works.", "photo_count": "1", "has_disclosure": "true", "language": "en",
        }  # fmt: skip

    def exposures(self):
        return {"exposure_id": self.id("x"), "user_id": self.user(), "item_id": self.item,
                "shown_at": self.on(-2), "was_opened": "true"}  # fmt: skip

    def identities(self):
        return {"raw_id": self.id("d"), "user_id": self.user()}


@dataclass(frozen=True)
class Kind:
    """A kind of error."""

    name: str
    table: str
    rule: str
    plant: Callable[[Ground], list[dict]]
    """Makes the rows that break the rule; of a table rule, those of one fault."""
    is_typed: bool
    """Whether its values fit the declared types, and so a Parquet file."""
    is_fault: bool = False
    """Whether the rule is about the table, so that no row is refused."""

    @property
    def rule_name(self):
        return f"{self.table}.{self.rule}"


def _simple(table, rule, *, typed=True, base="", **changes):
    shown = ", ".join(f"{name}={value[:40]!r}" for name, value in changes.items())
    return Kind(
        f"{table}: {shown}", table, rule,
        lambda ground: [ground.fresh(base or table) | changes], typed,
    )  # fmt: skip


def _text(table, rule, **changes):
    return _simple(table, rule, typed=False, **changes)


def _made(name, table, rule, plant, *, fault=False):
    return Kind(f"{table}: {name}", table, rule, plant, is_typed=True, is_fault=fault)


def _two_of_a_key(ground):
    first = ground.fresh("events")
    return [first, first | {"quantity": "7"}]


def _two_persons_of_an_identity(ground):
    first = ground.fresh("identities")
    return [first, first | {"user_id": ground.user()}]


def _later_application(ground):
    first = ground.keep("applications")
    return [first | {"application_id": ground.id("a"), "applied_at": ground.on(-34)}]


def _later_report(ground):
    first = ground.keep("reports")
    return [first | {"report_id": ground.id("r"), "submitted_at": ground.on(-9)}]


def _award_without_application(ground):
    ground.keep("applications")
    return [ground.fresh("awards") | {"user_id": ground.user()}]


def _report_without_award(ground):
    return [ground.fresh("reports") | {"user_id": ground.user()}]


def _item_of_another(ground):
    return [ground.fresh("trials") | {"merchant_id": ground.keep("merchants")["merchant_id"]}]


def _report_on_another_item(ground):
    return [ground.fresh("reports") | {"item_id": ground.keep("items")["item_id"]}]


def _price_of_another_unit(ground):
    item = ground.keep("items")["item_id"]
    prices = ["9.5", "9.9", "9.0", "950000"]
    return [ground.fresh("events", item_id=item, unit_price=price) for price in prices]


def _two_currencies(ground):
    seller = ground.keep("merchants")["merchant_id"]
    item = ground.keep("items", merchant_id=seller)["item_id"]
    return [ground.fresh("events", item_id=item, currency=one) for one in ("CNY", "USD")]


def _sold_before_launch(ground):
    item = ground.fresh("items", launched_on=str(ground.day))
    ground.keep(
        "events", item_id=item["item_id"], event_type="purchase", occurred_at=ground.on(-50)
    )
    return [item]


def _too_many_awards(ground):
    trial = ground.keep("trials", units="1", quotas="")["trial_id"]
    asked = [ground.keep("applications", trial_id=trial) for _ in range(3)]
    return [
        ground.fresh("awards") | {"trial_id": trial, "user_id": one["user_id"]} for one in asked
    ]


_NORTH = QUOTA % ("north", 600, 900)
_SOUTH = QUOTA % ("south", 600, 900)

KINDS = (
    _simple("events", "event_id.not_null", event_id=""),
    _text("events", "user_id.not_null", user_id="  "),
    _simple("events", "item_id.not_null", item_id=""),
    _simple("events", "event_type.not_null", event_type=""),
    _simple("events", "occurred_at.not_null", occurred_at=""),
    _simple("events", "event_type.values", event_type="steal"),
    _simple("events", "event_type.values", event_type="PURCHASE"),
    _simple("events", "user_id.references", user_id="nobody"),
    _simple("events", "item_id.references", item_id="nothing"),
    _text("events", "occurred_at.parses", occurred_at="yesterday"),
    _text("events", "occurred_at.parses", occurred_at="2017-02-30T00:00:00Z"),
    _text("events", "occurred_at.has_offset", occurred_at="2017-02-10 08:00:00"),
    _simple("events", "occurred_at.not_before_first_day", occurred_at="1999-12-31T23:59:59Z"),
    _simple("events", "quantity.bounds", quantity="0"),
    _simple("events", "quantity.bounds", quantity="-2"),
    _text("events", "quantity.parses", quantity="two"),
    _simple("events", "quantity.parses", quantity="NaN"),
    _simple("events", "unit_price.bounds", unit_price="-0.01"),
    _text("events", "unit_price.parses", unit_price="1e400"),
    _text("events", "unit_price.parses", unit_price="¥9"),
    _simple("events", "currency.iso_code", currency="yuan"),
    _text("events", "row.well_formed", **{EXTRA: "x"}),
    _made("two rows of one key", "events", "key.unique", _two_of_a_key),
    _made("return of what was never bought", "events", "return.after_purchase",
          lambda ground: [ground.fresh("events", event_type="return")]),
    _made("return of more than was bought", "events", "return.not_more_than_bought",
          lambda ground: [ground.fresh("returns") | {"quantity": "3"}]),
    _made("price of another unit", "events", "unit_price.usual", _price_of_another_unit, fault=True),
    _made("two currencies", "events", "currency.one_a_merchant", _two_currencies, fault=True),
    _simple("items", "item_id.not_null", item_id=""),
    _simple("items", "name.not_null", name=""),
    _simple("items", "merchant_id.references", merchant_id="nobody"),
    _simple("items", "list_price.bounds", list_price="-1"),
    _simple("items", "pack_size.bounds", pack_size="0"),
    _text("items", "is_available.parses", is_available="perhaps"),
    _text("items", "launched_on.parses", launched_on="01/02/2017"),
    _simple("items", "repurchase_days.parses", repurchase_days="-inf"),
    _simple("items", "category.no_empty_level", category="home//soap"),
    _simple("items", "category.no_empty_level", category="home/"),
    _simple("items", "currency.iso_code", currency="RMB¥"),
    _made("sold long before its launch", "items", "launched_on.not_after_first_sale",
          _sold_before_launch, fault=True),
    _simple("users", "birth_year.bounds", birth_year="1492", age_band=""),
    _text("users", "birth_year.parses", birth_year="1990.5"),
    _simple("users", "birth_year.not_in_future", birth_year="2099", age_band=""),
    _simple("users", "age_band.fits_birth_year", birth_year="1940"),
    _text("users", "has_marketing_consent.parses", has_marketing_consent="maybe"),
    _simple("merchants", "name.not_null", name=""),
    _simple("merchants", "locale.language_tag", locale="Chinese"),
    _simple("trials", "units.bounds", units="0", quotas=""),
    _simple("trials", "units.plausible", units="200000000"),
    _text("trials", "units.parses", units="1.5"),
    _simple("trials", "goal.values", goal="fame"),
    _simple("trials", "min_age.bounds", min_age="121"),
    _text("trials", "quotas.parses", quotas="[{"),
    _simple("trials", "quotas.well_formed", quotas='{"attribute": "region"}'),
    _simple("trials", "quotas.well_formed", quotas=f"[{QUOTA % ('north', -1, 9)}]"),
    _simple("trials", "quotas.well_formed", quotas=f"[{QUOTA % ('north', 1.5, 9)}]"),
    _simple("trials", "quotas.well_formed", quotas='[{"attribute": "region", "values": "x"}]'),
    _simple("trials", "quotas.known_attribute", quotas='[{"attribute": "shoe", "value": 43}]'),
    _simple("trials", "quotas.min_not_above_max", quotas=f"[{QUOTA % ('north', 9, 1)}]"),
    _simple("trials", "quotas.once_a_group", quotas=f"[{QUOTA % ('n', 1, 2)}, {QUOTA % ('n', 2, 3)}]"),
    _simple("trials", "opens_on.not_after_closes_on", opens_on="2093-01-01", closes_on="2092-01-01",
            reports_due_on="2094-01-01"),
    _simple("trials", "closes_on.not_after_reports_due_on", reports_due_on="2002-01-01"),
    _made("item of another merchant", "trials", "trial.item_of_merchant", _item_of_another),
    _simple("applications", "trial_id.references", trial_id="nowhere"),
    _simple("applications", "user_id.references", user_id="nobody"),
    _made("second application", "applications", "application.one_a_person", _later_application),
    _made("after closing", "applications", "application.while_open",
          lambda ground: [ground.fresh("applications", applied_at=ground.on(-30))]),
    _made("before opening", "applications", "application.while_open",
          lambda ground: [ground.fresh("applications", applied_at=ground.on(-41))]),
    _made("to nobody who applied", "awards", "award.to_applicant", _award_without_application),
    _made("before the trial opens", "awards", "award.after_opening",
          lambda ground: [ground.fresh("awards", awarded_at=ground.on(-50))]),
    _simple("awards", "delivered_on.not_before_award", delivered_on="2001-01-01"),
    _made("more than units", "awards", "table.not_more_than_units", _too_many_awards, fault=True),
    _simple("reports", "rating.bounds", rating="6"),
    _simple("reports", "rating.bounds", rating="0"),
    _simple("reports", "text.not_null", text=""),
    _simple("reports", "photo_count.bounds", photo_count="-1"),
    _text("reports", "photo_count.parses", photo_count="many"),
    _simple("reports", "language.language_tag", language="Chinese"),
    _made("by nobody who won", "reports", "report.after_delivery", _report_without_award),
    _made("before delivery", "reports", "report.after_delivery",
          lambda ground: [ground.fresh("reports", submitted_at=ground.on(-26))]),
    _made("second report", "reports", "report.one_a_trial", _later_report),
    _made("on another item", "reports", "report.of_trial_item", _report_on_another_item),
    _text("exposures", "was_opened.parses", was_opened="often"),
    _text("exposures", "shown_at.parses", shown_at="1512300000"),
    _simple("exposures", "item_id.references", item_id="nothing"),
    _simple("identities", "user_id.references", user_id="nobody"),
    _made("two persons of one identity", "identities", "key.unique", _two_persons_of_an_identity),
)  # fmt: skip


@pytest.fixture(scope="session")
def kinds():
    """All kinds of errors."""
    return KINDS


@pytest.fixture(scope="session")
def ground():
    """A new ground to plant in, for a day of a shop's history."""
    return Ground


@pytest.fixture(scope="session")
def write_text():
    """Write rows as CSV, those with a cell too many as they are."""

    def write(path, rows):
        names = list(dict.fromkeys(name for row in rows for name in row if name != EXTRA))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(names)
            for row in rows:
                extra = [row[EXTRA]] if EXTRA in row else []
                writer.writerow([row.get(name) or "" for name in names] + extra)

    return write
