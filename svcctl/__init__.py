"""The book of a property-management service centre: plain TOML records and their rules."""

__version__ = "0.1.0"
