"""How fast the made-up shop is written, beside writing the same events again with Arrow alone.

    python benchmarks/bench_synthetic.py [people ...]

The default is 20,000 and 200,000 people over a year: 1 and 10 million events, 50,000 items.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop


def write_again(events: Path, copy: Path) -> float:
    """Return the seconds that Arrow takes to write the same row groups, reading not counted."""
    source = pq.ParquetFile(events)
    seconds = 0.0
    with pq.ParquetWriter(copy, source.schema_arrow, compression="zstd") as writer:
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group)
            start = time.perf_counter()
            writer.write_table(rows)
            seconds += time.perf_counter() - start
    return seconds


def measure(people: int) -> tuple[int, float]:
    """Print one line of figures; return the number of events and the seconds they took."""
    options = SyntheticOptions(users=people, days=365, seed=1, items=50_000)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        out = write_synthetic_shop(Path(folder), options)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        events = pq.read_metadata(out / "events.parquet").num_rows
        plain = write_again(out / "events.parquet", out / "again.parquet")
    print(
        f"{people:>9,} people {events:>12,} events  {seconds:6.1f} s  {events / seconds:>10,.0f}/s"
        f"  {seconds / plain:4.1f} x plain Parquet writing  peak {peak:,.0f} MiB"
    )
    return events, seconds


def main() -> None:
    """Measure each size, then how time grows with events."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [20_000, 200_000]
    figures = [measure(size) for size in sorted(sizes)]
    if len(figures) > 1:
        (few, fast), (many, slow) = figures[0], figures[-1]
        print(f"time grows with events to the power {np.log(slow / fast) / np.log(many / few):.2f}")


if __name__ == "__main__":
    main()
