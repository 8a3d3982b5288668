"""What lies beside a plan in files: its grounds and its own layers, which belong to it and are no part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

LAYER_SUFFIX = ".gpkg"
"""What the files of own layers end with."""

SERVICE_SUFFIX = ".toml"
"""What the files of services end with."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The folders beside a plan, none of which need exist, and the state in which they were looked at last."""

    ground: Path | None = None
    """Where the ground is that belongs to this plan alone; None if there is no place for one."""
    layers: Path | None = None
    """Where its own layers are, likewise."""
    ground_version: str = ""
    """Changes with what is in the folder of the ground; empty if there is nothing."""
    layers_version: str = ""

    def now(self) -> Beside:
        """Return the folders as they are now."""
        return replace(self, ground_version=_version(self.ground), layers_version=_version(self.layers))

    @property
    def folders(self) -> list[Path]:
        """The folders that have anything in them."""
        there = ((self.ground, self.ground_version), (self.layers, self.layers_version))
        return [folder for folder, version in there if folder is not None and version]

    @property
    def layer_ids(self) -> tuple[str, ...]:
        """The ids of the files of own layers, whether or not they can be read."""
        names = (state.rsplit(":", 2)[0] for state in self.layers_version.split(";") if state)
        suffixes = LAYER_SUFFIX, SERVICE_SUFFIX
        return tuple(name.rpartition(".")[0] for name in names if name.endswith(suffixes))

    @property
    def has_services(self) -> bool:
        """Whether a file among the layers is that of a service."""
        return f"{SERVICE_SUFFIX}:" in self.layers_version

    @property
    def version(self) -> str:
        """A text that changes with what is in any of the folders."""
        return f"{self.ground_version}|{self.layers_version}"


def _version(folder: Path | None) -> str:
    if folder is None:
        return ""
    try:
        # What begins with a dot is a draft, and nothing of the plan yet.
        states = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    except OSError:
        return ""
    return ";".join(f"{name}:{state.st_mtime_ns}:{state.st_size}" for name, state in states)
