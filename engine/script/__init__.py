"""A run as a standalone Python script that needs only DuckDB, pandas and scikit-learn."""

from engine.script.write import FILE, write_script

__all__ = ["FILE", "write_script"]
