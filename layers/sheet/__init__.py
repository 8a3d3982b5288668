"""The printed sheet: the map of a Scene on paper at a true scale, drawn by Matplotlib."""
