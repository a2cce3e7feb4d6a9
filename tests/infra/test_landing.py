import pytest

from infra.landing import fetch_inputs
from quality.errors import ContractError


def test_a_folder_is_returned_as_it_is(tmp_path):
    assert fetch_inputs(str(tmp_path), tmp_path / "unused") == tmp_path
    assert fetch_inputs(f"file://{tmp_path}", tmp_path / "unused") == tmp_path
    assert not (tmp_path / "unused").exists()


def test_a_missing_folder_breaks_the_contract(tmp_path):
    with pytest.raises(ContractError, match=r"folder of input tables at .*/absent, found nothing"):
        fetch_inputs(str(tmp_path / "absent"), tmp_path / "unused")


def test_a_file_in_place_of_the_folder_breaks_the_contract_and_says_what_was_meant(tmp_path):
    (tmp_path / "events.csv").write_text("event_id\n")

    with pytest.raises(ContractError, match=r"events.csv is a file; did you mean .*\?"):
        fetch_inputs(str(tmp_path / "events.csv"), tmp_path / "unused")


def test_a_name_that_no_folder_can_have_breaks_the_contract(tmp_path):
    with pytest.raises(ContractError, match="cannot look into"):
        fetch_inputs(str(tmp_path / ("x" * 300)), tmp_path / "unused")
