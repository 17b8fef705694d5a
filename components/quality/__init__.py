"""What must hold for a table, and what is noticed about it."""
