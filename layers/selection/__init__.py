"""A Scene applied to a plan: what it shows, how tasks and sites stand, and the words for it."""
