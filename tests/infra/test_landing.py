import os

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


def test_a_link_inside_the_folder_is_as_good_as_a_file(tmp_path):
    (tmp_path / "real.csv").write_text("event_id\n")
    (tmp_path / "events.csv").symlink_to("real.csv")
    (tmp_path / "items..old.csv").write_text("item_id\n")

    assert fetch_inputs(str(tmp_path), tmp_path / "unused") == tmp_path


def test_a_folder_that_is_itself_reached_through_a_link_is_taken(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "events.csv").write_text("event_id\n")
    (tmp_path / "data").symlink_to("real")

    assert fetch_inputs(str(tmp_path / "data"), tmp_path / "unused") == tmp_path / "data"


def link_out(path):
    """A link to a file of somebody else."""
    path.symlink_to("/etc/passwd")


def link_up(path):
    """A link that leaves by the way it came."""
    path.symlink_to("../../elsewhere.csv")
    (path.parent.parent.parent / "elsewhere.csv").write_text("secret")


def link_to_folder(path):
    """A link to a folder of somebody else."""
    path.symlink_to("/etc")


def loop(path):
    """A link to itself."""
    path.symlink_to(path.name)


def link_through_links(path):
    """A link that leads out only in two steps, the first of which stays inside."""
    (path.parent / "step").symlink_to("/etc")
    path.symlink_to("step/passwd")


def pipe(path):
    """A pipe that nobody writes: opening it would wait for ever."""
    os.mkfifo(path)


def link_to_device(path):
    """A file that has no end."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (link_out, "a link that leads out of it, to /etc/passwd"),
        (link_up, "a link that leads out of it, to .*elsewhere.csv"),
        (link_to_folder, "a link that leads out of it, to /etc"),
        (loop, "a link that leads nowhere"),
        (link_through_links, "a link that leads out of it, to /etc"),
        (pipe, r"no regular file \(a pipe"),
        (link_to_device, "a link that leads out of it, to /dev/zero"),
    ],
)
@pytest.mark.parametrize("name", ["events.csv", ".hidden", "notes.txt"])
def test_what_could_show_the_files_of_others_or_never_end_is_refused(tmp_path, plant, found, name):
    folder = tmp_path / "day"
    (folder / "events").mkdir(parents=True)
    plant(folder / "events" / name)

    with pytest.raises(ContractError, match=rf"but .*day/events/.* is {found}.*; deliver the file"):
        fetch_inputs(str(folder), tmp_path / "unused")
