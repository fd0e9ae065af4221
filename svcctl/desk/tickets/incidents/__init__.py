"""Incidents: one cause that many people report, such as a burst pipe."""
