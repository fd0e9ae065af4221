"""What changed, told in words: differences, history, a day, and what git itself shows."""
