"""Every setting of shike in one place: arguments beat ``SHIKE_*`` variables, which beat ``shike.toml``.

A stage's options are a frozen dataclass beside the function they steer; here they become the
sections of one file. Nothing else reads the environment.
"""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from flows.engine import RunOptions
from flows.errors import SettingsError
from infra.logs import LogOptions
from infra.notifying import NotifyOptions
from infra.store.base import StoreOptions
from quality.validation import ValidationOptions
from recommender.stage import RecommendOptions
from trials.effect import EffectOptions
from trials.privacy import SMALLEST_CELL
from trials.recruiting import RecruitOptions
from trials.reports.options import ReviewOptions, TrainingOptions

CONFIG_FILE = "shike.toml"
_PREFIX = "SHIKE_"


@dataclass(frozen=True)
class ShopOptions:
    """What the pages say about the shop, and what keeps its people's names out of them."""

    name: str = "shike"
    """Name of the shop on the pages."""
    notes_zh: tuple[str, ...] = ()
    """What readers must know of the data, in Chinese; shown on every page."""
    notes_en: tuple[str, ...] = ()
    """The same in English, note for note."""
    pseudonym_key: str = field(default="change-me", repr=False)
    """Key of the pseudonyms in merchants' files; whoever knows it can undo them."""
    smallest_cell: int = SMALLEST_CELL
    """Merchants never see a number that stands for fewer people than this; smaller groups of
    applicants are merged into ``other``."""


@dataclass(frozen=True)
class Settings:
    """All sections, each with its defaults."""

    shop: ShopOptions = field(default_factory=ShopOptions)
    store: StoreOptions = field(default_factory=StoreOptions)
    validate: ValidationOptions = field(default_factory=ValidationOptions)
    recommend: RecommendOptions = field(default_factory=RecommendOptions)
    recruit: RecruitOptions = field(default_factory=RecruitOptions)
    review: ReviewOptions = field(default_factory=ReviewOptions)
    train: TrainingOptions = field(default_factory=TrainingOptions)
    effect: EffectOptions = field(default_factory=EffectOptions)
    run: RunOptions = field(default_factory=RunOptions)
    logging: LogOptions = field(default_factory=LogOptions)
    notify: NotifyOptions = field(default_factory=NotifyOptions)


def load_settings(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    Args:
        config: The file to read; by default ``shike.toml`` in the working folder, if it is there.
        environ: The variables to read, by default the process's own. ``SHIKE_RECRUIT_CORE_SHARE``
            sets ``core_share`` in section ``recruit``.

    Raises:
        SettingsError: If a file cannot be read, a key is unknown, or a value does not fit.
    """
    known = get_type_hints(Settings)
    values = _from_file(config)
    for section in values:
        if section not in known:
            raise SettingsError(
                f"unknown section [{section}]; known are {', '.join(sorted(known))}"
            )
        if not isinstance(values[section], dict):
            raise SettingsError(f"[{section}] must be a section, found {values[section]!r}")
    variables = os.environ if environ is None else environ
    for section, key, value in _from_environment(variables, known):
        values.setdefault(section, {})[key] = value
    return Settings(**{name: _section(name, known[name], values.get(name, {})) for name in known})


def _from_file(config: Path | None) -> dict[str, dict[str, Any]]:
    path = config or Path(CONFIG_FILE)
    if not path.exists():
        if config is None:
            return {}
        raise SettingsError(f"no settings file at {path}; leave --config out to use the defaults")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    _refuse_open_secrets(path, values)
    return values


def _refuse_open_secrets(path: Path, values: Mapping[str, Any]) -> None:
    """Refuse a file with secrets that everybody on the machine may read."""
    known = get_type_hints(Settings)
    secrets = [
        f"[{section}] {name}"
        for section, found in values.items()
        if section in known and isinstance(found, dict)
        for name in _secret_names(known[section])
        if found.get(name, getattr(known[section](), name)) != getattr(known[section](), name)
    ]
    if secrets and path.stat().st_mode & stat.S_IROTH:
        raise SettingsError(
            f"{path} holds {', '.join(secrets)} and everybody on this machine may read it; run "
            f"`chmod o-r {path}`, or set {_PREFIX}{secrets[0][1:].replace('] ', '_').upper()} instead"
        )


def _secret_names(options: type) -> list[str]:
    return [option.name for option in dataclasses.fields(options) if not option.repr]


def _from_environment(
    environ: Mapping[str, str], known: Mapping[str, type]
) -> list[tuple[str, str, Any]]:
    found = []
    for variable in sorted(environ):
        if not variable.startswith(_PREFIX):
            continue
        section, _, key = variable.removeprefix(_PREFIX).lower().partition("_")
        if section not in known:
            raise SettingsError(
                f"{variable} names no section; known are "
                + ", ".join(f"{_PREFIX}{name.upper()}_…" for name in sorted(known))
            )
        found.append((section, key, _value(environ[variable])))
    return found


def _value(text: str) -> Any:
    """Read a list or a table as JSON, so that every setting can be a variable."""
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


def _section(name: str, options: type, values: Mapping[str, Any]) -> Any:
    keys = [option.name for option in dataclasses.fields(options)]
    for key in values:
        if key not in keys:
            raise SettingsError(f"unknown setting {key!r} in [{name}]; known are {', '.join(keys)}")
    try:
        return TypeAdapter(options).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        found = (
            "…" if set(_secret_names(options)).intersection(first["loc"]) else repr(first["input"])
        )
        # The library's own error repeats the input, so it must not be chained.
        raise SettingsError(f"[{name}] {key}: {first['msg']}, found {found}") from None
    except ValueError as error:
        raise SettingsError(f"[{name}] {error}") from error
