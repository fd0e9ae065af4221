"""Residents: everyone the centre deals with, and what they are to which unit."""
