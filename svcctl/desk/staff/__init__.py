"""Staff: the people who work here, and their roles."""
