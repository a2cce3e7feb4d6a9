"""The stage: from the day's tables to what to show, what to withhold, and what to stock."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.progress import Progress, silent
from quality.tables.inputs import EVENTS
from recommender.catalogue import Catalogue, read_catalogue
from recommender.interactions import Interactions, day_number, purchase_days
from recommender.lists import Day, recommendations, states_table
from recommender.needs import PersonalNeeds, read_needs
from recommender.people import People, read_people
from recommender.popularity import measure_popularity
from recommender.products import Shelf, stock_shelf
from recommender.records import Ledger
from recommender.refill import make_lists
from recommender.replenishment import replenishment_calendar
from recommender.returns import net_purchases
from recommender.suppression import (
    Held,
    once_each,
    refused_items,
    satisfied_needs,
    sold_out_needs,
    tired_needs,
    trial_units,
    withheld_keys,
)
from recommender.withholding import do_not_recommend

logger = logging.getLogger(__name__)

EVENT_TIME = EVENTS.column("occurred_at").arrow.type


@dataclass(frozen=True)
class RecommendOptions:
    """How the lists are made."""

    list_length: int = 20
    """Slots of a list, at most one a need group."""
    valid_days: int = 7
    """Days for which a list may be shown, the as-of day being the first."""
    trial_pack_share: float = 0.5
    """Part of a pack that a trial unit counts as."""
    fatigue_exposures: int = 5
    """Times a need is shown in the fatigue window without being opened before it rests."""
    fatigue_days: int = 28
    """Days of exposures that count."""
    fatigue_rest_days: int = 14
    """Days a need rests after it was last shown."""
    min_segment_people: int = 50
    """Recent shoppers of an age band and region below which everybody speaks for it."""
    calendar_weeks: int = 8
    """Weeks of the replenishment calendar."""
    assumes_profiling_consent: bool = True
    """Whether people who were not asked (or are not in ``users``) may be profiled."""


def recommend(
    tables: Mapping[str, pa.Table],
    *,
    as_of: date,
    options: RecommendOptions,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Decide what each person is shown, and what is withheld from whom.

    People who did not agree to profiling get what is popular with everybody: their own events
    are not looked at but for counting buyers, and they have no need states and nothing withheld,
    since withholding would be profiling too.

    Args:
        tables: Input tables by name, as declared; ``events`` and ``items`` must be there. Used if
            there: ``users``, ``awards`` with ``trials``, ``reports``, ``exposures``.
        as_of: Everything before the start of this day (UTC) is known, nothing after.
        options: How the lists are made.
        progress: Told which step is under way.

    Returns:
        ``recommendations``, ``do_not_recommend``, ``replenishment_calendar``, ``need_states``.
    """
    catalogue = read_catalogue(tables["items"], as_of)
    people = read_people(tables, assumes_consent=options.assumes_profiling_consent)
    bought = _purchases(tables, catalogue, people, as_of)
    personal = read_needs(
        bought.needs.of_users(people.may_profile),
        bought.day,
        told_days=catalogue.told_days,
        parents=catalogue.parents,
        progress=progress,
    )
    ledger = Ledger(
        tables, catalogue, people.user_ids, people.may_profile, tables["items"], bought.day
    )
    shelf, held = _withhold(personal, ledger, bought, options)
    popularity = measure_popularity(
        bought.needs, bought.day, people.segments, options.min_segment_people
    )
    # Profiling a person's segment is profiling too.
    popularity.row_of[~people.may_profile] = popularity.everybody
    users = np.arange(len(people.user_ids))
    ranked = make_lists(
        personal,
        popularity,
        users,
        options.list_length,
        withheld=np.union1d(withheld_keys(held, personal.n_needs), shelf.exhausted()),
        showable=shelf.has_items,
    )
    day = Day(personal, popularity, shelf, people, as_of, options.valid_days)
    made = {
        "recommendations": recommendations(day, ranked, users),
        "do_not_recommend": do_not_recommend(day, held, bought.items),
        "replenishment_calendar": replenishment_calendar(
            personal, catalogue.need_ids, as_of, options.calendar_weeks
        ),
        "need_states": states_table(day),
    }
    logger.info("recommended to %d people, %d withheld", len(users), len(made["do_not_recommend"]))
    return made


@dataclass(frozen=True)
class _Purchases:
    """What was bought before the day, net of returns, in the vocabularies of the day."""

    day: int
    needs: Interactions
    items: Interactions


def _purchases(
    tables: Mapping[str, pa.Table], catalogue: Catalogue, people: People, as_of: date
) -> _Purchases:
    day = day_number(as_of)
    known = tables["events"].filter(pc.field("occurred_at") < pa.scalar(as_of).cast(EVENT_TIME))
    purchases = net_purchases(known)
    needs = purchase_days(purchases, tables["items"], level="need")
    items = purchase_days(purchases, tables["items"], level="item")
    return _Purchases(
        day,
        needs.known_as(people.user_ids, catalogue.need_ids),
        items.known_as(people.user_ids, catalogue.item_ids),
    )


def _withhold(
    personal: PersonalNeeds, ledger: Ledger, bought: _Purchases, options: RecommendOptions
) -> tuple[Shelf, list[Held]]:
    """Decide what may not be shown, and put the rest on the shelf."""
    day = bought.day
    disliked = refused_items("disliked", ledger.disliked_items())
    returned = refused_items("returned", ledger.returned_items())
    n_items = len(ledger.catalogue.item_ids)
    blocked = np.union1d(
        disliked.users * n_items + disliked.items, returned.users * n_items + returned.items
    )
    shelf = stock_shelf(
        ledger.catalogue, bought.items, bought.items.of_users(ledger.may_profile), day, blocked
    )
    durable, satisfied = satisfied_needs(personal)
    shown = ledger.ignored_needs(options.fatigue_exposures, options.fatigue_days)
    held = [
        durable,
        trial_units(personal, ledger.delivered_units(), options.trial_pack_share, day),
        satisfied,
        tired_needs(personal, shown, options.fatigue_rest_days, day),
        sold_out_needs(personal, shelf, day),
        disliked,
        returned,
    ]
    return shelf, once_each(held, personal.n_needs, n_items)
