"""Pipelines to begin with, each with sample data: YAML files in ``gallery``, read and drawn here."""

from engine.templates.template import Role, Template, template, templates

__all__ = ["Role", "Template", "template", "templates"]
