"""Ground as map tiles in one PMTiles file: what is in them, how they are made and how they are read."""
