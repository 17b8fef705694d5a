"""Models that learn anew for their endpoints, and what became of each time."""
