"""The holdout kept from merchants until the effect is read: who knew it could spoil the measurement.

Whoever was held out must look like everybody else who was not drawn. Rank and score would give the
holdout away as well as the chance does: it is next below those drawn, and had their chance.
"""

from __future__ import annotations

import json
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quality.tables.outputs import SELECTION

_SAID = {
    "arm": "not_selected",
    "reason_code": "not_drawn",
    "reason_zh": "合格，但本次未抽中。",
    "reason_en": "Eligible, but not drawn this time.",
}
"""What a merchant reads of everybody eligible who was not drawn."""


def without_holdout(selection: pa.Table, read_out: Collection[str]) -> pa.Table:
    """Make those held out and those not selected indistinguishable.

    All that is optional of their rows, score, rank and stratum among it, becomes null, and their
    chance the mean over all of them in the trial, so that the chances still sum to the units.

    Args:
        selection: Rows of ``selection``.
        read_out: Trials whose rows stay as they are.
    """
    hidden = pc.and_(
        pc.is_in(selection["arm"], pa.array(["holdout", "not_selected"])),
        pc.invert(pc.is_in(selection["trial_id"], pa.array(sorted(read_out), pa.string()))),
    )
    shown = dict.fromkeys((column.name for column in SELECTION.columns if column.optional), None)
    for name, value in (shown | _SAID).items():
        if name in selection.column_names:
            typed = pa.scalar(value, selection.schema.field(name).type)
            selection = _with(selection, name, pc.if_else(hidden, typed, selection[name]))
    chance = _mean_chance(selection, hidden.to_numpy(zero_copy_only=False))
    return _with(selection, "inclusion_probability", pa.chunked_array([chance]))


def without_counts_held_out(certificates: pa.Table, read_out: Collection[str]) -> pa.Table:
    """Count those held out among those not selected, and leave out how the lotteries were cut.

    Where the band's candidates are everybody, the two numbers would tell that whoever was not drawn
    was held out. The shop's own copy, which is what replays a draw, keeps both.

    Args:
        certificates: Rows of ``draw_certificate``.
        read_out: Trials whose rows stay as they are.
    """
    counts, strata = (certificates[name].to_pylist() for name in ("counts", "strata"))
    for row, trial_id in enumerate(certificates["trial_id"].to_pylist()):
        if trial_id not in read_out:
            counts[row], strata[row] = _merged(counts[row]), "[]"
    certificates = _with(certificates, "counts", pa.chunked_array([pa.array(counts, pa.string())]))
    return _with(certificates, "strata", pa.chunked_array([pa.array(strata, pa.string())]))


def _merged(counts: str) -> str:
    found: dict[str, int] = json.loads(counts)
    if "holdout" in found:
        found["not_selected"] = found.get("not_selected", 0) + found.pop("holdout")
    return json.dumps(found, separators=(",", ":"), sort_keys=True)


def _mean_chance(selection: pa.Table, hidden: np.ndarray) -> pa.Array:
    chance = selection["inclusion_probability"].to_numpy().copy()
    trials = selection["trial_id"].to_numpy(zero_copy_only=False).astype(str)
    _, trial = np.unique(trials, return_inverse=True)
    size = int(trial.max(initial=-1)) + 1
    total = np.bincount(trial[hidden], chance[hidden], size)
    chance[hidden] = (total / np.maximum(np.bincount(trial[hidden], minlength=size), 1))[
        trial[hidden]
    ]
    return pa.array(chance)


def _with(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), table.schema.field(name), values)
