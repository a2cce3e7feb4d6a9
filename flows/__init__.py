"""The day as Prefect flows, and the `shike` command."""
