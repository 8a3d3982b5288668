"""Own layers: planning files of any kind that somebody has brought in to a plan."""
