"""The tables of the made-up shop that no single person belongs to, and the truth about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from infra.sources.synthetic import columns
from infra.sources.synthetic.catalogue import (
    ACCESSORIES,
    ASPECTS,
    CONSUMABLES,
    DUE_AFTER,
    FIRST_ACCESSORY,
    FIRST_DURABLE,
    KIND_OF_NEED,
    KINDS,
    MERCHANTS,
    NEED_NAMES,
    NEEDS,
    OPEN_DAYS,
    Catalogue,
)
from infra.sources.synthetic.people import SEGMENTS
from infra.sources.synthetic.renewals import NEVER
from infra.sources.synthetic.report_texts import FAMILIES, aspect_names
from infra.sources.synthetic.trials import BUYS_UNTREATED, HUNTER_BUYS, HUNTER_UPLIFT, UPLIFT
from quality.tables.inputs import GOALS, ITEMS, TRIALS
from quality.tables.inputs import MERCHANTS as MERCHANT_TABLE

if TYPE_CHECKING:
    from infra.sources.synthetic.chance import Ints
    from infra.sources.synthetic.options import SyntheticOptions


def world_tables(catalogue: Catalogue, options: SyntheticOptions) -> dict[str, pa.Table]:
    """Return ``items``, ``merchants`` and the truth about needs, complements, uplift and faults."""
    return {
        "items": _items(catalogue, options),
        "merchants": _merchants(),
        "truth/needs": _needs(catalogue, options),
        "truth/complements": _complements(catalogue),
        "truth/uplift": _uplift(),
        "truth/faults": _faults(catalogue, options),
    }


def trial_table(
    catalogue: Catalogue, options: SyntheticOptions, applicants: Ints, awards: Ints
) -> pa.Table:
    """Return ``trials``: units are what was awarded; for the last, its share of the applicants."""
    number = np.arange(len(catalogue.trial_opens))
    opens = catalogue.trial_opens
    to_give = np.round(applicants * options.award_share).astype(np.int64)
    return columns.table(
        TRIALS,
        trial_id=columns.trial_ids(number),
        merchant_id=_merchant_ids(catalogue, catalogue.trial_item),
        item_id=columns.item_ids(catalogue.trial_item),
        units=np.maximum(1, np.where(number < len(number) - 1, awards, to_give)),
        opens_on=columns.dates(opens, options),
        closes_on=columns.dates(opens + OPEN_DAYS - 1, options),
        reports_due_on=columns.dates(opens + DUE_AFTER, options),
        goal=columns.named(GOALS, number % len(GOALS)),
    )


def _merchant_ids(catalogue: Catalogue, item: Ints) -> pa.Array:
    need, variant = np.divmod(item, catalogue.variants)
    return columns.numbered("m", (need + variant) % MERCHANTS, 2)


def _merchants() -> pa.Table:
    number = np.arange(MERCHANTS)
    return columns.table(
        MERCHANT_TABLE,
        merchant_id=columns.numbered("m", number, 2),
        name=columns.numbered("Merchant ", number, 2),
        locale=columns.named(("zh-CN", "en"), number % 2),
    )


def _items(catalogue: Catalogue, options: SyntheticOptions) -> pa.Table:
    item = np.arange(catalogue.item_count)
    need, variant = np.divmod(item, catalogue.variants)
    names = columns.named(NEED_NAMES, need)
    family = columns.named(FAMILIES, (need >= FIRST_DURABLE) * 1)
    join = pc.binary_join_element_wise
    launched = np.full(len(item), NEVER)
    launched[catalogue.trial_item] = catalogue.trial_opens
    return columns.table(
        ITEMS,
        item_id=columns.item_ids(item),
        merchant_id=_merchant_ids(catalogue, item),
        name=join(names, columns.numbered("variety ", variant, 3), ", "),
        category=join(family, names, "/"),
        need_group=names,
        brand=columns.numbered("brand-", item % (MERCHANTS * 3), 2),
        list_price=catalogue.price,
        currency=columns.named(("CNY",), np.zeros(len(item), np.int64)),
        pack_size=np.ones(len(item)),
        launched_on=columns.dates(launched, options),
        repurchase_days=columns.optional(np.full(len(item), np.inf), catalogue.is_told[need]),
    )


def _needs(catalogue: Catalogue, options: SyntheticOptions) -> pa.Table:
    is_consumable = np.arange(NEEDS) < CONSUMABLES
    return pa.table(
        {
            "need_group": columns.named(NEED_NAMES, np.arange(NEEDS)),
            "kind": columns.named(KINDS, KIND_OF_NEED),
            "cycle_days": columns.optional(catalogue.cycle_days, np.isfinite(catalogue.cycle_days)),
            "gamma_shape": columns.optional(
                np.full(NEEDS, float(options.gamma_shape)), is_consumable
            ),
            "is_told_durable": catalogue.is_told,
        }
    )


def _complements(catalogue: Catalogue) -> pa.Table:
    return pa.table(
        {
            "need_before": columns.named(NEED_NAMES, catalogue.trigger),
            "need_after": columns.named(NEED_NAMES, FIRST_ACCESSORY + np.arange(ACCESSORIES)),
            "share": catalogue.trigger_share,
            "lag_low_days": catalogue.lag_low,
            "lag_high_days": catalogue.lag_high,
        }
    )


def _uplift() -> pa.Table:
    return pa.table(
        {
            "segment": [*SEGMENTS, "freebie hunter"],
            "untreated_share": np.append(BUYS_UNTREATED, HUNTER_BUYS),
            "uplift": np.append(UPLIFT, HUNTER_UPLIFT),
        }
    )


def _faults(catalogue: Catalogue, options: SyntheticOptions) -> pa.Table:
    item = np.flatnonzero(catalogue.fault_aspect >= 0)
    family = (item // catalogue.variants >= FIRST_DURABLE) * 1
    names = [name for place in range(len(FAMILIES)) for name in aspect_names(place)]
    return pa.table(
        {
            "item_id": columns.item_ids(item),
            "aspect": columns.named(names, family * ASPECTS + catalogue.fault_aspect[item]),
            "rate": np.full(len(item), options.fault_rate),
            "mended_on": columns.dates(catalogue.fault_mended[item], options),
        }
    )
