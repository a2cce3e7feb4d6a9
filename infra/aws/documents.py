"""Comparing and merging configurations with what a server has, whose spelling differs."""

from __future__ import annotations

import json
from typing import Any


def canonical(value: Any) -> Any:
    """Return a configuration in one spelling: a list of one is its element, order does not count."""
    match value:
        case dict():
            return {name: canonical(part) for name, part in value.items()}
        case list():
            parts = sorted(map(canonical, value), key=lambda part: json.dumps(part, sort_keys=True))
            return parts[0] if len(parts) == 1 else parts
        case _:
            return value


def holds(found: Any, wanted: Any) -> bool:
    """Tell whether a configuration is in force; what a server adds by itself does not matter."""
    return _holds(canonical(found), canonical(wanted))


def with_named(found: list[Any], wanted: list[Any], name: str) -> list[Any]:
    """Return what is found with the wanted parts in it, each replacing its namesake.

    Args:
        found: What a server has, some of it perhaps not ours.
        wanted: Ours.
        name: The field that names a part: ``Sid`` of statements, ``ID`` of lifecycle rules.
    """
    ours = {part[name] for part in wanted}
    return [part for part in found if part.get(name) not in ours] + wanted


def _holds(found: Any, wanted: Any) -> bool:
    if isinstance(found, dict) and isinstance(wanted, dict):
        return all(name in found and _holds(found[name], part) for name, part in wanted.items())
    return bool(found == wanted)
