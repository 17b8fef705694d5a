"""The only places that know an engine."""
