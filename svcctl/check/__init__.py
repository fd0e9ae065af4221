"""Finding what is wrong in a book, all of it, with the place in the file."""
