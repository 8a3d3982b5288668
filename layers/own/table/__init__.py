"""Layers whose features stay in a table of PostGIS: what their file says, and how they are asked for."""
