"""The errors of the outside world that somebody treats differently from a bug."""


class StoreError(Exception):
    """Storage did not answer, refused, or holds something damaged: the same call may be repeated.

    The message names the place and says what to do; it never holds a credential.
    """


class ConflictError(Exception):
    """A run was published before with other bytes: its stages did not repeat themselves.

    The same run id stands for the same inputs, options and seed, so other bytes mean that a stage
    is not deterministic, or that the run id leaves something out. Repeating the call cannot help.
    """


class AddressError(ValueError):
    """A person gave an address that is neither a folder nor ``s3://bucket/prefix``: wrong usage."""
