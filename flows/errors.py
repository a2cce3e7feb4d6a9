"""What a person gets told when settings cannot be used; apart, so that the shortest command is quick."""


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot be used; the message says which and where."""
