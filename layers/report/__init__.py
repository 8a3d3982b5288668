"""A report on a plan as a Word document."""
