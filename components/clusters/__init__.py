"""Models that group rows."""
