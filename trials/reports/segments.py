"""How different groups of customers rate an item."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from quality.database import query
from trials.facts import AGE_BAND
from trials.inputs import complete
from trials.reports.ratings import mean_stars
from trials.reports.scoring import ScoredReport

ATTRIBUTES = ("age_band", "region", "is_newcomer")
OTHER = "other"
_MOST_CELLS = 8

Json = dict[str, Any]
Traits = Mapping[str, Mapping[str, str]]
"""Report to attribute to value."""

_TRAITS = f"""
select r.report_id, {AGE_BAND.format(users="u", year="year(r.submitted_at)")} as age_band, u.region,
       case when r.trial_id is null then null when count(w.user_id) > 1 then 'false'
            else 'true' end as is_newcomer
from reports r left join users u using (user_id)
left join awards w on w.user_id = r.user_id and w.awarded_at < r.submitted_at
group by r.report_id, r.submitted_at, r.trial_id, u.age_band, u.birth_year, u.region
order by r.report_id
"""


def traits_of(tables: Mapping[str, pa.Table]) -> Traits:
    """Return the known traits of each report's author; nobody's without a table of users.

    Whoever had no award before the one reported on is a newcomer; reports outside trials have
    no such trait.
    """
    if "users" not in tables or "reports" not in tables:
        return {}
    whole = complete(tables)
    chosen = {name: whole[name] for name in ("reports", "users", "awards")}
    rows = query(_TRAITS, chosen).to_pylist()
    return {
        row["report_id"]: {name: row[name] for name in ATTRIBUTES if row[name] is not None}
        for row in rows
    }


def segments_of(reports: Iterable[ScoredReport], traits: Traits, smallest_cell: int) -> list[Json]:
    """Return the rating by age band, region and newcomers.

    Each is ``{"attribute", "value", "customers", "stars", "low", "high"}``. Cells of fewer
    customers than ``smallest_cell`` are merged into ``other``; when that is too small itself the
    smallest of the others joins it, so that no small cell can be found by subtraction. An
    attribute that leaves one cell says nothing and is left out; one of very many values shows the
    largest. People whose value is not known are in no cell.
    """
    own = list(reports)
    return [row for name in ATTRIBUTES for row in _of_attribute(name, own, traits, smallest_cell)]


def _of_attribute(
    name: str, reports: list[ScoredReport], traits: Traits, smallest_cell: int
) -> Iterator[Json]:
    values = {one.report_id: traits.get(one.report_id, {}).get(name) for one in reports}
    people: dict[str, set[str]] = {}
    for one in reports:
        value = values[one.report_id]
        if value is not None:
            people.setdefault(value, set()).add(one.user_id)
    merged = _merged({value: len(those) for value, those in people.items()}, smallest_cell)
    cells: dict[str, list[ScoredReport]] = {}
    for one in reports:
        value = values[one.report_id]
        if value is not None and merged[value] is not None:
            cells.setdefault(str(merged[value]), []).append(one)
    if len(cells) > 1:
        for value in sorted(cells, key=lambda value: (value == OTHER, value)):
            own = cells[value]
            rating = mean_stars([one.rating for one in own], [one.weight for one in own])
            customers = len({one.user_id for one in own})
            yield {"attribute": name, "value": value, "customers": customers, **rating}


def _merged(people: Mapping[str, int], smallest: int) -> dict[str, str | None]:
    """Return the cell each value goes to; None if even all small ones together are too few."""
    order = sorted(people, key=lambda value: (people[value], value))
    small = {value for value in order if people[value] < smallest} | {*order[:-_MOST_CELLS]}
    for value in order:
        if not small or sum(people[one] for one in small) >= smallest:
            break
        small.add(value)
    is_shown = sum(people[value] for value in small) >= smallest
    return {value: (OTHER if is_shown else None) if value in small else value for value in people}
