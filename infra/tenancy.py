"""What a merchant may see of the day: its own rows, no real person, no number about too few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from infra.blinding import without_counts_held_out, without_holdout
from infra.pseudonyms import pseudonymise
from quality.schema import Sensitivity, Table
from quality.tables import OUTPUTS

_COUNTS_OF_PEOPLE = {
    "replenishment_calendar": "expected_buyers",
    "trial_funnel": "unique_users",
    "trial_funnel_parts": "unique_users",
}
"""Tables whose rows are numbers of people, and the column that holds the number."""


@dataclass(frozen=True)
class Tenancy:
    """How rows find their merchant, and what is hidden from merchants."""

    merchant_of_trial: Mapping[str, str]
    merchants_of_need: pa.Table
    """Columns need_group, merchant_id: who sells into which need group."""
    pseudonym_key: str
    smallest_cell: int
    read_out: frozenset[str] = frozenset()
    """Trials whose effect has been read: only of these may merchants know who was held out."""

    def copies(self, outputs: Mapping[str, pa.Table]) -> dict[str, dict[str, pa.Table]]:
        """Split the merchant-facing tables by merchant.

        Args:
            outputs: The day's tables by name, whole and with real ids.

        Returns:
            merchant_id → table name → that merchant's rows in declared order; a merchant without
            rows of a table receives it empty, so that every merchant has the same files.
        """
        facing = {name: OUTPUTS[name] for name in outputs if OUTPUTS[name].merchant_facing}
        shares = {
            name: dict(self._shares(declared, outputs[name])) for name, declared in facing.items()
        }
        merchants = sorted(set().union(*shares.values()) if shares else set())
        return {
            merchant: {
                name: shares[name].get(merchant, declared.empty())
                for name, declared in facing.items()
            }
            for merchant in merchants
        }

    def _shares(self, declared: Table, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
        """Yield each merchant's share of one table, masked."""
        owners, rows = self._owned(declared, self._masked(declared, rows))
        for merchant in pc.unique(owners).drop_null().to_pylist():
            own = rows.filter(pc.is_in(owners, pa.array([merchant])))
            yield merchant, self._pseudonymous(declared, own, merchant)

    def _owned(self, declared: Table, rows: pa.Table) -> tuple[pa.ChunkedArray, pa.Table]:
        """Return the owner of each row, and the rows; a row of several owners is repeated."""
        if "merchant_id" in declared.column_names:
            return rows["merchant_id"], rows
        if "trial_id" in declared.column_names:
            trials = pa.array(self.merchant_of_trial, pa.string())
            merchants = pa.array(self.merchant_of_trial.values(), pa.string())
            return merchants.take(pc.index_in(rows["trial_id"], trials)), rows
        joined = rows.join(self.merchants_of_need, keys="need_group", join_type="inner")
        keys = [(name, "ascending") for name in (*declared.key, "merchant_id")]
        joined = joined.sort_by(keys)
        return joined["merchant_id"], joined.select(declared.column_names).cast(declared.schema)

    def _masked(self, declared: Table, rows: pa.Table) -> pa.Table:
        """Hide the holdout, and numbers about too few people."""
        counted = _COUNTS_OF_PEOPLE.get(declared.name)
        if counted:
            rows = rows.filter(pc.greater_equal(rows[counted], self.smallest_cell))
        if declared.name == "selection":
            rows = without_holdout(rows, self.read_out)
        if declared.name == "draw_certificate":
            rows = without_counts_held_out(rows, self.read_out)
        return rows

    def _pseudonymous(self, declared: Table, rows: pa.Table, merchant: str) -> pa.Table:
        """Give people names that hold with this merchant only, and put rows in their order."""
        for column in declared.columns:
            if column.sensitivity is Sensitivity.PERSONAL:
                place = rows.column_names.index(column.name)
                hidden = pseudonymise(rows[column.name], self.pseudonym_key, scope=merchant)
                rows = rows.set_column(place, column.arrow, hidden)
        return declared.conform(rows)
