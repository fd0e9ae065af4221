"""The one list of duties: what is owed, until when, how late. Computed, never stored as truth."""
