"""The renderer for decks: the briefing in one file, and the slides."""
