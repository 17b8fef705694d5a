"""Endpoints: published, asked, shifted, rolled back, ended."""
