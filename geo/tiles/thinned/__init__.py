"""A layer that somebody has brought in as vector tiles: cells with counts where features are too small to be seen."""
