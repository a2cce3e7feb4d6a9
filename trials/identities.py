"""One person, many ids: devices, phone hashes and member cards lead to the account they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from quality.database import query
from quality.scanning import Rows, scan
from quality.tables.inputs import IDENTITIES
from quality.tables.outputs import SELECTION
from trials.arrays import texts
from trials.sentences import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERSONAL = ("events", "users", "applications", "awards", "reports", "exposures")

_FIRST = """
select * exclude (id_given) from {table}
qualify row_number() over (partition by {key} order by {order}) = 1
order by all
"""
_ONCE = {
    # An account's own row tells more of a person than that of an id led to it.
    "users": ("user_id", "id_given <> user_id, id_given"),
    "applications": ("trial_id, user_id", "applied_at, application_id"),
    "awards": ("trial_id, user_id", "awarded_at, id_given"),
}
"""Tables of one row a person (and trial): what is one, and which row counts."""
_DUPLICATES = """
select distinct a.trial_id, a.id_given as user_id, a.user_id as person_id from applications a
where a.id_given <> a.user_id and exists (
    select 1 from applications o
    where o.trial_id = a.trial_id and o.user_id = a.user_id and o.id_given <> a.id_given
)
order by all
"""


NO_DUPLICATES = pa.schema(
    [(name, pa.string()) for name in ("trial_id", "user_id", "person_id")]
).empty_table()
"""``trial_id``, ``user_id`` as applied under, ``person_id``; no rows."""


@dataclass(frozen=True, kw_only=True)
class Persons:
    """The input tables with one id a person."""

    tables: dict[str, pa.Table]
    duplicates: pa.Table
    """``trial_id``, ``user_id`` and ``person_id`` of applications by somebody who applied under
    another id too; not those under the person's own id, which stands for them all."""


def persons_of(identities: pa.Table) -> pa.Table:
    """Find the person behind every id.

    Ids that lead to each other, over however many steps, are one person (a connected component).
    The person's id is the one that leads to no other: the account. Where ids lead round in a circle,
    it is the smallest.

    Args:
        identities: ``raw_id`` and ``user_id``, one row a raw id.

    Returns:
        ``raw_id`` and ``user_id`` of each id that is not itself the person's, sorted.
    """
    raw, user = texts(identities, "raw_id").astype(str), texts(identities, "user_id").astype(str)
    ids, places = np.unique(np.concatenate([raw, user]), return_inverse=True)
    raw_at, user_at = np.split(places, [len(raw)])
    graph = sparse.csr_matrix((np.ones(len(raw)), (raw_at, user_at)), (len(ids), len(ids)))
    _, component = connected_components(graph, directed=False)
    leads_on = np.zeros(len(ids), dtype=np.bool_)
    leads_on[raw_at[raw_at != user_at]] = True
    # Ids are sorted: of equals the smallest comes first.
    order = np.lexsort((np.arange(len(ids)), leads_on, component))
    _, first = np.unique(component[order], return_index=True)
    person = ids[order[first]][component]
    others = person != ids
    return pa.table(
        {
            "raw_id": pa.array(ids[others], pa.string()),
            "user_id": pa.array(person[others], pa.string()),
        }
    )


def by_person(tables: Mapping[str, Rows]) -> Persons:
    """Count what was done under any id of a person for the person.

    Of several applications of a person to a trial the earliest counts, of several awards of a unit
    too; of several rows in ``users`` that of the account.

    Args:
        tables: Input tables by name; an absent one stays absent. One that is on disk must be of
            persons already.

    Returns:
        The tables, ``user_id`` being a person's everywhere, and the applications that do not count.
    """
    persons = persons_of(tables.get("identities", IDENTITIES.empty()))
    duplicates = NO_DUPLICATES
    if not len(persons):
        return Persons(tables=dict(tables), duplicates=duplicates)
    renamed = {
        name: under_persons(tables[name], persons)
        for name in _PERSONAL
        if name in tables and uses(tables[name], persons)
    }
    if "applications" in renamed:
        duplicates = query(_DUPLICATES, {"applications": renamed["applications"]})
    whole = {name: _once(name, rows).cast(tables[name].schema) for name, rows in renamed.items()}
    return Persons(tables=dict(tables) | whole, duplicates=duplicates)


def uses(rows: Rows, persons: pa.Table) -> bool:
    """Tell whether any row stands under an id that is not the person's; often none does."""
    is_other = pc.field("user_id").isin(persons["raw_id"].combine_chunks())
    return any(True for _ in scan(rows, ["user_id"], where=is_other, least_rows=1))


def under_persons(rows: pa.Table, persons: pa.Table) -> pa.Table:
    """Write the person's id where another stood, and keep that as ``id_given``."""
    given = rows["user_id"]
    place = pc.index_in(given, value_set=persons["raw_id"])
    person = pc.coalesce(persons["user_id"].take(place), given)
    column = rows.column_names.index("user_id")
    field = rows.schema.field("user_id")
    return rows.set_column(column, field, person).append_column("id_given", given)


def _once(name: str, rows: pa.Table) -> pa.Table:
    if name not in _ONCE:
        return rows.drop_columns("id_given")
    key, order = _ONCE[name]
    return query(_FIRST.format(table=name, key=key, order=order), {name: rows})


def with_duplicates(selection: pa.Table, duplicates: pa.Table, drawn: pa.Table) -> pa.Table:
    """Add the applications that do not count to a selection, refused with ``duplicate_person``.

    Args:
        selection: ``SELECTION`` rows of the trials drawn.
        duplicates: As ``by_person`` finds them, of any trials.
        drawn: The trials drawn.
    """
    mine = duplicates.filter(pc.is_in(duplicates["trial_id"], value_set=drawn["trial_id"]))
    zh, en = SENTENCES["duplicate_person"]
    same = {
        "arm": "ineligible",
        "inclusion_probability": 0.0,
        "reason_code": "duplicate_person",
        "reason_zh": zh,
        "reason_en": en,
    }
    for name, value in same.items():
        mine = mine.append_column(name, pa.repeat(value, len(mine)))
    return SELECTION.conform(pa.concat_tables([selection, SELECTION.conform(mine)]))
