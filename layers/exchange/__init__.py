"""A plan as a workbook that people work in, and back from it."""
