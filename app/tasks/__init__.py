"""The Tasks page: the same tasks as on the map, as a table, a matrix, a timeline, and by what they lack."""
