"""Telling people and machines outside the product: by e-mail and by webhook."""
