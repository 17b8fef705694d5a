"""Runs: the table, the lines, and one run from all sides."""
