"""Summaries for the week and the month: what came in, how it went, what is still open."""
