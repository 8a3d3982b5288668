"""The settings, which environment variables that begin with PLANMAP_ can change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from geo.errors import PlanMapError
from layers.store.base import is_address

PREFIX = "PLANMAP_"

LONGEST_ADDRESS = 200
"""Characters of a public address: a QR code of a longer one needs more paper than sheets have for it."""


def _web_address(text: str) -> str:
    """Return the address of a page without its last slash; raise `ValueError` if phones cannot open it.

    It must not hold what does not belong on paper, such as a password.
    """
    found = urlsplit(text)
    usable = (
        found.scheme in ("http", "https")
        and found.hostname
        # Raises a ValueError for a number that no port has.
        and found.port != 0
        and not any(part in found.netloc for part in "@\\")
        and not any(mark in text for mark in "?#")
        and text.isprintable()
        and " " not in text
    )
    if not usable:
        raise ValueError("is not an address")
    return text.rstrip("/")


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
    sign_in: str = ""
    """File with the settings of signing in; empty where nobody signs in."""
    ogc: bool = False
    """Whether GIS programs can read the plan by the address `/ogc`."""
    public_url: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_web_address)] = ""
    """Address at which phones reach the browse page; the QR codes of sheets lead there. Empty for none."""
    stale_days: Annotated[int, Field(ge=1, le=3650)] = 180
    """Days without a new statement after which a task counts as one of which nothing new is heard."""

    def anywhere(self) -> Settings:
        """Return the settings with paths that mean the same in any working folder."""
        plan = self.plan if not self.plan or is_address(self.plan) else os.path.abspath(os.path.expanduser(self.plan))
        return self.model_copy(update={"plan": plan, "data_dir": self.data_dir.expanduser().absolute()})


def read_settings(**given: str) -> Settings:
    """Return the settings of the environment, overridden by those `given` that are not empty.

    Raises
    ------
    PlanMapError
        A variable holds a value that is not allowed.
    """
    # Not with pydantic-settings, which takes a tenth of a second to import. Upper case, because Windows has only that.
    environment = {name.upper(): value for name, value in os.environ.items()}
    found = {name: given.get(name) or environment.get(f"{PREFIX}{name.upper()}") for name in Settings.model_fields}
    try:
        return Settings(**{name: value for name, value in found.items() if value})  # type: ignore[arg-type]
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        if name == "public_url":
            raise PlanMapError("public-url", name=f"{PREFIX}{name.upper()}", limit=LONGEST_ADDRESS) from error
        raise PlanMapError("setting-invalid", name=f"{PREFIX}{name.upper()}") from error
