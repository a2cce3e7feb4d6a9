"""Great Expectations, behind one door: the rules as suites, counted inside DuckDB and documented.

Importing this package takes seconds; only who validates waits for it.
"""

from quality.expectations.counting import Counted, count_failures
from quality.expectations.docs import data_docs

__all__ = ["Counted", "count_failures", "data_docs"]
