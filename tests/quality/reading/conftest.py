"""Files read as they are, without being judged."""

from contextlib import ExitStack
from dataclasses import dataclass

import duckdb
import pytest

from quality.progress import silent
from quality.reading import read_folder
from quality.reading.file import Reader


@dataclass(frozen=True)
class Read:
    """What became of a folder of files."""

    connection: duckdb.DuckDBPyConnection
    delivery: object

    def found(self, check):
        """Return {file: sentence} of the findings of one check."""
        return {
            finding.file: finding.said.en
            for finding in self.delivery.findings
            if finding.check == check
        }

    @property
    def findings(self):
        """The findings about files that are there."""
        return [finding for finding in self.delivery.findings if finding.file]

    def rows(self, columns="*", table="events"):
        """Return the well-formed rows of a table, by file and number."""
        return self._ordered(f"SELECT {columns} FROM typed_{table} WHERE malformed_line IS NULL")

    def malformed(self, table="events"):
        """Return {row number: (line, why)} of the lines that are no rows."""
        rows = {}
        for source in self.delivery.sources[table]:
            query = f"SELECT row_number, malformed_line, malformed_why FROM {source.view}"
            found = self._ordered(f"{query} WHERE malformed_line IS NOT NULL")
            rows |= {number: (line, why) for number, line, why in found}
        return rows

    def _ordered(self, query):
        return self.connection.execute(f"{query} ORDER BY source_file, row_number").fetchall()


@pytest.fixture
def read(tmp_path):
    """Write files, given as {name: bytes}, and read them."""
    with ExitStack() as open_connections:

        def run(files, **options):
            folder = tmp_path / "day"
            folder.mkdir(exist_ok=True)
            for name, content in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            connection = open_connections.enter_context(duckdb.connect())
            connection.execute("SET TimeZone = 'UTC'")
            workdir = tmp_path / "work"
            workdir.mkdir(exist_ok=True)
            reader = Reader(
                connection=connection, folder=folder.resolve(), workdir=workdir, **options
            )
            return Read(connection, read_folder(reader, silent))

        yield run


@pytest.fixture
def events_csv():
    """Return a CSV file of events from lines of event_id, user_id and item_id."""

    def text(*lines, end="\n"):
        header = "event_id,user_id,item_id,event_type,occurred_at"
        rows = [f"{line},view,2026-02-01T00:00:00Z" for line in lines]
        return end.join([header, *rows, ""])

    return text
