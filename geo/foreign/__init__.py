"""Files from outside: told apart by their first bytes, and read in a process of their own with limits."""
