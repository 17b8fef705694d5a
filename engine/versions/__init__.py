"""Versions of a dataset: written from rows, compared with their parent, held to rules, kept, and let go."""
