"""Sites as they are after all that has been set of them: where they lie, how exactly, and by what source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from geo.wkt import read_wkt, write_wkt
from layers.plan.plan import Amendment, Site
from layers.plan.rows import SiteRow, site_row
from layers.plan.terms import Subject

FIELDS = ("geometry", "precision", "accuracy_m", "source_zh", "source_en", "licence", "note_zh", "note_en")
"""What an amendment can set of a site: columns of its row, and `geometry` as well-known text in WGS 84, degrees."""

Read = Callable[[Amendment, Site | None], Site | None]
"""Returns the site that an amendment makes of one, None for one that the plan lacks; None if it is not sound."""


def amended_sites(
    sites: Mapping[str, Site], amendments: Iterable[Amendment], *, read: Read | None = None
) -> dict[str, Site]:
    """Return `sites` with all `amendments` about sites, in the order they were recorded.

    `read` is what becomes of each, and leaves a site as it was by None.

    Raises
    ------
    GeometryError, ValidationError
        Without `read`: an amendment sets what a site cannot have.
    """
    found = dict(sites)
    reads = read or (lambda amendment, site: None if site is None else amended_site(site, amendment))
    for amendment in amendments:
        if amendment.about is Subject.SITE:
            site = reads(amendment, found.get(amendment.subject_id))
            if site is not None:
                found[site.id] = site
    return found


def amended_site(site: Site, amendment: Amendment) -> Site:
    """Return `site` with what an amendment sets; may raise `GeometryError` or Pydantic's `ValidationError`."""
    row = SiteRow.model_validate(amended_site_row(site, amendment))
    values = amendment.values
    return row.value(site.id, read_wkt(values["geometry"]) if "geometry" in values else site.geometry)


def amended_site_row(site: Site, amendment: Amendment) -> dict[str, Any]:
    """Return the row of a `site`, without its geometry, with what an amendment sets; empty fields are left out."""
    row = {**site_row(site), **amendment.values}
    return {name: value for name, value in row.items() if name != "geometry" and value not in ("", None)}


def given_of(site: Site) -> dict[str, str]:
    """Return what can be set of a site, as it now is and as an amendment has it."""
    row = site_row(site)
    texts = {
        name: "" if row[name] is None else f"{row[name]:g}" if name == "accuracy_m" else str(row[name])
        for name in FIELDS
        if name != "geometry"
    }
    return {"geometry": "" if site.geometry is None else write_wkt(site.geometry), **texts}
