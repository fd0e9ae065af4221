"""Tallies: how many tickets came in, ended and are open, day by day, kept on file."""
