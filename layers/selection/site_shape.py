"""The shape of a site on the grid, as a sheet of it must show it."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

from geo.crs import to_grid
from layers.basemap import basemap
from layers.plan.plan import Site


def site_shape(site: Site) -> BaseGeometry:
    """Return the geometry of a placed site, of any type, in metres of `geo.crs.GAUSS_KRUGER_117E`.

    For a district that the plan has only as a point, which marks its name, it is the district's area on the basemap.

    Raises
    ------
    ValueError
        The site has no position.
    """
    if site.geometry is None:
        raise ValueError(site.id)
    if site.category == "district" and site.geometry.geom_type == "Point":
        for area in basemap("districts"):
            if area.name_zh == site.name.zh:
                return area.geometry
    return to_grid(site.geometry)
