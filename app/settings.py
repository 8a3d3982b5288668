"""The settings, which environment variables that begin with PLANMAP_ can change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.errors import PlanMapError

PREFIX = "PLANMAP_"


class Settings(BaseModel):
    """The settings; options of the command line go before the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: str = ""
    """Folder, `.gpkg` file or database address of the plan; empty for the built-in plan."""
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("PlanMap", appauthor=False)))
    """Folder of the user's copy of the built-in plan."""
    lang: Literal["zh", "en"] = "zh"
    """Language of the command line."""
    tianditu_key: str = Field(default="", pattern=r"^[0-9A-Za-z]*$")
    """Key for the 天地图 online basemap."""


def read_settings(**given: str) -> Settings:
    """Return the settings of the environment, overridden by those `given` that are not empty.

    Raises
    ------
    PlanMapError
        A variable holds a value that is not allowed.
    """
    # Not by pydantic-settings, which takes a tenth of a second to import. Windows has no small letters here.
    environment = {name.upper(): value for name, value in os.environ.items()}
    found = {name: given.get(name) or environment.get(f"{PREFIX}{name.upper()}") for name in Settings.model_fields}
    try:
        return Settings(**{name: value for name, value in found.items() if value})  # type: ignore[arg-type]
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise PlanMapError("setting-invalid", name=f"{PREFIX}{name.upper()}") from error
