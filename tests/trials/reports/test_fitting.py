"""What is fitted depends on the texts alone."""

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from trials.reports.evidence import of_length_one
from trials.reports.fitting import PolarityOptions, fit_clause_head

CLAUSES, FEATURES, WORDS = 1_500, 50_000, 100


def test_weights_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(0)
    # Wide enough for OpenBLAS to part a sum among its threads, and a few features are in most rows.
    columns = (FEATURES * rng.random(CLAUSES * WORDS) ** 4).astype(int)
    rows = np.repeat(np.arange(CLAUSES), WORDS)
    ones = np.ones(len(rows))
    pieces = of_length_one(csr_matrix((ones, (rows, columns)), shape=(CLAUSES, FEATURES)))
    chances = (rng.random(CLAUSES) < 0.5).astype(float)

    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, "blas"):
            options = PolarityOptions(clause_inverse_penalty=50.0)
            found.append(fit_clause_head(pieces, chances, options))

    assert found[0].tolist() == found[1].tolist()
