"""What a shop may set about the checks of its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quality.rules.naming import refuse_unknown_rules
from quality.rules.rule import Severity
from quality.rules.waivers import Waiver

PERSONAL_COLUMNS = (
    "phone",
    "phone_number",
    "mobile",
    "email",
    "e_mail",
    "id_card",
    "id_number",
    "passport",
    "real_name",
    "full_name",
    "first_name",
    "last_name",
    "address",
    "street",
    "birthday",
    "birth_date",
    "date_of_birth",
    "wechat",
    "openid",
    "ip",
    "ip_address",
    "手机",
    "手机号",
    "电话",
    "邮箱",
    "身份证",
    "身份证号",
    "姓名",
    "地址",
    "生日",
    "微信",
)


_LEAST_GIB = 0.25


@dataclass(frozen=True)
class ValidationOptions:
    """How the day's data are read and judged."""

    encoding: str = ""
    """Encoding of text files without a byte order mark, such as gb18030; empty tries UTF-8, then
    guesses GB18030."""
    largest_file_gib: float = 64.0
    """Files that hold more than this, decompressed, are not read."""
    longest_cell: int = 1_000_000
    """Rows with a value of more characters than this are refused."""
    assume_timezone: str = ""
    """Zone of times without an offset, such as Asia/Shanghai; empty refuses such times."""
    timezone: str = "UTC"
    """The shop's zone: where the as-of day begins, and which day an event falls on."""
    first_day: str = ""
    """The shop's first day, ISO 8601; nothing can have happened before it. Empty: not checked."""
    memory_gib: float = 1.25
    """Memory of the database that checks, at least 0.25; tables that need more are put on disk."""
    row_threshold: float = 0.05
    """Share of a table's rows that may break a row rule before its severity applies."""
    row_warning: float = 0.005
    """Share of a table's rows that may break a row rule before it warns."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Rules that are to "warn" or to "block" other than they do, each as "table.rule" = "warn"."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Rules with a share of failures of their own above which they apply, each as "table.rule" = 0.1."""
    waivers: tuple[Waiver, ...] = ()
    """Rules that somebody lets pass for a while, each as a [[validate.waivers]] with rule, person, reason and until, the last as-of day on which it holds."""
    forbidden_columns: tuple[str, ...] = PERSONAL_COLUMNS
    """Columns, in lower case, that must never be delivered because they identify people."""
    volume_days: int = 7
    """How many last days are judged by their number of events."""
    volume_history_days: int = 56
    """How many days before them they are compared with."""
    volume_least_history_days: int = 14
    """Fewer days of history than this judge nothing."""
    volume_deviations: float = 5.0
    """Half width of the allowed band, in robust standard deviations of the log count."""
    stale_days: int = 3
    """Whole days without rows before the as-of day that a table may always have."""
    late_share: float = 0.01
    """Share of a table's rows of the last 28 days that may come after a run about a later day."""
    vanished_share: float = 0.001
    """Share of the last run's rows that may be gone."""
    psi_limit: float = 0.25
    """Population stability index from which a column has drifted, if it is beyond chance."""
    ks_limit: float = 0.2
    """Kolmogorov-Smirnov distance from which a column of numbers has drifted, beyond chance."""
    null_multiple: float = 2.0
    """How often the usual share of nulls, or how little of the usual filled share, is a warning."""
    default_owner: str = "data platform"
    """Who answers for tables without an owner of their own."""
    owners: tuple[str, ...] = ()
    """Who answers for which table, each as ``table=owner``."""
    sample_rows: int = 5
    """How many masked rows of each broken rule are shown."""
    trend_runs: int = 14
    """How many runs the trend of a rule goes back, this one included."""

    def __post_init__(self) -> None:
        """Refuse what no data can be judged by.

        Raises:
            ValueError: If a rule is unknown or waived twice, or a share is not within [0, 1].
        """
        waived = [waiver.rule for waiver in self.waivers]
        refuse_unknown_rules((*self.severities, *self.thresholds, *waived))
        for rule in waived:
            if waived.count(rule) > 1:
                raise ValueError(f"a rule must have one waiver, {rule} has {waived.count(rule)}")
        if self.memory_gib < _LEAST_GIB:
            raise ValueError(f"memory_gib must be at least {_LEAST_GIB}, got {self.memory_gib}")
        shares = {
            "row_threshold": self.row_threshold,
            "row_warning": self.row_warning,
            "late_share": self.late_share,
            "vanished_share": self.vanished_share,
            "ks_limit": self.ks_limit,
        }
        for name, share in (shares | dict(self.thresholds)).items():
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must be a share from 0 to 1, got {share}")

    def owner_of(self, table: str) -> str:
        """Return who answers for a table."""
        named = dict(owner.split("=", 1) for owner in self.owners if "=" in owner)
        return named.get(table, self.default_owner)
