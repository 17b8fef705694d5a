"""Components of our own; every module in this folder is looked through."""
