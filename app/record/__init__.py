"""Recording what becomes of a task, on the pages that show tasks."""
