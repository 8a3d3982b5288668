"""A deck as a PowerPoint file."""
