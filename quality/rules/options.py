"""What a shop may set about the checks of its data."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class ValidationOptions:
    """How the day's data are read and judged."""

    assume_timezone: str = ""
    """Zone of times without an offset, such as Asia/Shanghai; empty refuses such times."""
    timezone: str = "UTC"
    """The shop's zone: where the as-of day begins, and which day an event falls on."""
    first_day: str = ""
    """The shop's first day, ISO 8601; nothing can have happened before it. Empty: not checked."""
    row_threshold: float = 0.05
    """Share of a table's rows that may break a row rule before its severity applies."""
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
    default_owner: str = "data platform"
    """Who answers for tables without an owner of their own."""
    owners: tuple[str, ...] = ()
    """Who answers for which table, each as ``table=owner``."""
    sample_rows: int = 5
    """How many masked rows of each broken rule are shown."""
    trend_runs: int = 14
    """How many runs the trend of a rule goes back, this one included."""

    def owner_of(self, table: str) -> str:
        """Return who answers for a table."""
        named = dict(owner.split("=", 1) for owner in self.owners if "=" in owner)
        return named.get(table, self.default_owner)
