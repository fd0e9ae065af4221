"""Small words that every layer uses. Nothing here opens a file or knows the trade."""
