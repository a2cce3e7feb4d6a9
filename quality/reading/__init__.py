"""From a folder of files to typed views in DuckDB, and what is wrong with the files themselves."""

from quality.reading.delivery import Delivery, read_folder
from quality.reading.findings import Finding, Note

__all__ = ["Delivery", "Finding", "Note", "read_folder"]
