"""Decks and what is made of them: the one-file briefing and the slides."""
