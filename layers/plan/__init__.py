"""What a plan is, and the Scene, the deck and the rows it is kept as."""
