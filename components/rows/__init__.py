"""Which rows stay."""
