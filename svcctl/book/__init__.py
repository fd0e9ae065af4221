"""The store: the only package that changes files of a book."""
