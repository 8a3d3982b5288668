"""The Present page."""
