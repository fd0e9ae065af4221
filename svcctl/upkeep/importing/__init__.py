"""Taking over lists from other systems: bytes -> rows -> planned records. Only `imports` writes."""
