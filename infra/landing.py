"""Where input tables land: a folder is read where it is, a bucket's prefix is copied first."""

import os
from pathlib import Path

from infra.store.addresses import BucketAddress, FolderAddress, parse_address
from infra.store.base import StoreOptions
from quality.errors import ContractError


def fetch_inputs(uri: str, into: Path, options: StoreOptions | None = None) -> Path:
    """Return a local folder that holds the input tables.

    Args:
        uri: A folder, which is returned as it is, or ``s3://bucket/prefix``, which is copied.
        into: Where the copy goes; made if need be, and empty, so that it holds nothing else.
        options: How to reach S3.

    Raises:
        ContractError: If a local folder does not exist or is not a folder: the data are not there;
            or if something in it is no file of its own, which is not opened.
        StoreError: If S3 did not answer or refused, the bucket or prefix does not exist or is
            empty, or a file changed while it was copied.
        AddressError: If the address is neither.
        ValueError: If ``into`` is not empty.
    """
    match parse_address(uri):
        case FolderAddress(path):
            folder = _existing(path)
            _refuse_strange_files(folder)
            return folder
        case BucketAddress() as place:
            # boto3 takes a second to import, which a folder need not cost.
            from infra.store.download import download  # noqa: PLC0415  # see above

            return download(place, into, options or StoreOptions())


def _existing(folder: Path) -> Path:
    try:
        is_there, is_folder = folder.exists(), folder.is_dir()
    except OSError as error:
        raise ContractError(f"cannot look into {folder}: {error.strerror}") from error
    if not is_there:
        raise ContractError(f"there must be a folder of input tables at {folder}, found nothing")
    if not is_folder:
        raise ContractError(
            f"the input tables must be in a folder, but {folder} is a file; "
            f"did you mean {folder.parent}?"
        )
    return folder


def _refuse_strange_files(folder: Path) -> None:
    """Refuse what could show files of others, or keep a reader waiting for ever."""
    root = folder.resolve()
    for place, folders, files in os.walk(folder):
        for name in sorted((*folders, *files)):
            path = Path(place, name)
            if found := _strange(path, root):
                raise ContractError(
                    f"a data folder must hold files of its own, but {path} is {found}; deliver the "
                    "file itself, or remove it"
                )


def _strange(path: Path, root: Path) -> str:
    """Say what is wrong with an entry of a data folder; nothing if all is well."""
    if path.is_symlink():
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # a loop of links is a RuntimeError
            return "a link that leads nowhere"
        return "" if target.is_relative_to(root) else f"a link that leads out of it, to {target}"
    if path.is_file() or path.is_dir():
        return ""
    return "no regular file (a pipe, a socket or a device)"
