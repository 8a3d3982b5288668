"""A table of somebody's PostGIS as features: read where it is, and never written."""
