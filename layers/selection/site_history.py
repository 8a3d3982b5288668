"""Where a site has been: as the plan was written, after each amendment, and with an outline that was taken for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers.plan.plan import Amendment, Plan, Site
from layers.plan.site_amend import amended_sites
from layers.selection.amendment_words import amendment_line
from layers.selection.position_words import geometry_words
from layers.selection.wording import moment_words
from layers.translation import Translation


@dataclass(frozen=True, slots=True)
class Stand:
    """A site as it was from some moment on."""

    site: Site
    amendment: Amendment | None
    """What made it so; None for the site as the plan was written, or with an outline that was taken from the ground."""


def stands(plan: Plan, site_id: str) -> tuple[Stand, ...]:
    """Return how a site has been placed, the oldest first; the last one is how it is now.

    Amendments that leave position, precision, accuracy and source as they are do not count.
    """
    site = plan.sites_as_written[site_id]
    found = [Stand(site, None)]
    for amendment in plan.amendments_by_site.get(site_id, ()):
        after = amended_sites({site_id: site}, [amendment])[site_id]
        if _placed(after) != _placed(site):
            found.append(Stand(after, amendment))
        site = after
    now = plan.sites[site_id]
    if _placed(now) != _placed(site):
        found.append(Stand(now, None))
    return tuple(found)


def _placed(site: Site) -> tuple[object, ...]:
    return site.geometry, site.precision, site.accuracy_m, site.source


def stand_words(plan: Plan, stand: Stand, text: Translation) -> str:
    """Return where a site was, how exactly, and by whom and why it was put there, in one line."""
    site, amendment = stand.site, stand.amendment
    said = [geometry_words(site.geometry, text)]
    if site.placed:
        said.append(text(f"precision.{site.precision.value}"))
        if site.accuracy_m is not None:
            said.append(text("panel.accuracy", metres=f"{site.accuracy_m:g}"))
        said.append(site.source.get(text.language))
    if amendment is not None:
        said.append(text("amendment.reason", reason=amendment.reason))
        said.append(text("record.by", by=amendment.recorded_by, at=moment_words(amendment.recorded_at)))
    elif stand.site is plan.sites_as_written[site.id]:
        said.append(text("place.as-written"))
    return " · ".join(said)


def site_history_lines(plan: Plan, site_id: str, text: Translation) -> Iterator[str]:
    """Yield a line for each amendment of a site, in the order they were recorded, with its id and who recorded it."""
    for amendment in plan.amendments_by_site.get(site_id, ()):
        by = text("record.by", by=amendment.recorded_by, at=amendment.recorded_at)
        yield f"{amendment.id}  {amendment_line(plan, amendment, text)} · {by}"
