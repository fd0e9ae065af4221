"""The front door: command table, lazy groups, error boundary."""
