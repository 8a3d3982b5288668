"""Lines through points: the course of a road of which only the name and single points are known."""
