"""Alerts: what is not as it should be, the rules behind it, and who is told."""
