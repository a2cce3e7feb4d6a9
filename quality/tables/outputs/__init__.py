"""The tables shike publishes. Columns may be added later; none is renamed or dropped."""

from quality.schema import Table
from quality.tables.outputs.recommending import (
    DO_NOT_RECOMMEND,
    NEED_STATES,
    NEED_STATES_TABLE,
    RECOMMENDATIONS,
    REPLENISHMENT_CALENDAR,
    SLOTS,
    WITHHELD_REASONS,
)
from quality.tables.outputs.recruiting import (
    APPLICANT_PROFILE,
    ARMS,
    DRAW_CERTIFICATE,
    SELECTION,
    TRIAL_EFFECT,
    TRIAL_FUNNEL,
)
from quality.tables.outputs.reviewing import (
    IMPROVEMENT_SUMMARY,
    OPINIONS,
    REPORT_FLAGS,
    REPORT_SCORES,
)
from quality.tables.outputs.validating import (
    COLUMN_PROFILE,
    DAILY_ROWS,
    DIMENSIONS,
    LINEAGE,
    QUARANTINE,
    SEVERITIES,
    SOURCE_SCORECARD,
    VALIDATION_REPORT,
    VERDICTS,
)

__all__ = [
    "APPLICANT_PROFILE",
    "ARMS",
    "COLUMN_PROFILE",
    "DAILY_ROWS",
    "DIMENSIONS",
    "DO_NOT_RECOMMEND",
    "DRAW_CERTIFICATE",
    "IMPROVEMENT_SUMMARY",
    "LINEAGE",
    "NEED_STATES",
    "NEED_STATES_TABLE",
    "OPINIONS",
    "OUTPUTS",
    "QUARANTINE",
    "RECOMMENDATIONS",
    "REPLENISHMENT_CALENDAR",
    "REPORT_FLAGS",
    "REPORT_SCORES",
    "SELECTION",
    "SEVERITIES",
    "SLOTS",
    "SOURCE_SCORECARD",
    "TRIAL_EFFECT",
    "TRIAL_FUNNEL",
    "VALIDATION_REPORT",
    "VERDICTS",
    "WITHHELD_REASONS",
]

OUTPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        RECOMMENDATIONS,
        DO_NOT_RECOMMEND,
        REPLENISHMENT_CALENDAR,
        NEED_STATES_TABLE,
        SELECTION,
        DRAW_CERTIFICATE,
        TRIAL_FUNNEL,
        APPLICANT_PROFILE,
        REPORT_SCORES,
        OPINIONS,
        IMPROVEMENT_SUMMARY,
        TRIAL_EFFECT,
        VALIDATION_REPORT,
        QUARANTINE,
        SOURCE_SCORECARD,
        COLUMN_PROFILE,
        DAILY_ROWS,
        LINEAGE,
    )
}
