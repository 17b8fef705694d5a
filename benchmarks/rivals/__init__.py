"""The other side: one file for each rival, written as someone who knows it well would write it."""
