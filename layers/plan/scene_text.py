"""Strict reading of a Scene from an address, a QR code or a file: what is not understood is an error."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import parse_qsl

from geo.errors import PlanMapError
from geo.files import read_text
from layers.plan.layer_question import read_questions
from layers.plan.plan import Plan
from layers.plan.scene import OWN, SITELESS_LAYERS, STALE_DAYS, Scene

MAXIMUM_BYTES = 65_536
"""Size in bytes above which a file is not taken for one that holds an address."""

LONGEST_GUESS = 60
"""Number of characters of a name that is not there, by which names like it are looked for."""

MOST_GUESSES = 2_000
"""Number of names among which they are looked for."""


def read_scene(text: str) -> Scene:
    """Read a Scene from an address of the browse page, its query, a QR code's text, or the path of a file with one.

    Raises
    ------
    PlanMapError
        `text` is none of these, or part of it is not understood.
    """
    wanted = text.strip()
    if not wanted:
        return Scene()
    try:
        path = Path(wanted).expanduser()
        is_file = path.is_file() and path.stat().st_size <= MAXIMUM_BYTES
        wanted.encode()
    except (OSError, ValueError, RuntimeError) as error:
        # A name that is too long, a character that no name can have, or the home of an unknown user.
        if isinstance(error, UnicodeEncodeError):
            raise PlanMapError("scene-unknown", scene=text) from error
        is_file = False
    if not is_file:
        return scene_of(wanted)
    lines = [line.strip() for line in read_text(path, limit=MAXIMUM_BYTES).splitlines() if line.strip()]
    return scene_of(lines[0] if lines else text)


def scene_of(text: str) -> Scene:
    """Read a Scene from an address of the browse page, its query, or a QR code's text. Reads no file.

    Raises
    ------
    PlanMapError
        `text` is none of these, or part of it is not understood.
    """
    wanted = text.strip()
    query = _query(wanted) if wanted else ""
    if query is None:
        raise PlanMapError("scene-unknown", scene=text)
    scene = Scene.from_query(query)
    _check_understood(query, scene)
    if scene.since and scene.as_of and scene.as_of <= scene.since:
        raise PlanMapError("since-not-before", since=scene.since, until=scene.as_of)
    return scene


_DEFAULTS = {("lang", "zh"), ("base", "offline"), ("stale", str(STALE_DAYS))}


def _check_understood(query: str, scene: Scene) -> None:
    """Raise `PlanMapError` if `scene` lost part of `query`, which a page forgives and a sheet must not."""
    kept = dict(parse_qsl(scene.to_query()))
    asked = parse_qsl(query)
    for key, value in asked:
        lists = key in ("status", "theme", "section", "kind", "waits", "show", "hide", "opacity", "order")
        twice = [name for name, _ in asked].count(key) > 1
        cut = key == "q" and kept.get(key) != value.strip()
        if key == "ask":
            asked_of, whole = read_questions(value)
            cut = not whole or asked_of != scene.questions
        lost = twice or cut or key not in kept or (lists and len(set(value.split(","))) != len(kept[key].split(",")))
        if lost and (key, value) not in _DEFAULTS:
            raise PlanMapError("scene-part", part=f"{key}={value}")


def _query(text: str) -> str | None:
    """Return the query in `text`; None if there is none."""
    head, mark, tail = text.partition("?")
    if mark:
        return tail.partition("#")[0]
    return text if re.search(r"\w=", head) and not head.startswith((".", "/", "~")) else None


def checked(plan: Plan, scene: Scene, *, suggests: bool = True, is_kept: bool = False) -> Scene:
    """Return `scene` unchanged if the plan has everything that it names.

    A page forgives an old address; a sheet that silently showed something else would be handed in. With `suggests` the
    error names what is spelt like the missing one. A Scene that is kept with the plan may name own layers that are not
    here: they lie beside the plan, where anybody can remove them, and the plan must open all the same.

    Raises
    ------
    PlanMapError
        The plan lacks a site, task, theme, section or layer that `scene` names.
    """
    _require("no-such-site", scene.sites, plan.sites, suggests)
    _require("no-such-site", {scene.near.site if scene.near else ""} - {""}, plan.sites, suggests)
    around = {site for each in scene.questions.values() if each.place for site in each.place.sites}
    _require("no-such-site", around, plan.sites, suggests)
    _require("no-such-task", {scene.task} - {""}, plan.tasks, suggests)
    _require("no-such-theme", scene.themes, [theme.id for theme in plan.info.themes], suggests)
    _require("no-such-section", scene.sections, [section.id for section in plan.info.sections], suggests)
    own = (OWN + name for name in plan.beside.layer_ids)
    layers = [*(layer.id for layer in plan.catalogue.layers), *SITELESS_LAYERS, *own]
    asked = {*scene.visible, *scene.opacity, *scene.order, *scene.questions}
    gone = {name for name in asked if is_kept and name.startswith(OWN)}
    _require("no-such-layer", asked - gone, layers, suggests)
    return scene


def _require(code: str, asked: Iterable[str], present: Collection[str], suggests: bool) -> None:
    """Raise `PlanMapError` with `code` if anything in `asked` is not in `present`."""
    for name in sorted(asked):
        if name not in present:
            raise PlanMapError(code, name=name, near=near(name if suggests else "", [*present]))


def near(name: str, present: list[str]) -> str:
    """Return the names most like `name`, or the first few, as one text."""
    if not name:
        return "、".join(present[:5])
    # Comparing takes long for long names and many of them, and nobody types a long one.
    close = difflib.get_close_matches(name[:LONGEST_GUESS], present[:MOST_GUESSES], n=3, cutoff=0.5)
    return "、".join(close or [p for p in present if name in p][:3] or present[:5])
