"""Twenty trials in a row, drawn three ways: who gets the units, and what they give for them.

    python benchmarks/simulate_draws.py [people] [seed]

Everybody has a true chance of reporting in time, writes longer or shorter reports, and shops more or
less. One in fifty hunts for free things: applies for everything within minutes, copies a statement,
hardly buys, and reports dutifully, which keeps the free things coming. The product on trial is new:
nobody's purchases tell who needs it. Each way lives its own history: awards and reports of one trial
are what the next one judges by. All three are the same code with other settings: shike as it comes;
the best scores without a lottery, cool-down, yearly cap or freebie charge ("top-K"); and one lottery
among everybody eligible.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from quality.tables.inputs import INPUTS
from trials.audit import gini, share_of_most
from trials.certificate import WINNERS
from trials.recruiting import RecruitOptions, recruit

TRIALS, EVERY_DAYS, UNITS = 20, 18, 40
FIRST_DAY = date(2026, 1, 5)
HUNTERS, APPLY = 0.02, 0.15
SEEDS_FROM = "simulation"
_CHARGE = "freebie=0.30"
_PLAIN = {
    f"weights_{goal}": getattr(RecruitOptions(), f"weights_{goal}").replace(_CHARGE, "freebie=0")
    for goal in ("improve", "convert", "spread", "balanced")
}
WAYS = {
    "shike": RecruitOptions(draw_secret=SEEDS_FROM),
    "top-K": RecruitOptions(
        draw_secret=SEEDS_FROM,
        core_share=1.0,
        band_share=0.0,
        cool_down_days=0,
        awards_per_year=1000,
        **_PLAIN,
    ),
    "lottery": RecruitOptions(draw_secret=SEEDS_FROM, core_share=0.0, band_share=0.0),
}

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class World:
    """What does not depend on who gets a unit."""

    users: list[str]
    is_hunter: np.ndarray
    completion: np.ndarray
    letters: np.ndarray
    events: pa.Table
    applies: np.ndarray
    """Who applies for which trial, (people, trials)."""
    writes: np.ndarray
    """Uniform numbers that decide on reports, same shape."""


def make_world(people: int, seed: int) -> World:
    """Draw people, their purchases, and whom each trial attracts."""
    rng = np.random.default_rng(seed)
    users = [f"u{number:05d}" for number in range(people)]
    is_hunter = rng.random(people) < HUNTERS
    orders = np.where(is_hunter, 1, rng.poisson(8, people))
    rows = [
        {
            "event_id": f"e{number}-{count}",
            "user_id": users[number],
            "item_id": "J",
            "event_type": "purchase",
            "occurred_at": _moment(FIRST_DAY + timedelta(days=int(rng.integers(-200, 300)))),
        }
        for number in range(people)
        for count in range(orders[number])
    ]
    applies = rng.random((people, TRIALS)) < np.where(is_hunter, 1.0, APPLY)[:, None]
    return World(
        users=users,
        is_hunter=is_hunter,
        completion=np.where(is_hunter, 0.9, rng.beta(6, 3, people)),
        letters=np.where(is_hunter, 700, rng.integers(20, 900, people)),
        events=_table("events", rows),
        applies=applies,
        writes=rng.random((people, TRIALS)),
    )


def live(world: World, options: RecruitOptions) -> np.ndarray:
    """Draw the trials one after the other; return who got which unit, (people, trials)."""
    place = {user: number for number, user in enumerate(world.users)}
    won = np.zeros(world.applies.shape, dtype=bool)
    rows: Rows = {"trials": [], "applications": [], "awards": [], "reports": []}
    for number in range(TRIALS):
        trial = _trial(number)
        rows["trials"].append(trial)
        rows["applications"] += _applications(world, trial, number)
        as_of = trial["closes_on"] + timedelta(days=1)
        tables = {name: _table(name, some) for name, some in rows.items()}
        tables["events"], tables["items"] = world.events, _table("items", _ITEMS)
        tables["users"] = _table(
            "users", [{"user_id": user, "has_marketing_consent": True} for user in world.users]
        )
        drawn = recruit(tables, as_of=as_of, options=options)["selection"].to_pylist()
        winners = [place[row["user_id"]] for row in drawn if row["arm"] in WINNERS]
        won[winners, number] = True
        rows["awards"] += [_award(world, trial, winner) for winner in winners]
        rows["reports"] += [
            _report(world, trial, winner)
            for winner in winners
            if world.writes[winner, number] < world.completion[winner]
        ]
    return won


def figures(world: World, won: np.ndarray) -> dict[str, float]:
    """Sum up who got the units of all trials."""
    earlier = np.cumsum(won, axis=1) - won
    units = won.sum()
    applicants = world.applies.any(axis=1)
    value = world.completion * (1 - np.exp(-world.letters / 300))
    held = won.sum(axis=1)[applicants]
    return {
        "newcomers' share": (won & (earlier == 0)).sum() / units,
        "Gini of awards": gini(held) or 0.0,
        "top decile's share": share_of_most(held, 0.1) or 0.0,
        "hunters' units": float(won[world.is_hunter].sum()),
        "reports in time": (won * world.completion[:, None]).sum() / units,
        "value a unit": (won * value[:, None]).sum() / units,
    }


def main(people: int = 1500, seed: int = 0) -> None:
    """Print one column a way."""
    world = make_world(people, seed)
    print(
        f"{people} people, {int(world.is_hunter.sum())} hunters, {TRIALS} trials of {UNITS} units, "
        f"{int(world.applies.sum())} applications"
    )
    found = {name: figures(world, live(world, options)) for name, options in WAYS.items()}
    print(f"{'':20}" + "".join(f"{name:>10}" for name in found))
    for measure in found["shike"]:
        print(f"{measure:20}" + "".join(f"{one[measure]:10.3f}" for one in found.values()))
    ours, best = found["shike"], found["top-K"]
    hunters, value = "hunters' units", "value a unit"
    print(
        f"hunters get {100 * ours[hunters] / max(1, best[hunters]):.0f} % of what top-K gives them; "
        f"a unit is worth {100 * ours[value] / best[value]:.0f} % of top-K's"
    )


_ITEMS = [
    {"item_id": "I", "merchant_id": "M", "name": "new", "category": "home/new"},
    {"item_id": "J", "merchant_id": "M", "name": "soap", "category": "home/soap"},
]


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    declared = INPUTS[name]
    return declared.conform(pa.Table.from_pylist(rows, declared.schema))


def _trial(number: int) -> dict[str, Any]:
    opens = FIRST_DAY + timedelta(days=number * EVERY_DAYS)
    return {
        "trial_id": f"T{number:02d}",
        "merchant_id": "M",
        "item_id": "I",
        "units": UNITS,
        "opens_on": opens,
        "closes_on": opens + timedelta(days=2),
        "reports_due_on": opens + timedelta(days=16),
        "goal": "improve",
    }


def _applications(world: World, trial: dict[str, Any], number: int) -> list[dict[str, Any]]:
    opened = datetime.combine(trial["opens_on"], time(), UTC)
    return [
        {
            "application_id": f"{trial['trial_id']}-{world.users[who]}",
            "trial_id": trial["trial_id"],
            "user_id": world.users[who],
            "applied_at": opened
            + timedelta(seconds=60 if world.is_hunter[who] else 3600 + int(who)),
            "statement": "I love free samples, pick me" if world.is_hunter[who] else None,
        }
        for who in np.flatnonzero(world.applies[:, number]).tolist()
    ]


def _award(world: World, trial: dict[str, Any], winner: int) -> dict[str, Any]:
    awarded = trial["closes_on"] + timedelta(days=1)
    return {
        "trial_id": trial["trial_id"],
        "user_id": world.users[winner],
        "awarded_at": _moment(awarded),
        "delivered_on": awarded + timedelta(days=2),
    }


def _report(world: World, trial: dict[str, Any], winner: int) -> dict[str, Any]:
    return {
        "report_id": f"r-{trial['trial_id']}-{world.users[winner]}",
        "trial_id": trial["trial_id"],
        "item_id": "I",
        "user_id": world.users[winner],
        "submitted_at": _moment(trial["reports_due_on"] - timedelta(days=1)),
        "rating": 4.0,
        "text": "x" * int(world.letters[winner]),
    }


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
