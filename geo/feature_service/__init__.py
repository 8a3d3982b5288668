"""Services of features, WFS and OGC API Features: asked in a process of their own; what comes is one file."""
