"""The tasks that pass a Scene's filters as a file: Excel, CSV and GeoJSON."""
