"""Reports of one block: of trial recipients, and of buyers without a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic import columns
from infra.sources.synthetic.catalogue import ASPECTS, FIRST_DURABLE, Catalogue
from infra.sources.synthetic.chance import DAY_SECONDS, Ints, Stream, generator
from infra.sources.synthetic.people import LANGUAGES
from infra.sources.synthetic.report_texts import FAMILIES, Written, aspect_names, write_texts
from quality.tables.inputs import REPORTS

if TYPE_CHECKING:
    from infra.sources.synthetic.options import SyntheticOptions
    from infra.sources.synthetic.people import People
    from infra.sources.synthetic.purchases import Purchases
    from infra.sources.synthetic.trials import Applicants

_REVIEW_DAYS = 10
_DISCLOSED_SHARE = 0.9


def report_tables(
    people: People,
    catalogue: Catalogue,
    options: SyntheticOptions,
    block: int,
    history: tuple[Purchases, Applicants],
) -> dict[str, pa.Table]:
    """Return ``reports`` and the truth ``truth/opinions``: what each report says of which aspect."""
    rng = generator(options.seed, Stream.REPORTS, block)
    user, item, day, trial = _occasions(catalogue, options, history, rng)
    need = item // catalogue.variants
    family = (need >= FIRST_DURABLE) * 1
    has_fault = day < catalogue.fault_mended[item]
    fault = np.where(has_fault, catalogue.fault_aspect[item], -1)
    rate = np.full(len(item), options.fault_rate)
    written = write_texts(family, people.language[user], fault, rate, rng)
    user_id = columns.user_ids(people.number[user])
    number = columns.numbered("", columns.running_number(user), 4)
    report_id = pc.binary_join_element_wise(user_id, number, "-")
    is_trial = trial >= 0
    seconds = day * DAY_SECONDS + rng.integers(8 * 3_600, 22 * 3_600, len(day))
    reports = columns.table(
        REPORTS,
        report_id=report_id,
        trial_id=pc.if_else(pa.array(is_trial), columns.trial_ids(np.maximum(trial, 0)), None),
        item_id=columns.item_ids(item),
        user_id=user_id,
        submitted_at=columns.times(seconds, options),
        rating=written.rating,
        text=written.text,
        photo_count=rng.poisson(0.5, len(item)),
        has_disclosure=columns.optional(rng.random(len(item)) < _DISCLOSED_SHARE, is_trial),
        language=columns.named(LANGUAGES, people.language[user]),
    )
    return {"reports": reports, "truth/opinions": _opinions(report_id, family, written)}


def _occasions(
    catalogue: Catalogue,
    options: SyntheticOptions,
    history: tuple[Purchases, Applicants],
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return person, item, day and trial (-1 for none) of each report, ordered by person and day."""
    bought, applicants = history
    shares = options.consumables_review_share, options.goods_review_share
    chance = np.array(shares)[(bought.need >= FIRST_DURABLE) * 1]
    day = bought.day + rng.integers(1, _REVIEW_DAYS + 1, len(bought.day))
    reviewed = np.flatnonzero((rng.random(len(day)) < chance) & (day < options.days))
    reported = np.flatnonzero(applicants.report_day >= 0)
    trial = applicants.trial[reported]
    columns_of = (
        np.concatenate([bought.user[reviewed], applicants.user[reported]]),
        np.concatenate([bought.item[reviewed], catalogue.trial_item[trial]]),
        np.concatenate([day[reviewed], applicants.report_day[reported]]),
        np.concatenate([np.full(len(reviewed), -1), trial]),
    )
    order = np.lexsort((columns_of[3], columns_of[1], columns_of[2], columns_of[0]))
    user, item, when, which = (column[order] for column in columns_of)
    return user, item, when, which


def _opinions(report_id: pa.Array, family: Ints, written: Written) -> pa.Table:
    report, aspect = np.nonzero(written.is_mentioned)
    names = [name for place in range(len(FAMILIES)) for name in aspect_names(place)]
    return pa.table(
        {
            "report_id": report_id.take(pa.array(report)),
            "aspect": columns.named(names, family[report] * ASPECTS + aspect),
            "polarity": np.where(written.is_good[report, aspect], 1, -1),
        }
    )
