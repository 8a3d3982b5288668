"""The homes of a plan: a folder of text, a GeoPackage file, a PostGIS database."""
