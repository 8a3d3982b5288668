"""A template as a file: `template.toml`, with its logo in a file beside it."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import GeometryError
from geo.files import read_bytes, read_text
from layers.plan.fault import Fault, PlanFaultsError
from layers.plan.template import Template
from layers.plan.template_row import LOGO_BYTES
from layers.store.check import check_template
from layers.store.limits import SIZES, check_toml


def template_at(path: Path) -> Template:
    """Return the template in the file at `path`.

    Raises
    ------
    PlanFaultsError
        It cannot be read, or something in it is not as it should be; the error holds every fault.
    """
    faults: list[Fault] = []
    raw = raw_template(path, faults)
    template = check_template(raw, path.name, faults) if not faults else None
    if template is None or faults:
        raise PlanFaultsError(path.name, faults)
    return template


def raw_template(path: Path, faults: list[Fault]) -> Mapping[str, Any]:
    """Return the row in the file at `path`, its logo read from the file that it names; add to `faults`."""
    try:
        text = read_text(path, limit=SIZES["template"])
        check_toml(text, path.name)
        raw = tomllib.loads(text)
    except GeometryError as error:
        faults.append(Fault(path.name, "", "", error.code, error.details))
        return {}
    except (ValueError, RecursionError) as error:
        faults.append(Fault(path.name, "", "", "not-toml", {"reason": str(error)[:200]}))
        return {}
    logo = raw.get("logo")
    if not isinstance(logo, str) or not logo:
        return raw
    if Path(logo).name != logo:
        # Only a file beside it: a template may come from anybody.
        faults.append(Fault(path.name, "", "logo", "logo-elsewhere", {"value": logo}))
        return {}
    try:
        picture = read_bytes(path.with_name(logo), limit=LOGO_BYTES)
    except GeometryError as error:
        faults.append(Fault(path.name, "", "logo", error.code, error.details))
        return {}
    return {**raw, "logo": base64.b64encode(picture).decode("ascii")}
