"""What a worker does: the work of a shard, if it would come to what it comes to elsewhere.

Beside its inputs, bytes depend on code, libraries and processor. Workers import this module and not
Prefect, which takes seconds.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_info

from flows.code import VERSION, code_digest
from flows.engine import ClusterError
from flows.parcels import Carrier, parts_of

Build = dict[str, str]
"""What it is → which one."""

_LIBRARIES: Final = (
    "numpy",
    "scipy",
    "scikit-learn",
    "lightgbm",
    "pyarrow",
    "jinja2",
    "vl-convert-python",
)
"""Whose results shards are made of."""
_DIGITS = 12


def passed_on(parcel: Any) -> Any:
    """Return what the day sent for all shards: a worker that has it gives it to the others."""
    return parcel


def worked(
    expected: Build, carrier: Carrier, work: Callable[[Any, Any], Any], shared: Any, shard: Any
) -> Any:
    """Do the work of a shard.

    Args:
        expected: The build of the process that runs the day.
        carrier: What opens and packs parcels.
        work: What is to be done.
        shared: What every shard is read beside, a parcel.
        shard: The shard, a parcel.

    Returns:
        What came of it, a parcel.

    Raises:
        ClusterError: If this process has another build, or cannot write what came of the shard.
    """
    if found := differences(expected, build()):
        raise ClusterError(
            "every worker must have what the day is run with, or bytes would depend on where work "
            f"is done; a worker has {found}: mend it, or leave it out"
        )
    opened, beside = _opened_once(carrier, shared)
    made = work(opened, carrier.open(shard, beside))
    try:
        return carrier.pack(made)
    except OSError as error:
        raise ClusterError(f"a worker must be able to write what it made: {error}") from error


@lru_cache(maxsize=1)
def _opened_once(carrier: Carrier, shared: Any) -> tuple[Any, list[Any]]:
    opened = carrier.open(shared)
    return opened, parts_of(opened)


@cache
def build() -> Build:
    """Describe this process.

    The kernels that BLAS chose for the processor add up in orders of their own: sums on two kinds
    of processor differ in their last bits.
    """
    kernels = {one.get("architecture", "") for one in threadpool_info() if _is_blas(one)}
    return {
        "shike": f"{VERSION} ({code_digest()[:_DIGITS]})",
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
        "BLAS kernels": " ".join(sorted(kernels)) or np.__name__,
    }


def differences(expected: Build, found: Build) -> str:
    """Say what another process has instead; empty if it has the same."""
    return ", ".join(
        f"{name} {found.get(name, 'none')} instead of {wanted}"
        for name, wanted in expected.items()
        if found.get(name) != wanted
    )


def _is_blas(library: dict[str, str]) -> bool:
    return library.get("user_api") == "blas"
