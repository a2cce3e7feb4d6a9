"""A day that is published already: how long the command takes, cold, without a Prefect server.

``python benchmarks/bench_noop_day.py`` publishes a small synthetic day to a folder and then runs it
again in fresh processes. Beside it stands what no such command can go below: importing what a day is
made of. The bar is 15 s on 2 cores.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop

DAYS = 240
REPEATS = 3
BAR_S = 15.0
AS_OF = date(2017, 1, 1) + timedelta(days=DAYS)


def seconds(*command: str, environment: dict[str, str]) -> tuple[float, str]:
    """Run a command; return its wall time in seconds and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, done.stdout


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        options = SyntheticOptions(users=300, days=DAYS, seed=7, items=240)
        shop = write_synthetic_shop(folder / "shop", options)
        environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"}
        environment["PREFECT_HOME"] = str(folder / "prefect")
        where = ("--data", str(shop), "--store", str(folder / "store"), "--as-of", str(AS_OF))
        command = (sys.executable, "-c", "from flows.cli import main; main()", "run", "daily")
        first, _ = seconds(*command, *where, environment=environment)
        again = [seconds(*command, *where, environment=environment) for _ in range(REPEATS)]
        imports = [
            seconds(sys.executable, "-c", "import flows.idle", environment=environment)[0]
            for _ in range(REPEATS)
        ]
    took, least = statistics.median(time_s for time_s, _ in again), statistics.median(imports)
    if not all(said.startswith("already current") for _, said in again):
        sys.exit(f"the day was not taken as published: {again}")
    print(
        f"the day, first time       {first:6.1f} s, a Prefect server started and migrated with it"
    )
    print(f"the day, published before {took:6.1f} s, bar {BAR_S:g} s")
    print(f"importing what it needs   {least:6.1f} s, {took / least:.2f} times that")


if __name__ == "__main__":
    main()
