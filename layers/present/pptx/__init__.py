"""A deck as a PowerPoint file: native text, tables and sites over a picture of the ground."""
