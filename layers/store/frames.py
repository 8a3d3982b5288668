"""The sites of a plan as a table of GeoPandas, which writes them so that any GIS knows them for a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.crs import WGS84
from layers.plan.plan import Plan
from layers.plan.rows import SiteRow, site_row

if TYPE_CHECKING:
    import geopandas


def sites_frame(plan: Plan) -> geopandas.GeoDataFrame:
    """Return the sites of `plan` as written, in WGS 84, with any geometry type or none, in the column `geom`."""
    import geopandas

    # The columns are named, so that a plan without sites still gets a table with columns.
    sites = geopandas.GeoDataFrame(
        [{"site_id": site.id, **site_row(site)} for site in plan.sites_as_written.values()],
        columns=["site_id", *SiteRow.model_fields],
        geometry=[site.geometry for site in plan.sites_as_written.values()],
        crs=WGS84,
    ).rename_geometry("geom")
    sites["accuracy_m"] = sites["accuracy_m"].astype(float)
    return sites
