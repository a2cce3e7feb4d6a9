"""Rows of the same person: whoever applied under a device and is awarded under the account."""

from __future__ import annotations


def identified(table: str) -> str:
    """Return SQL for a table's known rows with a column ``person``: whom the id leads to, else the id.

    Args:
        table: An input table with ``user_id``; ``identities`` must be delivered too.
    """
    return (
        "(SELECT r.*, coalesce(i.user_id, r.user_id) AS person"
        f" FROM known_{table} AS r LEFT JOIN known_identities AS i ON i.raw_id = r.user_id)"
    )
