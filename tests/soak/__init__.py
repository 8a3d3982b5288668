"""Long trials of what PlanMap promises: kills, locks, outages, limits, many sessions. `make soak` runs them."""
