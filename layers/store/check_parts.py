"""What a part of a place may be part of. One step and no more: a whole stands by itself on the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from layers.plan.plan import Site


class Whole(NamedTuple):
    """What matters of a row that others may name as their whole, be it sound or not."""

    part_of: str
    unplaced: bool
    """Whether it says that it has no position."""


def check_parts(
    sites: Sequence[tuple[str, Site]], rows: Mapping[str, Whole], district: str, fault: Callable[..., None]
) -> None:
    """Report the sites that are part of something that they cannot be part of.

    `sites` are the sound rows with what faults call them, `rows` all rows by id: one that has a fault of its own still
    counts as present, so that one mistake gives one fault. `district` is the id of the site for the whole district.
    """
    for place, site in sites:
        if not site.part_of:
            continue
        whole = rows.get(site.part_of)
        if whole is None:
            fault("sites", place, "part_of", "unknown-site", id=site.part_of)
        elif site.part_of == site.id:
            fault("sites", place, "part_of", "part-of-itself", id=site.id)
        elif district and district in (site.id, site.part_of):
            # What lies in the district is no part of it in this sense, or it would answer with all its tasks.
            fault("sites", place, "part_of", "part-of-district", id=district)
        elif whole.part_of:
            fault("sites", place, "part_of", "part-of-part", id=site.part_of, whole=whole.part_of)
        elif site.placed and whole.unplaced:
            # The whole carries the symbol, the number and the name.
            fault("sites", place, "part_of", "whole-unplaced", id=site.part_of)
