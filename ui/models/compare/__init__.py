"""Models side by side; which ones is in the address."""
