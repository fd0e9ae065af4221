"""The handbook: the centre's own rules as dated data, with where each figure comes from."""
