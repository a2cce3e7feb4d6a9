"""Names and values as they stand in SQL."""


def identifier(name: str) -> str:
    """Quote a column's or relation's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Quote a text value."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: tuple[str, ...]) -> str:
    """Quote text values, separated by commas."""
    return ", ".join(literal(value) for value in values)
