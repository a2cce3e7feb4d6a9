"""The outside world: stores, publishing, pages, source data, logs."""
