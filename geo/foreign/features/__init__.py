"""What every kind of vector file becomes: features in batches, examined, repaired, moved and written."""
