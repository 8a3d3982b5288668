"""Where a plan is stored: a folder of text files, a GeoPackage file or a PostGIS database."""
