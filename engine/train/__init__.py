"""Roles, matrices, training and evaluation."""
