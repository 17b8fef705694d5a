"""Pipelines while they are drawn: drafts, previews, plans, versions, changes."""
