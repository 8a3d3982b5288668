"""Own layers whose features stay elsewhere: a working copy beside the plan, and what it was fetched from."""
