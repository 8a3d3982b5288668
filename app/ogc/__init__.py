"""The plan as OGC API Features: what a GIS program reads by the address `/ogc`. See docs/decisions/0037."""
