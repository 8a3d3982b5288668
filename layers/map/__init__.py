"""The renderer for the browse page: a Scene as a Folium map."""
