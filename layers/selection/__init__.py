"""A Scene applied to a plan: what is shown, how it stands, and the words for it."""
