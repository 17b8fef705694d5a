"""Runs: tried on samples, started, followed, listed, compared."""
