"""What must hold over the whole history."""
