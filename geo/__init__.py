"""Coordinates, geometries and vector files. Knows no plan and draws nothing."""
