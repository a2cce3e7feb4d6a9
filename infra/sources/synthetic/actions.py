"""What a block of people did, as ``events``: purchases, returns, and the looking around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic import columns
from infra.sources.synthetic.chance import (
    DAY_SECONDS,
    Ints,
    Stream,
    generator,
    shopping_second,
)
from infra.sources.synthetic.renewals import NEVER
from quality.tables.inputs import EVENT_TYPES, EVENTS, EXPOSURES

if TYPE_CHECKING:
    from infra.sources.synthetic.catalogue import Catalogue
    from infra.sources.synthetic.options import SyntheticOptions
    from infra.sources.synthetic.people import People
    from infra.sources.synthetic.purchases import Purchases
    from infra.sources.synthetic.trials import Applicants

_TYPE = {name: place for place, name in enumerate(EVENT_TYPES)}
_SEEN_BEFORE = (("view", 0.25, 3_600), ("cart", 0.10, 120))
"""Share of purchases that such an action precedes, and by how many seconds at most."""
_BEFORE_APPLYING = (("follow", 0.3), ("favourite", 0.2), ("share", 0.1))
_VIEWS_A_YEAR = 4.0
_EXPOSURES_A_YEAR = 4.0
_OPENED_SHARE = 0.2


class Actions(NamedTuple):
    """Columns of actions, one entry each."""

    user: Ints
    """Place of the person in the block."""
    item: Ints
    kind: Ints
    """Place in ``EVENT_TYPES``."""
    second: Ints
    """Since the start of the first day."""
    quantity: Ints
    """0 where nothing changed hands."""
    basket_day: Ints
    """The day of the basket, -1 where there is none."""

    def pick(self, places: Ints) -> Actions:
        """Return the entries at the places, in that order."""
        return Actions(*(column[places] for column in self))


def draw_actions(
    people: People,
    catalogue: Catalogue,
    options: SyntheticOptions,
    block: int,
    history: tuple[Purchases, Applicants],
) -> Actions:
    """Return a block's actions in order of person and time."""
    bought, applicants = history
    rng = generator(options.seed, Stream.BROWSING, block)
    paid = _receipts(people, options, bought)
    outcomes = _outcomes(people, catalogue, options, applicants)
    parts = [paid, outcomes, _returns(people, options, bought, paid)]
    parts += [_before(paid, name, share, window, rng) for name, share, window in _SEEN_BEFORE]
    parts += [
        _before_applying(applicants, catalogue, name, share, rng)
        for name, share in _BEFORE_APPLYING
    ]
    parts.append(_browsing(people, catalogue, options, rng))
    together = Actions(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.lexsort((together.kind, together.item, together.second, together.user))
    return together.pick(order)


def event_table(
    actions: Actions, people: People, catalogue: Catalogue, options: SyntheticOptions
) -> pa.Table:
    """Return actions as ``events``; an id is the person's and the running number of the action."""
    user_id = columns.user_ids(people.number).take(pa.array(actions.user))
    basket = columns.numbered("d", actions.basket_day, 5)
    has_basket = pa.array(actions.basket_day >= 0)
    is_trade = actions.quantity > 0
    return columns.table(
        EVENTS,
        event_id=pc.binary_join_element_wise(
            user_id, columns.numbered("", columns.running_number(actions.user), 6), "-"
        ),
        user_id=user_id,
        item_id=columns.item_ids(np.arange(catalogue.item_count)).take(pa.array(actions.item)),
        event_type=columns.named(EVENT_TYPES, actions.kind),
        occurred_at=columns.times(actions.second, options),
        quantity=columns.optional(actions.quantity.astype(np.float64), is_trade),
        unit_price=columns.optional(catalogue.price[actions.item], is_trade),
        currency=columns.named(("CNY",), np.zeros(len(is_trade), np.int64)),
        basket_id=pc.if_else(has_basket, pc.binary_join_element_wise(user_id, basket, "-"), None),
        channel=columns.named(("app", "shop"), is_trade * 1),
    )


def exposure_table(
    people: People, catalogue: Catalogue, options: SyntheticOptions, block: int
) -> pa.Table:
    """Return what was shown to a block, as ``exposures``."""
    rng = generator(options.seed, Stream.EXPOSURES, block)
    user, item, second = _moments(people, catalogue, options, _EXPOSURES_A_YEAR, rng)
    was_opened = rng.random(len(user)) < _OPENED_SHARE
    order = np.lexsort((second, user))
    user_id = columns.user_ids(people.number[user[order]])
    number = columns.numbered("", columns.running_number(user[order]), 5)
    return columns.table(
        EXPOSURES,
        exposure_id=pc.binary_join_element_wise(user_id, number, "-"),
        user_id=user_id,
        item_id=columns.item_ids(item[order]),
        shown_at=columns.times(second[order], options),
        channel=columns.named(("app",), np.zeros(len(user), np.int64)),
        was_opened=was_opened[order],
    )


def _receipts(people: People, options: SyntheticOptions, bought: Purchases) -> Actions:
    second = shopping_second(options.seed, people.number[bought.user], bought.day)
    kind = np.full(len(second), _TYPE["purchase"])
    return Actions(bought.user, bought.item, kind, second, bought.quantity, bought.day)


def _outcomes(
    people: People, catalogue: Catalogue, options: SyntheticOptions, applicants: Applicants
) -> Actions:
    """Buy the trial's item where the outcome that happened says so."""
    places = applicants.bought[applicants.outcome_day[applicants.bought] < options.days]
    user, day = applicants.user[places], applicants.outcome_day[places]
    return Actions(
        user,
        catalogue.trial_item[applicants.trial[places]],
        np.full(len(user), _TYPE["purchase"]),
        shopping_second(options.seed, people.number[user], day),
        np.ones(len(user), np.int64),
        day,
    )


def _returns(
    people: People, options: SyntheticOptions, bought: Purchases, paid: Actions
) -> Actions:
    places = np.flatnonzero(bought.return_day < NEVER)
    brought = paid.pick(places)
    second = shopping_second(options.seed, people.number[brought.user], bought.return_day[places])
    kind = np.full(len(places), _TYPE["return"])
    return Actions(brought.user, brought.item, kind, second, brought.quantity, brought.basket_day)


def _before(
    paid: Actions, name: str, share: float, window: int, rng: np.random.Generator
) -> Actions:
    places = np.flatnonzero(rng.random(len(paid.user)) < share)
    second = paid.second[places] - rng.integers(1, window, len(places))
    return _glances(paid.user[places], paid.item[places], name, second)


def _before_applying(
    applicants: Applicants,
    catalogue: Catalogue,
    name: str,
    share: float,
    rng: np.random.Generator,
) -> Actions:
    """Look at the trial between its opening and the application."""
    places = np.flatnonzero(rng.random(len(applicants.user)) < share)
    trial = applicants.trial[places]
    opens = catalogue.trial_opens[trial] * DAY_SECONDS
    waited = applicants.applied_second[places] - opens
    second = opens + np.floor(rng.random(len(places)) * waited).astype(np.int64)
    return _glances(applicants.user[places], catalogue.trial_item[trial], name, second)


def _browsing(
    people: People, catalogue: Catalogue, options: SyntheticOptions, rng: np.random.Generator
) -> Actions:
    user, item, second = _moments(people, catalogue, options, _VIEWS_A_YEAR, rng)
    return _glances(user, item, "view", second)


def _moments(
    people: People,
    catalogue: Catalogue,
    options: SyntheticOptions,
    a_year: float,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    """Draw people, items and seconds at random, after each person's joining."""
    open_days = options.days - people.first_active
    count = rng.poisson(a_year * open_days / 365)
    user = np.repeat(np.arange(len(count)), count)
    item = rng.integers(0, catalogue.item_count, len(user))
    second = people.first_active[user] * DAY_SECONDS + np.floor(
        rng.random(len(user)) * open_days[user] * DAY_SECONDS
    ).astype(np.int64)
    return user, item, second


def _glances(user: Ints, item: Ints, name: str, second: Ints) -> Actions:
    nothing = np.zeros(len(user), np.int64)
    return Actions(user, item, nothing + _TYPE[name], second, nothing, nothing - 1)
