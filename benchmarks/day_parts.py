"""The two stages that read all events, each alone: what a shop needs that outgrows memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from quality.parquet_folder import ParquetFolder
from quality.tables import INPUTS
from quality.validation import ValidationOptions, validate
from recommender.catalogue import read_catalogue
from recommender.histories import gather
from recommender.interactions import day_number, item_days, of_needs
from recommender.people import read_people
from recommender.returns import net_purchases
from recommender.satiation import review_satiation
from recommender.states import judge_needs, return_shares
from recommender.timing import estimate_timing
from recommender.trades import read_trades


def validate_shop(data: Path, into: Path, as_of: date, memory_gib: float) -> int:
    """Validate all tables; return the rows read."""
    options = ValidationOptions(memory_gib=memory_gib)
    found = validate(data, into, as_of=as_of, options=options)
    if found.verdict == "block":
        raise SystemExit(f"the shop at {data} must pass validation, it is blocked")
    return sum(count.read for count in found.counts)


def build_need_states(accepted: Path, as_of: date) -> int:
    """Build where everybody stands with each need from accepted rows; return how many there are.

    All that the recommend stage does up to the states, but for the chances of its model, which
    overrule a satisfied need where a purchase is likely all the same.
    """
    tables = ParquetFolder(accepted, [INPUTS[name] for name in ("events", "items", "users")])
    catalogue, events = read_catalogue(tables["items"], as_of), tables.scan("events")
    people = read_people(
        {"events": events, "users": tables["users"]}, assumes_consent=True, before=as_of
    )
    trades = net_purchases(read_trades(events, people.user_ids, catalogue.item_ids, before=as_of))
    items = item_days(trades)
    del trades
    needs = of_needs(items, catalogue.needs, catalogue.need_ids).of_users(people.may_profile)
    del items
    day = day_number(as_of)
    satiation = review_satiation(needs, day).with_told(catalogue.told_days)
    histories = gather(needs, day)
    timing = estimate_timing(histories, catalogue.told_days)
    shares = return_shares(histories)
    unlikely = np.zeros(len(histories.users), dtype=bool)
    return len(judge_needs(histories, timing, satiation, shares, unlikely).states)


def rows_of(data: Path, table: str) -> int:
    """Return how many rows a table has."""
    return int(pq.read_metadata(data / f"{table}.parquet").num_rows)
