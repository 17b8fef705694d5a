"""How a pipeline begins: drawn for somebody, from a template, or empty."""
