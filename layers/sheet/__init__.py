"""The renderer for paper: a Scene as a sheet at a true scale, and many sheets as an atlas."""
