"""Models: the list, and one version from all sides."""
