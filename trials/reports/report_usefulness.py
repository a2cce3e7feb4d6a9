"""How useful each trial report was, in what no star sways: what later draws may know of its writer."""

import json

import pyarrow as pa
import pyarrow.compute as pc

from trials.reports.grading import STARLESS_PARTS, grade

USEFULNESS = pa.schema([("report_id", pa.string()), ("usefulness", pa.float64())])
"""One row a report of a trial; usefulness in [0, 1]."""
_DECIMALS = 6


def report_usefulness(report_scores: pa.Table) -> pa.Table:
    """Grade the reports of trials by those parts of their grade that do not depend on the stars.

    Left out are balance and agreement: a clause's polarity leans on the star beside it, and
    agreement compares text and star. So kindness is neither rewarded nor punished in later draws.

    Args:
        report_scores: Rows of ``report_scores``.

    Returns:
        ``USEFULNESS`` rows, ordered by report_id.
    """
    told = report_scores.filter(pc.is_valid(report_scores["trial_id"])).sort_by("report_id")
    grades = [
        grade({name: parts[name] for name in STARLESS_PARTS})
        for parts in map(json.loads, told["parts"].to_pylist())
    ]
    columns = [told["report_id"], pa.array([round(one, _DECIMALS) for one in grades], pa.float64())]
    return pa.table(columns, schema=USEFULNESS)
