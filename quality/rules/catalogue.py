"""All rules of a table, in the order in which they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quality.rules.derived import Maker, derived_rules
from quality.rules.special import special_rules

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from quality.rules.options import ValidationOptions
    from quality.rules.rule import Rule
    from quality.schema import Table


def rules_of(
    table: Table, delivered: Collection[str], options: ValidationOptions, as_of: date
) -> tuple[Rule, ...]:
    """Return the rules that the rows of a table must keep.

    Args:
        table: The input table.
        delivered: The tables that have rows today; rules that need others are left out.
        options: Thresholds, zones and owners.
        as_of: The day before which everything is known.
    """
    maker = Maker(table, options)
    return (*special_rules(maker, delivered, as_of), *derived_rules(maker, delivered))
