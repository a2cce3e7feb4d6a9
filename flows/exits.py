"""Which exit code an error becomes."""

from enum import IntEnum

import click

from flows.engine import ClusterError
from flows.errors import SettingsError
from infra.errors import AddressError, StoreError
from quality.errors import ContractError
from trials.errors import InfeasibleError


class Exit(IntEnum):
    """What a script can tell from the exit code."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    CONTRACT = 3
    INFEASIBLE = 4
    STORE = 5


_CODES: dict[type[Exception], Exit] = {
    click.ClickException: Exit.USAGE,
    SettingsError: Exit.USAGE,
    AddressError: Exit.USAGE,
    ContractError: Exit.CONTRACT,
    InfeasibleError: Exit.INFEASIBLE,
    StoreError: Exit.STORE,
    ClusterError: Exit.STORE,
}


def exit_for(error: Exception) -> Exit:
    """Return the exit code for an error; one nobody expected is a fault of ours."""
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return code
    return Exit.FAULT
