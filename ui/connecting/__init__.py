"""The connections: their list, and the form in which one is added or changed."""
