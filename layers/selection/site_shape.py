"""The shape of a site on the grid, as a sheet of it must show it."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

from layers.plan.plan import Plan, Site
from layers.region import region


def site_shape(plan: Plan, site: Site) -> BaseGeometry:
    """Return the geometry of a placed site, of any type, in metres of the plan's grid.

    For a district that the plan has only as a point, which marks its name, it is the district's area on the ground.

    Raises
    ------
    ValueError
        The site has no position.
    """
    if site.geometry is None:
        raise ValueError(site.id)
    if site.category == "district" and site.geometry.geom_type == "Point":
        for area in region(plan).districts:
            if area.name_zh == site.name.zh:
                return area.geometry
    return plan.grid.project(site.geometry)
