"""A shop's own severities, thresholds and waivers, laid over what the rules say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quality.rules.options import ValidationOptions
    from quality.rules.outcome import Outcome


def govern(outcomes: Iterable[Outcome], options: ValidationOptions, as_of: date) -> list[Outcome]:
    """Give each outcome the shop's severity, threshold and waiver for its rule.

    A threshold that a shop sets holds for warnings too: a rule with severity ``warn`` warns above
    it and not before, one with ``block`` never warns later than it blocks.

    Args:
        outcomes: Of rules of any table, input or output; doing it twice changes nothing.
        options: What the shop set.
        as_of: The day, by which waivers expire.
    """
    waivers = {waiver.rule: waiver for waiver in options.waivers}
    governed = []
    for outcome in outcomes:
        own = _with_thresholds(outcome, options)
        waiver = waivers.get(outcome.name)
        holds = waiver is not None and waiver.holds_on(as_of)
        governed.append(replace(own, waiver=waiver, waiver_holds=holds))
    return governed


def _with_thresholds(outcome: Outcome, options: ValidationOptions) -> Outcome:
    severity = options.severities.get(outcome.name, outcome.severity)
    own = replace(outcome, severity=severity)
    threshold = options.thresholds.get(outcome.name)
    if threshold is None:
        return own
    warn = own.warn_threshold
    warn = threshold if warn is None or severity == "warn" else min(warn, threshold)
    return replace(own, threshold=threshold, warn_threshold=warn)
