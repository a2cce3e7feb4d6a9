"""The one error this package raises on purpose."""


class ContractError(Exception):
    """A table broke its contract: nothing but the findings may be published.

    The message is a sentence for a person: what must hold, what was found and where, what to do.
    """
