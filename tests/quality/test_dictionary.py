"""The data dictionary says everything that is declared, in both languages."""

import re

import pytest

from quality.dictionary import data_dictionary
from quality.tables import INPUTS, OUTPUTS


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_and_column_is_in_it(lang):
    rendered = data_dictionary(lang)

    for table in [*INPUTS.values(), *OUTPUTS.values()]:
        section = rendered.split(f"### `{table.name}`\n")[1].split("\n### ")[0]
        assert getattr(table, lang) in section
        for column in table.columns:
            assert f"| `{column.name}` |" in section
            assert getattr(column, lang).replace("|", "\\|") in section


def test_bounds_values_units_and_references_are_told():
    rendered = data_dictionary("en")

    assert (
        "| `rating` | number | yes | stars | ≥ 1, ≤ 5 |  | internal | Stars, 1 to 5. |" in rendered
    )
    assert "one of improve, convert, spread, balanced" in rendered
    assert "| days | > 0, inf allowed |" in rendered
    assert "`items` | public |" in rendered


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_cell_breaks_its_row(lang):
    rows = [line for line in data_dictionary(lang).splitlines() if line.startswith("|")]

    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}
