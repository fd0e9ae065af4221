"""Units: homes, shops, parking spaces."""
