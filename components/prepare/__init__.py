"""Learned on the train rows, applied to all."""
