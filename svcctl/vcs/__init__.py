"""Git: the only package that starts programs."""
