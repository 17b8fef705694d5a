"""What models said of rows they had not seen, read back: from a run while it is there, from the model ever after."""
