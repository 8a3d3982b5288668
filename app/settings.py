"""What can be set from outside, by environment variables that begin with PLANMAP_."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings; options of the command line go before the environment."""

    model_config = SettingsConfigDict(env_prefix="PLANMAP_", frozen=True)

    plan: str = ""
    """Folder, `.gpkg` file or database address; empty for the built-in plan."""
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("PlanMap", appauthor=False)))
    """Where the user's plan file is kept."""
    lang: str = "zh"
    """Language of the command line: zh or en."""
    tianditu_key: str = Field(default="", pattern=r"^[0-9A-Za-z]*$")
    """Key for the 天地图 online basemap."""
