"""svcctl keeps a property-management service centre's book: plain TOML records and the rules over them."""

__version__ = "0.1.0"
