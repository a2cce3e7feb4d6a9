"""The items as arrays: which need each serves, who sells it, whether it can be bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from quality.database import query
from quality.needs import NEED_GROUP_SQL
from recommender.interactions import Bools, Floats, Ints, Texts


@dataclass(frozen=True)
class Catalogue:
    """Items and needs, each sorted by id."""

    item_ids: Texts
    """Shape (n_items,), as are the next four."""
    needs: Ints
    merchants: Texts
    brands: Ints
    """Code of the brand; -1 where none is known."""
    is_available: Bools
    need_ids: Texts
    """Shape (n_needs,), as are the next two."""
    parents: Ints
    """Code of the category above: the same for needs that may replace each other."""
    told_days: Floats
    """Median repurchase days told by the merchants; NaN where none told, inf for durables."""

    @property
    def n_brands(self) -> int:
        """Number of brands."""
        return int(self.brands.max(initial=-1)) + 1

    def shares_of_need(self, buyers: Ints) -> Floats:
        """Return each item's share of the recent buyers of its need, shape (n_items,).

        A share that few speak for is shrunk: (buyers + 0.5) / (buyers of the need + 5).
        """
        of_need = np.bincount(self.needs, buyers, len(self.need_ids))
        return np.asarray((buyers + 0.5) / (of_need[self.needs] + 5))


def read_catalogue(items: pa.Table, as_of: date) -> Catalogue:
    """Read the ``items`` table; what is launched on ``as_of`` or later cannot be bought yet."""
    rows = query(
        f"""
        SELECT item_id, {NEED_GROUP_SQL} AS need, merchant_id, brand, category, repurchase_days,
            coalesce(is_available, true) AND coalesce(launched_on < $as_of, true) AS is_available
        FROM items ORDER BY item_id
        """,
        {"items": items},
        threads=1,
        as_of=as_of,
    )
    needs = query(
        """
        SELECT need, min(CASE WHEN contains(category, '/')
                THEN regexp_replace(category, '/[^/]*$', '') ELSE category END) AS parent,
            quantile_disc(repurchase_days, 0.5) AS told_days
        FROM rows GROUP BY need
        """,
        {"rows": rows},
        threads=1,
    )
    order = np.argsort(_texts(needs["need"]))
    need_ids = _texts(needs["need"])[order]
    told = needs["told_days"].to_numpy().astype(np.float64)
    return Catalogue(
        item_ids=_texts(rows["item_id"]),
        needs=np.searchsorted(need_ids, _texts(rows["need"])).astype(np.int64),
        merchants=_texts(rows["merchant_id"]),
        brands=_codes(rows["brand"]),
        is_available=rows["is_available"].to_numpy(),
        need_ids=need_ids,
        parents=_codes(needs["parent"])[order],
        told_days=told[order],
    )


def unknown_catalogue(need_ids: Texts, n_items: int) -> Catalogue:
    """Return the catalogue of a shop that tells nothing of its items but that they exist."""
    return Catalogue(
        item_ids=np.arange(n_items).astype(str).astype(object),
        needs=np.zeros(n_items, dtype=np.int64),
        merchants=np.full(n_items, "", dtype=object),
        brands=np.full(n_items, -1),
        is_available=np.ones(n_items, dtype=bool),
        need_ids=need_ids,
        parents=np.arange(len(need_ids)),
        told_days=np.full(len(need_ids), np.nan),
    )


def code_of(ids: Texts, wanted: Texts) -> Ints:
    """Return the place of each wanted id among the sorted ids; -1 where it is not there."""
    if not len(ids) or not len(wanted):
        return np.full(len(wanted), -1)
    place = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    return np.where(ids[place] == wanted, place, -1)


def _texts(column: pa.ChunkedArray) -> Texts:
    return np.asarray(column.to_numpy().astype(object))


def _codes(column: pa.ChunkedArray) -> Ints:
    """Return codes by first appearance, -1 for null."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy()
    return np.asarray(codes.astype(np.int64))
