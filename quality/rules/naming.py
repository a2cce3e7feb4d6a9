"""What settings may call a rule: ``table.rule_id``, for every rule there is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import cache

_NEAR = 3


def refuse_unknown_rules(names: Iterable[str]) -> None:
    """Refuse settings of rules that do not exist.

    Args:
        names: The rules that settings name.

    Raises:
        ValueError: If a rule is unknown; the message has the names nearest to it.
    """
    for name in names:
        known = _known_rules()
        if name not in known:
            near = get_close_matches(name, known, n=_NEAR, cutoff=0.0)
            raise ValueError(f"there is no rule {name!r}; the nearest are {', '.join(near)}")


@cache
def _known_rules() -> tuple[str, ...]:
    # All of these need the options, and the options this module.
    from quality.measures.rules import measure_rules  # noqa: PLC0415 - a circle
    from quality.reading.findings import Check  # noqa: PLC0415 - a circle
    from quality.rules.catalogue import rules_of  # noqa: PLC0415 - a circle
    from quality.rules.contracts import output_rules  # noqa: PLC0415 - a circle
    from quality.rules.expected import Expected  # noqa: PLC0415 - a circle
    from quality.rules.options import ValidationOptions  # noqa: PLC0415 - a circle
    from quality.tables import INPUTS  # noqa: PLC0415 - a circle
    from quality.tables.outputs import OUTPUTS  # noqa: PLC0415 - a circle

    # With a first day, so that its rule exists.
    usual = ValidationOptions(first_day="1970-01-01")
    names = {
        rule.name
        for table in INPUTS.values()
        for rule in rules_of(table, tuple(INPUTS), usual, date.max)
    }
    expected = Expected(
        options=usual,
        as_of=date.max,
        list_length=1,
        slots_per_need=1,
        may_be_short=False,
        present=frozenset((*OUTPUTS, "items", "units")),
    )
    names |= {rule.name for table in OUTPUTS.values() for rule in output_rules(table, expected)}
    for table in INPUTS:
        measured = (rule.rule_id for rule in measure_rules(table, usual))
        names |= {f"{table}.{rule_id}" for rule_id in (*Check, *measured)}
    return tuple(sorted(names))
