"""Features of an own layer as files of other formats: systems, fields, values, and what a format cannot hold."""
