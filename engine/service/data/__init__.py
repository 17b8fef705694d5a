"""Datasets: in from anywhere, looked at, drawn, checked, kept in versions."""
