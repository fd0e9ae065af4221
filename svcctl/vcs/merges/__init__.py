"""Two versions of a record made one, and what that leaves to a person."""
