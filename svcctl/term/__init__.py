"""What every command uses at the terminal."""
