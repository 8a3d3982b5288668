"""What a plan is: its values, the rows that it is stored as, Scenes, decks and faults."""
