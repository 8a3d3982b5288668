"""A file of styles from outside, read by a child process: QML and SLD, alone or in the table `layer_styles`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo.foreign import child
from geo.foreign.kind import start_of_file

LIMITS = child.Limits(memory=2**30, seconds=60.0, disk=64 * 2**20)


def read_styles(source: Path, folder: Path, *, name: str = "", limits: child.Limits = LIMITS) -> list[dict[str, Any]]:
    """Return the styles in the file `source`, see `geo.foreign.style_xml.read`; `folder` is empty, and to be deleted.

    `name` is what errors call the file.

    Raises
    ------
    PlanMapError
        It is no file of styles, is damaged, too large or too deep, or declares entities of XML.
    """
    # Told here that it is missing or a pipe, before a process is started for it.
    start_of_file(source, 1)
    job = {"source": str(source.resolve()), "name": name or source.name}
    found: list[dict[str, Any]] = child.run("foreign.style_xml:read", job, folder, limits=limits)["styles"]
    return found
