"""The import wizard: where from, how it is read, under which name."""
