"""Coordinates, geometries and files. Knows nothing of plans and draws nothing."""
