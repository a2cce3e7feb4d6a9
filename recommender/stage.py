"""The stage: from the day's tables to what to show, what to withhold, and what to stock."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from quality.progress import Progress, silent
from quality.scanning import Rows
from quality.spreading import Spread, in_turn
from quality.tables.inputs import EVENTS
from recommender.carrying import (
    NOTHING_CARRIED,
    Carried,
    Circumstances,
    Learned,
    last_learned,
    learned_tables,
)
from recommender.catalogue import Catalogue, read_catalogue
from recommender.choice import ProductChances, read_products
from recommender.day import Day
from recommender.interactions import Interactions, day_number, item_days, of_needs
from recommender.listing import list_people
from recommender.model import RELEARN_DAYS
from recommender.needs import ANNOYANCE_WEIGHT, PersonalNeeds, read_needs
from recommender.people import People, read_people
from recommender.popularity import Popularity, measure_popularity
from recommender.products import Shelf, popular_items, stock_shelf
from recommender.records import NO_DISLIKES, Ledger
from recommender.replenishment import replenishment_calendar
from recommender.returns import net_purchases, returned_trades
from recommender.reviews import NAME as REVIEW
from recommender.reviews import last_review, review_table
from recommender.slots import Limits
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
from recommender.trades import Trades, read_trades
from recommender.withholding import do_not_recommend

logger = logging.getLogger(__name__)

_LEAST = {
    "list_length": 1,
    "slots_per_need": 1,
    "frugal_cap": 0,
    "annoyance_weight": 0,
    "calendar_weeks": 1,
    "relearn_days": 1,
}
"""Options that must not be smaller."""


@dataclass(frozen=True)
class RecommendOptions:
    """How the lists are made."""

    list_length: int = 20
    """Slots of a list, at least 1."""
    slots_per_need: int = 1
    """Slots of a list that one need group may take, at least 1; further ones go to further products of it."""
    frugal_cap: float = math.inf
    """Slots of a list that needs never bought may take, from 0; inf for no limit. For a shop whose customers want to buy less: their lists hold what they need again, and may stay short."""
    valid_days: int = 7
    """Days for which a list may be shown, the as-of day being the first."""
    annoyance_weight: float = ANNOYANCE_WEIGHT
    """Hits that one annoying slot outweighs, at least 0: at 2, what still satisfies is shown only to whoever buys it with a chance of two thirds."""
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
    relearn_days: int = RELEARN_DAYS
    """Days for which later days use what a day learned of habits, tastes and products, that day being the first; 1 to learn every day. Purchases count from the day after they were made either way."""
    assumes_profiling_consent: bool = True
    """Whether people who were not asked (or are not in ``users``) may be profiled."""

    def __post_init__(self) -> None:
        """Refuse what no list can be made with.

        Raises:
            ValueError: If a number is out of its range.
        """
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    @property
    def limits(self) -> Limits:
        """How the lists may be filled."""
        return Limits(self.list_length, self.slots_per_need, self.frugal_cap)


def recommend(  # noqa: PLR0913 - three are what earlier days left, two how it is run
    tables: Mapping[str, Rows],
    *,
    as_of: date,
    options: RecommendOptions,
    reviews: pa.Table | None = None,
    carried: Carried = NOTHING_CARRIED,
    dislikes: pa.Table = NO_DISLIKES,
    progress: Progress = silent,
    spread: Spread = in_turn,
) -> dict[str, pa.Table]:
    """Decide what each person is shown, and what is withheld from whom.

    People who did not agree to profiling get what is popular with everybody: their own events
    are not looked at but for counting buyers, and they have no need states and nothing withheld,
    since withholding would be profiling too.

    Args:
        tables: Input tables by name, as declared; ``events``, which may be on disk, and ``items``
            must be there. Used if there: ``users``, ``awards`` with ``trials``, ``reports``,
            ``exposures``.
        as_of: Everything before the start of this day (UTC) is known, nothing after.
        options: How the lists are made.
        reviews: What ``satiation_review`` held on earlier days, each row with its ``as_of``.
        carried: What earlier days learned of needs and products.
        dislikes: Reports (``report_id``) whose words were found on an earlier day to speak against
            their product: it is not shown to their writer again, whatever stars it was given.
        progress: Told which step is under way.
        spread: Where shards of people are scored and get their lists.

    Returns:
        ``recommendations``, ``do_not_recommend``, ``replenishment_calendar``, ``need_states``; and
        ``satiation_review`` and ``carrying.STATES``, which later days build on, if the last ones
        no longer hold.
    """
    catalogue = read_catalogue(tables["items"], as_of)
    people = read_people(tables, assumes_consent=options.assumes_profiling_consent, before=as_of)
    bought = _purchases(tables[EVENTS.name], catalogue, people, as_of)
    now = Circumstances.of(carried.code, options, people)
    earlier = last_learned(carried, bought.day, catalogue, now, options.relearn_days)
    personal = read_needs(
        bought.needs.of_users(people.may_profile),
        bought.day,
        catalogue,
        annoyance_weight=options.annoyance_weight,
        review=last_review(reviews, catalogue),
        learned=earlier.needs if earlier else None,
        progress=progress,
        spread=spread,
    )
    products = read_products(
        bought.items.of_users(people.may_profile),
        personal,
        catalogue,
        earlier.choice if earlier else None,
    )
    ledger = Ledger(
        tables,
        catalogue,
        people.user_ids,
        people.may_profile,
        tables["items"],
        bought.returned,
        bought.day,
        dislikes,
    )
    shelf, held = _withhold(personal, products, ledger, bought, options)
    popularity = _popularity(bought, people, options)
    brands = _brands(tables["items"])
    day = Day(personal, popularity, shelf, people, brands, as_of, options.valid_days)
    withheld = np.union1d(withheld_keys(held, personal.n_needs), shelf.exhausted())
    lists = list_people(day, withheld, options.limits, spread)
    made = {
        "recommendations": lists.recommendations,
        "do_not_recommend": do_not_recommend(day, held, bought.items),
        "replenishment_calendar": replenishment_calendar(
            personal, bought.needs.of_users(~people.may_profile), as_of, options.calendar_weeks
        ),
        "need_states": lists.need_states,
    }
    _log_lists(len(people.user_ids), len(made["do_not_recommend"]), lists.short)
    return made | _for_later_days(personal, products, catalogue, now, options)


def _for_later_days(
    personal: PersonalNeeds,
    products: ProductChances,
    catalogue: Catalogue,
    now: Circumstances,
    options: RecommendOptions,
) -> dict[str, pa.Table]:
    """Return as tables what was reviewed and learned on the day itself, and on no earlier one."""
    histories = personal.model.snapshot.histories
    made = {}
    if personal.review.day == histories.day:
        made[REVIEW] = review_table(personal.review, catalogue)
    if personal.learned.day == histories.day and options.relearn_days > 1:
        learned = Learned(personal.learned, products.learned)
        made |= learned_tables(learned, histories.known_users, catalogue, now)
    return made


def _log_lists(lists: int, withheld: int, short: Mapping[str, int]) -> None:
    logger.info(
        "recommended to %d people, %d withheld, %d lists with free slots%s",
        lists,
        withheld,
        sum(short.values()),
        "".join(f", {why} {count}" for why, count in short.items() if count),
    )


@dataclass(frozen=True)
class _Purchases:
    """What was bought before the day, net of returns, in the vocabularies of the day."""

    day: int
    needs: Interactions
    items: Interactions
    returned: Trades
    """All trades of the (user, item) of which anything came back."""


def _purchases(events: Rows, catalogue: Catalogue, people: People, as_of: date) -> _Purchases:
    trades = read_trades(events, people.user_ids, catalogue.item_ids, before=as_of)
    returned = returned_trades(trades)
    # What was read is let go before it is summed up twice.
    trades = net_purchases(trades)
    items = item_days(trades)
    del trades
    needs = of_needs(items, catalogue.needs, catalogue.need_ids)
    return _Purchases(day_number(as_of), needs, items, returned)


def _popularity(bought: _Purchases, people: People, options: RecommendOptions) -> Popularity:
    found = measure_popularity(
        bought.needs, bought.day, people.segments, options.min_segment_people
    )
    # Profiling a person's segment is profiling too.
    return replace(found, row_of=np.where(people.may_profile, found.row_of, found.everybody))


def _brands(items: pa.Table) -> pa.Array:
    """Return the brand of each item, in the catalogue's order of items."""
    return items.sort_by("item_id")["brand"].combine_chunks()


def _withhold(
    personal: PersonalNeeds,
    products: ProductChances,
    ledger: Ledger,
    bought: _Purchases,
    options: RecommendOptions,
) -> tuple[Shelf, list[Held]]:
    """Decide what may not be shown, and put the rest on the shelf."""
    day = bought.day
    disliked = refused_items("disliked", ledger.disliked_items())
    returned = refused_items("returned", ledger.returned_items())
    n_items = len(ledger.catalogue.item_ids)
    blocked = np.union1d(
        disliked.users * n_items + disliked.items, returned.users * n_items + returned.items
    )
    popular = popular_items(ledger.catalogue, bought.items, day)
    shelf = stock_shelf(ledger.catalogue, popular, products, blocked)
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
