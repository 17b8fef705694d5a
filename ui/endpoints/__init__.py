"""Endpoints: the list, and one of them to try, call, watch, change and lock."""
