"""The Scene as a Folium map for the browse page."""
