"""One row in, one row out: choose, convert and compute columns."""
