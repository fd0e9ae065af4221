"""Made-up estates: believable, valid, and the same bytes for the same seed everywhere."""
