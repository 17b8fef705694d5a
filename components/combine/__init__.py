"""Several tables or rows into one."""
