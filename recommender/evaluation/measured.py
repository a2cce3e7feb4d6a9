"""What one model achieved, cut by cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from recommender.evaluation.calibration import Calibration
from recommender.evaluation.judge import Judged
from recommender.evaluation.timing_curve import Step

Variant = Literal["plain", "unheld", "suppressed", "filtered"]
"""A model as it is; with nothing held back, if it holds back by itself; with satisfied satiating
needs held back; without what was bought before."""

_ENDINGS: Final[dict[Variant, str]] = {
    "plain": "",
    "unheld": ", nothing held back",
    "suppressed": " + suppression",
    "filtered": ", filter on",
}


@dataclass(frozen=True)
class Measured:
    """One model, or one variant of it."""

    model: str
    judged: tuple[Judged, ...]
    """One a cut."""
    variant: Variant = "plain"
    stauc: float = float("nan")
    """Over all weeks; NaN where the model has no timing or it was not asked for."""
    calibrations: tuple[Calibration, ...] = ()
    """One a cut; none where the model has no chances."""
    curve: tuple[Step, ...] = ()
    """Purchase rates against chances as the wait goes on; none where the model has no chances."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"{self.model}{_ENDINGS[self.variant]}"

    def of_cut(self, number: int) -> dict[str, float]:
        """Return each metric's mean over the cut's users, and what is no mean over users.

        Metrics that no user has are left out.
        """
        judged = self.judged[number]
        counting = {name: v[~np.isnan(v)] for name, v in judged.scores.items()}
        means = {name: float(values.mean()) for name, values in counting.items() if len(values)}
        found = means | {"coverage@10": judged.coverage}
        if not self.calibrations:
            return found
        calibration = self.calibrations[number]
        return found | {
            "ece": calibration.error,
            "ece_equal_mass": calibration.error_equal_mass,
            "ece_equal_width": calibration.error_equal_width,
        }

    def means(self) -> dict[str, float]:
        """Return each metric's mean over users, then over the cuts that have it, and STAUC."""
        cuts = [self.of_cut(number) for number in range(len(self.judged))]
        names = dict.fromkeys(name for cut in cuts for name in cut)
        means = {name: float(np.mean([cut[name] for cut in cuts if name in cut])) for name in names}
        return means if np.isnan(self.stauc) else means | {"stauc": self.stauc}
