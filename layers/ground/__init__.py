"""The ground of a plan: what is made for it from other data."""
