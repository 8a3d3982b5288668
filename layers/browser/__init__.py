"""What the renderers in a browser share: the plan as data, the Folium document, our scripts and styles."""
