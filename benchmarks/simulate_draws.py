"""Twenty trials in a row, drawn four ways: who gets the units, and what they give for them.

    python benchmarks/simulate_draws.py [people] [seed]

Everybody has a true chance of reporting in time, writes longer or shorter reports, and shops more or
less. One in fifty hunts for free things: applies for everything within minutes, copies a statement,
hardly buys, and reports dutifully, which keeps the free things coming. The product on trial is new:
nobody's purchases tell who needs it. Each way lives its own history: awards and reports of one trial
are what the next one judges by. All are the same code with other settings: shike as it comes; the
same rules without a lottery ("rules"); the best scores without lottery, cool-down, yearly cap or
freebie charge ("top-K"); and one lottery among everybody eligible.

A unit's value here is not the report value of ``simulate_effects``, to which the bar of 92 % of the
best scores belongs. There, one draw is compared with the best scores among the same applicants: what
the lottery costs. Here, top-K may give the same few reliable people a unit of every trial, which
cool-down, yearly cap and freebie charge forbid; "rules" beside "top-K" is what they cost, "shike"
beside "rules" what the lottery costs when each way has lived its own history. And top-K gives a
third of its units to hunters, whose reports are long and in time in this world and counted as if
they were honest: without hunters the units are worth nearly the same.

How much the hunters get depends on how many they are, how eagerly they apply and how well they
report, which nobody knows of a shop beforehand. The world above was chosen after two others had been
tried, so its ratio alone proves little: the second table is of worlds that differ in one of the
three at a time. Where top-K gives hunters nothing, there is no ratio.
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
APPLY = 0.15
SEEDS_FROM = "simulation"
_CHARGE = "freebie=0.30"
_PLAIN = {
    f"weights_{goal}": getattr(RecruitOptions(), f"weights_{goal}").replace(_CHARGE, "freebie=0")
    for goal in ("improve", "convert", "spread", "balanced")
}
WAYS = {
    "shike": RecruitOptions(draw_secret=SEEDS_FROM),
    "rules": RecruitOptions(draw_secret=SEEDS_FROM, core_share=1.0, band_share=0.0),
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
class Hunters:
    """Those who hunt for free things."""

    share: float = 0.02
    """Part of all people."""
    apply: float = 1.0
    """Chance that one applies for a trial."""
    completion: float = 0.9
    """Chance that one reports in time."""


WORLDS = {
    "as above": Hunters(),
    "three times as many": Hunters(share=0.06),
    "apply for half": Hunters(apply=0.5),
    "report half the time": Hunters(completion=0.5),
}
VALUE, VALUE_OF_OTHERS = "value a unit", "of others' than hunters'"
MOST_OF_TOP_K = 0.25
"""Most that hunters may get of what top-K gives them."""


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


def make_world(people: int, seed: int, hunters: Hunters) -> World:
    """Draw people, their purchases, and whom each trial attracts."""
    rng = np.random.default_rng(seed)
    users = [f"u{number:05d}" for number in range(people)]
    is_hunter = rng.random(people) < hunters.share
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
    applies = rng.random((people, TRIALS)) < np.where(is_hunter, hunters.apply, APPLY)[:, None]
    return World(
        users=users,
        is_hunter=is_hunter,
        completion=np.where(is_hunter, hunters.completion, rng.beta(6, 3, people)),
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
    held, others = won.sum(axis=1)[applicants], ~world.is_hunter
    return {
        "newcomers' share": (won & (earlier == 0)).sum() / units,
        "Gini of awards": gini(held) or 0.0,
        "top decile's share": share_of_most(held, 0.1) or 0.0,
        "hunters' units": float(won[world.is_hunter].sum()),
        "reports in time": (won * world.completion[:, None]).sum() / units,
        VALUE: (won * value[:, None]).sum() / units,
        VALUE_OF_OTHERS: (won * value[:, None])[others].sum() / won[others].sum(),
    }


def main(people: int = 1500, seed: int = 0) -> None:
    """Print one column a way, then one line a world."""
    world = make_world(people, seed, WORLDS["as above"])
    print(
        f"{people} people, {int(world.is_hunter.sum())} hunters, {TRIALS} trials of {UNITS} units, "
        f"{int(world.applies.sum())} applications"
    )
    found = {name: figures(world, live(world, options)) for name, options in WAYS.items()}
    print(f"{'':26}" + "".join(f"{name:>10}" for name in found))
    for measure in found["shike"]:
        print(f"{measure:26}" + "".join(f"{one[measure]:10.3f}" for one in found.values()))
    for ours, theirs in (("shike", "rules"), ("rules", "top-K"), ("shike", "top-K")):
        share, others = (found[ours][one] / found[theirs][one] for one in (VALUE, VALUE_OF_OTHERS))
        print(
            f"a unit of {ours} is worth {100 * share:.0f} % of one of {theirs}, "
            f"{100 * others:.0f} % without hunters"
        )
    print(f"{'hunters':24}{'of all':>8}{'shike':>8}{'top-K':>8}{'ratio':>12}")
    for name, hunters in WORLDS.items():
        print(f"{name:24}" + _hunted(make_world(people, seed, hunters)))


def _hunted(world: World) -> str:
    """Say how many units hunters get by either way, and whether that is few enough."""
    ours, theirs = (
        int(live(world, WAYS[way])[world.is_hunter].sum()) for way in ("shike", "top-K")
    )
    counts = f"{world.is_hunter.mean():8.1%}{ours:8}{theirs:8}"
    if not theirs:
        return f"{counts}{'undefined':>12}"
    ratio = ours / theirs
    return f"{counts}{ratio:12.3f} {'ok' if ratio <= MOST_OF_TOP_K else 'MISSED'}"


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
