"""Endpoints: slice, scorer and the HTTP surface."""
